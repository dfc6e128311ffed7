"""What docs/operations.md repeats of the code: settings, events, metrics.

Knows: the page's made parts, each between two comments that name it, and what they are made from.
"""

import re
from collections.abc import Iterable

from upload_service.telemetry.logs import EVENTS
from upload_service.telemetry.metric_definitions import (
    CLOUD_METRICS,
    FAULTS,
    METRICS,
    PROCESS,
    most_cloud_metrics,
)

PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
FEW = 5


def made_anew(page: str, setting_rows: list[str]) -> str:
    """The page with its made parts as the code has them."""
    parts = {
        "settings": "\n".join(["| variable | default | meaning |", "|---|---|---|", *setting_rows]),
        "events": _table("event | says", ((f"`{name}`", meaning) for name, meaning in EVENTS.items())),
        "metrics": _metrics(),
        "cloud_metrics": _cloud_metrics(),
    }
    return PART.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n\n{found[3]}", page)


def _metrics() -> str:
    rows = (
        (f"`{metric.name}`", metric.kind, ", ".join(map(_label, metric.labels.items())), metric.meaning)
        for metric in METRICS + PROCESS
    )
    return _table("metric | kind | labels | meaning", rows)


def _label(label: tuple[str, tuple[str, ...]]) -> str:
    """A label, with its values where they are few."""
    name, values = label
    return f"`{name}`" if len(values) > FEW else f"`{name}` ({', '.join(values)})"


def _cloud_metrics() -> str:
    rows = (
        (f"`{each.name}`", each.unit, " and ".join(f"`{name}`" for name in each.dimensions), each.meaning)
        for each in CLOUD_METRICS
    )
    plain, faults = sum(not each.dimensions for each in CLOUD_METRICS), len(FAULTS) - 1
    return (
        _table("metric | unit | dimensions | meaning", rows)
        + f"\n\nThat makes {plain} metrics without a dimension, {faults} by `fault`, and one for each `code` "
        f"that occurs:\n{plain + faults + 5} where five codes occur, and {most_cloud_metrics()} if all did."
    )


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
