"""The list of alerts: what should wake somebody, in Prometheus and in CloudWatch, and where to look then.

Rules: `panel` is a panel of the dashboard and `query` one of docs/operations.md, so that each is one step
away; what to do stands there under the alert's name. The thresholds are a beginning.
"""

from typing import Literal, NamedTuple

from monitoring.conditions import Condition, Count, Only, Share, Slow, code, fault
from upload_service.telemetry.metric_definitions import (
    BUILD,
    PROCESS,
    RUNNING,
    RUNNING_LIMIT,
    SPOOL,
    SPOOL_LIMIT,
)

NO_ROOM = ("too_busy", "made_room", "spool_full")
STORAGE_FULL = ("storage_full", "storage_account_disabled", "refused_before_storage")
URLS_REFUSED = (
    "url_expired", "credentials_expired", "signature_mismatch", "signature_not_supported", "access_denied",
    "denied_by_policy", "clock_skewed", "no_such_bucket", "storage_redirected", "wrong_endpoint",
)  # fmt: skip
# An alarm of CloudWatch takes ten series, and four are all uploads: no more codes fit in.
CALLERS_REFUSED = (
    "rate_limited", "too_many_at_once", "unauthorized", "insufficient_scope", "grant_required",
    "grant_invalid",
)  # fmt: skip

_PROCESS = {metric.name: metric.name for metric in PROCESS}
_OURS = f"and on (job, instance) {BUILD.name}"


class Alert(NamedTuple):
    """`minutes`: how long the condition has to hold. `page`: somebody is needed now.

    `level`: where the panel that shows it draws its line, in the panel's unit; None without a line. `query`:
    the number of the query for the log that says more.
    """

    name: str
    summary: str
    condition: Condition
    minutes: int
    severity: Literal["page", "ticket"]
    panel: str
    query: int
    level: float | None = None


ALERTS = (
    Alert(
        "UploadServiceDown",
        "An instance of upload-service cannot be scraped any more.",
        Only(f"up == 0 and on (job, instance) last_over_time({BUILD.name}[1h])"),
        2, "page", "Instances", 10,
    ),
    Alert(
        "UploadServiceRestarts",
        "An instance of upload-service was started three times or more in half an hour.",
        Only(f"changes({_PROCESS['process_start_time_seconds']}[30m]) > 2 {_OURS}"),
        0, "ticket", "Time since the start", 10,
    ),
    Alert(
        "UploadInternalErrors",
        "Something unexpected went wrong in upload-service.",
        Count(("internal_error",), 0, 15, checks=True),
        0, "ticket", "Failures by code", 12,
    ),
    Alert(
        "UploadServiceFailing",
        "More than one upload in twenty fails by a fault of upload-service or for want of room in it.",
        Share(fault("service"), 0.05, 5, 10),
        5, "page", "Share of uploads that fail", 2, 0.05,
    ),
    Alert(
        "UploadNoRoom",
        "Uploads have been refused for five minutes because there is no place for them.",
        Count(NO_ROOM, 0, 5, checks=True),
        5, "page", "Failures by code", 5,
    ),
    Alert(
        "UploadScannerFailing",
        "The malware scanner has given no verdict on uploads for five minutes, so they are refused.",
        Count(("scanner_unavailable",), 0, 5),
        5, "page", "Scans by result", 2,
    ),
    Alert(
        "UploadsNearLimit",
        "More than four fifths of UPLOAD_MAX_CONCURRENT run at once.",
        Only(f"{RUNNING.name} / {RUNNING_LIMIT.name} > 0.8"),
        5, "ticket", "Places taken", 5, 0.8,
    ),
    Alert(
        "UploadSpoolNearlyFull",
        "More than four fifths of the memory or the disk for waiting files are taken.",
        Only(f"{SPOOL.name} / {SPOOL_LIMIT.name} > 0.8"),
        5, "ticket", "Room for waiting files taken", 4, 0.8,
    ),
    Alert(
        "UploadFilesNearlyOut",
        "upload-service has nearly as many files and sockets open as it may.",
        Only(f"{_PROCESS['process_open_fds']} / {_PROCESS['process_max_fds']} > 0.8 {_OURS}"),
        5, "ticket", "Descriptors taken", 7, 0.8,
    ),
    Alert(
        "UploadStorageFailing",
        "More than one upload in twenty fails at storage or on the way to it.",
        Share(fault("storage"), 0.05, 5, 10),
        5, "page", "Share of uploads that fail", 6, 0.05,
    ),
    Alert(
        "UploadStorageFull",
        "A bucket is full or disabled, or something in front of it refuses uploads.",
        Count(STORAGE_FULL, 2, 15),
        5, "ticket", "Failures by code", 6,
    ),
    Alert(
        "UploadStorageSlow",
        "One upload in twenty spends more than ten seconds in PUTs.",
        Slow(10, 10),
        10, "ticket", "Time in PUTs to storage", 4, 10,
    ),
    Alert(
        "UploadUrlsRefused",
        "One upload in five comes with a URL that storage does not take.",
        Share(code(URLS_REFUSED), 0.2, 5, 10),
        5, "ticket", "Share of uploads with a URL that storage does not take", 2, 0.2,
    ),
    Alert(
        "UploadCallersRefused",
        "Every second request is refused because of who asks or how often, more than one a second.",
        Share(code(CALLERS_REFUSED), 0.5, 300, 5),
        5, "ticket", "Share of requests refused because of who asks", 8, 0.5,
    ),
)  # fmt: skip
