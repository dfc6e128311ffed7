"""A body as aiohttp's client wants it.

Knows: when aiohttp asks for bytes, and what it would do behind one's back.
Rules: bytes leave piece by piece, exactly as many as announced; a storage that takes none for too long ends
the attempt.
Must not know: URLs, answers.
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
    """Storage took no byte for too long."""


class BodyPayload(Payload):
    """One reading of a body. `failure` keeps what ended it, which aiohttp would wrap.

    `began`: the request has begun to leave; aiohttp holds the head back until the first piece comes.
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
        """Always: were it False, aiohttp could silently send a second PUT."""
        return True

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Never: the bytes are not text, and not all here."""
        raise TypeError("an upload cannot be decoded")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the whole body; see write_with_length."""
        await self.write_with_length(writer, None)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Write the body piece by piece; its reader guards the length."""
        try:
            while piece := await self._reader.next():
                self.began = True
                # The writer is always a StreamWriter; its own drain knows no stall.
                await cast(StreamWriter, writer).write(piece, drain=False)
                await self._drain(writer)
            self.began = True
        except (WrongLength, Stalled) as failure:
            self.failure = failure
            raise

    async def _drain(self, writer: AbstractStreamWriter) -> None:
        """Wait until storage has taken enough; any progress at all begins the wait anew."""
        transport = writer.transport
        if transport is None or transport.get_write_buffer_size() <= transport.get_write_buffer_limits()[1]:
            return
        waiting, quiet_seconds, tick = _unacknowledged_bytes(transport), 0.0, self._stall_seconds / 8
        # A task of its own: aiohttp's drain does not survive a time-out around it.
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
    """What we and the system still hold for storage. The system tells on Linux only; ours is a part of it."""
    count = array.array("i", [0])
    with contextlib.suppress(OSError):
        fcntl.ioctl(transport.get_extra_info("socket"), termios.TIOCOUTQ, count)
    return transport.get_write_buffer_size() + count[0]
