"""One connection to storage, and the PUT that has it.

Knows: how much of a PUT storage's system has acknowledged, when bytes that come cannot be an answer, and how
a PUT leaves its connection. Of private names of aiohttp (3.14) it uses none.
Rules: unless storage has the whole PUT, the connection ends with a reset: some stores take an orderly close
for the end of the file, and keep the part that came. An answer that is here before a PUT's last bytes leave
is heard before they do: it cannot be the answer to them. Nobody has asked for what comes while the connection
is idle, before the PUT has begun to leave, while nothing of it is acknowledged, or behind its answer. A PUT
has MOST_INTERIM answers at most that only announce its answer (RFC 9110 section 15.2): aiohttp reads them for
as long as they come.
Must not know: what an answer means.
"""

import asyncio
import select
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp import ClientPayloadError
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader
from yarl import URL

from upload_service.body.file_body import Readable
from upload_service.storage.sockets import reset_at_close, unacknowledged_bytes
from upload_service.storage.unasked_answers import Connections

# 100 Continue, and one now and then from a store that takes its time.
MOST_INTERIM = 32
# Until the answer's head is here, so much is parsed at a time: even that may be hundreds of interim answers.
STEP_BYTES = 16 * 1024
# TLS adds 22 to 29 bytes to each record of up to 16 KiB; a bound that is never too small.
TLS_OVERHEAD_DIVISOR = 256


async def hear() -> None:
    """Let connections hear what has come to this system."""
    await asyncio.sleep(0)  # the event loop polls the system ...
    await asyncio.sleep(0)  # ... and tells the connection


