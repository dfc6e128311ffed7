"""How to run a program in a network of its own, and with mounts of its own."""

import functools
import os
import subprocess

# Root needs no user namespace for that; everybody else does.
NAMESPACE = ("unshare", "-nm" if os.geteuid() == 0 else "-rnm")


@functools.cache
def is_possible() -> bool:
    """Whether the tools are installed and namespaces are allowed."""
    try:
        subprocess.run(
            [*NAMESPACE, "ip", "link", "set", "lo", "up"], check=True, capture_output=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True
