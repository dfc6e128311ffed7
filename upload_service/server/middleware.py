"""Routes, and what happens around every handler: failures rendered, headers finished, bodies drained.

Knows: paths, and what every answer must carry.
Rules: handlers return values or raise UploadError; one middleware renders every failure; every answer
carries the CORS headers and the request id, and none names software.
Must not know: how an upload runs.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from aiohttp import HttpVersion11, web

from upload_service.errors.upload_error import UploadError
from upload_service.pages import endpoints, metrics_endpoint
from upload_service.server import cors, responses, upload_endpoints
from upload_service.server.admission import hold_continue, request_id
from upload_service.server.progress import PROGRESS
from upload_service.server.request_body import drain
from upload_service.telemetry import logs
from upload_service.upload.shared import SERVICE

# The rest of a body up to this size costs less than a new connection.
KEPT_ALIVE_BYTES = 64 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGES: dict[str, Handler] = {
    "/": endpoints.index,
    "/healthz": endpoints.healthz,
    "/readyz": endpoints.readyz,
    "/docs": endpoints.docs,
    "/openapi.json": endpoints.openapi,
    "/static/{name}": endpoints.static,
    "/errors": endpoints.errors,
    "/errors/{code}": endpoints.error_entry,
}
UPLOADS: dict[str, Handler] = {
    "/upload-with-presigned": upload_endpoints.upload,
    "/upload-with-presigned-retry": upload_endpoints.upload_retrying,
}


def routes(*, in_lambda: bool = False, metrics: bool = False) -> list[web.RouteDef]:
    """All paths of the service. What a client expects, but for an upload, is not asked."""
    gets = PAGES | ({metrics_endpoint.METRICS_PATH: metrics_endpoint.metrics} if metrics else {})
    posts = UPLOADS | ({"/events": endpoints.lambda_event} if in_lambda else {})
    return [
        *(web.get(path, handler, expect_handler=hold_continue) for path, handler in gets.items()),
        *(web.post(path, handler, expect_handler=hold_continue) for path, handler in posts.items()),
    ]


@web.middleware
async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every request's answer, and what is left of its body thrown away behind it."""
    logs.request_id.set(request_id(request))
    response = await _answer(request, handler)
    if progress := request.get(PROGRESS):
        response = await progress.end(response)
    if request.method == "CONNECT" or "Upgrade" in request.headers or not _is_framed_plainly(request):
        response.force_close()  # others may see the next request elsewhere than we do
    if request.can_read_body and not request.content.is_eof():
        # Early: it is sent now, and the sender hears it although it is still sending.
        if request.content_length is None or request.content_length > KEPT_ALIVE_BYTES:
            response.force_close()  # so that a sender who listens can stop
        with suppress(ConnectionError):  # gone meanwhile
            await response.prepare(request)
            await response.write_eof()
            await drain(request)
    return response


def _is_framed_plainly(request: web.Request) -> bool:
    """Whether everybody on the way sees the same end of the body (RFC 9112 section 6.1).

    The HTTP library refuses what is plainly wrong; it lets other codings before chunked, an empty name and
    HTTP/1.0 with chunks pass.
    """
    coding = request.headers.get("Transfer-Encoding")
    return coding is None or (coding.lower() == "chunked" and request.version >= HttpVersion11)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method == "OPTIONS":
        return _preflight(request)
    try:
        if not _is_framed_plainly(request):
            raise UploadError("bad_request", "The request has a Transfer-Encoding other than chunked.")
        return await handler(request)
    except UploadError as error:
        return responses.problem(error, request_id(request))
    except web.HTTPException as error:
        return _http_problem(request, error)
    except Exception as error:
        structlog.get_logger().error("internal_error", **logs.describe(error))
        return responses.problem(UploadError("internal_error"), request_id(request))


def _http_problem(request: web.Request, error: web.HTTPException) -> web.Response:
    codes = {404: "not_found", 405: "method_not_allowed"}
    response = responses.problem(UploadError(codes.get(error.status, "bad_request")), request_id(request))
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _preflight(request: web.Request) -> web.Response:
    origins = request.app[SERVICE].settings.cors_origins
    headers = cors.preflight_headers(origins, request.headers.get("Origin"))
    # Nothing has a handler of OPTIONS: the router's refusal knows what the path has.
    refusal = request.match_info.http_exception
    allow = refusal.headers.get("Allow", "") if refusal else ""
    return web.Response(status=204, headers={"Allow": ",".join(filter(None, (allow, "OPTIONS"))), **headers})


async def finish_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, whatever made it."""
    service = request.app[SERVICE]
    # What is counted is nobody's page's business.
    origins = () if request.path == metrics_endpoint.METRICS_PATH else service.settings.cors_origins
    headers = dict(cors.answer_headers(origins, request.headers.get("Origin")))
    if varies := [each["Vary"] for each in (response.headers, headers) if "Vary" in each]:
        headers["Vary"] = ", ".join(varies)
    response.headers.update(headers)
    response.headers["X-Request-Id"] = request_id(request)
    response.headers.popall("Server", None)
    if service.draining:
        response.force_close()
