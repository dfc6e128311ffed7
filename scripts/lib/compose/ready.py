"""Prints what to paste, once service and store are up, and then signs URLs for the page until SIGTERM."""

import os
import signal
import sys
from types import FrameType

from compose import keys, upload_token
from compose.presign import presign
from compose.signer import Signer, local_names

# In the container. On this computer it is published at UPLOAD_SIGNER_PORT.
PORT = 8001

port = os.environ.get("UPLOAD_PORT", "8000")
signer_port = os.environ.get("UPLOAD_SIGNER_PORT", "8001")

TEXT = f"""
Ready. Drop files at http://localhost:{port} in a browser, or upload one from another terminal:

  curl -sS -w '\\n' --form-string "uploadUrl={presign("readme.md")}" -F "file=@README.md;type=text/markdown" http://localhost:{port}/upload-with-presigned

and look at what was stored:

  curl "{presign("readme.md", "GET")}"

Another URL to upload to: docker compose run --rm ready python -m compose.presign KEY
One to read from: the same with --method GET (the page shows each file's KEY)
"""


def stop(_number: int, _frame: FrameType | None) -> None:
    """End at a SIGTERM. The first process of a container ignores the signal unless it has a handler."""
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
# All addresses of the container; compose publishes the port on this computer only.
pages, own = local_names(int(port)), local_names(int(signer_port))
secret = upload_token.secret_from(keys.read()[1])
signer = Signer(("0.0.0.0", PORT), presign, secret, pages, own)  # noqa: S104
print(TEXT, flush=True)
signer.serve_forever()
