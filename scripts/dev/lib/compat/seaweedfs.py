"""SeaweedFS, the store of ./scripts/local and of the tests."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.store import Store, StoreError

from compat.s3 import S3
from compat.target import NotHere


@contextmanager
def seaweed(folder: Path) -> Iterator[S3]:
    """Run it."""
    try:
        store = Store(folder / "objects", s3_port=0)
        store.start()
    except StoreError as fault:
        raise NotHere(str(fault)) from None
    bucket = store.bucket
    keys = bucket.access_key, bucket.secret_key
    try:
        yield S3("SeaweedFS", _version(), f"{bucket.endpoint}/", *keys, bucket.name)
    finally:
        store.stop()


def _version() -> str:
    program = shutil.which("weed", path=str(Path(sys.executable).parent)) or "weed"
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=False)  # noqa: S603  our own
    found = re.search(r"\d+(\.\d+)+", said.stdout)
    return found[0] if found else "unknown"
