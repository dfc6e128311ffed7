"""Reads multipart/form-data bodies: their parts, in the order in which they come.

Knows: framing, part headers, and the limits of both.
Rules: no input and no output; a malformed form is refused, not guessed; everything but the file has a limit.
Must not know: what the fields mean.

Source: RFC 7578 and RFC 2046 section 5.1.
"""
