"""A file that was chosen in a page, and then changes on disk."""

import os
from pathlib import Path

# Browsers compare the time of the change, some in whole seconds.
LATER_SECONDS = 10


def make(file: Path, content: bytes) -> Path:
    """The file with this content, to be chosen."""
    file.write_bytes(content)
    return file


def change(file: Path, content: bytes | None) -> None:
    """Give the file this content, some seconds later than it was chosen; None deletes it."""
    if content is None:
        return file.unlink()
    later = file.stat().st_mtime + LATER_SECONDS
    file.write_bytes(content)
    return os.utime(file, (later, later))
