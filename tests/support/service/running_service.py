"""The service as users run it: `python -m upload_service` in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any, ClassVar, Self

from tests.support.service.transcript import TRANSCRIPT

START_SECONDS = 60.0


class Running:
    """A started service: its port, its log so far, and how to stop it."""

    # By one pipe, so that its lines keep their order.
    stderr: ClassVar[int] = subprocess.STDOUT

    def __init__(self, **environment: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UPLOAD_")}
        settings = {"PORT": "0", "UPLOAD_BIND": "127.0.0.1"} | environment
        self.log: list[dict[str, Any]] = []
        self.raw_log: list[str] = []
        # By their request's id: a service that many tests share has thousands.
        self._uploads: dict[str, dict[str, Any]] = {}
        self._heard = threading.Condition()
        self.process = subprocess.Popen(
            self.command(settings),
            env=clean | settings,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            text=True,
        )
        self._streams = [stream for stream in (self.process.stdout, self.process.stderr) if stream]
        self._open_streams = len(self._streams)
        self._threads = [
            threading.Thread(target=self._read, args=(stream,), daemon=True) for stream in self._streams
        ]
        for thread in self._threads:
            thread.start()
        self.port = self.wait_for_port()

    def command(self, settings: dict[str, str]) -> list[str]:
        """The command that starts it; `settings` are in its environment as well."""
        return [sys.executable, "-m", "upload_service"]

    def wait_for_port(self) -> int:
        """Wait until the service listens, and return its port."""
        return int(self.wait_for(lambda event: event["event"] == "listening")["port"])

    @property
    def url(self) -> str:
        """The address of the service, without a last slash."""
        return f"http://127.0.0.1:{self.port}"

    def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], seconds: float = START_SECONDS
    ) -> dict[str, Any]:
        """Wait for the first log event for which `wanted` holds."""
        looked_at = 0

        def first() -> dict[str, Any] | None:
            nonlocal looked_at
            start, looked_at = looked_at, len(self.log)
            return next((event for event in self.log[start:looked_at] if wanted(event)), None)

        return self._wait(first, seconds)

    def _wait(
        self, find: Callable[[], dict[str, Any] | None], seconds: float = START_SECONDS
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        with self._heard:
            while (found := find()) is None:
                left = deadline - time.monotonic()
                if not self._open_streams or not self._heard.wait(left if left > 0 else 0):
                    raise AssertionError("the log has no such event:\n" + "".join(self.raw_log[-20:]))
        return found

    @property
    def no_events(self) -> list[str]:
        """The lines of the log so far that are no events."""
        with self._heard:  # a line is in both lists, or in none
            return [line for line in self.raw_log if not line.startswith("{")]

    def upload_event(self, request_id: str) -> dict[str, Any]:
        """The log event of one upload, or of one check."""
        return self._wait(lambda: self._uploads.get(request_id))

    def stop(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Send a signal, wait for the process to end, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(seconds)
        for thread, stream in zip(self._threads, self._streams, strict=True):
            thread.join(30)
            stream.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.stop(signal.SIGKILL)

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._hear(line)
        with self._heard:
            self._open_streams -= 1
            self._heard.notify_all()

    def _hear(self, line: str) -> None:
        TRANSCRIPT.hear("log", line)
        with self._heard:
            self.raw_log.append(line)
            if line.startswith("{"):
                self.log.append(event := json.loads(line))
                if event.get("event") in ("upload", "check"):
                    self._uploads.setdefault(event["request_id"], event)
            self._heard.notify_all()
