"""The processes of a benchmark: the measured one alone on one core, all others on the other cores.

Knows: how the service, the other implementations, the sink and the senders are started, and what CPU and
memory a process has used.
Must not know: scenarios.
"""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from devtools.node_packages import node_modules

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
START_SECONDS = 20.0
# A destination at which nobody listens.
NOBODY = "http://127.0.0.1:1/"
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


class Program:
    """A process. With `talks` its output is kept in `lines`; with `measured` it has a core for itself."""

    def __init__(
        self,
        command: list[str],
        env: Mapping[str, str] | None = None,
        *,
        measured: bool = False,
        talks: bool = False,
        cwd: Path | None = None,
    ) -> None:
        with _on(CORES[:1] if measured else CORES[1:]):
            self.process = subprocess.Popen(  # noqa: S603 - our own command, never a shell
                command,
                env=os.environ | dict(env or {}),
                cwd=cwd,
                stdout=subprocess.PIPE if talks else subprocess.DEVNULL,
                text=True,
            )
        self.lines: list[str] = []
        if talks:
            threading.Thread(target=self._listen, daemon=True).start()

    def first_line(self) -> str:
        """The first line that it prints; waits for it, and exits if the process does not start."""
        deadline = time.monotonic() + START_SECONDS
        while not self.lines:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise SystemExit(f"it did not start: {self.process.args!r}")
            time.sleep(0.01)
        return self.lines[0]

    def cpu_seconds(self) -> float:
        """CPU time so far, in user and system mode."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def peak_bytes(self) -> int:
        """Its largest resident set so far (on Linux; elsewhere the present one)."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return int(psutil.Process(self.process.pid).memory_info().rss)
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        assert found
        return int(found[1]) * 1024

    def resident_bytes(self) -> int:
        """Its resident set now; on Linux the peak begins anew from it."""
        resets = Path(f"/proc/{self.process.pid}/clear_refs")
        if resets.exists():
            resets.write_text("5")
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listen(self) -> None:
        assert self.process.stdout
        self.lines.extend(iter(self.process.stdout.readline, ""))


class _on:
    """Children that are started in the block run on these cores only."""

    def __init__(self, cores: list[int]) -> None:
        self._cores = cores

    def __enter__(self) -> None:
        if self._cores:
            os.sched_setaffinity(0, self._cores)

    def __exit__(self, *_: object) -> None:
        if CORES:
            os.sched_setaffinity(0, CORES)


def free_port() -> int:
    """A port that no program listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def wait_until_open(program: Program, port: int, seconds: float = START_SECONDS) -> None:
    """Wait until it accepts connections, or exit if it does not start."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline or program.process.poll() is not None:
                raise SystemExit(f"it did not start: {program.process.args!r}") from None
            time.sleep(0.02)


def bench_python() -> str:
    """The Python of the environment for the other implementations, which is made on first use."""
    folder, wanted = ROOT / ".venv-bench", HERE / "requirements.txt"
    python, stamp = folder / "bin" / "python", folder / "bench.stamp"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        print("Setting up .venv-bench ...", file=sys.stderr)
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", str(folder)])  # noqa: S603  our own command
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(wanted)]
        subprocess.check_call(pip)  # noqa: S603  our own command
        stamp.write_text(wanted.read_text())
    return str(python)


def start(
    name: str, sink_url: str, certificate: str | None, build: Mapping[str, str] | None = None
) -> tuple[Program, int]:
    """Start the service (`us…`) or another implementation; the process once it is ready, and its port.

    `build`: the environment with another build of the service than this checkout's.
    """
    port, others = free_port(), HERE / "other_implementations"
    env = {"PORT": str(port)}
    if certificate:
        env |= {"SSL_CERT_FILE": certificate, "NODE_EXTRA_CA_CERTS": certificate}
    if build or name.startswith("us"):
        command = [sys.executable, "-P", "-m", "upload_service"]
        env |= {"UPLOAD_BIND": "127.0.0.1", "UPLOAD_DESTINATIONS": f"{sink_url},{NOBODY}"}
        env |= {"UPLOAD_ALLOWED_TYPES": "image/*"} if name == "us_allowed_types" else {}
        if name == "us_watched":
            command[-1] = "bench.watched_service"
        env |= build or {}
    elif name == "node":
        command = ["node", str(others / "node_busboy.cjs")]
        env["NODE_PATH"] = str(node_modules())
    elif name.startswith("fastapi"):
        env |= {"CLIENT_EACH": "1"} if name == "fastapi_client_each" else {}
        command = [bench_python(), "-m", "uvicorn", "fastapi_httpx:app", "--port", str(port)]
        command += ["--no-access-log", "--log-level", "error"]
    else:
        env["SINK_URL"] = f"{sink_url}bucket/key"
        command = [bench_python(), str(others / f"{name}.py")]
    program = Program(command, env, measured=True, cwd=others if name.startswith("fastapi") else ROOT)
    wait_until_open(program, port)
    return program, port
