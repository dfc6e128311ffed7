"""The file by which ./scripts/presign and ./scripts/fetch find the store of ./scripts/local.

It is there while the store runs. It holds the store's keys, so only this user can read it.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from local import ports
from local.bucket import Bucket, StoreError
from local.private_file import write_private

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / ".local" / "running.json"
NOT_RUNNING = (
    "The local store is not running: start it with ./scripts/local. "
    "(With compose: docker compose run --rm ready python -m compose.presign KEY)"
)


def announce(bucket: Bucket, port: int) -> None:
    """Let the others find the store, and the page at this port. The last one to announce wins."""
    FILE.parent.mkdir(exist_ok=True)
    write_private(FILE, {"pid": os.getpid(), "port": port, "bucket": asdict(bucket)})


def withdraw() -> None:
    """Undo `announce`, unless another ./scripts/local has announced its own store since then."""
    if FILE.exists() and json.loads(FILE.read_text())["pid"] == os.getpid():
        FILE.unlink()


def find() -> Bucket:
    """The bucket of the store that runs now; raises StoreError when none does."""
    found = _found()
    if found is None:
        raise StoreError(NOT_RUNNING)
    return found[0]


def page_port() -> int | None:
    """The port of the page of the ./scripts/local that runs now, or None."""
    found = _found()
    return None if found is None else found[1]


def _found() -> tuple[Bucket, int] | None:
    if not FILE.exists():
        return None
    described = json.loads(FILE.read_text())
    bucket = Bucket(**described["bucket"])
    runs = ports.answers(urlsplit(bucket.endpoint).port or 0)
    return (bucket, described["port"]) if runs else None
