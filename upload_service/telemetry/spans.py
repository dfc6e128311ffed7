"""What a trace tells of an upload or a check that has ended: its spans, made from the event and its record.

Knows: which span belongs below which, and when each began and ended.
Rules: nothing is measured here: log, metrics and spans are told from one record. Times are seconds on the
clock `time.monotonic`.
Must not know: OpenTelemetry's library, who reads it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from upload_service.telemetry import span_definitions as spans
from upload_service.telemetry.span_definitions import Attribute, Definition
from upload_service.telemetry.traces import Answered
from upload_service.telemetry.upload_event import CheckEvent, UploadEvent
from upload_service.upload.record import Attempt, ScanRecord, UploadRecord

Value = str | int | bool


class Span(NamedTuple):
    """One span. `is_error`: as the semantic conventions have it. `below`: the spans below it."""

    definition: Definition
    name: str
    began: float
    ended: float
    attributes: dict[str, Value]
    is_error: bool = False
    below: tuple["Span", ...] = ()


def of_upload(event: UploadEvent, began: float, answered: Answered) -> Span:
    """The span of an upload, with all below it."""
    attributes = _of_request(event.code, answered)
    record = event.record
    below: tuple[Span, ...] = ()
    if record:
        attributes[spans.FILE_SIZE.name] = record.file_size
        if record.stored is not None:
            attributes[spans.STORED.name] = record.stored
        below = tuple(_parts(record, answered.ended))
    return _of_server(spans.UPLOAD, attributes, began, answered, below)


def of_check(event: CheckEvent, began: float, answered: Answered) -> Span:
    """The span of a check."""
    return _of_server(spans.CHECK, _of_request(event.code, answered), began, answered)


def _of_request(code: str, answered: Answered) -> dict[str, Value]:
    attributes: dict[str, Value] = {
        spans.METHOD.name: "POST",
        spans.ROUTE.name: answered.route,
        spans.SCHEME.name: answered.scheme,
    }
    if answered.status is not None:
        attributes[spans.STATUS.name] = answered.status
    if code != "ok":
        attributes[spans.ERROR.name] = code
    return attributes


def _of_server(
    definition: Definition,
    attributes: dict[str, Value],
    began: float,
    answered: Answered,
    below: tuple[Span, ...] = (),
) -> Span:
    """A status of 4xx is the caller's fault, and no error of this service's span."""
    is_error = answered.status is not None and answered.status >= 500
    name = f"POST {answered.route}"
    return Span(definition, name, began, answered.ended, attributes, is_error, below)


def _parts(record: UploadRecord, ended: float) -> Iterator[Span]:
    """What an upload is made of. Each kind of part is told by a function of its own."""
    if record.began is not None:
        yield _client_leg(record, record.began, ended)
    if record.scan:
        yield _scan(record.scan, ended)
    for number, attempt in enumerate(record.attempts):
        yield _attempt(record, attempt, number)


def _client_leg(record: UploadRecord, began: float, ended: float) -> Span:
    if record.client_seconds is not None:
        ended = began + record.client_seconds
    size: dict[str, Value] = {spans.FILE_SIZE.name: record.file_size}
    return Span(spans.CLIENT_LEG, spans.CLIENT_LEG.name, began, ended, size)


def _scan(scan: ScanRecord, ended: float) -> Span:
    """A file in which something is found is no error of the scan; what was found is for the log."""
    ended = ended if scan.ended is None else scan.ended
    below: tuple[Span, ...] = ()
    if scan.waits_since is not None:
        below = (Span(spans.VERDICT, spans.VERDICT.name, scan.waits_since, ended, {}),)
    result: dict[str, Value] = {spans.SCAN_RESULT.name: scan.result}
    is_error = scan.result == "unavailable"
    return Span(spans.SCAN, spans.SCAN.name, scan.began, ended, result, is_error, below)


def _attempt(record: UploadRecord, attempt: Attempt, number: int) -> Span:
    is_failed = spans.is_failed_attempt(attempt.code)
    optional: dict[Attribute, Value | None] = {
        spans.STATUS: attempt.storage_status,
        spans.ERROR: attempt.code if is_failed else None,
        spans.RESEND: number or None,
    }
    attributes = {
        spans.METHOD.name: record.method,
        **_place(record),
        **{attribute.name: value for attribute, value in optional.items() if value is not None},
        spans.SENT.name: attempt.sent_bytes,
    }
    below = tuple(_dial(record, attempt))
    return Span(spans.ATTEMPT, record.method, attempt.began, attempt.ended, attributes, is_failed, below)


def _dial(record: UploadRecord, attempt: Attempt) -> Iterator[Span]:
    """How the connection of an attempt was made, if it was a new one."""
    dial, place = attempt.dial, _place(record)
    if dial and dial.looked_up:
        host = {spans.HOST.name: place[spans.HOST.name]}
        yield Span(spans.LOOK_UP, spans.LOOK_UP.name, *dial.looked_up, host)
    if dial and dial.began is not None:
        is_made = dial.ended is not None
        ended = dial.ended if dial.ended is not None else attempt.ended
        yield Span(spans.CONNECT, spans.CONNECT.name, dial.began, ended, place, not is_made)


def _place(record: UploadRecord) -> dict[str, Value]:
    """Where an attempt went to. There is no attempt before the host is known."""
    place: dict[str, Value] = {spans.HOST.name: record.host or ""}
    if record.port is not None:
        place[spans.PORT.name] = record.port
    return place
