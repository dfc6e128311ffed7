"""Azurite, Microsoft's emulator of Azure Blob Storage, installed by npm on first use, and run.

Rules: it listens on 127.0.0.1 only and sends no telemetry. Everything that it keeps is in the given folder.
"""

import base64
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.node_packages import AZURITE, NoNodePackages, node_modules
from local.ports import free_port

from compat.azure import ACCOUNT, Azure
from compat.store_process import running
from compat.target import NotHere

FLAGS = ("--silent", "--disableTelemetry", "--skipApiVersionCheck")


@contextmanager
def azurite(folder: Path) -> Iterator[Azure]:
    """Run it."""
    node, package = shutil.which("node"), _package()
    if node is None:
        raise NotHere("node is not installed")
    port, key = free_port(), base64.b64encode(secrets.token_bytes(64)).decode()
    place = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder / "objects")]
    command: list[str | Path] = [node, package / "dist" / "src" / "blob" / "main.js", *place, *FLAGS]
    environment = {"PATH": os.defpath, "HOME": str(folder), "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}
    version = json.loads((package / "package.json").read_text())["version"]
    with running(command, environment, folder, port):
        yield Azure("Azurite", version, f"http://127.0.0.1:{port}/{ACCOUNT}/", key)


def _package() -> Path:
    try:
        return node_modules(AZURITE) / "azurite"
    except NoNodePackages as fault:
        raise NotHere(str(fault)) from None
