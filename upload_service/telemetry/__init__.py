"""What operators are told: one event for each upload, other log lines, and metrics.

Knows: every log event and every metric, each in a register.
Rules: nothing of a presigned URL beyond its host; no label takes a value that a caller can make up.
Must not know: HTTP, how an upload runs.
"""
