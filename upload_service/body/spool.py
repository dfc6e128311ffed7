"""Keeps the bytes of one file that must wait, or may be needed for another attempt.

Knows: the chunks in memory, and for a large file the copy on disk, which has all but the newest chunks.
Rules: space is reserved before it is used. All bytes so far can be read, from any offset, while more are
appended. A reader that keeps up with the writer reads from memory. The disk is waited for in threads only.
Must not know: forms, HTTP, why a file is kept.
"""

import asyncio
import os

from upload_service.body.budget import Reservation, SpoolBudget
from upload_service.body.disk_segments import SEGMENT_BYTES, DiskSegments, FileUse
from upload_service.body.file_body import ChunkStore, Pipe
from upload_service.body.memory_chunks import MemoryChunks
from upload_service.errors.upload_error import UploadError

# How much is written to disk, or read from it, in one call.
BLOCK_BYTES = 1024 * 1024
# A file without a known length reserves disk in steps of this size.
RESERVATION_STEP_BYTES = 8 * 1024 * 1024


class Spool:
    """The kept bytes of one file.

    `replayable`: whether they can be read from the start again; False once the disk has failed.
    """

    def __init__(self, budget: SpoolBudget, expected_bytes: int | None) -> None:
        """Reserve space for a file of this length; for None, space is reserved as the file grows.

        Raises UploadError when the budget has too few bytes left.
        """
        self.replayable = True
        self._budget = budget
        self._chunks = MemoryChunks()
        self._memory = Reservation(budget.memory)
        self._disk = Reservation(budget.disk)
        self._segments: DiskSegments | None = None
        self._freed_bytes = 0
        self._written_bytes = 0
        self._writing: asyncio.Future[None] | None = None
        self._read_to = -1
        self._was_read = asyncio.Event()
        if expected_bytes is not None:
            self._reserve(expected_bytes)

    @property
    def on_disk(self) -> bool:
        """Whether the bytes go to disk, all but the newest."""
        return self._segments is not None

    async def append(self, chunk: bytes) -> None:
        """Add `chunk` at the end; raises UploadError when the budget has no space for it."""
        self._chunks.append(chunk)
        if self._segments is None and not self._fits_in_memory():
            self._reserve_on_disk()
        if self._segments is not None:
            await self._write_behind(len(chunk))

    async def read(self, offset: int, limit: int) -> bytes:
        """Return 1 to `limit` bytes from `offset`, which must lie before the end."""
        if offset < self._freed_bytes:
            raise RuntimeError("bytes were read after they had been given back")
        if offset >= self._chunks.start:
            data = self._chunks.read(offset, limit)
        else:
            data = await self._read_disk(offset, min(limit, self._written_bytes - offset))
        self._note_read(offset + len(data))
        return data

    def send_from_disk(self, offset: int, limit: int, send: FileUse[int]) -> int:
        """Let `send` take up to `limit` bytes from `offset` out of the file on disk; how many it has taken.

        0 if they are among the chunks in memory, or if reading them would wait: then `read` has them.
        """
        if self._segments is None or offset >= self._chunks.start:
            return 0
        count = min(limit, BLOCK_BYTES, self._written_bytes - offset)
        if sent := self._segments.use_now(offset, count, send) or 0:
            self._note_read(offset + sent)
        return sent

    def free_before(self, offset: int) -> None:
        """Give back the space of the bytes before `offset`; they must not be read again."""
        if self._segments is None:
            self._chunks.drop_before(offset)
            self._memory.shrink_to(self._memory.reserved_bytes - (self._chunks.start - self._freed_bytes))
            self._freed_bytes = self._chunks.start
        elif offset - self._freed_bytes >= SEGMENT_BYTES:
            self._freed_bytes += SEGMENT_BYTES
            self._disk.shrink_to(self._disk.reserved_bytes - SEGMENT_BYTES)
            self._budget.threads.submit(self._segments.drop_before, offset)

    def close(self) -> None:
        """Give all space back."""
        self._chunks.drop_before(self._chunks.end)
        self._memory.shrink_to(0)
        if self._segments is None:
            self._disk.shrink_to(0)
        else:
            closing = asyncio.get_running_loop().run_in_executor(self._budget.threads, self._segments.close)
            closing.add_done_callback(lambda _: self._disk.shrink_to(0))

    # Reserving space.

    def _reserve(self, count: int) -> None:
        if count <= self._budget.small_file_bytes and self._memory.grow_to(count):
            return
        if self._disk.grow_to(count):
            self._segments = DiskSegments(self._budget.folder)
        elif not self._memory.grow_to(count):
            raise self._budget.refusal(count)

    def _fits_in_memory(self) -> bool:
        needed = self._chunks.end - self._freed_bytes
        return needed <= self._memory.reserved_bytes or (
            needed <= self._budget.small_file_bytes and self._memory.grow_to(needed)
        )

    def _reserve_on_disk(self) -> None:
        needed = self._chunks.end - self._freed_bytes
        if (
            needed <= self._disk.reserved_bytes
            or self._disk.grow_to(needed + RESERVATION_STEP_BYTES)
            or self._disk.grow_to(needed)
        ):
            self._segments = self._segments or DiskSegments(self._budget.folder)
        elif self._segments or not self._memory.grow_to(needed):
            raise self._budget.refusal(needed)

    # The copy on disk.

    async def _read_disk(self, offset: int, limit: int) -> bytes:
        assert self._segments
        count = min(limit, BLOCK_BYTES)
        data = self._segments.use_now(offset, count, os.pread)
        if data is not None:
            return data
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._budget.threads, self._segments.read, offset, count)

    def _note_read(self, read_to: int) -> None:
        self._read_to = read_to
        self._was_read.set()
        if self._segments is not None:
            self._trim()

    async def _write_behind(self, newest_bytes: int) -> None:
        """Write to disk in blocks: one is being written while the next one is collected.

        Less than a block at the file's end may stay in memory.
        """
        if self.replayable:
            self._reserve_on_disk()
            if self._chunks.end - self._written_bytes < BLOCK_BYTES:
                return
            if self._writing:
                await asyncio.wait([self._writing])
        if self.replayable:
            self._write()
        else:
            await self._wait_for_reader(newest_bytes)

    def _write(self) -> None:
        assert self._segments
        end = self._chunks.end
        chunks = self._chunks.chunks_from(self._written_bytes)
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(
            self._budget.threads, self._segments.write, chunks, self._written_bytes
        )
        self._writing.add_done_callback(lambda writing: self._wrote(writing, end))

    def _wrote(self, writing: "asyncio.Future[None]", end: int) -> None:
        if writing.cancelled() or writing.exception():
            self.replayable = False
        else:
            self._written_bytes = end
            self._memory.shrink_to(0)
            self._trim()

    async def _wait_for_reader(self, newest_bytes: int) -> None:
        """After the disk has failed: go on in memory, at the speed of the reader, as a pipe does.

        An upload that no attempt reads yet cannot go on: it would fill the memory. As in a pipe, the newest
        chunk does not count, because it cannot be read yet.
        """
        if self._read_to < 0:
            raise UploadError("spool_full")
        while self._chunks.end - newest_bytes - max(self._read_to, self._written_bytes) > BLOCK_BYTES:
            self._was_read.clear()
            await self._was_read.wait()

    def _trim(self) -> None:
        """Free the memory of what is on disk, unless a reader is about to read it."""
        if not self.replayable:
            self._chunks.drop_before(self._read_to)
        elif self._chunks.end - self._read_to <= BLOCK_BYTES:
            self._chunks.drop_before(min(self._read_to, self._written_bytes))
        else:
            self._chunks.drop_before(self._written_bytes)


def kept_copy(
    budget: SpoolBudget, expected_bytes: int | None, *, can_stream: bool
) -> tuple[ChunkStore, bool]:
    """A spool, and whether it is one: where no copy fits, and the bytes `can_stream`, they go through a pipe.

    Raises UploadError where neither is possible.
    """
    try:
        return Spool(budget, expected_bytes), True
    except UploadError:
        if not can_stream:
            raise
        return Pipe(), False
