"""The service, `python -m upload_service`, in a process of its own, and what can be seen of it from outside.

Knows: how it is started and stopped, its log, the resources of the system that it holds.
Must not know: uploads.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from local.child_process import ChildProcess
from local.ports import HOST

START_SECONDS = 30
STOP_SECONDS = 30
# The service keeps an idle connection to storage for 4 seconds, and closes those that are older now and then.
IDLE_SECONDS = 20
LOOK_SECONDS = 0.1
LOG, SPOOL = "service.log", "spool"


class ServiceEnded(Exception):
    """The service does not run; the text says what is known."""


@dataclass(frozen=True)
class Resources:
    """What the service holds when it is idle."""

    rss_bytes: int
    descriptors: int
    connections: int
    threads: int = 0


class ServiceProcess:
    """The running service. Its log and its temporary files are in `folder`."""

    def __init__(self, folder: Path, child: ChildProcess) -> None:
        self._log, self._spool = folder / LOG, folder / SPOOL
        self.child = child
        self.port = self._wait_for_port()

    def log_lines(self) -> list[str]:
        """The log so far, in whole lines."""
        return self._log.read_text(errors="replace").splitlines()

    def temporary_files(self) -> list[str]:
        """Those that have a name; the others are open descriptors only."""
        return [each.name for each in self._spool.iterdir()]

    async def wait_until_idle(self) -> Resources:
        """What it holds once its last connection has ended, or after IDLE_SECONDS.

        Raises ServiceEnded when the service has ended.
        """
        deadline = time.monotonic() + IDLE_SECONDS
        while True:
            if self.child.exit_code is not None:
                raise ServiceEnded(
                    f"the service has ended ({self.child.ending()}):\n" + "\n".join(self.log_lines()[-10:])
                )
            held = self._resources()
            if not held.connections or time.monotonic() > deadline:
                return held
            await asyncio.sleep(LOOK_SECONDS)

    def _resources(self) -> Resources:
        process = psutil.Process(self.child.pid)
        open_ones = [each for each in process.net_connections() if each.status != psutil.CONN_LISTEN]
        return Resources(process.memory_info().rss, process.num_fds(), len(open_ones), process.num_threads())

    def _wait_for_port(self) -> int:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.child.exit_code is None:
            for line in self.log_lines():
                if line.startswith("{") and (event := json.loads(line))["event"] == "listening":
                    return int(event["port"])
            time.sleep(LOOK_SECONDS)
        raise ServiceEnded("the service does not start:\n" + "\n".join(self.log_lines()))


@contextmanager
def run_service(folder: Path, **settings: str) -> Iterator[ServiceProcess]:
    """Run the service with these settings, and no other of UPLOAD_*, while the block lasts."""
    (folder / SPOOL).mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPLOAD_")}
    own = {"PORT": "0", "UPLOAD_BIND": HOST, "UPLOAD_SPOOL_DIR": str(folder / SPOOL)}
    command = [sys.executable, "-P", "-m", "upload_service"]
    child = ChildProcess(command, env=clean | own | settings, log=folder / LOG)
    try:
        yield ServiceProcess(folder, child)
    finally:
        child.stop(patience_seconds=STOP_SECONDS)
