"""An upload that has ended, or was refused: the facts that its log event and the metrics tell.

Rules: nothing of a presigned URL beyond its host.
Must not know: who is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from upload_service.clients.caller import Caller
from upload_service.clients.lambda_invocation import LambdaInvocation
from upload_service.telemetry import metric_definitions
from upload_service.upload.record import Record


@dataclass(frozen=True, slots=True)
class Ended:
    """`code`: "ok" or one of the catalogue. `record`: None when it was refused before it began."""

    code: str
    retrying: bool
    seconds: float
    caller: Caller
    invocation: LambdaInvocation | None
    record: Record | None

    @property
    def fault(self) -> str | None:
        """Whose turn it is; None when all went well."""
        return metric_definitions.fault(self.code)

    @property
    def stored_bytes(self) -> int:
        """Of the file, when it is stored, whatever became of the caller."""
        return self.record.file_size if self.record and _is_stored(self.record) else 0

    def members(self) -> dict[str, object]:
        """As the log tells it."""
        members: dict[str, object] = {
            "code": self.code,
            "fault": self.fault,
            "retrying": self.retrying,
            "duration_ms": round(self.seconds * 1000),
            "client": self.caller.address,
            "caller": self.caller.name,
        }
        if self.invocation:
            members["lambda_request_id"] = self.invocation.lambda_request_id
            members["url_request_id"] = self.invocation.url_request_id
        return members | _told(self.record) if self.record else members


# Counts an ended upload; gives what its log line carries beside.
Meter = Callable[[Ended], Mapping[str, object]]


def _is_stored(record: Record) -> bool:
    return record.outcome is not None and record.outcome.error is None


def _told(record: Record) -> dict[str, object]:
    answer = record.outcome.answer if record.outcome else None
    told: dict[str, object] = {
        "stored": _is_stored(record),
        "host": record.host,
        "file_size": record.file_size,
        "content_type": record.content_type,
        "checksum": record.checksum and str(record.checksum),
        **record.members(),
        "client_ms": None if record.client_seconds is None else round(record.client_seconds * 1000),
        "storage_ms": round(record.storage_seconds * 1000),
        "storage_status": answer and answer.status,
        "storage_code": answer and answer.code,
        "storage_request_id": record.outcome and record.outcome.request_id,
    }
    if record.outcome and record.outcome.refused_address:
        told["refused_address"] = record.outcome.refused_address
    return told