class Connection(ResponseHandler):
    """A connection of aiohttp's client that knows its PUT, and notices what nobody asked for.

    `host`: whose it is; None before its first PUT. `answered_unasked`: what came as the answer to the PUT
    cannot be the one to it. `unsent_bytes`: so much of the PUT storage's system had not acknowledged when the
    first byte of its answer came: the rest of a head that has begun may come after the PUT's last bytes.
    """

    def __init__(self, connections: Connections, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.host: str | None = None
        self.answered_unasked = False
        self.unsent_bytes = 0
        self._connections = connections
        # aiohttp's own `transport` is None from `close` on, and the system may still have to send.
        self._wire: Any = None
        self._socket: Any = None
        self._tls: Any = None
        self._poll: select.poll | None = None
        self._spoke_unasked = False
        # Of the PUT that has it.
        self._reader: Readable | None = None
        self._writer: AbstractStreamWriter | None = None
        self._head_bytes: Callable[[], int] = int
        self._has_begun_to_arrive = False
        self._has_arrived = False
        # Of its answer.
        self._interim = 0
        self._head_has_begun = False
        self._unsent_now = 0
        self._content: StreamReader | None = None
        connections.add(self)

    @property
    def is_idle(self) -> bool:
        """Whether no PUT has it."""
        return self._reader is None

    @property
    def is_spoilt(self) -> bool:
        """Whether it cannot be used: it is closed, or bytes have come that nobody asked for."""
        return self._spoke_unasked or not self.is_connected() or self.should_close

    def has_unread_data(self) -> bool:
        """Whether there is data that the event loop has not read yet; between two PUTs usually the EOF."""
        if not self.is_connected():
            return False
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._socket, select.POLLIN)
        return bool(self._poll.poll(0))

    # A PUT takes it, and leaves it.

    def take(
        self, url: URL, reader: Readable, writer: AbstractStreamWriter, head_bytes: Callable[[], int]
    ) -> None:
        """A PUT of what `reader` reads is about to leave. `head_bytes`: counts those of its head."""
        if self.host is None:
            self.host = f"{url.host}:{url.port}"
        self._reader, self._writer, self._head_bytes = reader, writer, head_bytes
        self._has_begun_to_arrive = self._has_arrived = self.answered_unasked = False
        self._interim, self._content, self.unsent_bytes = 0, None, 0
        self._head_has_begun = False
        reset_at_close(self._socket, self._tls, True)

    def leave(self) -> None:
        """The PUT leaves it, to be closed or kept: it is aborted unless storage has all.

        Aborting drops what our buffer holds, and says no goodbye on TLS. aiohttp then finds it closed.
        """
        if self._wire is None:
            pass  # it is lost already
        elif self._unsent_bytes():
            self._wire.abort()
        else:
            reset_at_close(self._socket, self._tls, False)
        self._reader = self._writer = None
        if self.host and not self._connections.may_be_kept(self.host):
            self.force_close()

    async def unanswered(self) -> bool:
        """Whether the PUT's answer is not here, neither heard nor waiting to be.

        While nothing of the PUT has left, nobody is asked: what comes then is no answer.
        """
        assert self._writer
        if self._content is None and self._writer.output_size and self.has_unread_data():
            await hear()
        return self._content is None

    def _unsent_bytes(self) -> int:
        return 0 if self._has_arrived else self._unread_bytes() + self._unacknowledged_bytes()

    def _unread_bytes(self) -> int:
        assert self._reader
        return self._reader.length - self._reader.read_bytes

    def _unacknowledged_bytes(self) -> int:
        waiting = unacknowledged_bytes(self._wire)
        self._has_arrived = not waiting and not self._unread_bytes()
        return waiting

    def _can_be_answered(self) -> bool:
        """Whether what comes now can be the answer to the PUT: something of its head has reached storage.

        Over TLS our system counts encrypted bytes, which are a little more.
        """
        assert self._reader
        assert self._writer
        if self._has_begun_to_arrive or not self._writer.output_size:
            return self._has_begun_to_arrive
        waiting = self._unacknowledged_bytes() - self._reader.read_bytes
        if waiting > 0 and self._tls:
            waiting -= (waiting + self._reader.read_bytes) // TLS_OVERHEAD_DIVISOR
        self._has_begun_to_arrive = waiting <= 0 or waiting < self._head_bytes()
        return self._has_begun_to_arrive

    # What comes on it.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As in aiohttp, and all answers are read in the same way."""
        super().connection_made(transport)
        self.set_response_params(read_until_eof=True, auto_decompress=False)
        self._wire = transport
        self._socket = transport.get_extra_info("socket")
        self._tls = transport.get_extra_info("ssl_object")

    def connection_lost(self, exc: BaseException | None) -> None:
        """As in aiohttp. asyncio (3.13) cannot abort what was closed and has been flushed since."""
        super().connection_lost(exc)
        self._wire = None

    def data_received(self, data: bytes) -> None:
        """Look whether these bytes can be an answer before aiohttp reads them as one.

        Without any, aiohttp calls it when its reader has room again.
        """
        if not data:
            pass
        elif self._reader is None:
            # What comes to a PUT that was given up comes to no one, and was asked for.
            if self.transport is not None:
                self._note_unasked()
        elif self._content is not None:
            if self._content.is_eof():
                self._note_unasked()
        elif not self._can_be_answered():
            self.answered_unasked = True
            self._note_unasked()
        interim = self._interim
        if self._reader is not None and self._content is None and data.strip():
            self._note_beginning()
        self._read_in_steps(data)
        if self._interim > interim and not data.endswith(b"\n"):
            self._head_has_begun = True  # the next one, behind an interim answer

    def _read_in_steps(self, data: bytes) -> None:
        while len(data) > STEP_BYTES and self._content is None and self.exception() is None:
            super().data_received(data[:STEP_BYTES])
            data = data[STEP_BYTES:]
        if self._interim <= MOST_INTERIM:
            super().data_received(data)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """As in aiohttp, which does not tell a body's reader that what follows cannot be read as its body."""
        super().set_exception(exc, *cause)
        if isinstance(exc, HttpProcessingError) and self._content is not None and not self._content.is_eof():
            self._content.set_exception(ClientPayloadError())

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """A head is here: that of the answer, or of one that announces it."""
        message, content = data
        if self._content is not None:
            self._note_unasked()  # behind the answer, in the same bytes
        elif not 100 <= message.code < 200 or message.code == HTTPStatus.SWITCHING_PROTOCOLS:
            self._content = content
        else:
            self._interim += 1
            self._head_has_begun, self.unsent_bytes = False, self._unsent_now
        if self._interim <= MOST_INTERIM:
            super().feed_data(data, size)
        elif self.exception() is None:
            self.force_close()
            if self.transport:
                self.transport.abort()
            self.set_exception(HttpProcessingError(code=message.code, message="no end of interim answers"))

    def _note_beginning(self) -> None:
        """Bytes of a head have come; note how much storage has of the PUT if they are its first ones."""
        self._unsent_now = self._unsent_bytes()
        if not self._head_has_begun:
            self._head_has_begun, self.unsent_bytes = True, self._unsent_now

    def _note_unasked(self) -> None:
        self._spoke_unasked = True
        if self.host:
            self._connections.spoke_unasked(self.host)
