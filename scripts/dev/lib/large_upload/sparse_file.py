"""A file that is as large as wanted, takes little room on the disk, and has no two parts alike."""

import hashlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

BLOCK_BYTES = 1 << 20


def make(file: Path, size: int, part_bytes: int) -> Path:
    """A hole of this size with a block of random bytes in each part, never at the same place of it."""
    with file.open("wb") as target:
        target.truncate(size)
        for number, start in enumerate(range(0, size, part_bytes)):
            room = min(part_bytes, size - start) - BLOCK_BYTES
            target.seek(start + max(0, number * BLOCK_BYTES % max(1, room)))
            target.write(os.urandom(min(BLOCK_BYTES, size - target.tell())))
    return file


def sha256(file: Path) -> str:
    """The checksum of the whole file."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


class Digest(io.BytesIO):
    """A target that keeps the checksum of what is written, and its length."""

    def __init__(self) -> None:
        super().__init__()
        self._sha256 = hashlib.sha256()
        self.length = 0

    def write(self, content: "Buffer", /) -> int:
        """Take some bytes."""
        self._sha256.update(content)
        taken = memoryview(content).nbytes
        self.length += taken
        return taken

    def hexdigest(self) -> str:
        """The checksum so far."""
        return self._sha256.hexdigest()
