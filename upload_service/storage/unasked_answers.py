"""Answers that nobody asked for, and the hosts that have sent one; and answers that only announce others.

Knows: when bytes on a connection cannot be the answer to a request: while it is idle, before the request has
begun to leave, or while the peer's system has acknowledged nothing of it.
Rules: what nobody asked for is no answer. A host that has sent such bytes gets no kept connections for a
while: on one, an answer that comes a moment after the next PUT has arrived looks like that PUT's own. A PUT
has MOST_INTERIM answers at most that only announce its answer (RFC 9110 section 15.2): aiohttp reads them for
as long as they come.
Must not know: what an answer means.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from weakref import WeakSet

import structlog
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader

from upload_service.storage.payload import BodyPayload

# For so long a host that has spoken unasked gets a new connection for each PUT.
UNTRUSTED_SECONDS = 600.0
# Of more hosts than these, those that spoke last are remembered.
MOST_HOSTS = 1024
# 100 Continue, and one now and then from a store that takes its time.
MOST_INTERIM = 32
# Until the answer's head is here, so much is parsed at a time: even that may be hundreds of interim answers.
STEP_BYTES = 16 * 1024


class Connections:
    """The connections to storage, and which hosts are trusted to say nothing unasked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spoke: OrderedDict[str, float] = OrderedDict()
        self._open: WeakSet[Connection] = WeakSet()

    def add(self, connection: "Connection") -> None:
        """A new connection."""
        self._open.add(connection)

    def spoke_unasked(self, host: str) -> None:
        """Keep no connection of this host for a while, nor one that is idle now."""
        if self.may_be_kept(host):
            structlog.get_logger().warning("storage_spoke_unasked", host=host)
        self._spoke[host] = self._clock()
        self._spoke.move_to_end(host)
        if len(self._spoke) > MOST_HOSTS:
            self._spoke.popitem(last=False)
        for connection in list(self._open):
            if connection.host == host and connection.is_idle:
                connection.close()

    def may_be_kept(self, host: str) -> bool:
        """Whether a connection of this host may be used for another PUT."""
        spoke = self._spoke.get(host)
        if spoke is not None and self._clock() - spoke >= UNTRUSTED_SECONDS:
            del self._spoke[host]
            spoke = None
        return spoke is None


class Connection(ResponseHandler):
    """A connection of aiohttp's client that notices what nobody asked for.

    `host`: whose it is; None before its first PUT. `is_idle`: it has no PUT.
    """

    def __init__(self, connections: Connections, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._connections = connections
        self._body: BodyPayload | None = None
        self._is_answered = False
        self._spoke_unasked = False
        self._head_came = False
        self._interim = 0
        self.host: str | None = None
        connections.add(self)

    @property
    def is_idle(self) -> bool:
        """Whether no PUT has it."""
        return self._body is None

    @property
    def is_spoilt(self) -> bool:
        """Whether it cannot be used: it is closed, or bytes have come that nobody asked for."""
        return self._spoke_unasked or not self.is_connected() or self.should_close

    def begin(self, host: str, body: BodyPayload) -> None:
        """A PUT of this body takes it."""
        self.host = host
        self._body = body
        self._is_answered = False
        self._head_came = False
        self._interim = 0

    def end(self) -> None:
        """The PUT leaves it, to be closed or kept."""
        self._body = None
        self._note_second_answer()
        if self.host and not self._connections.may_be_kept(self.host):
            self.force_close()

    def data_received(self, data: bytes) -> None:
        """Look whether these bytes can be an answer before aiohttp reads them as one."""
        body = self._body
        if body is None:
            # What comes to a PUT that was given up comes to no one, and was asked for.
            if self.transport is not None:
                self._note_unasked()
        elif not body.can_be_answered():
            body.answered_unasked = True
            self._note_unasked()
        while len(data) > STEP_BYTES and not self._head_came and self.exception() is None:
            super().data_received(data[:STEP_BYTES])
            data = data[STEP_BYTES:]
        if self._interim <= MOST_INTERIM:
            super().data_received(data)
        if body is not None and self._body is None:
            self._note_second_answer()  # its own answer ended in these bytes

    async def read(self) -> tuple[RawResponseMessage, StreamReader]:
        """The next message. All but those of 100 to 199 are the answer."""
        message, payload = await super().read()
        self._is_answered = not 100 <= message.code < 200
        return message, payload

    def _note_second_answer(self) -> None:
        if self._is_answered and (self._buffer or self._tail):
            self._note_unasked()

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """A head is here: that of the answer, or of one that announces it."""
        self._head_came = data[0].code >= 200 or data[0].code == HTTPStatus.SWITCHING_PROTOCOLS
        self._interim += not self._head_came
        if self._interim <= MOST_INTERIM:
            super().feed_data(data, size)
        elif self.exception() is None:
            self.force_close()
            if self.transport:
                self.transport.abort()
            self.set_exception(HttpProcessingError(code=data[0].code, message="no end of interim answers"))

    def _note_unasked(self) -> None:
        self._spoke_unasked = True
        if self.host:
            self._connections.spoke_unasked(self.host)
