"""The request body of a PUT, in the form that aiohttp's client expects.

Knows: when aiohttp asks for bytes, and which of its automatic actions must be prevented.
Rules: the body leaves chunk by chunk, with exactly the announced number of bytes. If storage takes no byte
for too long, the attempt ends.
Must not know: URLs, responses.
"""

import array
import asyncio
import contextlib
import fcntl
import termios
from typing import cast

from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from aiohttp.payload import Payload

from upload_service.body.file_body import BodyReader, WrongLength


class Stalled(Exception):
    """Storage has taken no byte for `stall_seconds`."""


class BodyPayload(Payload):
    """Sends one reading of a body, once. Raises Stalled, or WrongLength from the reader.

    `failure` is the exception that ended the sending; aiohttp would wrap it. `began` says that the request
    has begun to leave: aiohttp holds the request's head back until it has the first chunk.
    """

    def __init__(self, reader: BodyReader, stall_seconds: float) -> None:
        super().__init__(None)
        self._size = reader.length
        self._reader = reader
        self._stall_seconds = stall_seconds
        self.failure: Exception | None = None
        self.began = False

    @property
    def consumed(self) -> bool:
        """Always True. If it were False, aiohttp could silently send a second PUT."""
        return True

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Raises TypeError: the bytes are not text, and never all in memory."""
        raise TypeError("an upload cannot be decoded")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the whole body; see `write_with_length`."""
        await self.write_with_length(writer, None)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Write the body chunk by chunk. `content_length` is ignored: the reader checks the length."""
        try:
            while chunk := await self._reader.next():
                self.began = True
                # The writer is always a StreamWriter. Its own drain has no limit for a stall.
                await cast(StreamWriter, writer).write(chunk, drain=False)
                await self._drain(writer)
            self.began = True
        except (WrongLength, Stalled) as failure:
            self.failure = failure
            raise

    async def _drain(self, writer: AbstractStreamWriter) -> None:
        """Wait until storage has taken enough; raises Stalled after `stall_seconds` without any progress."""
        transport = writer.transport
        if transport is None or transport.get_write_buffer_size() <= transport.get_write_buffer_limits()[1]:
            return
        waiting, quiet_seconds, tick = _unacknowledged_bytes(transport), 0.0, self._stall_seconds / 8
        # In a task of its own, because aiohttp's drain does not survive a timeout around it.
        drained = asyncio.ensure_future(writer.drain())
        try:
            while not (await asyncio.wait([drained], timeout=tick))[0]:
                left = _unacknowledged_bytes(transport)
                quiet_seconds = 0.0 if left < waiting else quiet_seconds + tick
                if quiet_seconds >= self._stall_seconds:
                    raise Stalled
                waiting = left
            await drained
        finally:
            drained.cancel()


def _unacknowledged_bytes(transport: asyncio.WriteTransport) -> int:
    """The bytes in our write buffer and in the system's, which storage has not acknowledged.

    The system's count is known on Linux only; on other systems the result is our buffer alone.
    """
    count = array.array("i", [0])
    with contextlib.suppress(OSError):
        fcntl.ioctl(transport.get_extra_info("socket"), termios.TIOCOUTQ, count)
    return transport.get_write_buffer_size() + count[0]
