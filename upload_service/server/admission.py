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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import HttpVersion11, web

from upload_service.clients.caller import Caller
from upload_service.clients.lambda_invocation import LambdaInvocation, read_invocation
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import MAX_BESIDE_FILE_BYTES, FormReader
from upload_service.pages.app_keys import CONTEXT
from upload_service.server.access_control import AccessControl
from upload_service.server.open_connections import OpenConnections
from upload_service.server.request_body import RequestBody
from upload_service.upload.check import Check
from upload_service.upload.sender_pace import SenderPace
from upload_service.upload.upload import Upload
from upload_service.upload.widget_chunks import refuse_content_range

ACCESS_CONTROL: web.AppKey[AccessControl] = web.AppKey("access_control", AccessControl)
OPEN_CONNECTIONS: web.AppKey[OpenConnections] = web.AppKey("open_connections", OpenConnections)
_PACE: web.RequestKey[SenderPace] = web.RequestKey("pace", SenderPace)
_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


@dataclass(slots=True)
class Visit:
    """One request to an endpoint that admits callers. `code`: how it ended, "ok" or one of the catalogue."""

    caller: Caller
    invocation: LambdaInvocation | None
    code: str = "internal_error"
    _began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Time since the request's head."""
        return time.monotonic() - self._began

    def succeed(self, request: web.Request) -> None:
        """All went well, whether the client is still there or not."""
        is_gone = request.transport is None or request.transport.is_closing()
        self.code = "client_gone" if is_gone else "ok"


@contextmanager
def visit(request: web.Request, tell: Callable[[Visit], None]) -> Iterator[Visit]:
    """Let the caller of this request in, or raise UploadError. `tell` hears afterwards how it ended."""
    access = request.app[ACCESS_CONTROL]
    invocation = read_invocation(request.headers) if request.app[CONTEXT].settings.in_lambda else None
    found = Visit(_identify(request, access, invocation), invocation)
    try:
        access.admit(found.caller, request.headers.getall("Authorization", ()))
        yield found
    except UploadError as error:
        found.code = error.entry.code
        raise
    except asyncio.CancelledError:
        found.code = "shutting_down"  # nothing else cancels a handler
        raise
    finally:
        access.leave(found.caller)
        tell(found)


def _identify(request: web.Request, access: AccessControl, invocation: LambdaInvocation | None) -> Caller:
    """Who asks. In Lambda the peer is the Web Adapter, and the Function URL knows the address."""
    if invocation:
        return access.identify(invocation.source_ip, ())
    return access.identify(request.remote, request.headers.getall("X-Forwarded-For", ()))


def request_id(request: web.BaseRequest) -> str:
    """The request id: the client's own if it is usable, else a random one; the same for the whole request."""
    if _ID not in request:
        given = request.headers.get("X-Request-Id", "")
        request[_ID] = given if _USABLE_ID.fullmatch(given) else os.urandom(16).hex()
    return request[_ID]


def admit(request: web.Request, caller: Caller, wanted: frozenset[str]) -> FormReader:
    """The form of a request that may go on, for which a place is free; raises UploadError for another."""
    settings, places = request.app[CONTEXT].settings, request.app[CONTEXT].places
    if not request.body_exists:
        raise UploadError("empty_body")
    if any(coding.lower() != "identity" for coding in request.headers.getall("Content-Encoding", ())):
        raise UploadError("content_encoding_unsupported")
    if "Content-Range" in request.headers:
        refuse_content_range(request.headers["Content-Range"])
    length = request.content_length
    if length is not None and length - MAX_BESIDE_FILE_BYTES > settings.max_file_bytes:
        raise UploadError("file_too_large")
    content_type = request.headers.get("Content-Type", "")
    receiver = RequestBody(request, settings.stall_seconds, settings.min_bytes_per_second, places)
    form = FormReader(receiver.read, content_type, length, wanted, from_worker="CF-Worker" in request.headers)
    places.make_room(caller)
    request[_PACE] = receiver.pace
    return form


@contextmanager
def place(request: web.Request, caller: Caller, holder: Upload | Check) -> Iterator[None]:
    """The place of an admitted request, until what holds it has ended. It hears if the client leaves."""
    places, connections = request.app[CONTEXT].places, request.app[OPEN_CONNECTIONS]
    taken = places.take(holder, caller, request[_PACE])
    connections.begin_place(request, holder.client_left)
    try:
        yield
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
