"""What a request's head tells and alone can refuse, and its body as a stream of pieces.

Knows: aiohttp's request, and what its reading can raise.
Rules: a request that cannot be served is refused before a byte of its body is read, also to a client that
waits for 100; silence is timed, size is not.
Must not know: fields, storage.
"""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web

from upload_service.config import Settings
from upload_service.errors import UploadError
from upload_service.form import MAX_BESIDE_FILE_BYTES, FormReader

_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


def request_id(request: web.BaseRequest) -> str:
    """The caller's id where it is usable, else one of ours; the same for the whole request."""
    if _ID not in request:
        given = request.headers.get("X-Request-Id", "")
        request[_ID] = given if _USABLE_ID.fullmatch(given) else uuid.uuid4().hex
    return request[_ID]


def admit(request: web.Request, settings: Settings, wanted: frozenset[str]) -> FormReader:
    """The form of a request that may go on; raises UploadError for one that may not."""
    if not request.body_exists:
        raise UploadError("empty_body")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UploadError("content_encoding_unsupported")
    length = request.content_length
    if length is not None and length - MAX_BESIDE_FILE_BYTES > settings.max_file_bytes:
        raise UploadError("file_too_large")
    content_type = request.headers.get("Content-Type", "")
    return FormReader(_reader(request, settings.stall_seconds), content_type, length, wanted)


async def hold_continue(_request: web.Request) -> None:
    """Instead of aiohttp's handler of `Expect`: the client gets its 100 when its head has been admitted."""


async def send_continue(request: web.Request) -> None:
    """Let a client that waits for 100 go on."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # as aiohttp does: the answer proper has not begun


def _reader(request: web.Request, stall_seconds: float) -> Callable[[], Awaitable[bytes]]:
    """Reads the next piece of the body, b"" at its end."""

    async def read() -> bytes:
        try:
            async with asyncio.timeout(stall_seconds) as silence:
                while True:
                    piece, chunk_ended = await request.content.readchunk()
                    if piece or not chunk_ended:
                        return piece
        except web.RequestPayloadError:
            raise UploadError("bad_request", "The request's chunked encoding is broken.") from None
        except OSError:
            raise UploadError("client_stalled" if silence.expired() else "client_gone") from None

    return read
