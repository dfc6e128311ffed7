"""What /metrics shows, as values to compare.

Knows: the text format, by the parser of prometheus_client.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.client.raw_http import ask
from tests.support.service.running_service import Running

ON = {"UPLOAD_METRICS": "prometheus"}

Sample = tuple[str, frozenset[tuple[str, str]]]


@dataclass(frozen=True)
class Scrape:
    """One reading of all metrics."""

    text: str
    families: list[Metric]
    values: dict[Sample, float]

    def get(self, name: str, **labels: str) -> float:
        """The sum of all series of this name with these labels. Fails if there is none."""
        found = [
            value for (each, has), value in self.values.items() if each == name and labels.items() <= has
        ]
        assert found, (name, labels)
        return sum(found)

    def since(self, before: "Scrape") -> dict[str, float]:
        """The counters that have grown since `before`, as Prometheus writes them, without the process's."""
        grown = {}
        for (name, labels), value in self.values.items():
            more = value - before.values.get((name, labels), 0)
            if name.endswith("_total") and not name.startswith("process_") and more:
                told = ",".join(label for _, label in sorted(labels))
                grown[f"{name.removeprefix('upload_service_')}{{{told}}}"] = more
        return grown


def scrape(port: int) -> Scrape:
    """Read /metrics."""
    answer = ask(port, "GET", "/metrics")
    assert answer.status == 200
    text = answer.body.decode()
    families = list(text_string_to_metric_families(text))
    samples = [sample for family in families for sample in family.samples]
    values = {(each.name, frozenset(each.labels.items())): each.value for each in samples}
    assert len(values) == len(samples)
    return Scrape(text, families, values)


def scrape_until(port: int, wanted: Callable[[Scrape], bool], seconds: float = 60) -> Scrape:
    """Read /metrics again and again until `wanted` holds."""
    deadline = time.monotonic() + seconds
    while not wanted(found := scrape(port)):
        assert time.monotonic() < deadline, found.text
        time.sleep(0.02)
    return found


def wait_for_all(service: Running) -> Scrape:
    """Wait until no upload runs, and read the metrics."""
    return scrape_until(service.port, lambda found: found.get("upload_service_uploads_running") == 0)
