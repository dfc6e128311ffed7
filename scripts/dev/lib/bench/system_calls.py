"""The system calls of a process while something runs, as `strace -c` counts them.

Must not know: what runs.
"""

import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.processes import Program

LEAST_SHOWN = 0.01


class Calls(NamedTuple):
    """How often each call was made."""

    counts: dict[str, int]

    def for_each(self, divisor: float) -> str:
        """The counts divided by this, the most frequent first; rare ones are left out."""
        shown = sorted(((count / divisor, name) for name, count in self.counts.items()), reverse=True)
        return ", ".join(f"{name} {count:.2f}" for count, name in shown if count >= LEAST_SHOWN)


def calls_of(program: Program, run: Callable[[], object]) -> Calls | None:
    """The calls of all threads of the program during `run`; None where strace is missing."""
    if not shutil.which("strace"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        counted = Path(folder, "counted")
        command = ["strace", "-f", "-c", "-o", str(counted), "-p", str(program.process.pid)]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603  our own command
        time.sleep(1)
        try:
            run()
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(20)
        # Share of the time, seconds, microseconds for each call, calls, errors or nothing, name.
        lines = re.findall(
            r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", counted.read_text(), re.MULTILINE
        )
        return Calls({name: int(count) for count, name in lines if name != "total"})
