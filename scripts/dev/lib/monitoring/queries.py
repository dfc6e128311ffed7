"""PromQL of the dashboard: queries over the register's metrics, for the chosen job and instances.

Rules: a query is built of a metric of the register; a label or a value that it does not have is a mistake,
and stops the generator. A counter is only ever read as a rate, over an interval that Grafana fits to the
scrapes.
Source: grafana.com/docs/grafana/latest/datasources/prometheus/template-variables, "Use $__rate_interval"
"""

from typing import NamedTuple

from upload_service.telemetry.metric_definitions import Metric

CHOSEN = 'job=~"$job", instance=~"$instance"'


class Query(NamedTuple):
    """A query, what its lines are called, and the names of the metrics that it reads."""

    expression: str
    legend: str
    metrics: frozenset[str]


def selector(metric: Metric, suffix: str = "", **matchers: str) -> str:
    """The series of a metric that are chosen; a matcher is an operator and a value, such as `!=ok`."""
    found = [CHOSEN]
    for label, matcher in matchers.items():
        operator = next(each for each in ("=~", "!=", "=") if matcher.startswith(each))
        value = matcher.removeprefix(operator)
        if unknown := set(value.split("|")) - set(metric.labels.get(label, ())):
            raise ValueError(f"{metric.name} has no {label} {', '.join(sorted(unknown))}")
        found.append(f'{label}{operator}"{value}"')
    return f"{metric.name}{suffix}{{{', '.join(found)}}}"


def rate(metric: Metric, by: str = "", suffix: str = "", **matchers: str) -> str:
    """Of a counter: per second, all together or by a label."""
    if metric.kind == "gauge":
        raise ValueError(f"{metric.name} is no counter")
    _known(metric, by)
    return f"sum{_by(by)} (rate({selector(metric, suffix, **matchers)}[$__rate_interval]))"


def gauge(metric: Metric, by: str = "", how: str = "sum", **matchers: str) -> str:
    """Of a gauge: of all instances together, or by a label."""
    if metric.kind != "gauge":
        raise ValueError(f"{metric.name} is no gauge")
    _known(metric, by)
    return f"{how}{_by(by)} ({selector(metric, **matchers)})"


def quantile(metric: Metric, part: float) -> str:
    """Of a histogram, in its unit: this part of all was not longer."""
    if metric.kind != "histogram":
        raise ValueError(f"{metric.name} is no histogram")
    return f"histogram_quantile({part}, {rate(metric, 'le', '_bucket')})"


def query(legend: str, expression: str, *metrics: Metric) -> Query:
    """A query that is built of these metrics."""
    return Query(expression, legend, frozenset(metric.name for metric in metrics))


def _known(metric: Metric, by: str) -> None:
    if by not in ("", "instance", "le", *metric.labels):
        raise ValueError(f"{metric.name} has no label {by}")


def _by(label: str) -> str:
    return f" by ({label})" if label else ""
