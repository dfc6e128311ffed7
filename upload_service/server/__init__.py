"""HTTP in: sockets, connections, requests, the two upload endpoints and the check.

Knows: aiohttp's server; who may upload; what a caller is told, and when.
Rules: every failure is rendered in one place; what cannot be served is refused before its body is read.
Must not know: what a form's parts mean, when a PUT is tried again.
"""
