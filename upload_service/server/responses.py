"""What clients read: the JSON of a stored object or a check, and problem details (RFC 9457) for a failure.

Knows: the members of the responses, which existing clients rely on; title and detail are the only ones that
are translated.
Rules: values in, responses out; nothing of a presigned URL beyond its host.
Must not know: how an upload runs.
"""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Language, translated
from upload_service.upload.record import UploadRecord

# Long enough for a burst to pass, short enough for a person to wait.
RETRY_AFTER_SECONDS = 5
_JSON: Mapping[str, str] = {"Content-Type": "application/json; charset=utf-8"}
# Of a failure before an upload began.
_NO_ATTEMPTS: Mapping[str, object] = UploadRecord().members()


def success_response(
    record: UploadRecord, request_id: str, seconds: float, *, retrying: bool
) -> web.Response:
    """200: storage has taken the bytes. The object is stored, unless they are a piece of one."""
    members: dict[str, object] = {
        "success": True,
        "stored": record.stored,
        "message": "File uploaded successfully" if record.stored else "The session needs more of the file",
        "status": record.storage_status,
        "file_size": record.file_size,
        "filename": record.filename,
        "request_id": request_id,
        "duration_ms": round(seconds * 1000),
    }
    if record.is_session:
        members |= record.session_members
    if record.etag:
        members["etag"] = record.etag
    if record.checksum:
        members["checksum"] = str(record.checksum)
    if retrying:
        members |= record.members()
    # As `web.json_response` has it, which takes the type apart and puts it together again.
    return web.Response(body=json.dumps(members).encode(), headers=_JSON)


def check_response(request_id: str) -> web.Response:
    """200: nothing speaks against an upload with this form."""
    message = "Nothing speaks against this upload"
    return web.json_response({"ok": True, "message": message, "request_id": request_id})


def problem_response(error: UploadError, request_id: str, language: Language = "en") -> web.Response:
    """A failure, as problem details in the language that the request prefers."""
    response = web.json_response(
        # In English as ever, in ASCII; the letters of another language can be read as they are.
        text=json.dumps(_problem_details(error, request_id, language), ensure_ascii=language == "en"),
        status=error.entry.status,
        content_type="application/problem+json",
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )
    if error.entry.status in (429, 503) or error.retry_after_seconds is not None:
        wait = RETRY_AFTER_SECONDS if error.retry_after_seconds is None else error.retry_after_seconds
        response.headers["Retry-After"] = str(math.ceil(wait))
    if error.challenge:
        response.headers["WWW-Authenticate"] = error.challenge
    return response


def problem_bytes(error: UploadError, request_id: str, headers: Mapping[str, str]) -> bytes:
    """The same as a whole HTTP/1.1 response with these further headers, for when there is no request.

    The connection closes after it.
    """
    entry, body = error.entry, json.dumps(_problem_details(error, request_id, "en")).encode()
    head = (
        f"HTTP/1.1 {entry.status} {HTTPStatus(entry.status).phrase}",
        "Content-Type: application/problem+json; charset=utf-8",
        "Content-Language: en",
        f"Content-Length: {len(body)}",
        f"X-Request-Id: {request_id}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def _problem_details(error: UploadError, request_id: str, language: Language) -> dict[str, object]:
    entry = error.entry
    members: dict[str, object] = {
        "type": f"/errors/{entry.code}",
        "title": translated(entry.title, language),
        "status": entry.status,
        "detail": translated(error.detail, language),
        "success": False,
        "code": entry.code,
        "fault": entry.fault,
        "retryable": error.retryable,
        "request_id": request_id,
        **(error.members or _NO_ATTEMPTS),
    }
    if error.storage:
        members["storage"] = {"status": error.storage.status, "code": error.storage.code}
    return members
