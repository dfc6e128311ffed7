"""A store in a process of its own, from its start until it is stopped."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from local import ports
from local.child_process import PAUSE_SECONDS, ChildProcess

from compat.target import StoreFault, ask

START_SECONDS = 60
STOP_SECONDS = 15


@contextmanager
def running(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, port: int
) -> Iterator[None]:
    """Run a store while the block lasts; its log is in `folder`."""
    (folder / "objects").mkdir()
    log = folder / "store.log"
    child = ChildProcess(command, env=environment, cwd=folder, log=log)
    try:
        _wait(child, port, log)
        yield
    finally:
        child.stop(patience_seconds=STOP_SECONDS)


@contextmanager
def standing_still(port: int) -> Iterator[None]:
    """While the block lasts, the store that listens at the port does nothing; its system goes on."""
    stores = [
        each
        for each in psutil.Process().children(recursive=True)
        if any(
            held.status == psutil.CONN_LISTEN and held.laddr.port == port for held in each.net_connections()
        )
    ]
    if not stores:
        raise StoreFault(f"No store of ours listens at port {port}.")
    try:
        for each in stores:
            each.suspend()
        yield
    finally:
        for each in stores:
            each.resume()


def _wait(child: ChildProcess, port: int, log: Path) -> None:
    """Wait until it answers with anything but a server error."""
    deadline = time.monotonic() + START_SECONDS
    while child.exit_code is None and time.monotonic() < deadline:
        try:
            if ask("GET", f"http://{ports.HOST}:{port}/").status < 500:
                return
        except StoreFault:
            pass
        time.sleep(PAUSE_SECONDS)
    raise StoreFault(f"A store does not start ({child.ending()}):\n{log.read_text(errors='replace')[-2000:]}")
