"""What can be read: the page, `/docs`, `/openapi.json`, `/errors`, health and `/metrics`.

Knows: the files in `static`, and which of several forms a reader prefers.
Rules: nothing is loaded from another server; every answer says how long it may be kept.
Must not know: how an upload runs.
"""
