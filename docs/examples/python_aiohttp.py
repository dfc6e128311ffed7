#!/usr/bin/env python3
"""Sends a file to storage through upload-service, with aiohttp, and shows how it goes.

Usage: PRESIGNED_URL=... python python_aiohttp.py SERVICE FILE [TYPE]
e.g. python python_aiohttp.py http://localhost:8000 photo.png image/png

The presigned URL comes from the environment because everybody on the computer can see a program's arguments;
so does UPLOAD_TOKEN, where the service asks for one. The file is read from the disk while it is sent. When
all is sent, the service tells how far storage is.
Exit status: 0 when the file is stored, 1 when it is not, 2 when the usage is wrong.
"""

import asyncio
import json
import mimetypes
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp

# To connect; then for each silence, also while storage takes the last of the file.
TIMEOUTS = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=300)
PIECE_BYTES = 1 << 18
TELL_SECONDS = 0.25
WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "attempt": lambda event: f"attempt {event['attempt']} begins",
    "sent": lambda event: f"storage was handed {event['bytes']} of {event['of']} bytes",
    "waiting": lambda event: f"{event['code']}: another attempt in {event['seconds']} seconds",
}


async def upload(form: aiohttp.FormData, service: str) -> dict[str, Any]:
    """The service's answer."""
    token = os.environ.get("UPLOAD_TOKEN")
    headers = {"Accept": "application/x-ndjson"} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with (
        aiohttp.ClientSession(timeout=TIMEOUTS) as session,
        session.post(f"{service}/upload-with-presigned-retry", data=form, headers=headers) as response,
    ):
        return await answer_of(response)


def form_of(path: Path, content_type: str, upload_url: str) -> aiohttp.FormData:
    """What is sent."""
    form = aiohttp.FormData(quote_fields=False)  # otherwise names in other letters arrive as percent signs
    form.add_field("uploadUrl", upload_url)
    form.add_field("max_retries", "3")
    size = path.stat().st_size
    form.add_field("size", str(size))  # which a form in pieces would not tell
    form.add_field("file", pieces(path, size), filename=path.name, content_type=content_type)
    return form


async def pieces(path: Path, size: int) -> AsyncIterator[bytes]:
    """The file, piece by piece; says now and then how much of it is sent."""
    sent, told = 0, time.monotonic()
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece
            sent += len(piece)
            if time.monotonic() - told > TELL_SECONDS:
                print(f"sent {sent} of {size} bytes", file=sys.stderr)
                told = time.monotonic()


async def answer_of(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The last line, or the only one, when the service refused at once; the others are shown."""
    async for line in response.content:
        told: dict[str, Any] = json.loads(line)
        if "success" in told:
            return told
        if told["event"] in WORDS:
            print(WORDS[told["event"]](told), file=sys.stderr)
    raise ValueError("the connection ended before the answer; the file may be stored")


def main() -> int:
    """Run, and say what came of it."""
    upload_url, arguments = os.environ.get("PRESIGNED_URL"), sys.argv[1:]
    if not upload_url or len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    service, path = arguments[0].rstrip("/"), Path(arguments[1])
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    content_type = arguments[2] if len(arguments) == 3 else guessed
    try:
        answer = asyncio.run(upload(form_of(path, content_type, upload_url), service))
    except (OSError, aiohttp.ClientError, ValueError) as error:  # ValueError: the answer is no JSON
        print(f"no answer: {error}", file=sys.stderr)
        return 1
    if not answer["success"]:
        print(f"{answer['code']}: {answer['detail']} (request {answer['request_id']})", file=sys.stderr)
        return 1
    print(f"stored: {answer['filename']}, {answer['file_size']} bytes (request {answer['request_id']})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
