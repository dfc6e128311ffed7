"""The file's bytes on their way: fed once by the client's leg, read from the start by each attempt.

Knows: how many bytes came, how many may be shown, and whether they can be read a second time.
Rules: the newest chunk is held back until the form has ended cleanly; a reader asks for an exact length and
gets either exactly that or WrongLength before the last byte; a one-shot body refuses a second reading.
Must not know: destinations, answers.
"""

import asyncio
from collections import deque
from typing import Protocol

WINDOW_BYTES = 128 * 1024


class WrongLength(Exception):
    """The file has another length than this reading was begun with. Nothing whole has been shown."""


class ChunkStore(Protocol):
    """Where a body's bytes lie between the two legs. `replayable`: they can be read from the start again."""

    replayable: bool

    async def append(self, chunk: bytes) -> None: ...
    async def read(self, offset: int, limit: int) -> bytes: ...
    def free_before(self, offset: int) -> None: ...
    def close(self) -> None: ...


class Pipe:
    """A store that passes bytes on and forgets them; a slow reader slows the writer."""

    def __init__(self) -> None:
        self.replayable = False
        self._closed = False
        self._chunks: deque[bytes] = deque()
        self._passed_bytes = 0
        self._waiting_bytes = 0
        self._has_room = asyncio.Event()

    async def append(self, chunk: bytes) -> None:
        """Queue `chunk`, and wait while more than a window lies before it, which can all be read."""
        if self._closed:
            return
        self._chunks.append(chunk)
        self._waiting_bytes += len(chunk)
        while self._waiting_bytes - len(chunk) > WINDOW_BYTES:
            self._has_room.clear()
            await self._has_room.wait()

    async def read(self, offset: int, limit: int) -> bytes:
        """The next chunk; `limit` always falls on the end of a chunk, because they are shown whole."""
        if offset != self._passed_bytes:
            raise RuntimeError("a one-shot body was read a second time")
        chunk = self._chunks.popleft()
        if len(chunk) > limit:
            raise RuntimeError("a chunk was asked for before it may be shown")
        self._passed_bytes += len(chunk)
        self._waiting_bytes -= len(chunk)
        self._has_room.set()
        return chunk

    def free_before(self, offset: int) -> None:
        """Nothing: what has been read is forgotten already."""

    def close(self) -> None:
        """Forget what was not read, and what still comes."""
        self._closed = True
        self._chunks.clear()
        self._waiting_bytes = 0
        self._has_room.set()


class Body:
    """The file between the legs."""

    def __init__(self, store: ChunkStore) -> None:
        self.received_bytes = 0
        self.finished = False
        self._store = store
        self._readable_bytes = 0
        self._changed = asyncio.Event()

    @property
    def replayable(self) -> bool:
        """Whether a second reading from the start is possible."""
        return self._store.replayable

    async def feed(self, chunk: bytes) -> None:
        """Take the next chunk of the file, never empty; shows the one before it."""
        self._readable_bytes = self.received_bytes
        self.received_bytes += len(chunk)
        self._changed.set()
        await self._store.append(chunk)

    def finish(self) -> None:
        """The form has ended cleanly: show the last chunk."""
        self._readable_bytes = self.received_bytes
        self.finished = True
        self._changed.set()

    def reader(self, length: int, *, last: bool = False) -> "BodyReader":
        """A reading from the start, for one attempt that announces `length` bytes. The `last` one frees."""
        return BodyReader(self, length, last=last)

    async def read(self, offset: int, length: int, *, last: bool = False) -> bytes:
        """The next bytes from `offset` of a file of `length` bytes, b"" at its end."""
        if last:
            self._store.free_before(offset)
        while True:
            if self.received_bytes > length or (self.finished and self.received_bytes < length):
                raise WrongLength
            if offset < self._readable_bytes:
                return await self._store.read(offset, self._readable_bytes - offset)
            if self.finished:
                return b""
            self._changed.clear()
            await self._changed.wait()

    def close(self) -> None:
        """Give back what the body holds."""
        self._store.close()


class BodyReader:
    """One reading of a body, from its start to its end."""

    def __init__(self, body: Body, length: int, *, last: bool) -> None:
        self.length = length
        self.read_bytes = 0
        self._body = body
        self._last = last

    @property
    def complete(self) -> bool:
        """Whether every byte has been handed out, which only happens after a clean end of the form."""
        return self._body.finished and self.read_bytes == self.length

    async def next(self) -> bytes:
        """The next chunk, b"" at the end; raises WrongLength when the announced length turns out wrong."""
        chunk = await self._body.read(self.read_bytes, self.length, last=self._last)
        self.read_bytes += len(chunk)
        return chunk
