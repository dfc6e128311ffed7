"""What happens around every handler: failures are rendered, headers finished, bodies drained.

Knows: what every response must carry.
Rules: handlers return values or raise UploadError; one middleware renders every failure; every response
carries the CORS headers and the request id; no response names the software behind it.
Must not know: how an upload runs.
"""

import asyncio
import time
from contextlib import suppress

import structlog
from aiohttp import HttpVersion10, HttpVersion11, hdrs, web

from upload_service.errors.upload_error import UploadError
from upload_service.pages import metrics_endpoint
from upload_service.pages.app_keys import CONTEXT, TRACES
from upload_service.pages.content_negotiation import preferred_language
from upload_service.server import cors, responses
from upload_service.server.admission import TRACE, request_id
from upload_service.server.progress import PROGRESS
from upload_service.server.request_body import drain
from upload_service.server.routes import Handler
from upload_service.server.upload_endpoints import RECORD
from upload_service.telemetry import logs
from upload_service.telemetry.traces import Answered, Trace
from upload_service.translation.phrase import Phrase

# The rest of a body up to this size costs less than a new connection.
KEPT_ALIVE_BYTES = 64 * 1024
# A form that was not what its head said: what comes behind it may be the rest of a file that has grown since.
DOUBTFUL_FORMS = frozenset({"malformed_form", "incomplete_form", "boundary_mismatch", "size_mismatch"})


@web.middleware
async def respond(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The response to a request. What is left of the request's body is thrown away after it."""
    logs.request_id.set(request_id(request))
    response = answer = await _handle(request, handler)
    if progress := request.get(PROGRESS):
        response = await progress.end(answer)
        if answer.keep_alive is False:
            response.force_close()
    # The id first: a key that the request does not have costs an exception.
    if logs.trace_id.get() and (trace := request.get(TRACE)):
        await _tell(request, trace, response.status)
    if request.method == "CONNECT" or "Upgrade" in request.headers or not _is_framed_plainly(request):
        response.force_close()  # a proxy may see the next request begin elsewhere than we do
    if request.can_read_body and not request.content.is_eof():
        # The response is early. It is sent now, so that a client that still sends can read it.
        if request.content_length is None or request.content_length > KEPT_ALIVE_BYTES:
            response.force_close()  # so that a client that reads while it sends can stop
        with suppress(ConnectionError, ExceptionGroup):  # the client has left
            await response.prepare(request)
            async with asyncio.TaskGroup() as together:  # who does not read yet may still send
                together.create_task(response.write_eof())
                together.create_task(drain(request))
    return response


async def _tell(request: web.Request, trace: Trace, status: int) -> None:
    """Tell the trace of a request that has ended. The next request of its connection has another, or none."""
    is_gone = trace.event is not None and trace.event.code == "client_gone"
    assert request.match_info.route.resource
    route = request.match_info.route.resource.canonical
    answered = Answered(route, request.scheme, None if is_gone else status, time.monotonic())
    await request.app[TRACES].tell(trace, answered)
    logs.trace_id.set(None)


def _is_framed_plainly(request: web.Request) -> bool:
    """Whether every server on the way sees the same end of the body (RFC 9112 section 6.1).

    aiohttp refuses what is plainly wrong. It accepts a first line without a version, other codings before
    chunked, an empty coding, and chunks under HTTP/1.0.
    """
    coding = request.headers.get("Transfer-Encoding")
    if coding is None:
        return request.version >= HttpVersion10
    return coding.lower() == "chunked" and request.version >= HttpVersion11


async def _handle(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method == "OPTIONS":
        return _preflight(request)
    try:
        if not _is_framed_plainly(request):
            if request.version < HttpVersion10:
                raise UploadError("bad_request")
            raise UploadError(
                "bad_request", Phrase("The request has a Transfer-Encoding other than chunked.")
            )
        return await handler(request)
    except UploadError as error:
        response = _problem(request, error)
        if error.entry.code in DOUBTFUL_FORMS:
            response.force_close()
        return response
    except web.HTTPException as error:
        return _http_problem(request, error)
    except Exception as error:
        structlog.get_logger().error("internal_error", **logs.describe(error))
        problem = UploadError("internal_error")
        if record := request.get(RECORD):
            problem.members = record.members()
        return _problem(request, problem)


def _problem(request: web.Request, error: UploadError) -> web.Response:
    language = preferred_language(",".join(request.headers.getall(hdrs.ACCEPT_LANGUAGE, ())))
    return responses.problem_response(error, request_id(request), language)


def _http_problem(request: web.Request, error: web.HTTPException) -> web.Response:
    codes = {404: "not_found", 405: "method_not_allowed"}
    response = _problem(request, UploadError(codes.get(error.status, "bad_request")))
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _preflight(request: web.Request) -> web.Response:
    origins = request.app[CONTEXT].settings.cors_origins
    asked = request.headers.getall("Access-Control-Request-Headers", ())
    headers = cors.preflight_headers(origins, request.headers.get("Origin"), asked)
    # No path has a handler for OPTIONS. The router's refusal lists the path's methods.
    refusal = request.match_info.http_exception
    allow = refusal.headers.get("Allow", "") if refusal else ""
    return web.Response(status=204, headers={"Allow": ",".join(filter(None, (allow, "OPTIONS"))), **headers})


async def finish_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers that every response carries, whatever made it."""
    context, headers = request.app[CONTEXT], response.headers
    # No CORS on /metrics: web pages must not read it.
    if request.path != metrics_endpoint.METRICS_PATH:
        varies = headers.get("Vary")
        headers.update(cors.response_headers(context.settings.cors_origins, request.headers.get("Origin")))
        if varies is not None and headers["Vary"] != varies:
            headers["Vary"] = f"{varies}, {headers['Vary']}"
    headers["X-Request-Id"] = request_id(request)
    headers.popall("Server", None)
    if context.draining:
        response.force_close()
