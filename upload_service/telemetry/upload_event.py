"""The one event of an upload, or of a check, that has ended or was refused: what log and metrics tell of it.

Rules: nothing of a presigned URL beyond its host.
Must not know: who reads it.
"""

from typing import NamedTuple

from upload_service.clients.caller import Caller
from upload_service.clients.lambda_invocation import LambdaInvocation
from upload_service.telemetry import metric_definitions
from upload_service.upload.record import UploadRecord


class UploadEvent(NamedTuple):
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
        """Bytes of the file that storage keeps, even when the client has left."""
        return self.record.kept_bytes if self.record else 0

    def members(self) -> dict[str, object]:
        """The members of the log line."""
        members: dict[str, object] = {"code": self.code, "fault": self.fault, "retrying": self.retrying}
        _add_caller(members, self.seconds, self.caller, self.invocation)
        if self.record:
            _add_record(members, self.record)
        return members


class CheckEvent(NamedTuple):
    """`code`: "ok" or one of the catalogue. `host`: that of the form's URL; None when it was not judged.

    `subject`: whom its grant names.
    """

    code: str
    seconds: float
    caller: Caller
    invocation: LambdaInvocation | None
    host: str | None
    subject: str | None = None

    def members(self) -> dict[str, object]:
        """The members of the log line."""
        members: dict[str, object] = {"code": self.code, "fault": metric_definitions.fault(self.code)}
        _add_caller(members, self.seconds, self.caller, self.invocation)
        members["host"] = self.host
        if self.subject is not None:
            members.setdefault("subject", self.subject)
        return members


def _add_caller(
    members: dict[str, object], seconds: float, caller: Caller, invocation: LambdaInvocation | None
) -> None:
    members["duration_ms"] = round(seconds * 1000)
    members["client"] = caller.address
    members["caller"] = caller.name
    if caller.subject is not None:
        members["subject"] = caller.subject
    if invocation:
        members["lambda_request_id"] = invocation.lambda_request_id
        members["url_request_id"] = invocation.url_request_id


def _add_record(members: dict[str, object], record: UploadRecord) -> None:
    outcome = record.outcome
    answer = outcome.answer if outcome else None
    members["host"] = record.host
    members["file_size"] = record.file_size
    members["content_type"] = record.media_type
    members["checksum"] = str(record.checksum) if record.checksum else None
    members |= record.members() | record.session_members
    seconds = record.client_seconds
    members["client_ms"] = None if seconds is None else round(seconds * 1000)
    members["storage_ms"] = round(record.storage_seconds * 1000)
    members["storage_status"] = answer.status if answer else None
    members["storage_code"] = answer.code if answer else None
    members["storage_request_id"] = outcome.request_id if outcome else None
    if scan := record.scan:
        waited = scan.waited_seconds
        members["scan"] = scan.result
        members["scan_detail"] = scan.detail
        members["scan_ms"] = None if waited is None else round(waited * 1000)
    if record.subject is not None:
        members.setdefault("subject", record.subject)  # a caller's own token says more
    if outcome and outcome.refused_address:
        members["refused_address"] = outcome.refused_address
