"""Says what to paste, once service and store are up: an upload, and how to look at what was stored."""

import os

from presign import presign

port = os.environ.get("UPLOAD_PORT", "8000")
print(
    f"""
Ready. The service is at http://localhost:{port}. Upload a file from another terminal:

  curl --form-string "uploadUrl={presign("readme.md")}" -F "file=@README.md;type=text/markdown" http://localhost:{port}/upload-with-presigned

and look at what was stored:

  curl "{presign("readme.md", "GET")}"

Another URL to upload to: docker compose run --rm ready python /compose/presign.py KEY
""",
    flush=True,
)
