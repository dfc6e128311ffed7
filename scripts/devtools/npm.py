"""The Node packages that the tests and the benchmark compare the service with.

Knows: `scripts/node`, whose lock file names them; npm installs them there on first use.
"""

import fcntl
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "node"
INSTALL_SECONDS = 120


class NoNodePackages(Exception):
    """They cannot be had; the text says why."""


def node_modules() -> Path:
    """The folder that Node finds them in (for NODE_PATH), installed if need be."""
    modules = FOLDER / "node_modules"
    with (FOLDER / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once would spoil each other's folder
        installed = modules / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < Path(lock.name).stat().st_mtime:
            _install()
    return modules


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNodePackages("npm is not installed")
    done = subprocess.run(  # noqa: S603 - our own command, never a shell
        [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NoNodePackages(f"npm ci failed: {done.stderr.strip()[-300:]}")
