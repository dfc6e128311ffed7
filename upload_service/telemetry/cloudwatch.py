"""Metrics for CloudWatch, in its embedded metric format: an upload's log line is also a source of metrics.

Knows: the format (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring, "Specification: Embedded metric
format"): metrics are named in `_aws`, and their values are members of the line.
Rules: what the line says anyway is not said twice; a metric without a value is not named.
Must not know: who writes the line.
"""

import time
from collections.abc import Mapping

from upload_service.telemetry.metric_definitions import CLOUD_METRICS, CLOUD_UPLOADS, CloudMetric
from upload_service.telemetry.metrics import Metrics
from upload_service.telemetry.upload_event import UploadEvent

_TIMED_AND_SIZED = [metric for metric in CLOUD_METRICS if metric is not CLOUD_UPLOADS]


class CloudWatchMetrics(Metrics):
    """Metrics that CloudWatch reads from the log, in this namespace."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace

    def count(self, event: UploadEvent) -> Mapping[str, object]:
        """The members that make the upload's log line a source of metrics."""
        values: dict[str, object] = {"uploads": 1}
        dimensions = [[name] for name in CLOUD_UPLOADS.dimensions if name != "fault" or event.fault]
        directives = [self._directive([CLOUD_UPLOADS], dimensions)]
        if record := event.record:
            values["stored_bytes"] = event.stored_bytes
            absent = set() if record.attempts else {"storage_ms"}
            absent |= {"client_ms"} if record.client_seconds is None else set()
            present = [metric for metric in _TIMED_AND_SIZED if metric.name not in absent]
            directives.append(self._directive(present, [[]]))
        return {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directives}, **values}

    def _directive(self, metrics: list[CloudMetric], dimensions: list[list[str]]) -> dict[str, object]:
        named = [{"Name": metric.name, "Unit": metric.unit} for metric in metrics]
        return {"Namespace": self._namespace, "Dimensions": dimensions, "Metrics": named}
