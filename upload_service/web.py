"""Routes and handlers: a request in, an upload run, its verdict rendered in one place.

Knows: paths, the log event of an upload.
Rules: handlers return values or raise UploadError; one middleware renders every failure; every answer
carries the CORS headers and the request id, and none names software.
Must not know: when a PUT is tried again, what storage means.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from aiohttp import web

from upload_service import __version__, answers, cors, logs
from upload_service.admission import admit, hold_continue, request_id, send_continue
from upload_service.config import Settings
from upload_service.errors import CATALOGUE, UploadError
from upload_service.errors_page import entry_markdown, page_markdown
from upload_service.fields import PLAIN_FIELDS, RETRY_FIELDS
from upload_service.relay import Upload
from upload_service.spool import Budget
from upload_service.storage import Storage

DOCS_PAGE = (Path(__file__).with_name("static") / "docs.html").read_bytes()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Service:
    """What the handlers share for the life of the app."""

    settings: Settings
    storage: Storage
    budget: Budget
    running: set[Upload] = field(default_factory=set)
    draining: bool = False


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)


def routes() -> list[web.RouteDef]:
    """All paths of the service. What a client expects, but for an upload, is not asked."""
    pages: dict[str, Handler] = {
        "/": index,
        "/healthz": healthz,
        "/readyz": readyz,
        "/docs": docs,
        "/errors": errors,
        "/errors/{code}": error_entry,
    }
    uploads: dict[str, Handler] = {
        "/upload-with-presigned": upload,
        "/upload-with-presigned-retry": upload_retrying,
    }
    return [
        *(web.get(path, handler, expect_handler=hold_continue) for path, handler in pages.items()),
        *(web.post(path, handler, expect_handler=hold_continue) for path, handler in uploads.items()),
    ]


async def index(_request: web.Request) -> web.Response:
    """What this is, for programs."""
    return web.json_response(
        {"message": "upload-service is running", "version": __version__, "docs": "/docs"}
    )


async def healthz(_request: web.Request) -> web.Response:
    """Liveness: touches nothing."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Readiness: 503 from the moment the service was told to stop."""
    if request.app[SERVICE].draining:
        raise UploadError("shutting_down", "The service is stopping.")
    return web.json_response({"status": "ready"})


async def docs(_request: web.Request) -> web.Response:
    """The contract, for people."""
    return web.Response(body=DOCS_PAGE, content_type="text/html", charset="utf-8")


async def errors(_request: web.Request) -> web.Response:
    """The catalogue of errors."""
    return web.Response(text=page_markdown(), content_type="text/markdown")


async def error_entry(request: web.Request) -> web.Response:
    """One entry of the catalogue: what `type` of a problem document points at."""
    entry = CATALOGUE.get(request.match_info["code"])
    if entry is None:
        raise UploadError("not_found", "There is no error with this code.")
    return web.Response(text=entry_markdown(entry), content_type="text/markdown")


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
    try:
        form = admit(request, service.settings, RETRY_FIELDS if retrying else PLAIN_FIELDS)
        await send_continue(request)
        work = Upload(form, service.storage, service.budget, service.settings, retrying=retrying)
        service.running.add(work)
        record = await work.run()
        code = "ok"
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
        _log_upload(code, work, time.monotonic() - started, retrying=retrying)


def _log_upload(code: str, work: Upload | None, seconds: float, *, retrying: bool) -> None:
    details: dict[str, object] = {"code": code, "retrying": retrying, "duration_ms": round(seconds * 1000)}
    if work:
        record = work.record
        answer = record.outcome.answer if record.outcome else None
        details |= {
            "host": record.host,
            "file_size": record.file_size,
            "content_type": record.content_type,
            "attempts": record.attempts,
            "client_ms": None if record.client_seconds is None else round(record.client_seconds * 1000),
            "storage_ms": round(record.storage_seconds * 1000),
            "storage_status": answer and answer.status,
            "storage_code": answer and answer.code,
            "storage_request_id": record.outcome and record.outcome.request_id,
        }
    structlog.get_logger().info("upload", **details)


@web.middleware
async def render_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure as a problem document, and preflights for every path."""
    structlog.contextvars.bind_contextvars(request_id=request_id(request))
    if request.method == "OPTIONS":
        return _preflight(request)
    try:
        return await handler(request)
    except UploadError as error:
        return answers.problem(error, request_id(request))
    except web.HTTPException as error:
        return _http_problem(request, error)
    except Exception as error:
        structlog.get_logger().error("internal_error", **logs.describe(error))
        return answers.problem(UploadError("internal_error"), request_id(request))


def _http_problem(request: web.Request, error: web.HTTPException) -> web.Response:
    codes = {404: "not_found", 405: "method_not_allowed"}
    response = answers.problem(UploadError(codes.get(error.status, "bad_request")), request_id(request))
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _preflight(request: web.Request) -> web.Response:
    origins = request.app[SERVICE].settings.cors_origins
    headers = cors.preflight_headers(origins, request.headers.get("Origin"))
    return web.Response(status=204, headers={"Allow": cors.ALLOWED_METHODS, **headers})


async def finish_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, whatever made it."""
    service = request.app[SERVICE]
    response.headers.update(cors.answer_headers(service.settings.cors_origins, request.headers.get("Origin")))
    response.headers["X-Request-Id"] = request_id(request)
    response.headers.popall("Server", None)
    if service.draining:
        response.force_close()
