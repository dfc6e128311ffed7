"""What docs/operations.md repeats of the registers of log events and of metrics."""

from docs_generator.tables import table
from upload_service.telemetry.logs import EVENTS
from upload_service.telemetry.metric_definitions import (
    CLOUD_METRICS,
    FAULTS,
    METRICS,
    PROCESS,
    most_cloud_metrics,
)

# A label with more values than these is told by its name alone.
FEW = 5


def parts() -> dict[str, str]:
    """The page's made parts, by name."""
    return {
        "events": table("event | says", [(f"`{name}`", meaning) for name, meaning in EVENTS.items()]),
        "metrics": _metrics(),
        "cloud_metrics": _cloud_metrics(),
    }


def _metrics() -> str:
    rows = [
        (f"`{metric.name}`", metric.kind, ", ".join(map(_label, metric.labels.items())), metric.meaning)
        for metric in METRICS + PROCESS
    ]
    return table("metric | kind | labels | meaning", rows)


def _label(label: tuple[str, tuple[str, ...]]) -> str:
    """A label, with its values where they are few."""
    name, values = label
    return f"`{name}`" if len(values) > FEW else f"`{name}` ({', '.join(values)})"


def _cloud_metrics() -> str:
    rows = [
        (f"`{each.name}`", each.unit, " and ".join(f"`{name}`" for name in each.dimensions), each.meaning)
        for each in CLOUD_METRICS
    ]
    plain, faults = sum(not each.dimensions for each in CLOUD_METRICS), len(FAULTS) - 1
    return (
        table("metric | unit | dimensions | meaning", rows)
        + f"\n\nThat makes {plain} metrics without a dimension, {faults} by `fault`, and one for each `code` "
        f"that occurs:\n{plain + faults + 5} where five codes occur, and {most_cloud_metrics()} if all did."
    )
