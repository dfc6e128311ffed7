"""What callers read: the JSON of a stored object and of a failure.

Knows: the names in the answers, which existing callers rely on, and RFC 9457 problem details.
Rules: values in, responses out; nothing of a presigned URL beyond its host.
Must not know: how an upload runs.
"""

from aiohttp import web

from upload_service.errors import UploadError
from upload_service.record import Record

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
    if retrying:
        answer["attempts"] = record.attempts
    return web.json_response(answer)


def problem(error: UploadError, request_id: str) -> web.Response:
    """A failure, as a problem document."""
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
        "attempts": error.attempts,
    }
    if error.storage:
        answer["storage"] = {"status": error.storage.status, "code": error.storage.code}
    response = web.json_response(answer, status=entry.status, content_type="application/problem+json")
    if entry.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
