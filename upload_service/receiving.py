"""The body of a request as a stream of pieces, and the rest of one that nobody wants any more.

Knows: aiohttp's request, and what its reading can raise.
Rules: silence and a trickle end the request, size does not; time in which we do not ask is not the sender's;
after an early answer the rest is read and thrown away within bounds, so that the answer arrives.
Must not know: forms, storage.
"""

import asyncio
import time

from aiohttp import web

from upload_service.errors import UploadError

# After an early answer. A sender that has more to send than this, or is slower, may see a reset instead.
DRAIN_BYTES = 256 * 1024 * 1024
DRAIN_SECONDS = 30
DRAIN_SILENCE_SECONDS = 3


class Receiver:
    """Reads one body. `least_rate` is in bytes per second, averaged over the time spent waiting."""

    def __init__(self, request: web.Request, stall_seconds: float, least_rate: float) -> None:
        self._content = request.content
        self._stall_seconds = stall_seconds
        self._least_rate = least_rate
        self._received_bytes = 0
        self._waited_seconds = 0.0

    async def read(self) -> bytes:
        """The next piece, b"" at the end; raises UploadError."""
        began = time.monotonic()
        piece = await self._next()
        self._waited_seconds += time.monotonic() - began
        self._received_bytes += len(piece)
        if piece and self._is_trickling():
            raise UploadError("client_too_slow")
        return piece

    def _is_trickling(self) -> bool:
        """Not before the sender has had as long as it may be silent."""
        return (
            self._waited_seconds > self._stall_seconds
            and self._received_bytes < self._waited_seconds * self._least_rate
        )

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout(self._stall_seconds) as silence:
                while True:
                    piece, chunk_ended = await self._content.readchunk()
                    if piece or not chunk_ended:
                        return piece
        except web.RequestPayloadError:
            raise UploadError("bad_request", "The request's chunked encoding is broken.") from None
        except OSError:
            raise UploadError("client_stalled" if silence.expired() else "client_gone") from None


async def drain(request: web.BaseRequest) -> None:
    """Throw away what still comes of the body."""
    left = DRAIN_BYTES
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while left > 0 and not request.content.at_eof():
                async with asyncio.timeout(DRAIN_SILENCE_SECONDS):
                    left -= len(await request.content.readany())
    except (OSError, web.RequestPayloadError):
        return  # silent for too long, gone, or broken: there is nothing to wait for
