"""The allocator of the C library, told once what this service does with memory.

Knows: glibc. Other libraries keep their own ways.
"""

import ctypes
from contextlib import suppress

# mallopt(3)
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
KEPT_BYTES = 32 * 1024 * 1024


def keep_freed_memory() -> None:
    """Keep up to `KEPT_BYTES` of what was freed for the next chunk.

    By default glibc hands large chunks back to the system one by one and takes them anew, page fault by page
    fault: up to a quarter of the time of a file of 16 MB (measured: docs/performance.md). In one arena, or
    each thread that touches the disk would keep as much for itself.
    """
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_ARENA_MAX, 1)
