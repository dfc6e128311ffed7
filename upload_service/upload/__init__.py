"""The story of one upload: the caller's leg, storage's leg, one verdict, one record.

Knows: what each part of the form means, when the PUT can begin, whether another attempt is worth it.
Rules: nothing is left running; when both legs fail, storage's answer outranks the caller's fault.
Must not know: HTTP libraries, multipart framing, JSON.
"""
