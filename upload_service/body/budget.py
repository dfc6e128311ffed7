"""The memory and disk that all uploads share for the files they keep, and the threads that write to disk.

Knows: how many bytes are reserved, and by whom.
Rules: a reservation that does not fit is refused; it never exceeds the limit. What is given back can be
reserved again at once.
Must not know: files, uploads.
"""

from upload_service.body.daemon_threads import DaemonThreads
from upload_service.errors.upload_error import UploadError

# A disk serves a few requests at once faster than many.
DISK_THREADS = 4
# Work that waits at the end takes a moment, unless the disk hangs. The files have no names: none stays.
CLOSE_SECONDS = 1.0
# A file of up to an eighth of the memory stays in memory. Larger ones go to disk and leave it to small ones.
SMALL_FILE_DIVISOR = 8


class Budget:
    """How many bytes of memory, or of disk, all uploads together may use."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used_bytes = 0

    @property
    def free_bytes(self) -> int:
        """How many bytes can still be reserved."""
        return self.limit_bytes - self.used_bytes


class Reservation:
    """The bytes of a budget that one upload has reserved."""

    def __init__(self, budget: Budget) -> None:
        self.reserved_bytes = 0
        self._budget = budget

    def grow_to(self, count: int) -> bool:
        """Reserve `count` bytes in all; False, and nothing changes, when the budget has too few left."""
        more = max(0, count - self.reserved_bytes)
        if more > self._budget.free_bytes:
            return False
        self._budget.used_bytes += more
        self.reserved_bytes += more
        return True

    def shrink_to(self, count: int) -> None:
        """Give back what is reserved beyond `count` bytes."""
        less = max(0, self.reserved_bytes - count)
        self._budget.used_bytes -= less
        self.reserved_bytes -= less


class SpoolBudget:
    """The memory budget, the disk budget and the threads of the spool.

    Files on disk lie in `folder`; None is the system's folder for temporary files.
    """

    def __init__(self, memory_bytes: int, disk_bytes: int, folder: str | None = None) -> None:
        self.memory = Budget(memory_bytes)
        self.disk = Budget(disk_bytes)
        self.folder = folder
        self.threads = DaemonThreads(DISK_THREADS, "spool")

    @property
    def small_file_bytes(self) -> int:
        """The size of the largest file that is kept in memory although disk is free."""
        return self.memory.limit_bytes // SMALL_FILE_DIVISOR

    def refusal(self, count: int) -> UploadError:
        """The error for `count` bytes that do not fit now (`spool_full`), or never (`too_large_to_keep`)."""
        never = count > max(self.memory.limit_bytes, self.disk.limit_bytes)
        return UploadError("too_large_to_keep" if never else "spool_full")

    def close(self) -> None:
        """Wait until the threads have finished their work, or for a moment."""
        self.threads.close(CLOSE_SECONDS)
