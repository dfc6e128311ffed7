"""What people read, in the language that they prefer: English, or Korean.

Knows: how a text with values in it is made, and the Korean of every text.
Rules: a text is looked up by its English, so no English text can change without its Korean. Nothing of Korean
is imported before somebody wants it.
Must not know: what the texts are about, HTTP, who prefers which language.
"""
