"""Uploads the files, and prints what a reader wants to know of them.

Rules: bytes as of a video, each MiB another one, or clamd would know them again. No file is held in memory.
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from large_upload.sparse_file import Digest
from local.bucket import Bucket
from local.store import Store

from tests.support.client.raw_http import PLAIN, Connection, field, file, form
from tests.support.scanner.running_clamd import Clamd
from tests.support.scanner.samples import MARKER
from tests.support.service.peak_memory import Peak
from tests.support.service.running_service import Running

MIB = 1 << 20
SECONDS = 1800
CLAMD: dict[str, Any] = {
    "AlertExceedsMax": "yes",
    "StreamMaxLength": "2047M",
    "MaxFileSize": "2047M",
    "MaxScanSize": "4000M",
    "MaxScanTime": str(SECONDS * 1000),
}
SERVICE = {"UPLOAD_SCANNER_MAX_BYTES": "2047MiB", "UPLOAD_SPOOL_DISK_BYTES": "3GiB"}
SERVICE |= {"UPLOAD_SCANNER_TIMEOUT_SECONDS": str(SECONDS), "TIMEOUT_SECONDS": "600"}


def _pieces(count: int, last: bytes) -> Iterator[bytes]:
    random = os.urandom(MIB)
    for number in range(count):
        yield number.to_bytes(8, "big") + random[8:]
    yield last


def _upload(service: Running, clamd: Clamd, bucket: Bucket, name: str, mib: int, last: bytes) -> bool:
    """Upload one file, and print what became of it; whether that is as it must be."""
    head, end = field("uploadUrl", bucket.presign(name)) + file(b"")[:-2], b"\r\n" + form()
    digest, before = hashlib.sha256(), clamd.cpu_seconds()
    with Connection(service.port, timeout=SECONDS) as connection:
        connection.head(PLAIN, len(head) + mib * MIB + len(last) + len(end))
        connection.send(head)
        for piece in _pieces(mib, last):
            digest.update(piece)
            connection.send(piece)
        connection.send(end)
        sent = time.monotonic()
        told = connection.answer()
    event = service.upload_event(told.request_id)
    waited, used = time.monotonic() - sent, clamd.cpu_seconds() - before
    peaks = f"service {Peak(service.process.pid).bytes / MIB:.0f}, clamd {clamd.peak_memory() / MIB:.0f}"
    print(f"{name}: {told.status} {told.json.get('code', '')}, scan: {event['scan']}")
    print(f"  the answer came {waited:.1f} s after the last byte; clamd's processor time was {used:.1f} s")
    print(f"  peak memory in MiB: {peaks}", flush=True)
    if last.endswith(MARKER):
        return told.status == 422 and bucket.keys() == []
    stored = Digest()
    bucket.copy_to(name, stored)
    return told.status == 200 and stored.hexdigest() == digest.hexdigest()


def main() -> int:
    """Command line."""
    mib = int(sys.argv[1]) if sys.argv[1:] else 1024
    with tempfile.TemporaryDirectory() as folder:
        for name in ("clamd", "store"):
            (Path(folder) / name).mkdir()
        store, clamd = Store(Path(folder) / "store", s3_port=0), Clamd(Path(folder) / "clamd", **CLAMD)
        with store, clamd:
            settings = {"UPLOAD_DESTINATIONS": store.bucket.url, "UPLOAD_SCANNER": clamd.url, **SERVICE}
            with Running(**settings) as service:
                files = {"infected": b"video" + MARKER, "clean": b"video"}
                right = [_upload(service, clamd, store.bucket, name, mib, files[name]) for name in files]
    print("as it must be" if all(right) else "NOT as it must be")
    return 0 if all(right) else 1


sys.exit(main())
