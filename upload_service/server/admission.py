"""What can be judged from a request's head alone.

Knows: aiohttp's request.
Rules: a request that cannot be served is refused before a byte of its body is read, also when the client
waits for 100 Continue.
Must not know: fields, storage.
"""

import os
import re
from collections.abc import Sized

from aiohttp import web

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import MAX_BESIDE_FILE_BYTES, FormReader
from upload_service.server.request_body import RequestBody
from upload_service.settings.settings import Settings
from upload_service.upload.widget_chunks import refuse_content_range

_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


def request_id(request: web.BaseRequest) -> str:
    """The request id: the client's own if it is usable, else a random one; the same for the whole request."""
    if _ID not in request:
        given = request.headers.get("X-Request-Id", "")
        request[_ID] = given if _USABLE_ID.fullmatch(given) else os.urandom(16).hex()
    return request[_ID]


def admit(request: web.Request, settings: Settings, wanted: frozenset[str], running: Sized) -> FormReader:
    """The form of a request that may go on; raises UploadError for one that may not."""
    if not request.body_exists:
        raise UploadError("empty_body")
    if any(coding.lower() != "identity" for coding in request.headers.getall("Content-Encoding", ())):
        raise UploadError("content_encoding_unsupported")
    if "Content-Range" in request.headers:
        refuse_content_range(request.headers["Content-Range"])
    length = request.content_length
    if length is not None and length - MAX_BESIDE_FILE_BYTES > settings.max_file_bytes:
        raise UploadError("file_too_large")
    content_type = request.headers.get("Content-Type", "")
    receiver = RequestBody(request, settings.stall_seconds, settings.min_bytes_per_second, running)
    return FormReader(receiver.read, content_type, length, wanted, from_worker="CF-Worker" in request.headers)


async def hold_continue(_request: web.Request) -> None:
    """Replaces aiohttp's handler of `Expect`: the client gets its 100 once its head has been admitted."""


async def send_continue(request: web.Request) -> None:
    """Send 100 Continue to a client that waits for it."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # as aiohttp does: the final response has not begun
