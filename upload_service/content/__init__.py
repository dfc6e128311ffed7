"""What a file's bytes look like, and which names mean the same type.

Knows: media types and their signatures in the first bytes.
Rules: no input and no output.
Must not know: forms, storage.
"""
