"""The body of a request as a stream of pieces, and the rest of one that nobody wants any more.

Knows: aiohttp's request, and what its reading can raise.
Rules: silence and a trickle end the request, size does not; time in which we do not ask is not the sender's;
after an early answer the rest is read and thrown away within bounds, so that the answer arrives.
Must not know: forms, storage.
"""

import asyncio
import time
from collections.abc import Sized

from aiohttp import web

from upload_service.errors.upload_error import UploadError

# After an early answer. A sender that has more to send than this, or is slower, may see a reset instead.
DRAIN_BYTES = 256 * 1024 * 1024
DRAIN_SECONDS = 30
DRAIN_SILENCE_SECONDS = 3


# What a connection with a large body takes from the system at once: as much as pays (docs/performance.md),
# less where many share the memory for it.
MOST_AT_ONCE_BYTES = 1024 * 1024
LEAST_AT_ONCE_BYTES = 64 * 1024
AT_ONCE_TOGETHER_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 4 * 1024


# Chunks of chunked coding, which cost by the piece: so many for nothing, then one for so many bytes.
FREE_CHUNKS = 256
LEAST_CHUNK_BYTES = 512
# Smaller chunks that are here together are passed on together.
GATHERED_BYTES = 16 * 1024


class RequestBody:
    """Reads one body. `least_rate` is in bytes per second, averaged over the time spent waiting.

    `running` are the uploads that share the memory for what is taken in.
    """

    def __init__(self, request: web.Request, stall_seconds: float, least_rate: float, running: Sized) -> None:
        self._content = request.content
        self._transport = request.transport
        self._running = running
        # Room for more than comes would be made in vain; the next request's head comes with its body.
        length = MOST_AT_ONCE_BYTES if request.content_length is None else request.content_length
        self._most_at_once_bytes = min(MOST_AT_ONCE_BYTES, max(LEAST_AT_ONCE_BYTES, length + HEAD_BYTES))
        # Only asyncio's own transports have it; others choose for themselves.
        self._can_choose = hasattr(request.transport, "max_size")
        self._stall_seconds = stall_seconds
        self._least_rate = least_rate
        self._received_bytes = 0
        self._chunks = 0
        self._waited_seconds = 0.0

    async def read(self) -> bytes:
        """The next piece, b"" at the end; raises UploadError."""
        try:
            if self._can_choose:
                self._take_fair_share()
            piece, chunk_ended = await self._next()
            return await self._gather(piece) if chunk_ended else piece
        except web.RequestPayloadError:
            raise UploadError("bad_request", "The request's chunked encoding is broken.") from None
        except OSError:
            raise UploadError("client_gone") from None

    async def _next(self) -> tuple[bytes, bool]:
        is_here = self._content.total_bytes > self._received_bytes or self._content.is_eof()
        piece, chunk_ended = await (self._content.readchunk() if is_here else self._wait())
        self._received_bytes += len(piece)
        return piece, chunk_ended

    async def _gather(self, piece: bytes) -> bytes:
        """A chunk, with those behind it that are here, up to a useful size."""
        pieces, size, chunk_ended = [piece], len(piece), True
        while piece or chunk_ended:
            self._chunks += chunk_ended
            if _are_too_many(self._chunks, self._received_bytes):
                raise UploadError("chunks_too_small")
            if size and (size >= GATHERED_BYTES or self._content.total_bytes == self._received_bytes):
                break
            piece, chunk_ended = await self._next()
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    def _take_fair_share(self) -> None:
        fair = AT_ONCE_TOGETHER_BYTES // max(1, len(self._running))
        size = min(self._most_at_once_bytes, max(LEAST_AT_ONCE_BYTES, fair))
        setattr(self._transport, "max_size", size)  # noqa: B010  not in asyncio's published interface

    async def _wait(self) -> tuple[bytes, bool]:
        """What is not here yet is timed; a clock for each piece that is would cost more than reading it."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._stall_seconds):
                found = await self._content.readchunk()
        except TimeoutError:
            raise UploadError("client_stalled") from None
        self._waited_seconds += time.monotonic() - began
        if self._waited_seconds > self._stall_seconds and self._is_trickling():
            raise UploadError("client_too_slow")
        return found

    def _is_trickling(self) -> bool:
        return self._content.total_bytes < self._waited_seconds * self._least_rate


def _are_too_many(chunks: int, count: int) -> bool:
    """Whether so many chunks are more than so many bytes are worth."""
    return chunks > FREE_CHUNKS + count // LEAST_CHUNK_BYTES


async def drain(request: web.BaseRequest) -> None:
    """Throw away what still comes of the body."""
    count, chunks = 0, 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while count < DRAIN_BYTES and not _are_too_many(chunks, count) and not request.content.at_eof():
                async with asyncio.timeout(DRAIN_SILENCE_SECONDS):
                    piece, chunk_ended = await request.content.readchunk()
                count += len(piece)
                chunks += chunk_ended
    except (OSError, web.RequestPayloadError):
        return  # silent for too long, gone, or broken: there is nothing to wait for
