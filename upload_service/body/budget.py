"""The room that the kept bytes of all uploads share: so much memory, so much disk, and a few threads.

Knows: budgets, and what is taken from them.
Rules: what does not fit is refused, never squeezed in; what is given back is free at once.
Must not know: files, uploads.
"""

from concurrent.futures import ThreadPoolExecutor

from upload_service.errors.upload_error import UploadError

# Disks answer few at once faster than many.
DISK_THREADS = 4
# A single file may take this share of the memory; larger ones go to disk and leave memory to small ones.
SMALL_FILE_DIVISOR = 8


class Budget:
    """Bytes of one kind that all uploads together may take."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used_bytes = 0

    @property
    def free_bytes(self) -> int:
        """What is left."""
        return self.limit_bytes - self.used_bytes


class Reservation:
    """What one upload has taken from a budget."""

    def __init__(self, budget: Budget) -> None:
        self.reserved_bytes = 0
        self._budget = budget

    def grow_to(self, count: int) -> bool:
        """Take as much as makes `count` bytes in all, if it is there."""
        more = max(0, count - self.reserved_bytes)
        if more > self._budget.free_bytes:
            return False
        self._budget.used_bytes += more
        self.reserved_bytes += more
        return True

    def shrink_to(self, count: int) -> None:
        """Give back what is taken beyond `count` bytes."""
        less = max(0, self.reserved_bytes - count)
        self._budget.used_bytes -= less
        self.reserved_bytes -= less


class SpoolBudget:
    """Memory, disk (in `folder`, or where the system keeps temporary files) and threads."""

    def __init__(self, memory_bytes: int, disk_bytes: int, folder: str | None = None) -> None:
        self.memory = Budget(memory_bytes)
        self.disk = Budget(disk_bytes)
        self.folder = folder
        # Of their own: slow look-ups of names, which use the loop's, must not hold up the bytes.
        self.threads = ThreadPoolExecutor(DISK_THREADS, thread_name_prefix="spool")

    @property
    def small_file_bytes(self) -> int:
        """The largest file that is kept in memory when there is a disk."""
        return self.memory.limit_bytes // SMALL_FILE_DIVISOR

    def refusal(self, count: int) -> UploadError:
        """Why `count` bytes have no room: not now, or never."""
        never = count > max(self.memory.limit_bytes, self.disk.limit_bytes)
        return UploadError("too_large_to_keep" if never else "spool_full")

    def close(self) -> None:
        """Wait for the threads."""
        self.threads.shutdown()
