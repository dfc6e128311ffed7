"""A multipart/form-data body in: its parts, in the order in which they come.

Knows: framing, part headers, and the limits of both.
Rules: no input and no output; what is malformed is refused, not guessed; all but the file is bounded.
Must not know: what the fields mean.

Source: RFC 7578 and RFC 2046 section 5.1.
"""
