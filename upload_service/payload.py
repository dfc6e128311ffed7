"""A body as aiohttp's client wants it.

Knows: when aiohttp asks for bytes, and what it would do behind one's back.
Rules: bytes leave piece by piece, exactly as many as announced; a storage that takes none for too long ends
the attempt; nothing is taken from the body for a connection that has been closed meanwhile.
Must not know: URLs, answers.
"""

import asyncio
from typing import cast

from aiohttp import ClientConnectionResetError
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from aiohttp.payload import Payload

from upload_service.body import Reader, WrongLength


class Stalled(Exception):
    """Storage took no byte for too long."""


class BodyPayload(Payload):
    """One reading of a body. `failure` keeps what ended it, which aiohttp would wrap."""

    def __init__(self, reader: Reader, stall_seconds: float) -> None:
        super().__init__(None)
        self._size = reader.length
        self._reader = reader
        self._stall_seconds = stall_seconds
        self.failure: Exception | None = None

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
        await _notice_hang_up(writer)
        try:
            while piece := await self._reader.next():
                # The writer is always a StreamWriter; its own drain knows no stall.
                await cast(StreamWriter, writer).write(piece, drain=False)
                await self._drain(writer)
        except (WrongLength, Stalled) as failure:
            self.failure = failure
            raise

    async def _drain(self, writer: AbstractStreamWriter) -> None:
        """Wait until storage has taken enough; any progress at all begins the wait anew."""
        transport = writer.transport
        waiting = transport.get_write_buffer_size() if transport else 0
        while waiting:
            try:
                async with asyncio.timeout(self._stall_seconds):
                    await writer.drain()
                return
            except TimeoutError:
                left = transport.get_write_buffer_size() if transport else 0
                if left >= waiting:
                    raise Stalled from None
                waiting = left


async def _notice_hang_up(writer: AbstractStreamWriter) -> None:
    """A pooled connection may have been closed meanwhile: let the loop see it before a byte is used."""
    await asyncio.sleep(0)  # the loop asks the system ...
    await asyncio.sleep(0)  # ... and tells the connection
    if writer.transport is None or writer.transport.is_closing():
        raise ClientConnectionResetError("closed before it was used")
