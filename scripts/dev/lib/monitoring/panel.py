"""One panel of the dashboard, and the kinds of panels that there are.

Rules: a description says what the panel shows and what to do. Which alerts watch it, and which query of the
log says more, is added from the list of alerts.
"""

from typing import Literal, NamedTuple

from monitoring.queries import Query, quantile, query, selector
from upload_service.telemetry.metric_definitions import Metric


class Panel(NamedTuple):
    """`unit`: one of Grafana's. `width`: of the 24 columns. `stacked`: the lines add up to something."""

    title: str
    unit: str
    description: str
    queries: tuple[Query, ...]
    kind: Literal["timeseries", "stat"] = "timeseries"
    width: int = 12
    stacked: bool = False


def times(metric: Metric) -> tuple[Query, ...]:
    """Half, nineteen of twenty, and 99 of a hundred took no longer."""
    return tuple(query(f"p{part * 100:g}", quantile(metric, part), metric) for part in (0.5, 0.95, 0.99))


def stat(title: str, unit: str, description: str, *queries: Query) -> Panel:
    return Panel(title, unit, description, queries, "stat", 4)


def share(title: str, description: str, *queries: Query) -> Panel:
    return Panel(title, "percentunit", description, queries)


def taken(used: Metric, limit: Metric) -> str:
    """Which part of a limit is taken, of each instance. A limit of 0, nothing may be used, has no part."""
    return f"{selector(used)} / ({selector(limit)} > 0)"
