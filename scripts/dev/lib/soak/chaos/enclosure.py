"""A network and mounts of the run's own: a name server that can fail, and a disk that can be full.

Knows: Linux' namespaces. Where they are not allowed, the run goes without both.
Must not know: uploads.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

DISK = "12m"
NAME_SERVER = "127.0.0.53"
# Root needs no user namespace for that; everybody else does.
_NAMESPACE = ("unshare", "-nm" if os.geteuid() == 0 else "-rnm")
_INSIDE = "SOAK_IS_ENCLOSED"


def is_inside() -> bool:
    """Whether this process is in its enclosure."""
    return _INSIDE in os.environ


def enter(arguments: Sequence[str]) -> None:
    """Become the same command in an enclosure; returns if there can be none."""
    try:
        _run(*_NAMESPACE, "ip", "link", "set", "lo", "up")
    except (OSError, subprocess.SubprocessError):
        return
    command = [*_NAMESPACE, sys.executable, "-P", "-m", "soak", *arguments]
    os.execvpe(command[0], command, os.environ | {_INSIDE: "1"})  # noqa: S606 - our own command


def furnish(folder: Path) -> Path:
    """Lead all questions for names to NAME_SERVER, and make a small disk; returns its folder."""
    resolver, disk = folder / "resolv.conf", folder / "disk"
    resolver.write_text(f"nameserver {NAME_SERVER}\noptions timeout:2 attempts:1\n")
    disk.mkdir()
    _run("ip", "link", "set", "lo", "up")
    _run("mount", "--bind", str(resolver), "/etc/resolv.conf")
    _run("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk))
    return disk


def remove(disk: Path) -> None:
    """Unmount the disk, so that its folder can be removed."""
    _run("umount", str(disk))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - our own commands
