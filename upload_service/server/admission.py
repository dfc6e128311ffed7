"""Which requests may begin an upload or a check: who asks, how many run already, and what the head says.

Knows: aiohttp's request, and how each ends that was let in or refused.
Rules: a request that cannot be served is refused before a byte of its body is read, also when the client
waits for 100 Continue.
Must not know: fields, storage.
"""

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from aiohttp import HttpVersion11, web

from upload_service.clients.caller import Caller
from upload_service.clients.lambda_invocation import LambdaInvocation, read_invocation
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import MAX_BESIDE_FILE_BYTES, FormReader
from upload_service.pages.app_keys import CONTEXT, TRACES
from upload_service.server.access_control import AccessControl
from upload_service.server.open_connections import OpenConnections
from upload_service.server.request_body import RequestBody
from upload_service.telemetry import logs
from upload_service.telemetry.traces import Trace
from upload_service.upload.check import Check
from upload_service.upload.form_fields import LONG_FIELD
from upload_service.upload.sender_pace import SenderPace
from upload_service.upload.upload import Upload

if TYPE_CHECKING:  # loaded only where grants are asked for
    from upload_service.identity.upload_grant import UploadGrant

ACCESS_CONTROL: web.AppKey[AccessControl] = web.AppKey("access_control", AccessControl)
OPEN_CONNECTIONS: web.AppKey[OpenConnections] = web.AppKey("open_connections", OpenConnections)
_PACE: web.RequestKey[SenderPace] = web.RequestKey("pace", SenderPace)
TRACE: web.RequestKey[Trace] = web.RequestKey("trace", Trace)
_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
T = TypeVar("T")
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


class Visit:
    """One request to an endpoint that admits callers. `tell` hears afterwards how it ended.

    `grant`: the upload grant that came as a bearer token. `code`: how it ended, "ok" or one of the catalogue.
    `trace`: its part in a trace, if there is one.
    """

    def __init__(self, request: web.Request, tell: Callable[["Visit"], None]) -> None:
        app = request.app
        in_lambda = app[CONTEXT].settings.in_lambda
        self.access = app[ACCESS_CONTROL]
        self.invocation = read_invocation(request.headers) if in_lambda else None
        self.caller = _identify(request, self.access, self.invocation)
        self.grant: UploadGrant | None = None
        self.code = "internal_error"
        self._tell = tell
        self._began = time.monotonic()
        self.trace = app[TRACES].begin(request.headers, self._began)
        if self.trace:
            request[TRACE] = self.trace
            logs.trace_id.set(self.trace.id)

    @property
    def seconds(self) -> float:
        """Time since the request's head."""
        return time.monotonic() - self._began

    def succeed(self, request: web.Request) -> None:
        """All went well, whether the client is still there or not."""
        is_gone = request.transport is None or request.transport.is_closing()
        self.code = "client_gone" if is_gone else "ok"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, UploadError):
            self.code = error.entry.code
        elif isinstance(error, asyncio.CancelledError):
            self.code = "shutting_down"  # nothing else cancels a handler
        self.access.leave(self.caller)
        self._tell(self)


def _identify(request: web.Request, access: AccessControl, invocation: LambdaInvocation | None) -> Caller:
    """Who asks. In Lambda the peer is the Web Adapter, and the Function URL knows the address."""
    if invocation:
        return access.identify(invocation.source_ip, ())
    return access.identify(request.remote, request.headers.getall("X-Forwarded-For", ()))


def request_id(request: web.BaseRequest) -> str:
    """The request id: the client's own if it is usable, else a random one; the same for the whole request."""
    if (known := request.get(_ID)) is None:
        given = request.headers.get("X-Request-Id", "")
        known = request[_ID] = given if _USABLE_ID.fullmatch(given) else os.urandom(16).hex()
    return known


async def admit(request: web.Request, visit: Visit, wanted: frozenset[str]) -> FormReader:
    """The form of a request that may go on, for which a place is free; raises UploadError for another."""
    authorization = request.headers.getall("Authorization", ())
    context = request.app[CONTEXT]
    settings, places = context.settings, context.places
    if visit.access.signed:
        await visit.access.admit_signed(visit.caller, authorization)
    elif settings.takes_bearer_grants:
        from upload_service.server.bearer_grants import grant_of_head

        visit.grant = visit.access.admit_granted(
            visit.caller, authorization, partial(grant_of_head, settings)
        )
    else:
        visit.access.admit(visit.caller, authorization)
    if not request.body_exists:
        raise UploadError("empty_body")
    if any(coding.lower() != "identity" for coding in request.headers.getall("Content-Encoding", ())):
        raise UploadError("content_encoding_unsupported")
    length = request.content_length
    if length is not None and length - MAX_BESIDE_FILE_BYTES > settings.max_file_bytes:
        raise UploadError("file_too_large")
    if settings.scanner and length is not None:
        from upload_service.upload.scan import require_scannable_request

        require_scannable_request(length, settings)
    content_type = request.headers.get("Content-Type", "")
    receiver = RequestBody(request, settings.stall_seconds, settings.min_bytes_per_second, places)
    form = FormReader(
        receiver.read,
        content_type,
        length,
        wanted,
        from_worker="CF-Worker" in request.headers,
        long_field=LONG_FIELD,
    )
    places.make_room(visit.caller)
    request[_PACE] = receiver.pace
    return form


async def run_in_place(
    request: web.Request, caller: Caller, holder: Upload | Check, run: Callable[[], Awaitable[T]]
) -> T:
    """Run an admitted upload or check, which has a place until then. It hears if the client leaves."""
    app = request.app
    places, connections = app[CONTEXT].places, app[OPEN_CONNECTIONS]
    taken = places.take(holder, caller, request[_PACE])
    connections.begin_place(request, holder.client_left)
    try:
        await send_continue(request)
        return await run()
    finally:
        connections.end_place(request)
        places.give_back(taken)


async def hold_continue(_request: web.Request) -> None:
    """Replaces aiohttp's handler of `Expect`: the client gets its 100 once its head has been admitted."""


async def send_continue(request: web.Request) -> None:
    """Send 100 Continue to a client that waits for it. HTTP/1.0 knows no such thing."""
    if request.version >= HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        try:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        except OSError:
            raise UploadError("client_gone") from None
        request.writer.output_size = 0  # as aiohttp does: the final response has not begun
