"""The bytes of one file on disk, in temporary files without a name.

Knows: that a file is cut into segments of SEGMENT_BYTES, each in a temporary file of its own, so that the
start of a copy can be given back while its end is still needed.
Rules: every call but `use_now` blocks, so it must run in a thread. After `close` nothing is written any more,
so a thread that comes late does no harm.
Must not know: the event loop, budgets, why a file is kept.
"""

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import IO, TypeVar

from upload_service.body.page_cache import is_in_memory

T = TypeVar("T")
# Makes something of bytes of a file, given as to `os.pread`: its descriptor, how many, and where they begin.
FileUse = Callable[[int, int, int], T]

SEGMENT_BYTES = 64 * 1024 * 1024


class DiskSegments:
    """A file of any length: written at its end, read anywhere, given back from its start."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._files: dict[int, IO[bytes]] = {}
        self._closed = False
        # One call at a time: a file must not be closed while another thread uses its descriptor.
        self._lock = threading.Lock()

    def write(self, chunks: Sequence[bytes | bytearray], offset: int) -> None:
        """Write the chunks from `offset` on; raises OSError when the disk is full or fails."""
        with self._lock:
            for chunk in chunks:
                with memoryview(chunk) as view:
                    done = 0
                    while done < len(view) and not self._closed:
                        done += self._write_some(view[done:], offset + done)
                offset += len(chunk)

    def read(self, offset: int, count: int) -> bytes:
        """Return 1 to `count` bytes from `offset`; they must have been written before."""
        with self._lock:
            index, start = divmod(offset, SEGMENT_BYTES)
            return os.pread(self._files[index].fileno(), min(count, SEGMENT_BYTES - start), start)

    def use_now(self, offset: int, count: int, use: FileUse[T]) -> T | None:
        """What `use` makes of up to `count` bytes from `offset`, which must have been written before.

        None, and it is not called, if that would wait for the disk or for a thread that uses it.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            index, start = divmod(offset, SEGMENT_BYTES)
            descriptor, count = self._files[index].fileno(), min(count, SEGMENT_BYTES - start)
            return use(descriptor, count, start) if is_in_memory(descriptor, start, count) else None
        finally:
            self._lock.release()

    def drop_before(self, offset: int) -> None:
        """Give back the segments that lie before `offset` as a whole."""
        with self._lock:
            for index in [index for index in self._files if (index + 1) * SEGMENT_BYTES <= offset]:
                self._files.pop(index).close()

    def close(self) -> None:
        """Give all segments back."""
        with self._lock:
            self._closed = True
            for file in self._files.values():
                file.close()
            self._files.clear()

    def _write_some(self, view: memoryview, offset: int) -> int:
        index, start = divmod(offset, SEGMENT_BYTES)
        if index not in self._files:
            # It stays open until the segment is given back.
            self._files[index] = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115
        return os.pwrite(self._files[index].fileno(), view[: SEGMENT_BYTES - start], start)


def is_memory_filesystem(folder: str | None, mounts: str = "/proc/self/mounts") -> bool:
    """Whether files in `folder` are kept in memory (tmpfs, ramfs); None is the system's temporary folder.

    Known on Linux only; False on other systems.
    """
    path = os.path.realpath(folder or tempfile.gettempdir())
    longest, filesystem = -1, ""
    try:
        with open(mounts) as lines:
            for _, mount_point, mounted, *_ in (line.split() for line in lines):
                is_above = path == mount_point or path.startswith(mount_point.rstrip("/") + "/")
                # The longest mount point above the path counts; of equal ones the last, which hides the rest.
                if is_above and len(mount_point) >= longest:
                    longest, filesystem = len(mount_point), mounted
    except OSError:
        return False
    return filesystem in ("tmpfs", "ramfs")
