"""Tunes the memory allocator of the C library for this service.

Knows: glibc's `mallopt`. With other C libraries nothing is changed.
"""

import ctypes
from contextlib import suppress

# mallopt(3)
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
KEPT_BYTES = 32 * 1024 * 1024


def keep_freed_memory() -> None:
    """Let glibc keep up to KEPT_BYTES of freed memory for the chunks that come next.

    By default glibc returns large chunks to the system one by one and asks for them anew. The page faults
    take up to a quarter of the time of a file of 16 MB (measured: docs/performance.md). There is one arena
    only, because otherwise each disk thread would keep as much for itself.
    """
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_ARENA_MAX, 1)
