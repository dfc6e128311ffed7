"""The two upload endpoints: a request in, an upload run, one log event about it.

Knows: which fields each endpoint takes, in what order a request is judged, how many uploads run at once.
Rules: a request that cannot be served is refused before a byte of its body is read, also to a client that
waits for 100.
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
from upload_service.server import responses
from upload_service.server.admission import admit, request_id, send_continue
from upload_service.server.progress import Progress, is_asked_for
from upload_service.telemetry.upload_event import Ended
from upload_service.upload.form_fields import PLAIN_FIELDS, RETRY_FIELDS
from upload_service.upload.shared import SERVICE, Service
from upload_service.upload.upload import Upload

# Before Lambda ends the function: what the answer needs on its way.
LAST_WORDS_SECONDS = 1.5


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
    invocation = read_invocation(headers) if service.settings.in_lambda else None
    caller = _recognise(request, service, invocation)
    try:
        service.callers.admit(caller, headers.getall("Authorization", ()))
        form = _admit(request, service, retrying=retrying)
        progress = Progress() if is_asked_for(request) else None
        work = Upload(
            form,
            service.storage,
            service.spool_budget,
            service.settings,
            retrying=retrying,
            latest=_latest(invocation),
            observer=progress,
        )
        service.running.add(work)
        await send_continue(request)
        record = await (progress.run(request, work) if progress else work.run())
        code = "client_gone" if _is_gone(request) else "ok"
        return responses.stored(record, request_id(request), time.monotonic() - started, retrying=retrying)
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
        known = work.record if work else None
        _tell(service, Ended(code, retrying, time.monotonic() - started, caller, invocation, known))


def _admit(request: web.Request, service: Service, *, retrying: bool) -> FormReader:
    """The form of a request that may go on."""
    wanted = RETRY_FIELDS if retrying else PLAIN_FIELDS
    form = admit(request, service.settings, wanted, service.running)
    if len(service.running) >= service.settings.max_concurrent:
        raise UploadError("too_busy")
    return form


def _recognise(request: web.Request, service: Service, invocation: LambdaInvocation | None) -> Caller:
    """Who asks: in Lambda the peer is the Web Adapter, and the Function URL knows."""
    if invocation:
        return service.callers.recognise(invocation.source_ip, ())
    return service.callers.recognise(request.remote, request.headers.getall("X-Forwarded-For", ()))


def _latest(invocation: LambdaInvocation | None) -> float | None:
    """When the upload must have ended (clock `time.monotonic`), so that Lambda does not cut its answer."""
    if invocation is None or invocation.deadline is None:
        return None
    return time.monotonic() + invocation.deadline - time.time() - LAST_WORDS_SECONDS


def _is_gone(request: web.Request) -> bool:
    """Whether nobody is there any more to hear the answer."""
    return request.transport is None or request.transport.is_closing()


def _tell(service: Service, ended: Ended) -> None:
    """The log event of an upload, which is counted where metrics are on."""
    more = service.meter(ended) if service.meter else {}
    structlog.get_logger().info("upload", **ended.members(), **more)
