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
from typing import Any, Self

from tests.support.service.transcript import TRANSCRIPT

START_SECONDS = 60.0


class Running:
    """A started service: its port, its log so far, and how to stop it."""

    def __init__(self, **environment: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UPLOAD_")}
        settings = {"PORT": "0", "UPLOAD_BIND": "127.0.0.1"} | environment
        self.log: list[dict[str, Any]] = []
        self.raw_log: list[str] = []
        # By their request's id: a service that many tests share has thousands.
        self._uploads: dict[str, dict[str, Any]] = {}
        self._heard = threading.Condition()
        self._at_end = False
        self.process = subprocess.Popen(
            self.command(settings),
            env=clean | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
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
                if self._at_end or not self._heard.wait(left if left > 0 else 0):
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
        self._thread.join(30)
        if self.process.stdout:
            self.process.stdout.close()
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

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._hear(line)
        with self._heard:
            self._at_end = True
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
