"""The register of metrics: what is counted, in which unit, under which labels, and what it means.

Knows: every metric, and every value that each of its labels may take.
Rules: a metric that is not here is a mistake, and a test fails on it. No label takes a value that a client
can make up, so the number of series is known. A metric is never renamed.
Must not know: who counts, who reads.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE

# How an upload can end. All ends except ok are in the catalogue, client_gone too.
CODES = ("ok", *CATALOGUE)
ATTEMPT_CODES = ("ok", "given_up", *CATALOGUE)
FAULTS = ("none", "client", "storage", "service")
ENDPOINTS = ("plain", "retry")
SCAN_RESULTS = ("ok", "found", "too_large", "unavailable", "given_up")
PLACES = ("memory", "disk")
# Seconds. They suit an image to S3, the waits of the retry endpoint, and a large file on a slow line.
BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Metric(NamedTuple):
    """One metric of Prometheus, with the values of each label."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def _own(
    name: str,
    kind: Literal["counter", "gauge", "histogram"],
    meaning: str,
    **labels: tuple[str, ...],
) -> Metric:
    return Metric(f"upload_service_{name}", kind, meaning, labels)


UPLOADS = _own(
    "uploads_total", "counter", "uploads that have ended, by how (`fault` follows from `code`)",
    code=CODES, fault=FAULTS, endpoint=ENDPOINTS,
)  # fmt: skip
REFUSED = _own("refused_total", "counter", "of these, refused before a byte of the body was read", code=CODES)
CHECKS = _own("checks_total", "counter", "forms that came to `/check`, by what was found", code=CODES)
RECEIVED = _own("received_bytes_total", "counter", "bytes of files that came, counted when the upload ends")
STORED = _own("stored_bytes_total", "counter", "bytes of files that were stored")
DURATION = _own(
    "upload_duration_seconds", "histogram", "from a request's head to its answer, refused ones left out"
)
CLIENT_LEG = _own("client_leg_seconds", "histogram", "until all of the form had come")
STORAGE_LEG = _own(
    "storage_leg_seconds", "histogram", "in PUTs, all attempts of an upload together, without the waits"
)
SCANS = _own("scans_total", "counter", "scans for malware, by what came of them", result=SCAN_RESULTS)
SCAN_WAIT = _own("scan_wait_seconds", "histogram", "from a file's last byte to the scanner's verdict")
ATTEMPTS = _own("attempts_total", "counter", "PUTs to storage, by how they ended", code=ATTEMPT_CODES)
RUNNING = _own("uploads_running", "gauge", "uploads, and checks of forms, that run now")
RUNNING_LIMIT = _own("uploads_limit", "gauge", "`UPLOAD_MAX_CONCURRENT`")
SPOOL = _own("spool_used_bytes", "gauge", "room that is taken for files that wait or are kept", where=PLACES)
SPOOL_LIMIT = _own(
    "spool_limit_bytes", "gauge", "`UPLOAD_SPOOL_MEMORY_BYTES` and `UPLOAD_SPOOL_DISK_BYTES`", where=PLACES
)
SOCKETS = _own("storage_connections", "gauge", "connections to storage that are open or being made")
SOCKETS_MADE = _own("storage_connections_made_total", "counter", "connections to storage that were begun")
CONNECTIONS = _own("client_connections", "gauge", "connections of clients that are open, on all ports")
CONNECTIONS_LIMIT = _own("client_connections_limit", "gauge", "as many may be open")
CONNECTIONS_CLOSED = _own(
    "client_connections_closed_total", "counter", "connections that were closed to make room for new ones"
)
BUILD = _own("build_info", "gauge", "always 1; the label says which version runs", version=(__version__,))

METRICS = (
    UPLOADS, REFUSED, CHECKS, RECEIVED, STORED, DURATION, CLIENT_LEG, STORAGE_LEG, SCANS, SCAN_WAIT, ATTEMPTS,
    RUNNING, RUNNING_LIMIT, SPOOL, SPOOL_LIMIT, SOCKETS, SOCKETS_MADE, CONNECTIONS, CONNECTIONS_LIMIT,
    CONNECTIONS_CLOSED, BUILD,
)  # fmt: skip
# Of the process, as prometheus_client counts them on Linux.
PROCESS = (
    Metric("process_cpu_seconds_total", "counter", "user and system time"),
    Metric("process_resident_memory_bytes", "gauge", "memory that the process holds"),
    Metric("process_virtual_memory_bytes", "gauge", "addresses that it has taken"),
    Metric("process_open_fds", "gauge", "open files and sockets"),
    Metric("process_max_fds", "gauge", "as many as it may open"),
    Metric("process_start_time_seconds", "gauge", "when it started, since 1970"),
)


class CloudMetric(NamedTuple):
    """One metric of CloudWatch: a member of an upload's log line, counted for each value of a dimension."""

    name: str
    unit: str
    meaning: str
    dimensions: tuple[str, ...] = ()


CLOUD_UPLOADS = CloudMetric("uploads", "Count", "1 for each upload", ("code", "fault"))
CLOUD_METRICS = (
    CLOUD_UPLOADS,
    CloudMetric("duration_ms", "Milliseconds", "from a request's head to its answer"),
    CloudMetric("client_ms", "Milliseconds", "until all of the form had come"),
    CloudMetric("storage_ms", "Milliseconds", "in PUTs, all attempts together"),
    CloudMetric("file_size", "Bytes", "bytes of the file that came"),
    CloudMetric("stored_bytes", "Bytes", "bytes that were stored"),
    CloudMetric("attempts", "Count", "PUTs to storage"),
)


def fault(code: str) -> str | None:
    """Whose fault an end with this code is; None when all went well."""
    return CATALOGUE[code].fault if code in CATALOGUE else None


def most_cloud_metrics() -> int:
    """The largest number of metrics that CloudWatch may count; each has its price."""
    plain = sum(not metric.dimensions for metric in CLOUD_METRICS)
    return plain + len(CODES) + len(FAULTS) - 1
