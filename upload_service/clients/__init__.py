"""Who sends a request: bearer tokens, network addresses, callers, Lambda invocations.

Knows: how these are written in headers and settings.
Rules: no input and no output; of a token only its digest is kept.
Must not know: requests, limits.
"""
