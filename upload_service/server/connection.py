"""One connection of a client: its clocks, the pace of its reads, and what is refused before a request runs.

Knows: aiohttp's protocol class and private names of it (3.14), for how it pauses reading: `_buffer_paused`,
`_pause_reading_for_buffer` and `_resume_reading_if_drained`.
Rules: a head is refused if it is broken, without an echo of its bytes, or too long; one that trickles in is
not waited for, wherever it stands. Bytes that come one by one are read together. Who does not read the
answers is dropped.
Must not know: uploads.
"""

import asyncio
from typing import Any

from aiohttp import web

from upload_service.server import head_refusals
from upload_service.server.one_request_at_a_time import OneRequestAtATime
from upload_service.server.open_connections import OpenConnections
from upload_service.server.read_pacing import ReadPacing
from upload_service.server.request_heads import HeadBudget
from upload_service.server.unread_answers import UnreadAnswers
from upload_service.settings.settings import Settings

# From a head's first byte to its last; not counted while an earlier request is being answered.
HEAD_SECONDS = 10
# How long a connection may be idle, at its start and between requests.
IDLE_SECONDS = 75


class Connection(OneRequestAtATime):
    """aiohttp's server protocol, with limits on time and memory and with our own refusals."""

    def __init__(
        self,
        server: web.Server,
        settings: Settings,
        connections: OpenConnections,
        heads: HeadBudget | None = None,
        **options: Any,
    ) -> None:
        super().__init__(server, heads or HeadBudget(), keepalive_timeout=IDLE_SECONDS, **options)
        self._settings = settings
        self._connections = connections
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_pacing = ReadPacing()
        self._reads = 0
        self._unread: UnreadAnswers | None = None

    def pause_writing(self) -> None:
        """As in aiohttp, but the connection ends if the client reads nothing of its response for too long."""
        super().pause_writing()
        if self._unread:
            self._unread.start()

    def resume_writing(self) -> None:
        """As in aiohttp."""
        super().resume_writing()
        if self._unread:
            self._unread.stop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As in aiohttp, but the first head must come in time."""
        super().connection_made(transport)
        self._connections.add(self)
        assert isinstance(transport, asyncio.Transport)
        self._unread = UnreadAnswers(transport, self._settings.stall_seconds, lambda: self._reads)
        self._wait_for_head(IDLE_SECONDS)

    def connection_lost(self, exc: BaseException | None) -> None:
        """As in aiohttp."""
        self._connections.remove(self)
        self._stop_head_timer()
        if self._unread:
            self._unread.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As in aiohttp, but many small reads are followed by pauses."""
        self._reads += bool(data)
        super().data_received(data)
        if seconds := self._read_pacing.pause_after(len(data)) if data else 0:
            self._pause_reading(seconds)

    def _begin_request(self) -> None:
        super()._begin_request()
        self._stop_head_timer()

    def _go_on(self) -> None:
        self._read_pacing = ReadPacing()
        super()._go_on()

    def _head_begins(self) -> None:
        self._wait_for_head(HEAD_SECONDS)

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
        return head_refusals.refusal_of_broken(request, status, exc, self._settings)

    def _wait_for_head(self, seconds: float) -> None:
        self._stop_head_timer()
        self._head_timer = asyncio.get_running_loop().call_later(seconds, self._give_up_head)

    def _stop_head_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up_head(self) -> None:
        if self._head.size:
            self._refuse("request_head_timeout")
        elif self.transport:
            self.transport.close()

    def _refuse(self, code: str) -> None:
        """Refuse a head that is not complete. Nothing else is being answered."""
        if self.transport and not self.transport.is_closing():
            self.transport.write(head_refusals.refusal_of_unfinished(code, self._settings))
        self.force_close()
