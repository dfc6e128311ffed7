"""The two upload endpoints: a request in, an upload run, one log event about it.

Knows: which fields each endpoint takes, in what order a request is judged, how many uploads run at once, the
log event of an upload.
Rules: a request that cannot be served is refused before a byte of its body is read, also to a client that
waits for 100.
Must not know: when a PUT is tried again, how failures are rendered.
"""

import asyncio
import time

import structlog
from aiohttp import web

from upload_service import answers
from upload_service.admission import admit, request_id, send_continue
from upload_service.callers import Caller
from upload_service.errors import UploadError
from upload_service.fields import PLAIN_FIELDS, RETRY_FIELDS
from upload_service.relay import Upload
from upload_service.service import SERVICE


async def upload(request: web.Request) -> web.StreamResponse:
    """POST /upload-with-presigned."""
    return await _upload(request, retrying=False)


async def upload_retrying(request: web.Request) -> web.StreamResponse:
    """POST /upload-with-presigned-retry."""
    return await _upload(request, retrying=True)


async def _upload(request: web.Request, *, retrying: bool) -> web.StreamResponse:
    service, started = request.app[SERVICE], time.monotonic()
    work: Upload | None = None
    code = "internal_error"
    headers = request.headers
    caller = service.callers.recognise(request.remote, headers.getall("X-Forwarded-For", ()))
    try:
        service.callers.admit(caller, headers.getall("Authorization", ()))
        wanted = RETRY_FIELDS if retrying else PLAIN_FIELDS
        form = admit(request, service.settings, wanted, service.running)
        if len(service.running) >= service.settings.max_concurrent:
            raise UploadError("too_busy")
        work = Upload(form, service.storage, service.room, service.settings, retrying=retrying)
        service.running.add(work)
        await send_continue(request)
        record = await work.run()
        code = "client_gone" if _is_gone(request) else "ok"
        return answers.stored(record, request_id(request), time.monotonic() - started, retrying=retrying)
    except UploadError as error:
        code = error.entry.code
        raise
    except asyncio.CancelledError:
        code = "shutting_down"  # nothing else cancels a handler
        raise
    finally:
        if work:
            service.running.discard(work)
        service.callers.leave(caller)
        _log(code, work, caller, time.monotonic() - started, retrying=retrying)


def _is_gone(request: web.Request) -> bool:
    """Whether nobody is there any more to hear the answer."""
    return request.transport is None or request.transport.is_closing()


def _log(code: str, work: Upload | None, caller: Caller, seconds: float, *, retrying: bool) -> None:
    details: dict[str, object] = {"code": code, "retrying": retrying, "duration_ms": round(seconds * 1000)}
    details |= {"client": caller.address, "caller": caller.name}
    if work:
        record = work.record
        answer = record.outcome.answer if record.outcome else None
        details |= {
            "stored": record.outcome is not None and record.outcome.error is None,
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
            details["refused_address"] = record.outcome.refused_address
    structlog.get_logger().info("upload", **details)
