"""The two services and the storages in which `every_failure.py` causes every failure, running."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.failures.every_failure import (
    MAX_FILE_BYTES,
    MEMORY_BYTES,
    NOWHERE,
    RATE_PER_MINUTE,
    SLOTS,
    TOKEN,
    Lab,
)
from tests.support.service.running_service import Running
from tests.support.storage.certificates import authority
from tests.support.storage.faulty_storage import FaultyStorage
from tests.support.storage.storage_double import StorageDouble


@contextmanager
def start_lab(double: StorageDouble, closed_port: int, folder: Path) -> Iterator[Lab]:
    """A service with little room and patience and a strict one, and everything logged."""
    ours = authority(folder)
    stranger, named = FaultyStorage(tls=ours.stranger), FaultyStorage(tls=ours.trusted)
    misnamed = named.origin.replace("127.0.0.1", "localhost")
    listed = [double.url, stranger.origin, misnamed, f"http://127.0.0.1:{closed_port}", NOWHERE]
    tokens = {"UPLOAD_API_TOKENS": f"canary:{TOKEN}", "LOG_LEVEL": "DEBUG", "PYTHONASYNCIODEBUG": "1"}
    with (
        stranger,
        named,
        Running(
            UPLOAD_DESTINATIONS=double.url,
            UPLOAD_ALLOWED_TYPES="image/*",
            UPLOAD_MAX_CONCURRENT_PER_CLIENT="1",
            UPLOAD_RATE_PER_MINUTE=str(RATE_PER_MINUTE),
            UPLOAD_METRICS="emf",
            **tokens,
        ) as strict,
        Running(
            UPLOAD_DESTINATIONS=",".join(listed),
            TIMEOUT_SECONDS="1",
            UPLOAD_SHUTDOWN_SECONDS="0",
            UPLOAD_STALL_SECONDS="0.5",
            UPLOAD_MAX_CONCURRENT=str(SLOTS),
            UPLOAD_MAX_FILE_BYTES=str(MAX_FILE_BYTES),
            UPLOAD_SPOOL_MEMORY_BYTES=str(MEMORY_BYTES),
            UPLOAD_SPOOL_DISK_BYTES="0",
            UPLOAD_METRICS="prometheus",
            SSL_CERT_FILE=ours.ca_file,
            **tokens,
        ) as running,
    ):
        yield Lab(running, strict, double, closed_port, stranger.origin, misnamed)
