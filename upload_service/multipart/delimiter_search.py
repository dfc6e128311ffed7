"""The first place of a delimiter in a chunk of a file.

Knows: the C library's `memmem`, which takes a third of the time of `bytes.find` and `bytes.rfind` on data
that looks random, such as images (measured: docs/performance.md). It is on Linux and macOS, and linear.
Must not know: what is looked for.
"""

import ctypes
from collections.abc import Callable

# Position in `chunk`, from `start` on; -1 when it is not there.
Find = Callable[[bytes, bytes, int], int]


def _memmem() -> Find | None:
    try:
        # Not released by it: the lock is held for microseconds.
        memmem = ctypes.PyDLL(None).memmem
    except (AttributeError, OSError, TypeError):
        return None
    size_t, pointer = ctypes.c_size_t, ctypes.c_void_p
    memmem.restype, memmem.argtypes = pointer, (pointer, size_t, ctypes.c_char_p, size_t)

    def find(chunk: bytes, delimiter: bytes, start: int = 0) -> int:
        begin = ctypes.cast(ctypes.c_char_p(chunk), pointer).value or 0
        address = memmem(begin + start, len(chunk) - start, delimiter, len(delimiter))
        return -1 if address is None else int(address) - begin

    return find


def _bytes_find(chunk: bytes, delimiter: bytes, start: int = 0) -> int:
    return chunk.find(delimiter, start)


find: Find = _memmem() or _bytes_find
