"""Tells whether the system holds a stretch of a file in its memory, so that reading it waits for no disk.

Knows: mmap(2) and mincore(2) of the C library, on Linux. Elsewhere nothing counts as in memory.
Rules: it never waits for a disk itself. A page may be dropped just after it was seen, but that happens only
to what has not been used for long.
Must not know: why a file is read.
"""

import ctypes
import os
import sys
from functools import cache

# mmap(2) on Linux
_PROT_READ, _MAP_SHARED, _FAILED = 1, 1, ctypes.c_void_p(-1).value
_PAGE_BYTES = os.sysconf("SC_PAGESIZE")


def is_in_memory(descriptor: int, start: int, count: int) -> bool:
    """Whether all of these bytes of the file are in memory.

    preadv(2) with RWF_NOWAIT would tell so as well, but not on overlayfs, where a container's own files are,
    nor on tmpfs.
    """
    if (library := _library()) is None:
        return False
    first = start - start % _PAGE_BYTES
    size = start + count - first
    pages = ctypes.create_string_buffer(-(-size // _PAGE_BYTES))
    address = library.mmap(None, size, _PROT_READ, _MAP_SHARED, descriptor, first)
    if address == _FAILED:
        return False
    failed = library.mincore(address, size, pages)
    library.munmap(address, size)
    # Only the lowest bit of each page's byte has a meaning, and Linux sets no other.
    return not failed and pages.raw.count(b"\1") == len(pages)


@cache
def _library() -> ctypes.PyDLL | None:
    """The C library; None where it has no such calls. They keep other threads waiting, for microseconds."""
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.PyDLL(None)
        numbers = ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long
        library.mmap.argtypes = ctypes.c_void_p, *numbers
        library.mmap.restype = ctypes.c_void_p
        library.mincore.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
        library.munmap.argtypes = ctypes.c_void_p, ctypes.c_size_t
    except (OSError, AttributeError, TypeError):
        return None
    return library
