"""One connection of a client: request heads are timed, broken heads refused, and reads paced.

Knows: aiohttp's protocol class and private names of it (3.14): the parsed requests that have not begun, the
future on which it waits for them, the running request, and how it pauses reading.
Rules: a broken head is refused without an echo of its bytes; a head that trickles in is not waited for; bytes
that come one by one are read together.
Must not know: uploads.
"""

import asyncio
import os
from typing import Any

import structlog
from aiohttp import web

from upload_service.errors.upload_error import UploadError
from upload_service.server import cors, responses
from upload_service.server.admission import request_id
from upload_service.server.open_connections import OpenConnections
from upload_service.server.read_pacing import ReadPacing
from upload_service.settings.settings import Settings

# From a head's first byte to its last.
HEAD_SECONDS = 10
# How long a connection may be idle, at its start and between requests.
IDLE_SECONDS = 75


class Connection(web.RequestHandler):
    """aiohttp's server protocol, with limits on time and with our own refusals."""

    def __init__(
        self, server: web.Server, settings: Settings, connections: OpenConnections, **options: Any
    ) -> None:
        super().__init__(server, keepalive_timeout=IDLE_SECONDS, **options)
        self._settings = settings
        self._connections = connections
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_began = False
        self._read_pacing = ReadPacing()
        self._unread_timer: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """As in aiohttp, but the connection ends if the client reads nothing of its response for too long."""
        super().pause_writing()
        if self.transport:  # also when it is closing: it would wait for ever until its buffer is empty
            loop, seconds = asyncio.get_running_loop(), self._settings.stall_seconds
            self._unread_timer = loop.call_later(seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """As in aiohttp."""
        super().resume_writing()
        self._stop_unread_timer()

    def _stop_unread_timer(self) -> None:
        if self._unread_timer:
            self._unread_timer.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As in aiohttp, but the first head must come in time."""
        super().connection_made(transport)
        self._connections.add(self)
        self._wait_for_head(IDLE_SECONDS)

    def connection_lost(self, exc: BaseException | None) -> None:
        """As in aiohttp."""
        self._connections.remove(self)
        self._stop_waiting()
        self._stop_unread_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As in aiohttp, but heads are timed, and broken chunked coding in a body fails the body's reader.

        aiohttp (3.14) only queues its refusal after the running request, which would wait for ever.
        """
        waiting = len(self._messages)
        super().data_received(data)
        if len(self._messages) > waiting:
            self._read_pacing = ReadPacing()
        elif data and (seconds := self._read_pacing.pause_after(len(data))):
            self._pause_reading(seconds)
        request = self._current_request
        if request is None:
            self._time_head()
        elif self._messages and not request.content.is_eof():
            request.content.set_exception(web.RequestPayloadError())
            request.content.feed_eof()  # nothing more will come
            self.close()

    def _pause_reading(self, seconds: float) -> None:
        """Pause as aiohttp does for a full buffer; so aiohttp itself checks the buffer when we read on."""
        if not self._buffer_paused:
            self._pause_reading_for_buffer()
            asyncio.get_running_loop().call_later(seconds, self._read_on)

    def _read_on(self) -> None:
        if self.transport:
            self._resume_reading_if_drained()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Refuse a request whose head aiohttp cannot read."""
        structlog.get_logger().warning(
            "bad_request_head", status=status, error=type(exc).__name__, request_id=request_id(request)
        )
        code = "bad_request" if status < 500 else "internal_error"
        response = responses.problem_response(UploadError(code), request_id(request))
        response.headers.update(cors.response_headers(self._settings.cors_origins, None))
        response.headers["X-Request-Id"] = request_id(request)
        response.headers["Server"] = "upload-service"
        response.force_close()
        return response

    def _time_head(self) -> None:
        """Bytes came while no request runs: of a whole head, or of one that has only begun.

        They may also be of the body, between the moment when a head was read and the start of its request.
        """
        if not self._is_waiting_for_head():
            self._stop_waiting()
        elif not self._head_began:
            self._head_began = True
            self._wait_for_head(HEAD_SECONDS)

    def _is_waiting_for_head(self) -> bool:
        return self._waiter is not None and not self._messages

    def _wait_for_head(self, seconds: float) -> None:
        if self._head_timer:
            self._head_timer.cancel()
        self._head_timer = asyncio.get_running_loop().call_later(seconds, self._give_up_head)

    def _stop_waiting(self) -> None:
        self._head_began = False
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up_head(self) -> None:
        if self.transport is None or not self._is_waiting_for_head():
            return
        if self._head_began:
            name = os.urandom(16).hex()
            structlog.get_logger().warning(
                "bad_request_head", status=408, error="HeadTimeout", request_id=name
            )
            self.transport.write(responses.problem_bytes(UploadError("request_head_timeout"), name))
        self.transport.close()
