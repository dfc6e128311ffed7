"""Bytes in memory as the chunks in which they came, addressed by their offset in the file.

Knows: which stretch of the file is here.
Rules: chunks are never copied together, except small ones, so that a file sent in tiny chunks costs its
bytes and not an object for each.
Must not know: why they are kept, the event loop.
"""

from bisect import bisect_right

SMALL_CHUNK_BYTES = 16 * 1024
GATHERED_BYTES = 256 * 1024


class MemoryChunks:
    """The stretch of a file from offset `start` to `end`."""

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self._chunks: list[bytes | bytearray] = []
        self._starts: list[int] = []

    def append(self, chunk: bytes) -> None:
        """Take `chunk` at the end."""
        last = self._chunks[-1] if self._chunks else None
        if isinstance(last, bytearray) and len(last) < GATHERED_BYTES and len(chunk) < SMALL_CHUNK_BYTES:
            last += chunk
        else:
            self._starts.append(self.end)
            self._chunks.append(chunk if len(chunk) >= SMALL_CHUNK_BYTES else bytearray(chunk))
        self.end += len(chunk)

    def read(self, offset: int, limit: int) -> bytes:
        """At least one and at most `limit` bytes from `offset`, which must be here."""
        index = bisect_right(self._starts, offset) - 1
        begin = offset - self._starts[index]
        chunk = self._chunks[index]
        if isinstance(chunk, bytes) and begin == 0 and len(chunk) <= limit:
            return chunk
        return bytes(chunk[begin : begin + limit])

    def chunks_from(self, offset: int) -> list[bytes | bytearray]:
        """Copies of nothing: the chunks from `offset`, where one of them must begin, to the end.

        A gathered one grows no more, because it may be on its way to disk.
        """
        chunks = self._chunks[bisect_right(self._starts, offset) - 1 :]
        if chunks and isinstance(chunks[-1], bytearray):
            chunks[-1] = self._chunks[-1] = bytes(chunks[-1])
        return chunks

    def drop_before(self, offset: int) -> None:
        """Forget the whole chunks before `offset`."""
        count = bisect_right(self._starts, offset) - 1 if offset < self.end else len(self._chunks)
        if count > 0:
            del self._chunks[:count]
            del self._starts[:count]
            self.start = self._starts[0] if self._starts else self.end
