"""One file between the two legs: written once by the client leg, read from the start by each attempt.

Knows: how many bytes have come, how many of them may be read, and whether they can be read a second time.
Rules: the newest chunk is held back until the form has ended cleanly. A reader announces an exact length: it
gets exactly that many bytes, or WrongLength before the last one. A one-shot body refuses a second reading.
Must not know: destinations, storage's responses.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from upload_service.body.disk_segments import FileUse

# How many bytes a pipe holds before it makes the writer wait.
WINDOW_BYTES = 128 * 1024
# Asked before the last bytes are handed out: if it says no, they are not.
MayEnd = Callable[[], Awaitable[bool]]


class WrongLength(Exception):
    """The file's length is not the one that the reader announced. The reader has not got all bytes."""


class ChunkStore(Protocol):
    """Where a body's bytes wait between the two legs: a Pipe or a Spool.

    `replayable`: whether they can be read from the start again. `on_disk`: whether some may be on disk.
    """

    replayable: bool

    @property
    def on_disk(self) -> bool: ...

    async def append(self, chunk: bytes) -> None: ...
    async def read(self, offset: int, limit: int) -> bytes: ...
    def send_from_disk(self, offset: int, limit: int, send: FileUse[int]) -> int: ...
    def free_before(self, offset: int) -> None: ...
    def close(self) -> None: ...


class Readable(Protocol):
    """What an attempt sends, chunk by chunk: a BodyReader, or one with a frame around it."""

    begun: bool

    @property
    def length(self) -> int: ...
    @property
    def read_bytes(self) -> int: ...
    @property
    def has_come(self) -> bool: ...
    @property
    def complete(self) -> bool: ...
    @property
    def on_disk(self) -> bool: ...

    async def next(self, may_end: MayEnd | None = None) -> bytes: ...
    def send_from_disk(self, send: FileUse[int]) -> int: ...


class Pipe:
    """Passes bytes on and keeps no copy. A slow reader slows the writer down (back-pressure)."""

    on_disk = False

    def __init__(self) -> None:
        self.replayable = False
        self._closed = False
        self._chunks: deque[bytes] = deque()
        self._passed_bytes = 0
        self._waiting_bytes = 0
        self._has_room = asyncio.Event()

    async def append(self, chunk: bytes) -> None:
        """Queue `chunk`, then wait while more than WINDOW_BYTES are queued before it.

        The chunk itself does not count: it cannot be read before the next one comes.
        """
        if self._closed:
            return
        self._chunks.append(chunk)
        self._waiting_bytes += len(chunk)
        while self._waiting_bytes - len(chunk) > WINDOW_BYTES:
            self._has_room.clear()
            await self._has_room.wait()

    async def read(self, offset: int, limit: int) -> bytes:
        """Return the next chunk. `limit` is always a chunk's end, because chunks become readable whole."""
        if offset != self._passed_bytes:
            raise RuntimeError("a one-shot body was read a second time")
        chunk = self._chunks.popleft()
        if len(chunk) > limit:
            raise RuntimeError("a chunk was read before it may be")
        self._passed_bytes += len(chunk)
        self._waiting_bytes -= len(chunk)
        self._has_room.set()
        return chunk

    def send_from_disk(self, offset: int, limit: int, send: FileUse[int]) -> int:
        """Send nothing: a pipe has nothing on disk."""
        return 0

    def free_before(self, offset: int) -> None:
        """Do nothing: a pipe has already forgotten what was read."""

    def close(self) -> None:
        """Forget what was not read yet, and whatever still comes."""
        self._closed = True
        self._chunks.clear()
        self._waiting_bytes = 0
        self._has_room.set()


