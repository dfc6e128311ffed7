"""Bytes in memory as the pieces in which they came, addressed by their offset in the file.

Knows: which stretch of the file is here.
Rules: pieces are never copied together, except small ones, so that a file sent in tiny chunks costs its
bytes and not an object for each.
Must not know: why they are kept, the event loop.
"""

from bisect import bisect_right

SMALL_PIECE_BYTES = 16 * 1024
GATHERED_BYTES = 256 * 1024


class Pieces:
    """The stretch of a file from offset `start` to `end`."""

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self._pieces: list[bytes | bytearray] = []
        self._starts: list[int] = []

    def append(self, piece: bytes) -> None:
        """Take `piece` at the end."""
        last = self._pieces[-1] if self._pieces else None
        if isinstance(last, bytearray) and len(last) < GATHERED_BYTES and len(piece) < SMALL_PIECE_BYTES:
            last += piece
        else:
            self._starts.append(self.end)
            self._pieces.append(piece if len(piece) >= SMALL_PIECE_BYTES else bytearray(piece))
        self.end += len(piece)

    def read(self, offset: int, limit: int) -> bytes:
        """At least one and at most `limit` bytes from `offset`, which must be here."""
        index = bisect_right(self._starts, offset) - 1
        begin = offset - self._starts[index]
        piece = self._pieces[index]
        if isinstance(piece, bytes) and begin == 0 and len(piece) <= limit:
            return piece
        return bytes(piece[begin : begin + limit])

    def behind(self, offset: int) -> list[bytes | bytearray]:
        """Copies of nothing: the pieces from `offset`, where one of them must begin, to the end.

        A gathered one grows no more, because it may be on its way to disk.
        """
        found = self._pieces[bisect_right(self._starts, offset) - 1 :]
        if found and isinstance(found[-1], bytearray):
            found[-1] = self._pieces[-1] = bytes(found[-1])
        return found

    def drop_before(self, offset: int) -> None:
        """Forget the whole pieces before `offset`."""
        count = bisect_right(self._starts, offset) - 1 if offset < self.end else len(self._pieces)
        if count > 0:
            del self._pieces[:count]
            del self._starts[:count]
            self.start = self._starts[0] if self._starts else self.end
