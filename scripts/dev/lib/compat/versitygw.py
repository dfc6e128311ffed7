"""versitygw, an S3 gateway whose objects are files in a folder, built from its source on first use, and run.

It matters because it takes an orderly close in mid-body for the end of the file.

Knows: the version, its flags.
Rules: it listens on 127.0.0.1 only. Everything that it keeps is in the given folder.
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

PROGRAM = GoProgram("github.com/versity/versitygw/cmd/versitygw", "v1.8.0")


@contextmanager
def versitygw(folder: Path) -> Iterator[S3]:
    """Run it."""
    program, port = PROGRAM.path(), free_port()
    access_key, secret_key = secrets.token_hex(10), secrets.token_urlsafe(30)
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "ROOT_ACCESS_KEY_ID": access_key,
        "ROOT_SECRET_ACCESS_KEY": secret_key,
    }
    address = f"127.0.0.1:{port}"
    # What it knows of an object beside its bytes lies in a folder, as not every file system has attributes.
    (folder / "about").mkdir()
    place: list[str | Path] = ["posix", "--sidecar", folder / "about", folder / "objects"]
    with running([program, "--quiet", "--port", address, *place], environment, folder, port):
        yield S3("versitygw", PROGRAM.version, f"http://{address}/", access_key, secret_key)
