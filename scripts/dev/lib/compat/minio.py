"""MinIO, built from its source on first use, and run.

Knows: the version, where the program is kept, its flags.
Rules: it listens on 127.0.0.1 only and looks for no updates. Everything that it keeps is in the given folder.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compat.s3 import S3
from compat.store_process import free_port, running
from compat.target import NotHere

MODULE = "github.com/minio/minio"
# The last version whose source is public.
VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
BUILD_SECONDS = 1800


@contextmanager
def minio(folder: Path) -> Iterator[S3]:
    """Run it."""
    program, port = _program(), free_port()
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
        yield S3("MinIO", VERSION, f"http://{address}/", access_key, secret_key)


def _program() -> Path:
    """The program, built if need be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "upload-service"
    program = cache / f"minio-{VERSION}" / "minio"
    if not program.exists():
        go = shutil.which("go")
        if go is None:
            raise NotHere("go, which builds it, is not installed")
        program.parent.mkdir(parents=True, exist_ok=True)
        _build(go, program)
    return program


def _build(go: str, program: Path) -> None:
    print(f"Building MinIO {VERSION} (first use, some minutes) ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as fresh:
        try:
            done = subprocess.run(  # noqa: S603 - our own command, never a shell
                [go, "install", f"{MODULE}@{VERSION}"],
                env={**os.environ, "GOBIN": fresh},
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotHere(f"go install took more than {BUILD_SECONDS} seconds") from None
        if done.returncode:
            raise NotHere(f"go install failed: {done.stderr.strip()[-300:]}")
        (Path(fresh) / "minio").replace(program)
