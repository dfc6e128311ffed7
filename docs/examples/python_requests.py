#!/usr/bin/env python3
"""Sends a file to storage through upload-service, with requests.

Usage: PRESIGNED_URL=... python python_requests.py SERVICE FILE [TYPE]
e.g. python python_requests.py http://localhost:8000 photo.png image/png

The presigned URL comes from the environment because everybody on the computer can see a program's arguments;
so does UPLOAD_TOKEN, where the service asks for one. requests makes the whole form in memory and reads the
answer when all of it is sent: for large files take httpx or aiohttp.
Exit status: 0 when the file is stored, 1 when it is not, 2 when the usage is wrong.
"""

import mimetypes
import os
import sys
from pathlib import Path
from typing import Any

import requests

# To connect; then for each silence, also while storage takes the last of the file.
TIMEOUTS = (10, 300)


def upload(service: str, path: Path, content_type: str, upload_url: str) -> dict[str, Any]:
    """The service's answer. Raises OSError, of which requests' exceptions are a kind."""
    token = os.environ.get("UPLOAD_TOKEN")
    with path.open("rb") as file:
        response = requests.post(
            f"{service}/upload-with-presigned-retry",
            data={"uploadUrl": upload_url, "max_retries": "3", "size": str(path.stat().st_size)},
            files={"file": (path.name, file, content_type)},
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=TIMEOUTS,
        )
    answer: dict[str, Any] = response.json()
    return answer


def main() -> int:
    """Run, and say what came of it."""
    upload_url, arguments = os.environ.get("PRESIGNED_URL"), sys.argv[1:]
    if not upload_url or len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    service, path = arguments[0].rstrip("/"), Path(arguments[1])
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    try:
        answer = upload(service, path, arguments[2] if len(arguments) == 3 else guessed, upload_url)
    except OSError as error:
        print(f"no answer: {error}", file=sys.stderr)
        return 1
    if not answer["success"]:
        print(f"{answer['code']}: {answer['detail']} (request {answer['request_id']})", file=sys.stderr)
        return 1
    print(f"stored: {answer['filename']}, {answer['file_size']} bytes (request {answer['request_id']})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
