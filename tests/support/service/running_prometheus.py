"""Debian's Prometheus on loopback, which scrapes services of the tests and is asked by its HTTP interface.

Knows: its configuration and API (prometheus.io/docs/prometheus/latest/querying/api).
"""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.ports import free_port

SECONDS = 90.0


class Prometheus:
    """One that runs. Nothing waits for a time, only for an answer."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, path: str, **parameters: str) -> Any:
        """The data of an answer; raises OSError while it starts, and for what it does not understand."""
        asked = f"http://127.0.0.1:{self._port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(asked, timeout=60) as answered:
            return json.load(answered)["data"]

    def until(self, wanted: Callable[[Any], bool], path: str, **parameters: str) -> Any:
        """Ask until the answer is wanted."""
        deadline = time.monotonic() + SECONDS
        found: Any = None
        while time.monotonic() < deadline:
            try:
                if wanted(found := self.ask(path, **parameters)):
                    return found
            except OSError as error:
                found = error
            time.sleep(0.1)
        raise AssertionError(f"{path} {parameters}: {found}")

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """The labels and the value of each series that a query gives now."""
        found = self.ask("query", query=expression)["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def until_it_is(self, expression: str, value: float) -> None:
        """Wait until a query gives this one value."""
        self.until(
            lambda found: [float(each["value"][1]) for each in found["result"]] == [value],
            "query",
            query=expression,
        )


@contextmanager
def prometheus(folder: Path, *ports: int, rules: Path | None = None) -> Iterator[Prometheus]:
    """Start one that scrapes these ports each second, as the job `us`, and judges these rules."""
    port = free_port()
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules)] if rules else [],
        "scrape_configs": [
            {"job_name": "us", "static_configs": [{"targets": [f"127.0.0.1:{each}" for each in ports]}]}
        ],
    }
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    command = [
        "prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            yield Prometheus(port)
        finally:
            process.terminate()
