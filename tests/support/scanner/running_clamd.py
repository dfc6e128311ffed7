"""clamd, as Debian packages it, in a folder of its own.

Knows: its configuration, how it is started, paused and ended, and how it is asked.
Rules: it reads only the database of the samples, listens on 127.0.0.1 and on a unix socket, and fetches
nothing.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local import ports

from tests.support.proxies.running_proxy import PROGRAMS
from tests.support.scanner.samples import write_database

START_SECONDS = 60
START_TRIES = 3
END_SECONDS = 30
ASK_SECONDS = 60


class Clamd:
    """A running clamd: its port, its unix socket and its processor time and memory.

    `options` are lines of its configuration (man 5 clamd.conf), such as StreamMaxLength="1M".
    """

    def __init__(self, folder: Path, *, with_eicar: bool = True, **options: str | int) -> None:
        self._folder, self._options = folder, options
        self.database, self.temporary = folder / "database", folder / "temporary"
        self.log, self.socket = folder / "log", folder / "socket"
        for new in (self.database, self.temporary):
            new.mkdir()
        write_database(self.database, with_eicar=with_eicar)
        self.port = 0

    def __enter__(self) -> Self:
        for _ in range(START_TRIES):
            self.port = ports.free_port()
            if self._start():
                return self
        raise AssertionError(f"clamd does not start:\n{self.log.read_text('utf-8', 'replace')}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its TCP address, as UPLOAD_SCANNER wants it."""
        return f"clamd://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ask(self, command: str) -> str:
        """Its reply to a command without a stream, such as PING, VERSION or STATS; without the NUL."""
        with socket.create_connection(("127.0.0.1", self.port), ASK_SECONDS) as asking:
            asking.sendall(f"z{command}\0".encode())
            reply = b""
            while not reply.endswith(b"\0") and (more := asking.recv(65536)):
                reply += more
        return reply.rstrip(b"\0").decode()

    def log_of_scans(self) -> str:
        """Its log, when what it scans has ended: it answers first, and writes the line afterwards."""
        deadline = time.monotonic() + ASK_SECONDS
        while "INSTREAM" in (stats := self.ask("STATS")):
            assert time.monotonic() < deadline, stats
            time.sleep(0.01)
        return self.log.read_text()

    def pause(self) -> None:
        """Stop it as SIGSTOP does: the system still accepts connections and bytes, clamd reads nothing."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once: its connections are reset or closed, and its port refuses."""
        self._process.kill()
        self._process.wait(END_SECONDS)

    def stop(self) -> None:
        """End it in its own way, also if it is paused or has ended already."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        self.resume()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def restart(self, **options: str | int) -> None:
        """End it, and start it anew on the same port and socket, with these options changed."""
        self.stop()
        self._options |= options
        assert self._start(), self.log.read_text("utf-8", "replace")

    def peak_memory(self) -> int:
        """The most memory that it has had, in bytes."""
        return self._status_line("VmHWM")

    def memory(self) -> int:
        """The memory that it has now, in bytes."""
        return self._status_line("VmRSS")

    def cpu_seconds(self) -> float:
        """The processor time that it has used, in its own code and in the kernel's."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status_line(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        (kibibytes,) = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
        return int(kibibytes) * 1024

    def _start(self) -> bool:
        """Start it; whether it answers. It does not where somebody else took the port."""
        self.socket.unlink(missing_ok=True)
        configuration = self._folder / "clamd.conf"
        configuration.write_text("".join(f"{k} {v}\n" for k, v in self._lines().items()), "utf-8")
        program = shutil.which("clamd", path=PROGRAMS)
        assert program
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "--config-file", str(configuration)], stdout=log, stderr=subprocess.STDOUT
            )
        return self._answers()

    def _lines(self) -> Mapping[str, str | int]:
        own: dict[str, str | int] = {
            "Foreground": "yes",
            "DatabaseDirectory": str(self.database),
            "TemporaryDirectory": str(self.temporary),
            "TCPAddr": "127.0.0.1",
            "TCPSocket": self.port,
            "LocalSocket": str(self.socket),
            "LogVerbose": "yes",
        }
        return own | self._options

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                if self.ask("PING") == "PONG":
                    return True
            except OSError:
                time.sleep(0.05)
        self.stop()
        return False
