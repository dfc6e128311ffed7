"""The request body of a PUT, in the form that aiohttp's client expects.

Knows: when aiohttp asks for bytes, which of its automatic actions must be prevented, and how a PUT leaves its
connection.
Rules: the body leaves chunk by chunk, with exactly the announced number of bytes. If storage takes no byte
for too long, the attempt ends. Unless storage has the whole body, the connection ends with a reset: some
stores take an orderly close for the end of the file, and keep the part that came.
Must not know: URLs, responses.
"""

import asyncio
from collections.abc import Callable
from typing import cast
from weakref import WeakKeyDictionary

from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from aiohttp.payload import Payload

from upload_service.body.file_body import BodyReader, WrongLength
from upload_service.storage.sockets import reset_at_close, unacknowledged_bytes

# TLS adds 22 to 29 bytes to each record of up to 16 KiB; a bound that is never too small.
TLS_OVERHEAD_DIVISOR = 256

# Who took each connection last: a token of that PUT, so that nothing of the PUT itself is kept.
_last_taken: WeakKeyDictionary[asyncio.Transport, object] = WeakKeyDictionary()


class Stalled(Exception):
    """Storage has taken no byte for `stall_seconds`."""


class BodyPayload(Payload):
    """Sends one reading of a body, once. Raises Stalled, or WrongLength from the reader.

    `failure` is the exception that ended the sending; aiohttp would wrap it. `answered_unasked`: what came as
    the answer cannot be the one to this PUT.
    """

    def __init__(self, reader: BodyReader, stall_seconds: float) -> None:
        super().__init__(None)
        self._size = reader.length
        self._reader = reader
        self._stall_seconds = stall_seconds
        self.failure: Exception | None = None
        self.answered_unasked = False
        self._began = False
        self._head_bytes: Callable[[], int] = int
        self._transport: asyncio.Transport | None = None
        self._kept: asyncio.Transport | None = None
        self._token = object()
        self._unsent_bytes = reader.length

    def take(self, transport: asyncio.Transport, head_bytes: Callable[[], int]) -> None:
        """The request is about to leave on this connection. `head_bytes`: counts those of its head."""
        self._transport = transport
        self._head_bytes = head_bytes
        _last_taken[transport] = self._token
        reset_at_close(transport, True)

    def begin(self) -> None:
        """The head leaves now: alone, where storage's 100 Continue is waited for, or with the first chunk."""
        self._began = True

    def leave(self) -> None:
        """The connection is about to be closed, or kept for another PUT: abort it unless storage has all.

        Aborting drops what our buffer holds, and says no goodbye on TLS. aiohttp then finds it closed.
        """
        if self._transport is None:
            return
        if self.unsent_bytes():
            self._transport.abort()
        else:
            reset_at_close(self._transport, False)
            self._kept = self._transport
        self._transport = None

    def spoil(self) -> None:
        """Let no other PUT have the connection, which may have been kept already.

        A store that answered before it had read the body may take the rest of it for the next request.
        """
        if self._kept is not None and _last_taken.get(self._kept) is self._token:
            self._kept.close()

    def unsent_bytes(self) -> int:
        """How many bytes of the PUT storage's system had not acknowledged, the last time that it was known.

        It is known until the connection is left.
        """
        if self._transport is not None:
            unread_bytes = self._reader.length - self._reader.read_bytes
            self._unsent_bytes = unread_bytes + unacknowledged_bytes(self._transport)
        return self._unsent_bytes

    def can_be_answered(self) -> bool:
        """Whether what comes now can be the answer to this PUT: something of its head has reached storage.

        Over TLS our system counts encrypted bytes, which are a little more.
        """
        if not self._began or self._transport is None:
            return self._began
        waiting = unacknowledged_bytes(self._transport)
        if waiting <= self._reader.read_bytes:
            return True
        if self._transport.get_extra_info("ssl_object"):
            waiting -= waiting // TLS_OVERHEAD_DIVISOR
        return waiting - self._reader.read_bytes < self._head_bytes()

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
        self._reader.begun = True
        try:
            while chunk := await self._reader.next():
                self.begin()
                # The writer is always a StreamWriter. Its own drain has no limit for a stall.
                await cast(StreamWriter, writer).write(chunk, drain=False)
                await self._drain(writer)
            self.begin()
        except (WrongLength, Stalled) as failure:
            self.failure = failure
            raise

    async def _drain(self, writer: AbstractStreamWriter) -> None:
        """Wait until storage has taken enough; raises Stalled after `stall_seconds` without any progress."""
        transport = writer.transport
        if transport is None or transport.get_write_buffer_size() <= transport.get_write_buffer_limits()[1]:
            return
        waiting, quiet_seconds, tick = unacknowledged_bytes(transport), 0.0, self._stall_seconds / 8
        # In a task of its own, because aiohttp's drain does not survive a timeout around it.
        drained = asyncio.ensure_future(writer.drain())
        try:
            while not (await asyncio.wait([drained], timeout=tick))[0]:
                left = unacknowledged_bytes(transport)
                quiet_seconds = 0.0 if left < waiting else quiet_seconds + tick
                if quiet_seconds >= self._stall_seconds:
                    raise Stalled
                waiting = left
            await drained
        finally:
            drained.cancel()
