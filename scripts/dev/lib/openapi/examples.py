"""The JSON that the documentation shows: answers, the log line and progress lines of one example upload.

Knows: what is known of that upload, as the service itself would know it.
Rules: the service's own code writes each answer and the log event, so that no member is named here. A test
compares them with what a running service writes.
"""

import json
from base64 import b64decode
from dataclasses import replace

from upload_service.body.checksums import DEFAULT_ALGORITHM, Checksum
from upload_service.clients.caller import Caller
from upload_service.errors.upload_error import StorageResponse, UploadError
from upload_service.server.responses import check_response, problem_response, success_response
from upload_service.storage.outcome import Outcome
from upload_service.telemetry.upload_event import UploadEvent
from upload_service.upload.record import Attempt, UploadRecord

Json = dict[str, object]

REQUEST_ID = "5f0c6a3e9d7b4c21a8e0f1d2c3b4a596"
WIDTH = 118

_SECONDS = 0.041
_RECORD = UploadRecord(
    host="bucket.s3.eu-west-1.amazonaws.com",
    filename="photo.png",
    content_type="image/png",
    file_size=48213,
    attempts=[Attempt("ok", 200, 38, 48213)],
    outcome=Outcome(
        None, StorageResponse(200), etag='"9b2cf535f27731c974343645a3985328"', request_id="18EB19C1D4D3D151"
    ),
    checksum=Checksum(DEFAULT_ALGORITHM, b64decode("rosUhgp5mIg=")),
    client_seconds=0.012,
    storage_seconds=0.038,
)


def stored() -> Json:
    """The answer of the plain endpoint to a file that is stored."""
    return _read(success_response(_RECORD, REQUEST_ID, _SECONDS, retrying=False).text)


def stored_with_attempts() -> Json:
    """The same of the retry endpoint."""
    record = replace(_RECORD, replayable=True)
    return _read(success_response(record, REQUEST_ID, _SECONDS, retrying=True).text)


def received(*, retrying: bool = False) -> Json:
    """The answer to a piece after which a resumable session wants more."""
    held = Outcome(None, StorageResponse(308), held_bytes=524288)
    attempt = Attempt("ok", 308, 38, 262144)
    record = replace(_RECORD, file_size=262144, outcome=held, attempts=[attempt], is_session=True)
    if retrying:
        record.replayable = True
    return _read(success_response(record, REQUEST_ID, _SECONDS, retrying=retrying).text)


def checked() -> Json:
    """The answer to a form that is right."""
    return _read(check_response(REQUEST_ID).text)


def problem(code: str = "url_expired") -> Json:
    """The answer to an upload that storage refused."""
    error = UploadError(code, storage=StorageResponse(403, "AccessDenied"))
    error.members = UploadRecord(attempts=[Attempt(code, 403, 38, 0)]).members()
    return _read(problem_response(error, REQUEST_ID).text)


def upload_event() -> Json:
    """The log line of the upload."""
    event = UploadEvent("ok", False, _SECONDS, Caller("203.0.113.9", "203.0.113.9", "app"), None, _RECORD)
    head = {"timestamp": "2026-11-23T12:00:00.000000Z", "level": "info", "event": "upload"}
    return head | event.members() | {"request_id": REQUEST_ID}


def progress() -> list[Json]:
    """One line of each kind but the last, which is the plain answer."""
    so_far: Json = {"bytes": 16384, "of": _RECORD.file_size}
    return [
        {"event": "received", **so_far},
        {"event": "attempt", "attempt": 1},
        {"event": "sent", **so_far},
        {"event": "waiting", "seconds": 0.412, "code": "storage_error"},
        {"event": "scanning"},
    ]


def progress_text() -> str:
    """The lines of one upload as they come, of which the last is cut short."""
    last = text(stored()).partition("\n")[0]
    return "".join(f"{json.dumps(line)}\n" for line in progress()) + f"{last} …}}\n"


def text(value: Json) -> str:
    """The object as JSON, wrapped between its members."""
    members = [f"{json.dumps(name)}: {json.dumps(member)}" for name, member in value.items()]
    lines = ["{" + members[0]]
    for member in members[1:]:
        fits = len(lines[-1]) + len(member) + len(", ,") <= WIDTH
        lines[-1] += ", " if fits else ","
        lines += [] if fits else [" "]
        lines[-1] += member
    return "\n".join(lines) + "}"


def _read(body: str | None) -> Json:
    value: Json = json.loads(str(body))
    return value
