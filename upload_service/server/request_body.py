"""The body of a request as a stream of chunks, and how the rest of an unwanted body is thrown away.

Knows: aiohttp's request, and what reading it can raise.
Rules: silence and too low a rate end a request, size does not. Time in which we do not read does not count
against the client. After an early response the rest is read and thrown away within bounds, so that the client
can read the response.
Must not know: forms, storage.
"""

import asyncio
import time
from collections.abc import Sized

from aiohttp import web

from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase
from upload_service.upload.sender_pace import SenderPace

# After an early response. Many clients, and all browsers, read it only when they have sent everything.
DRAIN_SECONDS = 600
DRAIN_SILENCE_SECONDS = 10
# By then a client that reads while it sends has stopped, and the others have shown how fast they send.
DRAIN_TRIAL_SECONDS = 5


# How much a connection with a large body reads from the system at once: as much as makes it faster
# (docs/performance.md), and less when many uploads share the memory for it.
LARGEST_READ_BYTES = 1024 * 1024
# With chunked coding, where nobody knows how many chunks a read brings.
LARGEST_CHUNKED_READ_BYTES = 256 * 1024
SMALLEST_READ_BYTES = 64 * 1024
ALL_READS_BYTES = 4 * 1024 * 1024
HEAD_BYTES = 4 * 1024


# Chunked coding costs CPU per chunk. So many chunks are free; then one is allowed per so many bytes.
FREE_CHUNKS = 256
LEAST_CHUNK_BYTES = 512
# Smaller chunks that have arrived together are passed on together, up to this size.
GATHERED_BYTES = 16 * 1024


class RequestBody:
    """Reads one body. `least_rate` is in bytes per second, averaged over the time spent waiting.

    `running` are the uploads that share the memory for what is taken in. `pace`: how fast the client sends.
    """

    def __init__(self, request: web.Request, stall_seconds: float, least_rate: float, running: Sized) -> None:
        self._content = request.content
        self._transport = request.transport
        self._running = running
        # A read buffer larger than the rest of the request would be wasted. The next head may come with it.
        length = request.content_length
        if length is None:
            self._largest_read_bytes = LARGEST_CHUNKED_READ_BYTES
        else:
            self._largest_read_bytes = min(LARGEST_READ_BYTES, max(SMALLEST_READ_BYTES, length + HEAD_BYTES))
        # Only asyncio's own transports let us choose the size of a read.
        self._can_choose_size = hasattr(request.transport, "max_size")
        self._stall_seconds = stall_seconds
        self._least_rate = least_rate
        self._sharing = -1  # none have been counted
        self._received_bytes = 0
        self._chunks = 0
        self.pace = SenderPace()

    async def read(self) -> bytes:
        """The next chunk of the body, b"" at the end; raises UploadError."""
        try:
            if self._can_choose_size and self._sharing != len(self._running):
                self._choose_read_size()
            chunk, chunk_ended = await self._next()
            return await self._gather(chunk) if chunk_ended else chunk
        except web.RequestPayloadError:
            raise UploadError("bad_request", Phrase("The request's chunked encoding is broken.")) from None
        except OSError:
            raise UploadError("client_gone") from None

    async def _next(self) -> tuple[bytes, bool]:
        is_here = self._content.total_bytes > self._received_bytes or self._content.is_eof()
        chunk, chunk_ended = await (self._content.readchunk() if is_here else self._wait())
        self._received_bytes += len(chunk)
        return chunk, chunk_ended

    async def _gather(self, chunk: bytes) -> bytes:
        """A chunk, together with those after it that have already arrived, up to a useful size."""
        gathered, size, chunk_ended = [chunk], len(chunk), True
        while chunk or chunk_ended:
            self._chunks += chunk_ended
            if _are_too_many(self._chunks, self._received_bytes):
                raise UploadError("chunks_too_small")
            if size and (size >= GATHERED_BYTES or self._content.total_bytes == self._received_bytes):
                break
            chunk, chunk_ended = await self._next()
            gathered.append(chunk)
            size += len(chunk)
        return b"".join(gathered)

    def _choose_read_size(self) -> None:
        self._sharing = len(self._running)
        fair = ALL_READS_BYTES // max(1, self._sharing)
        size = min(self._largest_read_bytes, max(SMALLEST_READ_BYTES, fair))
        setattr(self._transport, "max_size", size)  # noqa: B010  not in asyncio's published interface

    async def _wait(self) -> tuple[bytes, bool]:
        """Wait for the next chunk, timed. Timing chunks that are already here would cost too much."""
        self.pace.begin_wait(time.monotonic())
        try:
            async with asyncio.timeout(self._stall_seconds):
                found = await self._content.readchunk()
        except TimeoutError:
            raise UploadError("client_stalled") from None
        self.pace.end_wait(time.monotonic(), self._content.total_bytes)
        if self.pace.waited_seconds > self._stall_seconds and self._is_trickling():
            raise UploadError("client_too_slow")
        return found

    def _is_trickling(self) -> bool:
        return self._content.total_bytes < self.pace.waited_seconds * self._least_rate


def _are_too_many(chunks: int, count: int) -> bool:
    """Whether these are more chunks than `count` bytes need."""
    return chunks > FREE_CHUNKS + count // LEAST_CHUNK_BYTES


async def drain(request: web.BaseRequest) -> None:
    """Read the rest of the body and throw it away, as long as its end can still come in time."""
    content, began = request.content, time.monotonic()
    count, chunks = 0, 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while not content.at_eof():
                async with asyncio.timeout(DRAIN_SILENCE_SECONDS):
                    chunk, chunk_ended = await content.readchunk()
                count += len(chunk)
                chunks += chunk_ended
                left = (request.content_length or 0) - content.total_bytes  # negative when nobody knows
                if _are_too_many(chunks, count) or _comes_too_late(left, count, time.monotonic() - began):
                    return
    except (OSError, web.RequestPayloadError):
        return  # silent for too long, gone or broken: nothing to wait for


def _comes_too_late(left: int, count: int, seconds: float) -> bool:
    """Whether the end of a body that sent `count` bytes in `seconds` would come too late.

    It is then given up soon: browsers send again when a connection breaks, and each try takes as long.
    """
    return seconds > DRAIN_TRIAL_SECONDS and left * seconds > count * (DRAIN_SECONDS - seconds)
