"""Chunks of a file in memory, found by their offset in the file.

Knows: which range of the file is in memory.
Rules: chunks stay as they came and are not copied, except small ones: those are joined, so that a file sent
in tiny chunks costs the memory of its bytes and not an object for each chunk.
Must not know: why the chunks are kept, the event loop.
"""

from bisect import bisect_right

# Chunks smaller than this are joined, up to about JOINED_BYTES.
SMALL_CHUNK_BYTES = 16 * 1024
JOINED_BYTES = 256 * 1024


class MemoryChunks:
    """The bytes of a file from offset `start` up to offset `end`."""

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self._chunks: list[bytes | bytearray] = []
        self._starts: list[int] = []

    def append(self, chunk: bytes) -> None:
        """Add `chunk` at the end."""
        last = self._chunks[-1] if self._chunks else None
        if isinstance(last, bytearray) and len(last) < JOINED_BYTES and len(chunk) < SMALL_CHUNK_BYTES:
            last += chunk
        else:
            self._starts.append(self.end)
            self._chunks.append(chunk if len(chunk) >= SMALL_CHUNK_BYTES else bytearray(chunk))
        self.end += len(chunk)

    def read(self, offset: int, limit: int) -> bytes:
        """Return 1 to `limit` bytes from `offset`, which must be in memory."""
        index = bisect_right(self._starts, offset) - 1
        begin = offset - self._starts[index]
        chunk = self._chunks[index]
        if isinstance(chunk, bytes) and begin == 0 and len(chunk) <= limit:
            return chunk
        return bytes(chunk[begin : begin + limit])

    def chunks_from(self, offset: int) -> list[bytes | bytearray]:
        """The chunks from `offset` to the end, not copied; a chunk must begin at `offset`.

        If the last of them is made of small chunks, no more are joined to it, because a thread may be writing
        it to disk.
        """
        chunks = self._chunks[bisect_right(self._starts, offset) - 1 :]
        if chunks and isinstance(chunks[-1], bytearray):
            chunks[-1] = self._chunks[-1] = bytes(chunks[-1])
        return chunks

    def drop_before(self, offset: int) -> None:
        """Forget the chunks that end at `offset` or before it."""
        count = bisect_right(self._starts, offset) - 1 if offset < self.end else len(self._chunks)
        if count > 0:
            del self._chunks[:count]
            del self._starts[:count]
            self.start = self._starts[0] if self._starts else self.end
