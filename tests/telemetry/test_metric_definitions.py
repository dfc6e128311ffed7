"""What is scraped and the register of metrics agree."""

from tests.support.service.metrics_scrape import scrape
from tests.support.service.running_service import Running
from upload_service.telemetry.logs import EVENTS
from upload_service.telemetry.metric_definitions import BUCKETS, CODES, ENDPOINTS, METRICS, PROCESS, fault


def test_metrics_are_the_register(counted: Running) -> None:
    """Every scraped metric is in the register with kind, labels and values, and every one is scraped."""
    found = scrape(counted.port)
    kinds = {family.name + "_total" * (family.type == "counter"): family for family in found.families}
    register = {metric.name: metric for metric in METRICS + PROCESS}
    assert kinds.keys() == register.keys()
    for name, metric in register.items():
        assert kinds[name].type == metric.kind
        for sample in kinds[name].samples:
            labels = {label: value for label, value in sample.labels.items() if label != "le"}
            assert labels.keys() == metric.labels.keys()
            assert all(value in metric.labels[label] for label, value in labels.items())
        if metric.kind == "histogram":
            bounds = [each.labels["le"] for each in kinds[name].samples if "le" in each.labels]
            assert bounds == [*map(str, BUCKETS), "+Inf"]


def test_every_code_is_there_from_the_start(counted: Running) -> None:
    """Every code has its series from the start, with the fault of its code."""
    series = {
        dict(labels)["code"] + dict(labels)["endpoint"]: dict(labels)["fault"]
        for name, labels in scrape(counted.port).values
        if name == "upload_service_uploads_total"
    }
    assert series == {code + endpoint: fault(code) or "none" for code in CODES for endpoint in ENDPOINTS}


def test_events_and_metrics_share_no_name() -> None:
    """A name in the register means one thing."""
    names = [*EVENTS, *(metric.name for metric in METRICS + PROCESS)]
    assert len(names) == len(set(names))