class Body:
    """The bytes of one file, written once and read by one attempt after another.

    `received_bytes`: how many have come. `finished`: the form has ended cleanly, so no more will come.
    """

    def __init__(self, store: ChunkStore) -> None:
        self.received_bytes = 0
        self.finished = False
        self._store = store
        self._readable_bytes = 0
        self._changed = asyncio.Event()

    @property
    def replayable(self) -> bool:
        """Whether another attempt can read the bytes from the start."""
        return self._store.replayable

    @property
    def on_disk(self) -> bool:
        """Whether some of the bytes may be on disk."""
        return self._store.on_disk

    async def feed(self, chunk: bytes) -> None:
        """Add the file's next chunk, which is never empty; the one before it becomes readable.

        Waits while the reader is too far behind; raises UploadError when a spool has no space left.
        """
        self._readable_bytes = self.received_bytes
        self.received_bytes += len(chunk)
        self._changed.set()
        await self._store.append(chunk)

    def finish(self) -> None:
        """The form has ended cleanly: make the last chunk readable."""
        self._readable_bytes = self.received_bytes
        self.finished = True
        self._changed.set()

    async def whole(self, most: int) -> bytes:
        """All bytes that have come, or some more than `most`, for a file that is read before it may leave."""
        pieces, count = [], 0
        while count < self.received_bytes and count <= most:
            pieces.append(await self._store.read(count, self.received_bytes - count))
            count += len(pieces[-1])
        return b"".join(pieces)

    def reader(self, length: int, *, last: bool = False) -> "BodyReader":
        """A reader from the start, for one attempt that announces `length` bytes.

        `last`: no other reader follows, so the space of what it has read is given back.
        """
        return BodyReader(self, length, last=last)

    async def read(self, offset: int, length: int, *, last: bool = False) -> bytes:
        """The next bytes from `offset`; b"" at the end. Raises WrongLength unless `length` is right."""
        if last:
            self._store.free_before(offset)
        if 0 < offset < self._readable_bytes:
            # Nobody is waited for. So others have their turn, and a storage that has hung up is heard.
            await asyncio.sleep(0)
        while True:
            self._check(length)
            if offset < self._readable_bytes:
                return await self._store.read(offset, self._readable_bytes - offset)
            if self.finished:
                return b""
            self._changed.clear()
            await self._changed.wait()

    def send_from_disk(self, offset: int, length: int, send: FileUse[int], *, last: bool = False) -> int:
        """As `Spool.send_from_disk`, for a reader. Raises WrongLength as `read` does."""
        if last:
            self._store.free_before(offset)
        self._check(length)
        limit = self._readable_bytes - offset
        return self._store.send_from_disk(offset, limit, send) if limit > 0 else 0

    def _check(self, length: int) -> None:
        if self.received_bytes > length or (self.finished and self.received_bytes < length):
            raise WrongLength

    def close(self) -> None:
        """Give back the memory and disk that the body holds."""
        self._store.close()


class BodyReader:
    """Reads a body once, from its start to its end.

    `length`: so many bytes were announced; `read_bytes`: so many are read. `begun`: they are being sent.
    """

    def __init__(self, body: Body, length: int, *, last: bool) -> None:
        self.length = length
        self.read_bytes = 0
        self.begun = False
        self._body = body
        self._last = last

    @property
    def has_come(self) -> bool:
        """Whether the form has ended cleanly, so that no byte is waited for any more."""
        return self._body.finished

    @property
    def complete(self) -> bool:
        """Whether all bytes have been read, which is possible only after the form has ended cleanly."""
        return self._body.finished and self.read_bytes == self.length

    @property
    def on_disk(self) -> bool:
        """Whether `send_from_disk` may find something."""
        return self._body.on_disk

    @property
    def handed_over(self) -> bool:
        """Whether the last byte may have left; of an empty body, whether its end may have."""
        return self.begun and self.complete

    async def next(self, may_end: MayEnd | None = None) -> bytes:
        """The next chunk; b"" at the end, or where it may not end. Raises WrongLength for a wrong length."""
        chunk = await self._body.read(self.read_bytes, self.length, last=self._last)
        if chunk and may_end and self.read_bytes + len(chunk) == self.length and not await may_end():
            return b""
        self.read_bytes += len(chunk)
        return chunk

    def send_from_disk(self, send: FileUse[int]) -> int:
        """Let `send` take the next bytes from the disk; how many. 0: `next` has them. Raises as `next`."""
        count = self._body.send_from_disk(self.read_bytes, self.length, send, last=self._last)
        self.read_bytes += count
        return count
