"""Values that say who asks: bearer tokens, addresses, a caller, a Lambda invocation.

Rules: no input and no output; tokens are kept as digests.
Must not know: requests, limits.
"""
