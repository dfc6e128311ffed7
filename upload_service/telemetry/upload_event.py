"""The one event of an upload, or of a check, that has ended or was refused: what log and metrics tell of it.

Rules: nothing of a presigned URL beyond its host.
Must not know: who reads it.
"""

from dataclasses import dataclass

from upload_service.clients.caller import Caller
from upload_service.clients.lambda_invocation import LambdaInvocation
from upload_service.telemetry import metric_definitions
from upload_service.upload.record import UploadRecord


@dataclass(frozen=True, slots=True)
class UploadEvent:
    """`code`: "ok" or one of the catalogue. `record`: None when it was refused before it began."""

    code: str
    retrying: bool
    seconds: float
    caller: Caller
    invocation: LambdaInvocation | None
    record: UploadRecord | None

    @property
    def fault(self) -> str | None:
        """Whose fault it is; None when all went well."""
        return metric_definitions.fault(self.code)

    @property
    def stored_bytes(self) -> int:
        """Bytes of the file, if it is stored, even when the client has left."""
        return self.record.file_size if self.record and self.record.stored else 0

    def members(self) -> dict[str, object]:
        """The members of the log line."""
        members = {
            "code": self.code,
            "fault": self.fault,
            "retrying": self.retrying,
            **_caller_members(self.seconds, self.caller, self.invocation),
        }
        return members | _record_members(self.record) if self.record else members


@dataclass(frozen=True, slots=True)
class CheckEvent:
    """`code`: "ok" or one of the catalogue. `host`: that of the form's URL; None when it was not judged."""

    code: str
    seconds: float
    caller: Caller
    invocation: LambdaInvocation | None
    host: str | None

    def members(self) -> dict[str, object]:
        """The members of the log line."""
        return {
            "code": self.code,
            "fault": metric_definitions.fault(self.code),
            **_caller_members(self.seconds, self.caller, self.invocation),
            "host": self.host,
        }


def _caller_members(seconds: float, caller: Caller, invocation: LambdaInvocation | None) -> dict[str, object]:
    members: dict[str, object] = {
        "duration_ms": round(seconds * 1000),
        "client": caller.address,
        "caller": caller.name,
    }
    if invocation:
        members["lambda_request_id"] = invocation.lambda_request_id
        members["url_request_id"] = invocation.url_request_id
    return members


def _record_members(record: UploadRecord) -> dict[str, object]:
    outcome = record.outcome
    members: dict[str, object] = {
        "host": record.host,
        "file_size": record.file_size,
        "content_type": record.media_type,
        "checksum": record.checksum and str(record.checksum),
        **record.members(),
        "client_ms": None if record.client_seconds is None else round(record.client_seconds * 1000),
        "storage_ms": round(record.storage_seconds * 1000),
        "storage_status": record.storage_status,
        "storage_code": record.storage_code,
        "storage_request_id": outcome and outcome.request_id,
    }
    if outcome and outcome.refused_address:
        members["refused_address"] = outcome.refused_address
    return members
