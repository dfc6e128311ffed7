"""What callers read: the JSON of a stored object and of a failure.

Knows: the names in the answers, which existing callers rely on, and RFC 9457 problem details.
Rules: values in, responses out; nothing of a presigned URL beyond its host.
Must not know: how an upload runs.
"""

import json
import math
from http import HTTPStatus

from aiohttp import web

from upload_service.errors.upload_error import UploadError
from upload_service.upload.record import Record

# Long enough for a burst to pass, short enough for a person to wait.
RETRY_AFTER_SECONDS = 5


def stored(record: Record, request_id: str, seconds: float, *, retrying: bool) -> web.Response:
    """200: the object is stored."""
    assert record.outcome
    assert record.outcome.answer
    answer: dict[str, object] = {
        "success": True,
        "message": "File uploaded successfully",
        "status": record.outcome.answer.status,
        "file_size": record.file_size,
        "filename": record.filename,
        "request_id": request_id,
        "duration_ms": round(seconds * 1000),
    }
    if record.outcome.etag:
        answer["etag"] = record.outcome.etag
    if record.checksum:
        answer["checksum"] = str(record.checksum)
    if retrying:
        answer |= record.members()
    return web.json_response(answer)


def problem(error: UploadError, request_id: str) -> web.Response:
    """A failure, as a problem document."""
    response = web.json_response(
        _document(error, request_id), status=error.entry.status, content_type="application/problem+json"
    )
    if error.entry.status in (429, 503) or error.retry_after_seconds is not None:
        wait = RETRY_AFTER_SECONDS if error.retry_after_seconds is None else error.retry_after_seconds
        response.headers["Retry-After"] = str(math.ceil(wait))
    if error.challenge:
        response.headers["WWW-Authenticate"] = error.challenge
    return response


def plain(error: UploadError, request_id: str) -> bytes:
    """The same as bytes, where there is no request to answer; the connection closes behind it."""
    entry, body = error.entry, json.dumps(_document(error, request_id)).encode()
    head = (
        f"HTTP/1.1 {entry.status} {HTTPStatus(entry.status).phrase}",
        "Content-Type: application/problem+json; charset=utf-8",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {request_id}",
        "Connection: close",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _document(error: UploadError, request_id: str) -> dict[str, object]:
    entry = error.entry
    answer: dict[str, object] = {
        "type": f"/errors/{entry.code}",
        "title": entry.title,
        "status": entry.status,
        "detail": error.detail,
        "success": False,
        "code": entry.code,
        "fault": entry.fault,
        "retryable": entry.retryable,
        "request_id": request_id,
        **error.members,
    }
    if error.storage:
        answer["storage"] = {"status": error.storage.status, "code": error.storage.code}
    return answer
