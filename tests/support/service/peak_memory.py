"""How much memory a process has had at most.

Linux remembers it for every process. Elsewhere the process is looked at again and again while it works.
"""

import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

PAUSE_SECONDS = 0.01


class Peak:
    """Watches a process from the beginning of the `with` block; `bytes` is its largest resident set."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._process = psutil.Process(pid)
        self._seen_bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def bytes(self) -> int:
        """The peak so far: on Linux since the process began."""
        if self._status.exists():
            found = re.search(r"^VmHWM:\s+(\d+) kB$", self._status.read_text(), re.MULTILINE)
            assert found
            return int(found[1]) * 1024
        return self._seen_bytes

    def _watch(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            try:
                self._seen_bytes = max(self._seen_bytes, self._process.memory_info().rss)
            except psutil.NoSuchProcess:
                return
