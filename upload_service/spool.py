"""Where bytes that must wait, or may be needed again, are kept: in memory first, then in a file.

Knows: one budget of memory for all uploads together, and an unnamed temporary file beyond it.
Rules: what was appended can be read from any offset while more is appended; memory is given back at once;
the disk is touched in threads only, and the file is not closed under a thread that still uses it.
Must not know: forms, HTTP, why something is kept.
"""

import asyncio
import os
import tempfile
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from typing import IO, TypeVar

from upload_service.errors import UploadError

BLOCK_BYTES = 256 * 1024
# Smaller pieces are gathered, so that a file sent in tiny chunks costs its bytes and not an object for each.
SMALL_BYTES = 16 * 1024

T = TypeVar("T")


class Budget:
    """Bytes of memory that all uploads together may keep."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used_bytes = 0

    @property
    def free_bytes(self) -> int:
        """What is left."""
        return self.limit_bytes - self.used_bytes

    def take(self, count: int) -> bool:
        """Take `count` bytes if they are there."""
        if count > self.free_bytes:
            return False
        self.used_bytes += count
        return True

    def give(self, count: int) -> None:
        """Give back `count` bytes taken before."""
        self.used_bytes -= count


class Spool:
    """One upload's kept bytes. The file, once there is one, holds the front; memory holds the newest."""

    def __init__(self, budget: Budget) -> None:
        self.length = 0
        self._budget = budget
        self._taken_bytes = 0
        self._pieces: list[bytes | bytearray] = []
        self._starts: list[int] = []
        self._file: IO[bytes] | None = None
        self._file_length = 0
        self._threads = 0
        self._closed = False

    async def append(self, piece: bytes) -> None:
        """Keep `piece` behind what is there; raises UploadError spool_full when the disk has no room."""
        self._keep(piece)
        if self._file is None and self._budget.take(len(piece)):
            self._taken_bytes += len(piece)
        elif self._file is None or self.length - self._file_length >= BLOCK_BYTES:
            await self._move_to_file()

    async def read(self, offset: int, limit: int) -> bytes:
        """At least one and at most `limit` bytes from `offset`, which must lie before the end."""
        if offset < self._file_length:
            assert self._file is not None
            count = min(limit, BLOCK_BYTES, self._file_length - offset)
            return await self._in_thread(os.pread, self._file.fileno(), count, offset)
        index = bisect_right(self._starts, offset) - 1
        start = offset - self._starts[index]
        return bytes(self._pieces[index][start : start + limit])

    def close(self) -> None:
        """Give everything back; the file is closed when the last thread has left it."""
        self._closed = True
        self._forget_memory()
        self._close_file_unless_used()

    def _keep(self, piece: bytes) -> None:
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, bytearray) and len(last) < BLOCK_BYTES and len(piece) < SMALL_BYTES:
            last += piece
        else:
            self._starts.append(self.length)
            self._pieces.append(piece if len(piece) >= SMALL_BYTES else bytearray(piece))
        self.length += len(piece)

    async def _move_to_file(self) -> None:
        try:
            if self._file is None:
                self._file = await self._in_thread(_unnamed_file)
            number = self._file.fileno()
            await self._in_thread(_write_all, number, list(self._pieces), self._file_length)
        except OSError:
            raise UploadError("spool_full") from None
        self._file_length = self.length
        self._forget_memory()

    def _forget_memory(self) -> None:
        self._pieces.clear()
        self._starts.clear()
        self._budget.give(self._taken_bytes)
        self._taken_bytes = 0

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        future = asyncio.get_running_loop().run_in_executor(None, partial(work, *args))
        self._threads += 1
        future.add_done_callback(self._leave_thread)
        # Shielded: a cancelled upload must not close the file while a thread still writes to its number,
        # which may by then be another upload's.
        return await asyncio.shield(future)

    def _leave_thread(self, future: "asyncio.Future[T]") -> None:
        self._threads -= 1
        if not future.cancelled():
            future.exception()  # retrieved: the upload that would have seen it may be gone
        if self._closed:
            self._close_file_unless_used()

    def _close_file_unless_used(self) -> None:
        if self._file is not None and not self._threads:
            self._file.close()
            self._file = None


def _unnamed_file() -> IO[bytes]:
    return tempfile.TemporaryFile(buffering=0)


def _write_all(number: int, pieces: list[bytes | bytearray], offset: int) -> None:
    for piece in pieces:
        with memoryview(piece) as view:
            written = 0
            while written < len(view):
                written += os.pwrite(number, view[written:], offset + written)
        offset += written
