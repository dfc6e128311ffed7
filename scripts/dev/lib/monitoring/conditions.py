"""When an alert fires: a condition over the register's metrics, for Prometheus and for CloudWatch.

Rules: one condition, two languages, the same numbers. A code, fault or metric that the register does not have
is a mistake, and stops the generator.
Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html (FILL, IF), and for the
most metrics of one alarm, .../monitoring/Create-alarm-on-metric-math-expression.html
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from upload_service.telemetry.metric_definitions import (
    CHECKS,
    CLOUD_METRICS,
    CLOUD_UPLOADS,
    CODES,
    FAULTS,
    STORAGE_LEG,
    UPLOADS,
    Metric,
)

# CloudWatch takes no alarm over more.
MOST_CLOUD_METRICS = 10
_CLOUD_NAMES = {metric.name for metric in CLOUD_METRICS}


class CloudSeries(NamedTuple):
    """One series of CloudWatch: its id in the alarm, the metric, the only dimension, how it is added up."""

    id: str
    metric: str
    dimension: tuple[str, str] | None
    statistic: str


class CloudCondition(NamedTuple):
    """An alarm: `expression` over the series is greater than `threshold`, in a period of `seconds`."""

    series: tuple[CloudSeries, ...]
    expression: str
    threshold: float
    seconds: int


class Condition(Protocol):
    """A condition; `minutes` is how far it looks back."""

    @property
    def minutes(self) -> int: ...
    def prometheus(self) -> str: ...
    def cloud(self) -> CloudCondition | None: ...
    def by_code(self) -> str | None: ...


class Count(NamedTuple):
    """More than so many uploads have ended with one of these codes. `checks`: or so many checks."""

    codes: tuple[str, ...]
    more_than: int
    minutes: int
    checks: bool = False

    def prometheus(self) -> str:
        metrics = (UPLOADS, CHECKS) if self.checks else (UPLOADS,)
        each = (
            f"{_increase(metric, code(self.codes), self.minutes)} > {self.more_than}" for metric in metrics
        )
        return "\nor ".join(each)

    def cloud(self) -> CloudCondition | None:
        series = tuple(_uploads("code", name) for name in self.codes)
        expression = _sum(series) if len(series) > 1 else series[0].id
        return CloudCondition(series, expression, self.more_than, self.minutes * 60)

    def by_code(self) -> str | None:
        return _by_code(UPLOADS, code(self.codes), self.minutes) if len(self.codes) > 1 else None


class Share(NamedTuple):
    """More than this share of all uploads, and more than `more_than` of them, match: a fault, or codes."""

    matcher: str
    share: float
    more_than: int
    minutes: int

    def prometheus(self) -> str:
        some, every = (_increase(UPLOADS, matcher, self.minutes) for matcher in (self.matcher, ""))
        return f"{some}\n/ {every} > {self.share}\nand {some} > {self.more_than}"

    def cloud(self) -> CloudCondition | None:
        dimension, names = named(self.matcher)
        some = tuple(_uploads(dimension, name) for name in names)
        # `ok` has no fault, and every other code has one.
        every = (_uploads("code", "ok"), *(_uploads("fault", name) for name in FAULTS[1:]))
        series = tuple(dict.fromkeys((*some, *every)))
        if len(series) > MOST_CLOUD_METRICS:
            return None
        share = f"({_sum(some)}) / ({_sum(every)})"
        return CloudCondition(
            series, f"IF({_sum(some)} > {self.more_than}, {share}, 0)", self.share, self.minutes * 60
        )

    def by_code(self) -> str | None:
        return _by_code(UPLOADS, self.matcher, self.minutes)


class Slow(NamedTuple):
    """One upload in twenty spends more than so many seconds in PUTs."""

    seconds: int
    minutes: int

    def prometheus(self) -> str:
        buckets = f"rate({STORAGE_LEG.name}_bucket[{self.minutes}m])"
        return f"histogram_quantile(0.95, sum by (job, le) ({buckets})) > {self.seconds}"

    def cloud(self) -> CloudCondition | None:
        series = CloudSeries("slow", _cloud_name("storage_ms"), None, "p95")
        return CloudCondition((series,), series.id, self.seconds * 1000, self.minutes * 60)

    def by_code(self) -> str | None:
        return None


class Only(NamedTuple):
    """A condition that Prometheus alone can see, in its language."""

    expression: str
    minutes: int = 0

    def prometheus(self) -> str:
        return self.expression

    def cloud(self) -> CloudCondition | None:
        return None

    def by_code(self) -> str | None:
        return None


def code(names: Iterable[str]) -> str:
    """A matcher of these codes."""
    names = list(names)
    if unknown := set(names) - set(CODES):
        raise ValueError(f"no code is named {', '.join(sorted(unknown))}")
    return f'code="{names[0]}"' if len(names) == 1 else f'code=~"{"|".join(names)}"'


def fault(name: str) -> str:
    """A matcher of this fault."""
    if name not in FAULTS:
        raise ValueError(f"no fault is named {name}")
    return f'fault="{name}"'


def named(matcher: str) -> tuple[str, list[str]]:
    """The label of a matcher, and the values that it matches."""
    label, _, values = matcher.partition("=")
    return label, values.strip('~"').split("|")


def _increase(metric: Metric, matcher: str, minutes: int) -> str:
    selector = f"{metric.name}{{{matcher}}}" if matcher else metric.name
    return f"sum by (job) (increase({selector}[{minutes}m]))"


def _by_code(metric: Metric, matcher: str, minutes: int) -> str:
    """The three most frequent codes of a job; `%q` stands for the job, in quotation marks."""
    selector = f"{metric.name}{{job=%q, {matcher}}}"
    return f"topk(3, sum by (code) (increase({selector}[{minutes}m])) > 0)"


def _cloud_name(name: str) -> str:
    if name not in _CLOUD_NAMES:
        raise ValueError(f"no metric of CloudWatch is named {name}")
    return name


def _uploads(dimension: str, value: str) -> CloudSeries:
    known = {"code": CODES, "fault": FAULTS[1:]}
    if dimension not in CLOUD_UPLOADS.dimensions or value not in known[dimension]:
        raise ValueError(f"{CLOUD_UPLOADS.name} has no {dimension} {value}")
    return CloudSeries(f"{dimension}_{value}", CLOUD_UPLOADS.name, (dimension, value), "Sum")


def _sum(series: Iterable[CloudSeries]) -> str:
    """A series without uploads has no value at all, and would make the sum have none."""
    return " + ".join(f"FILL({each.id}, 0)" for each in series)
