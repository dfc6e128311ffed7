"""Finds a delimiter, or what may begin one, in a chunk of a form.

Knows: the C library's `memmem`. On data that looks random, such as images, it takes a third of the time of
`bytes.find` and `bytes.rfind` (measured: docs/performance.md). Linux and macOS have it; its time is linear.
Its call costs as much as 5 KB of `bytes.find`, so short chunks are left to that.
Must not know: what the delimiter means.
"""

import ctypes
from collections.abc import Callable

# (chunk, delimiter, start) -> position of the delimiter at `start` or behind it, -1 if there is none.
Find = Callable[[bytes, bytes, int], int]
# Short enough, also, for the time that `bytes.find` needs at worst, which is not linear.
_SHORT_BYTES = 4096


def _memmem() -> Find | None:
    try:
        # A PyDLL call keeps the interpreter's lock, because it takes microseconds only.
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


def bytes_end(chunk: bytes, delimiter: bytes, start: int) -> int:
    """Where a part's bytes end in `chunk`, from `start` on: at a delimiter, or what may begin one.

    A delimiter begins with the only CR in it. The parser would find the same place, but slower; a large
    file's time is spent here.
    """
    is_short = len(chunk) - start < _SHORT_BYTES
    end = chunk.find(delimiter, start) if is_short else find(chunk, delimiter, start)
    if end < 0:
        last = chunk.rfind(b"\r", max(start, len(chunk) - len(delimiter)))
        return last if last >= 0 and delimiter.startswith(chunk[last:]) else len(chunk)
    return end
