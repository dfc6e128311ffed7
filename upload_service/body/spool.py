"""Where the bytes of one upload that must wait, or may be needed again, are kept.

Knows: chunks in memory, and for a large file a copy on disk of all but the newest.
Rules: room is taken before it is used; what was appended can be read from any offset while more is
appended; a reader that keeps up reads from memory; the disk is touched in threads only.
Must not know: forms, HTTP, why something is kept.
"""

import asyncio

from upload_service.body.budget import Reservation, SpoolBudget
from upload_service.body.disk_segments import SEGMENT_BYTES, DiskSegments
from upload_service.body.memory_chunks import MemoryChunks
from upload_service.errors.upload_error import UploadError

# Written and read at once.
BLOCK_BYTES = 1024 * 1024
# Taken at once from the disk's budget for a file that comes without its length.
RESERVATION_STEP_BYTES = 8 * 1024 * 1024


class Spool:
    """Kept bytes. `replayable`: whether they can be read from the start again; False when the disk failed."""

    def __init__(self, budget: SpoolBudget, expected_bytes: int | None) -> None:
        """Take room for a file of this length, or of an unknown one; raises UploadError without room."""
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

    async def append(self, chunk: bytes) -> None:
        """Keep `chunk` behind what is there; raises UploadError when there is no room for it."""
        self._chunks.append(chunk)
        if self._segments is None and not self._fits_in_memory():
            self._reserve_on_disk()
        if self._segments is not None:
            await self._write_behind(len(chunk))

    async def read(self, offset: int, limit: int) -> bytes:
        """At least one and at most `limit` bytes from `offset`, which must lie before the end."""
        if offset < self._freed_bytes:
            raise RuntimeError("bytes were read after they had been given back")
        if offset >= self._chunks.start:
            data = self._chunks.read(offset, limit)
        else:
            assert self._segments
            count = min(limit, BLOCK_BYTES, self._written_bytes - offset)
            loop = asyncio.get_running_loop()
            data = await loop.run_in_executor(self._budget.threads, self._segments.read, offset, count)
        self._read_to = offset + len(data)
        self._was_read.set()
        if self._segments is not None:
            self._trim()
        return data

    def free_before(self, offset: int) -> None:
        """What lies before `offset` is never read again: give it back."""
        if self._segments is None:
            self._chunks.drop_before(offset)
            self._memory.shrink_to(self._memory.reserved_bytes - (self._chunks.start - self._freed_bytes))
            self._freed_bytes = self._chunks.start
        elif offset - self._freed_bytes >= SEGMENT_BYTES:
            self._freed_bytes += SEGMENT_BYTES
            self._disk.shrink_to(self._disk.reserved_bytes - SEGMENT_BYTES)
            self._budget.threads.submit(self._segments.drop_before, offset)

    def close(self) -> None:
        """Give everything back."""
        self._chunks.drop_before(self._chunks.end)
        self._memory.shrink_to(0)
        if self._segments is None:
            self._disk.shrink_to(0)
        else:
            closing = asyncio.get_running_loop().run_in_executor(self._budget.threads, self._segments.close)
            closing.add_done_callback(lambda _: self._disk.shrink_to(0))

    # Taking room.

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

    async def _write_behind(self, newest_bytes: int) -> None:
        """One block on its way while the next one gathers; the end may stay in memory."""
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
        """The disk has failed: what is being read goes on as through a pipe, what waits cannot.

        As there, the newest chunk is not counted, because it is not shown yet.
        """
        if self._read_to < 0:
            raise UploadError("spool_full")
        while self._chunks.end - newest_bytes - max(self._read_to, self._written_bytes) > BLOCK_BYTES:
            self._was_read.clear()
            await self._was_read.wait()

    def _trim(self) -> None:
        """Forget in memory what is on disk, unless a reader is about to read it."""
        if not self.replayable:
            self._chunks.drop_before(self._read_to)
        elif self._chunks.end - self._read_to <= BLOCK_BYTES:
            self._chunks.drop_before(min(self._read_to, self._written_bytes))
        else:
            self._chunks.drop_before(self._written_bytes)
