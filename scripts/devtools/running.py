"""What ./scripts/local tells the other commands: a small file, there while the store runs.

It holds the store's keys, so only this user can read it.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from devtools import ports
from devtools.bucket import Bucket, StoreError
from devtools.private import write_private

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / ".local" / "running.json"


def announce(bucket: Bucket) -> None:
    """Let ./scripts/presign and ./scripts/fetch find the store. The last to announce wins."""
    FILE.parent.mkdir(exist_ok=True)
    write_private(FILE, {"pid": os.getpid(), "bucket": asdict(bucket)})


def withdraw() -> None:
    """Undo `announce`, unless another ./scripts/local has announced its own store since."""
    if FILE.exists() and json.loads(FILE.read_text())["pid"] == os.getpid():
        FILE.unlink()


def find() -> Bucket:
    """The bucket of the store that runs now."""
    if FILE.exists():
        bucket = Bucket(**json.loads(FILE.read_text())["bucket"])
        if ports.answers(urlsplit(bucket.endpoint).port or 0):
            return bucket
    raise StoreError("The local store is not running: start it with ./scripts/local.")
