"""One connection of a client: what aiohttp does before there is an application to ask, in our words.

Knows: aiohttp's protocol class, with private names of it (3.14): what it has parsed and not begun, what it
waits on for that, the request that runs, and how it pauses reading.
Rules: a broken head is refused without an echo of its bytes; one that trickles is not waited for; bytes
that come one by one are taken in together.
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
from upload_service.server.read_pacing import ReadPacing
from upload_service.settings.settings import Settings

# From a head's first byte to its last.
HEAD_SECONDS = 10
# For a connection on which nothing is asked, at its beginning and between requests.
IDLE_SECONDS = 75


class Connection(web.RequestHandler):
    """A connection that refuses broken heads in our own words and without an echo of their bytes."""

    def __init__(self, server: web.Server, settings: Settings, **options: Any) -> None:
        super().__init__(server, keepalive_timeout=IDLE_SECONDS, **options)
        self._settings = settings
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_began = False
        self._read_pacing = ReadPacing()
        self._deaf_timer: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """As in aiohttp, but a client that reads nothing of its answer is waited for only so long."""
        super().pause_writing()
        if self.transport:  # also one that is closing: it would wait for its buffer for ever
            loop, seconds = asyncio.get_running_loop(), self._settings.stall_seconds
            self._deaf_timer = loop.call_later(seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """As in aiohttp."""
        super().resume_writing()
        self._stop_waiting_for_reader()

    def _stop_waiting_for_reader(self) -> None:
        if self._deaf_timer:
            self._deaf_timer.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As in aiohttp, but the first head is waited for only so long."""
        super().connection_made(transport)
        self._wait_for_head(IDLE_SECONDS)

    def connection_lost(self, exc: BaseException | None) -> None:
        """As in aiohttp."""
        self._stop_waiting()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As in aiohttp, but heads are timed, and chunked coding that breaks in mid-body fails its reader.

        aiohttp (3.14) only queues its refusal behind the running request, which would wait in vain.
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
            request.content.feed_eof()  # nothing more to linger for
            self.close()

    def _pause_reading(self, seconds: float) -> None:
        """As aiohttp does for a full buffer; so it looks itself whether one is full when we read on."""
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
        """What aiohttp calls when there is no application to ask."""
        structlog.get_logger().warning(
            "bad_request_head", status=status, error=type(exc).__name__, request_id=request_id(request)
        )
        code = "bad_request" if status < 500 else "internal_error"
        response = responses.problem_response(UploadError(code), request_id(request))
        response.headers.update(cors.answer_headers(self._settings.cors_origins, None))
        response.headers["X-Request-Id"] = request_id(request)
        response.headers["Server"] = "upload-service"
        response.force_close()
        return response

    def _time_head(self) -> None:
        """Bytes came while no request runs: of a head that is whole, or of one that has only begun.

        Or of the body, in the moment after a head was taken up and before its request runs.
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
