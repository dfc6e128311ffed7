"""The closed catalogue of failures.

Knows: each code, its status, whose fault it is, and the sentences for callers and operators.
Rules: a code never changes its meaning; no sentence contains more of a presigned URL than its host.
Must not know: HTTP objects, logging, URLs.
"""
