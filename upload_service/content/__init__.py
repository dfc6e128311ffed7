"""The type of a file by its first bytes, and which media types mean the same.

Knows: media types, and how files of each type begin.
Rules: no input and no output.
Must not know: forms, storage.
"""
