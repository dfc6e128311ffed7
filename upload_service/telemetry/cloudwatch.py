"""CloudWatch's embedded metric format: what makes an upload's log line a source of metrics as well.

Knows: the format (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring, "Specification: Embedded metric
format"): metrics are named in `_aws`, and their values are members of the line.
Rules: what the line says anyway is not said twice; a metric without a value is not named.
Must not know: who writes the line.
"""

import time

from upload_service.telemetry.metric_definitions import CLOUD_METRICS, CLOUD_UPLOADS, CloudMetric
from upload_service.telemetry.upload_event import Ended

NAMESPACE = "UploadService"
_TIMED_AND_SIZED = [metric for metric in CLOUD_METRICS if metric is not CLOUD_UPLOADS]


def members(ended: Ended) -> dict[str, object]:
    """What the line of this upload carries beside its own members."""
    values: dict[str, object] = {"uploads": 1}
    dimensions = [[name] for name in CLOUD_UPLOADS.dimensions if name != "fault" or ended.fault]
    directives = [_directive([CLOUD_UPLOADS], dimensions)]
    if record := ended.record:
        values["stored_bytes"] = ended.stored_bytes
        absent = set() if record.attempts else {"storage_ms"}
        absent |= {"client_ms"} if record.client_seconds is None else set()
        directives.append(_directive([each for each in _TIMED_AND_SIZED if each.name not in absent], [[]]))
    return {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directives}, **values}


def _directive(metrics: list[CloudMetric], dimensions: list[list[str]]) -> dict[str, object]:
    named = [{"Name": metric.name, "Unit": metric.unit} for metric in metrics]
    return {"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": named}
