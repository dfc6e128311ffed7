"""Bytes of one upload on disk, in unnamed files, and the threads in which all uploads touch the disk.

Knows: files of `SEGMENT_BYTES` each, so that the front of a kept copy can be given back while its end is
still needed.
Rules: every call blocks and belongs in a thread; what is closed stays closed, so a late thread harms nothing.
Must not know: the event loop, budgets, why something is kept.
"""

import os
import tempfile
import threading
from collections.abc import Sequence
from typing import IO

SEGMENT_BYTES = 64 * 1024 * 1024


class DiskSegments:
    """A file of any length that can be written at its end, read anywhere and dropped from its front."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._files: dict[int, IO[bytes]] = {}
        self._closed = False
        # One job at a time: a file is never closed under another thread that uses its number.
        self._lock = threading.Lock()

    def write(self, chunks: Sequence[bytes | bytearray], offset: int) -> None:
        """Write the chunks from `offset` on; raises OSError when the disk refuses."""
        with self._lock:
            for chunk in chunks:
                with memoryview(chunk) as view:
                    done = 0
                    while done < len(view) and not self._closed:
                        done += self._write_some(view[done:], offset + done)
                offset += len(chunk)

    def read(self, offset: int, count: int) -> bytes:
        """At least one and at most `count` bytes from `offset`, which have been written."""
        with self._lock:
            index, start = divmod(offset, SEGMENT_BYTES)
            return os.pread(self._files[index].fileno(), min(count, SEGMENT_BYTES - start), start)

    def drop_before(self, offset: int) -> None:
        """Give back the whole segments before `offset`."""
        with self._lock:
            for index in [index for index in self._files if (index + 1) * SEGMENT_BYTES <= offset]:
                self._files.pop(index).close()

    def close(self) -> None:
        """Give everything back."""
        with self._lock:
            self._closed = True
            for file in self._files.values():
                file.close()
            self._files.clear()

    def _write_some(self, view: memoryview, offset: int) -> int:
        index, start = divmod(offset, SEGMENT_BYTES)
        if index not in self._files:
            # Open until it is dropped.
            self._files[index] = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115
        return os.pwrite(self._files[index].fileno(), view[: SEGMENT_BYTES - start], start)


def is_memory_filesystem(folder: str | None, mounts: str = "/proc/self/mounts") -> bool:
    """Whether files in the folder, or where the system keeps temporary ones, are kept in memory (tmpfs).

    Linux only; elsewhere nobody knows.
    """
    path = os.path.realpath(folder or tempfile.gettempdir())
    kind, longest = "", -1
    try:
        with open(mounts) as lines:
            for _, mount_point, filesystem, *_ in (line.split() for line in lines):
                if path == mount_point or path.startswith(mount_point.rstrip("/") + "/"):
                    kind, longest = (
                        (filesystem, len(mount_point)) if len(mount_point) >= longest else (kind, longest)
                    )
    except OSError:
        return False
    return kind in ("tmpfs", "ramfs")
