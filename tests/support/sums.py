"""SHA-256 of what is stored, without holding it."""

import hashlib
from typing import BinaryIO, cast

from local.store import Bucket


class _Sum:
    """As much of a file as Bucket.copy_to needs: somewhere to write."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.sha256.update(piece)
        return len(piece)


def stored_sum(bucket: Bucket, key: str) -> str | None:
    """The object's SHA-256 in hexadecimal, or None when there is no such object."""
    target = _Sum()
    return target.sha256.hexdigest() if bucket.copy_to(key, cast(BinaryIO, target)) else None
