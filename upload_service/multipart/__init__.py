"""Reads multipart/form-data bodies: their parts, in the order in which they come.

Knows: framing, part headers, and the limits of both.
Rules: no sockets and no files: the body comes from a function that is passed in. A malformed form is refused,
not guessed; everything but the file has a limit.
Must not know: what the fields mean, except that `file` is the file.

Source: RFC 7578 and RFC 2046 section 5.1.
"""
