"""Metrics for Prometheus.

Knows: prometheus_client. It is imported with this module, and so only where metrics are on.
Rules: every series is there from the start, at 0, so that the first failure of its kind shows as an increase.
Gauges are looked up when they are read, and cost an upload nothing.
Must not know: HTTP.
"""

from collections.abc import Iterator, Mapping, Sized
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from upload_service.telemetry import metric_definitions
from upload_service.telemetry.metric_definitions import Metric
from upload_service.telemetry.metrics import Metrics
from upload_service.telemetry.upload_event import CheckEvent, UploadEvent
from upload_service.upload.app_context import AppContext

_NOTHING: Mapping[str, object] = {}


class Connections(Sized, Protocol):
    """The connections of clients: how many there may be, and how many were closed to make room."""

    most: int
    closed: int


class PrometheusMetrics(Metrics):
    """The counters of one app, and gauges that are looked up in its context."""

    def __init__(self, context: AppContext, connections: Connections) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the series
        self._registry = CollectorRegistry()
        self._registry.register(_Gauges(context, connections))
        ProcessCollector(registry=self._registry)
        uploads = self._counter(metric_definitions.UPLOADS)
        self._uploads = {
            (code, retrying): uploads.labels(
                code, metric_definitions.fault(code) or "none", metric_definitions.ENDPOINTS[retrying]
            )
            for code in metric_definitions.CODES
            for retrying in (False, True)
        }
        self._refused = self._by_code(metric_definitions.REFUSED)
        self._checks = self._by_code(metric_definitions.CHECKS)
        self._attempts = self._by_code(metric_definitions.ATTEMPTS)
        self._received, self._stored = (
            self._counter(metric_definitions.RECEIVED),
            self._counter(metric_definitions.STORED),
        )
        scans = self._counter(metric_definitions.SCANS)
        self._scans = {result: scans.labels(result) for result in metric_definitions.SCAN_RESULTS}
        self._scan_wait = self._histogram(metric_definitions.SCAN_WAIT)
        self._duration = self._histogram(metric_definitions.DURATION)
        self._client_leg = self._histogram(metric_definitions.CLIENT_LEG)
        self._storage_leg = self._histogram(metric_definitions.STORAGE_LEG)

    def count(self, event: UploadEvent) -> Mapping[str, object]:
        """Count an upload. Its log line carries nothing more."""
        self._uploads[event.code, event.retrying].inc()
        record = event.record
        if record is None:
            self._refused[event.code].inc()
            return _NOTHING
        self._received.inc(record.file_size)
        self._stored.inc(event.stored_bytes)
        self._duration.observe(event.seconds)
        if record.client_seconds is not None:
            self._client_leg.observe(record.client_seconds)
        if record.attempts:
            self._storage_leg.observe(record.storage_seconds)
        if scan := record.scan:
            self._scans[scan.result].inc()
            if scan.waited_seconds is not None:
                self._scan_wait.observe(scan.waited_seconds)
        for attempt in record.attempts:
            self._attempts[attempt.code].inc()
        return _NOTHING

    def count_check(self, event: CheckEvent) -> None:
        """Count a check."""
        self._checks[event.code].inc()

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics, in a format that the Accept header `accept` names, and its Content-Type."""
        try:
            encode, content_type = choose_encoder(accept)
        except (TypeError, ValueError):  # the header names a version that is no number
            encode, content_type = choose_encoder("")
        return encode(self._registry), content_type

    def _counter(self, metric: Metric) -> Counter:
        return Counter(metric.name, metric.meaning, list(metric.labels), registry=self._registry)

    def _by_code(self, metric: Metric) -> dict[str, Counter]:
        counter = self._counter(metric)
        return {code: counter.labels(code) for code in metric.labels["code"]}

    def _histogram(self, metric: Metric) -> Histogram:
        return Histogram(
            metric.name, metric.meaning, buckets=metric_definitions.BUCKETS, registry=self._registry
        )


class _Gauges(Collector):
    """What need not be counted because it can be looked up."""

    def __init__(self, context: AppContext, connections: Connections) -> None:
        self._context = context
        self._connections = connections

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        context, budget = self._context, self._context.spool_budget
        yield _gauge(metric_definitions.RUNNING, len(context.places))
        yield _gauge(metric_definitions.RUNNING_LIMIT, context.settings.max_concurrent)
        yield _gauge(metric_definitions.SPOOL, budget.memory.used_bytes, budget.disk.used_bytes)
        yield _gauge(metric_definitions.SPOOL_LIMIT, budget.memory.limit_bytes, budget.disk.limit_bytes)
        yield _gauge(metric_definitions.SOCKETS, context.sockets.open)
        made = metric_definitions.SOCKETS_MADE
        yield CounterMetricFamily(made.name, made.meaning, context.sockets.made)
        yield _gauge(metric_definitions.CONNECTIONS, len(self._connections))
        yield _gauge(metric_definitions.CONNECTIONS_LIMIT, self._connections.most)
        closed = metric_definitions.CONNECTIONS_CLOSED
        yield CounterMetricFamily(closed.name, closed.meaning, self._connections.closed)
        yield _gauge(metric_definitions.BUILD, 1)


def _gauge(metric: Metric, *values: float) -> GaugeMetricFamily:
    """The gauge with these values, in the order of its only label's values."""
    family = GaugeMetricFamily(metric.name, metric.meaning, labels=list(metric.labels))
    (labels,) = metric.labels.values() or ((None,),)
    for label, value in zip(labels, values, strict=True):
        family.add_metric([] if label is None else [label], value)
    return family
