"""MinIO, built from its source on first use, and run.

Knows: the version, its flags.
Rules: it listens on 127.0.0.1 only and looks for no updates. Everything that it keeps is in the given folder.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.ports import free_port

from compat.go_program import GoProgram
from compat.s3 import S3
from compat.store_process import running

# The last version whose source is public.
PROGRAM = GoProgram("github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c")


@contextmanager
def minio(folder: Path) -> Iterator[S3]:
    """Run it."""
    program, port = PROGRAM.path(), free_port()
    access_key, secret_key = secrets.token_hex(10), secrets.token_urlsafe(30)
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "MINIO_ROOT_USER": access_key,
        "MINIO_ROOT_PASSWORD": secret_key,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    address = f"127.0.0.1:{port}"
    command: list[str | Path] = [program, "server", "--quiet", "--address", address, folder / "objects"]
    with running(command, environment, folder, port):
        yield S3("MinIO", PROGRAM.version, f"http://{address}/", access_key, secret_key)
