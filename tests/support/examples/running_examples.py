"""docs/examples, run as their readers run them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.service.transcript import TRANSCRIPT

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "examples"
SECONDS = 180

CONTENT = bytes(range(256)) * 4_000
# More than the buffers between a caller and a storage that takes nothing.
LARGE_BYTES = 64_000_000
# With these settings the service keeps no copy, which would take the file ahead of such a storage.
NO_SPOOL = {"UPLOAD_SPOOL_MEMORY_BYTES": "0", "UPLOAD_SPOOL_DISK_BYTES": "0"}

# How a program of docs/examples is called, without its arguments.
Program = Sequence[str]


def python(name: str) -> Program:
    """A program in Python."""
    return sys.executable, str(FOLDER / name)


def curl(*options: str) -> Program:
    """The program in bash."""
    return "bash", str(FOLDER / "curl.sh"), *options


def environment(upload_url: str) -> dict[str, str]:
    """What the program knows beside its arguments."""
    return dict(os.environ) | {"PRESIGNED_URL": upload_url}


def run(program: Program, upload_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, and keep everything that it says in the transcript."""
    done = subprocess.run(
        [*program, *arguments],
        env=environment(upload_url),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    TRANSCRIPT.hear(program[-1], done.stdout + done.stderr)
    return done


def photo(folder: Path, name: str = "photo.png") -> Path:
    """A file to send."""
    path = folder / name
    path.write_bytes(CONTENT)
    return path


def large(folder: Path) -> Path:
    """A file too large to be sent before the storage begins to take it."""
    path = folder / "large.bin"
    with path.open("wb") as file:
        file.truncate(LARGE_BYTES)
    return path


async def until(holds: Callable[[], object]) -> None:
    """Wait until this holds."""
    await asyncio.to_thread(_until, holds)


def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
