"""The two upload endpoints: a request in, an upload run, one log event about it.

Knows: which fields each endpoint takes, in which order a request is judged, how many uploads run at once.
Rules: a request that cannot be served is refused before a byte of its body is read, also when the client
waits for 100 Continue.
Must not know: when a PUT is tried again, how failures are rendered.
"""

import asyncio
import time

import structlog
from aiohttp import web

from upload_service.clients.caller import Caller
from upload_service.clients.lambda_invocation import LambdaInvocation, read_invocation
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader
from upload_service.pages.app_keys import CONTEXT, METRICS
from upload_service.server import responses
from upload_service.server.access_control import AccessControl
from upload_service.server.admission import admit, request_id, send_continue
from upload_service.server.progress import Progress, is_asked_for
from upload_service.telemetry.upload_event import UploadEvent
from upload_service.upload.app_context import AppContext
from upload_service.upload.form_fields import PLAIN_FIELDS, RETRY_FIELDS
from upload_service.upload.record import UploadRecord
from upload_service.upload.upload import Upload
from upload_service.upload.widget_chunks import COUNT_FIELDS

ACCESS_CONTROL: web.AppKey[AccessControl] = web.AppKey("access_control", AccessControl)
# What is known of the request's upload, for the response to a failure that nobody expected.
RECORD: web.RequestKey[UploadRecord] = web.RequestKey("record", UploadRecord)
# The response gets this time before Lambda ends the function.
RESPONSE_SECONDS = 1.5


async def upload(request: web.Request) -> web.StreamResponse:
    """POST /upload-with-presigned."""
    return await _upload(request, retrying=False)


async def upload_retrying(request: web.Request) -> web.StreamResponse:
    """POST /upload-with-presigned-retry."""
    return await _upload(request, retrying=True)


async def _upload(request: web.Request, *, retrying: bool) -> web.StreamResponse:
    context, access, started = request.app[CONTEXT], request.app[ACCESS_CONTROL], time.monotonic()
    upload: Upload | None = None
    code = "internal_error"
    invocation = read_invocation(request.headers) if context.settings.in_lambda else None
    caller = _identify(request, access, invocation)
    try:
        access.admit(caller, request.headers.getall("Authorization", ()))
        progress = Progress() if is_asked_for(request) else None
        upload = Upload(
            _admit(request, context, retrying=retrying),
            context.storage,
            context.spool_budget,
            context.settings,
            retrying=retrying,
            latest=_latest(invocation),
            observer=progress,
        )
        context.running.add(upload)
        request[RECORD] = upload.record
        await send_continue(request)
        record = await (progress.run(request, upload) if progress else upload.run())
        code = "client_gone" if _is_gone(request) else "ok"
        seconds = time.monotonic() - started
        return responses.success_response(record, request_id(request), seconds, retrying=retrying)
    except UploadError as error:
        code = error.entry.code
        raise
    except asyncio.CancelledError:
        code = "shutting_down"  # nothing else cancels a handler
        raise
    finally:
        if upload:
            context.running.discard(upload)
        access.leave(caller)
        record_so_far = upload.record if upload else None
        seconds = time.monotonic() - started
        _tell(request, UploadEvent(code, retrying, seconds, caller, invocation, record_so_far))


def _tell(request: web.Request, event: UploadEvent) -> None:
    """Count the upload, and write its one line in the log."""
    counted = request.app[METRICS].count(event)
    structlog.get_logger().info("upload", **event.members(), **counted)


def _admit(request: web.Request, context: AppContext, *, retrying: bool) -> FormReader:
    """The form of a request that may go on."""
    wanted = (RETRY_FIELDS if retrying else PLAIN_FIELDS) | COUNT_FIELDS
    form = admit(request, context.settings, wanted, context.running)
    if len(context.running) >= context.settings.max_concurrent:
        raise UploadError("too_busy")
    return form


def _identify(request: web.Request, access: AccessControl, invocation: LambdaInvocation | None) -> Caller:
    """Who asks. In Lambda the peer is the Web Adapter, and the Function URL knows the address."""
    if invocation:
        return access.identify(invocation.source_ip, ())
    return access.identify(request.remote, request.headers.getall("X-Forwarded-For", ()))


def _latest(invocation: LambdaInvocation | None) -> float | None:
    """When the upload must have ended, by `time.monotonic`, so that Lambda does not cut off the response."""
    if invocation is None or invocation.deadline is None:
        return None
    return time.monotonic() + invocation.deadline - time.time() - RESPONSE_SECONDS


def _is_gone(request: web.Request) -> bool:
    """Whether the client has closed the connection and cannot hear the response."""
    return request.transport is None or request.transport.is_closing()
