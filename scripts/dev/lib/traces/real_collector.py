"""OpenTelemetry's own collector: built from its source on first use, and run until it has printed what came.

Knows: the command `go`, the collector's settings, and how its exporter `debug` prints spans.
Must not know: who sends.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent / "collector"
BUILD_SECONDS, START_SECONDS = 1800, 60


class Collector(NamedTuple):
    """A running collector: where it takes OTLP over HTTP, and the file of what it prints."""

    url: str
    printed: Path

    def spans(self) -> list[str]:
        """The spans that came so far, each as it was printed."""
        text = self.printed.read_text(encoding="utf-8")
        return [
            re.split(r"\n\t\{|\nResourceSpans|\nScopeSpans", part)[0].rstrip()
            for part in text.split("\nSpan #")[1:]
        ]


def build() -> Path:
    """The program, built if need be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "upload-service"
    versions = re.findall(r"otlpreceiver (v\S+)", (SOURCE / "go.mod").read_text(encoding="utf-8"))
    program = cache / f"collector-{versions[0]}" / "collector"
    if not program.exists():
        if (go := shutil.which("go")) is None:
            sys.exit("go, which builds the collector, is not installed")
        print("Building the collector (first use, some minutes) ...", file=sys.stderr, flush=True)
        program.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(  # noqa: S603  our own command
            [go, "build", "-trimpath", "-o", program, "."], cwd=SOURCE, check=True, timeout=BUILD_SECONDS
        )
    return program


@contextmanager
def collector(folder: Path) -> Iterator[Collector]:
    """The collector, on a port that was free a moment ago."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    settings = (
        f"receivers::otlp::protocols::http::endpoint: 127.0.0.1:{port}",
        "exporters::debug::verbosity: detailed",
        "service::pipelines::traces::receivers: [otlp]",
        "service::pipelines::traces::exporters: [debug]",
        "service::telemetry::metrics::level: none",
    )
    printed = folder / "collector.log"
    command = [str(build()), *(f"--config=yaml:{each}" for each in settings)]
    with printed.open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:  # noqa: S603  our own
        try:
            _wait_until_open(running, port, printed)
            yield Collector(f"http://127.0.0.1:{port}", printed)
        finally:
            running.terminate()


def _wait_until_open(running: "subprocess.Popen[bytes]", port: int, printed: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if running.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the collector does not start: {printed.read_text(encoding='utf-8')[-500:]}")
            time.sleep(0.1)
