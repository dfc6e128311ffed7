"""The Next.js example, built once and started.

Knows: where it is built, in `.next-example` of this checkout: docs/ stays clean, and the next run finds it.
Rules: built anew when one of its files has changed, in a network of its own where that is possible.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools import node_packages
from local import ports
from local.child_process import ChildProcess

from tests.support import network_namespace
from tests.support.examples.running_examples import FOLDER, ROOT

SOURCE = FOLDER / "nextjs"
BUILT = ROOT / ".next-example"
BUILD_SECONDS = 900
PATIENCE_SECONDS = 60
# What npm and Next.js make, should a reader have run it where it lies.
MADE = ("node_modules", ".next", "next-env.d.ts", "*.tsbuildinfo", ".env", ".env.local")
QUIET = {"NEXT_TELEMETRY_DISABLED": "1", "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def built() -> Path:
    """The folder of the built app."""
    BUILT.mkdir(exist_ok=True)
    app = BUILT / "app"
    mark = BUILT / "built-from"
    with (BUILT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _sum()
        if not mark.exists() or mark.read_text() != wanted:
            mark.unlink(missing_ok=True)
            _lay(app)
            node_packages.node_modules(app)
            _build(app)
            mark.write_text(wanted)
    return app


def _sum() -> str:
    """A digest that differs when a file of the example differs."""
    summed = hashlib.sha256()
    for folder, folders, names in os.walk(SOURCE):
        folders[:] = sorted(set(folders) - shutil.ignore_patterns(*MADE)(folder, folders))
        for name in sorted(set(names) - shutil.ignore_patterns(*MADE)(folder, names)):
            path = Path(folder, name)
            summed.update(f"{path.relative_to(SOURCE)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return summed.hexdigest()


def _lay(app: Path) -> None:
    """Copy the example without leftovers of older states; installed packages stay."""
    app.mkdir(exist_ok=True)
    for old in app.iterdir():
        if old.name != "node_modules":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(SOURCE, app, ignore=shutil.ignore_patterns(*MADE), dirs_exist_ok=True)


def _build(app: Path) -> None:
    command = ["node_modules/.bin/next", "build"]
    if network_namespace.is_possible():
        # The build talks to itself over the loopback device, and there is no other.
        command = [*network_namespace.NAMESPACE, "sh", "-c", f"ip link set lo up && exec {' '.join(command)}"]
    done = subprocess.run(
        command, cwd=app, env=QUIET, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def started(port: int, log: Path, **environment: str) -> Iterator[str]:
    """`next start` with these settings; its origin."""
    program = ["node_modules/.bin/next", "start", "-H", ports.HOST, "-p", str(port)]
    child = ChildProcess(program, env=QUIET | environment, cwd=built(), log=log)
    while not ports.answers(port):
        assert child.exit_code is None, log.read_text()
        time.sleep(0.05)
    try:
        yield f"http://{ports.HOST}:{port}"
    finally:
        child.stop(patience_seconds=PATIENCE_SECONDS)
