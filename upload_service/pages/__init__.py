"""What can be read with GET: the upload page, `/docs`, `/openapi.json`, `/errors`, health and `/metrics`.

Knows: the files in `static`, and how to choose a media type by the Accept header.
Rules: no page loads anything from another server. The response for each file says how long it may be cached.
Must not know: how an upload runs.
"""
