"""Node packages that the tests and the benchmark use.

Knows: `scripts/dev/lib/node` (for the tests and the benchmark) and the folders in it, whose lock files name
them; npm installs them there on first use.
"""

import fcntl
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "node"
AZURITE = FOLDER / "azurite"
BROWSER = FOLDER / "browser"
IDENTITY_PROVIDER = FOLDER / "identity_provider"
INSTALL_SECONDS = 300


class NoNodePackages(Exception):
    """The packages cannot be installed; the text says why."""


def node_modules(folder: Path = FOLDER) -> Path:
    """The folder that Node finds them in (for NODE_PATH), installed if need be."""
    modules = folder / "node_modules"
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once would spoil each other's folder
        installed = modules / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < Path(lock.name).stat().st_mtime:
            _install(folder)
    return modules


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNodePackages("npm is not installed")
    try:
        done = subprocess.run(  # noqa: S603 - our own command, never a shell
            [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoNodePackages(f"npm ci took more than {INSTALL_SECONDS} seconds") from None
    if done.returncode:
        raise NoNodePackages(f"npm ci failed: {done.stderr.strip()[-300:]}")
