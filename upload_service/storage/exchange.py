"""One PUT on one connection: its head and body leave, and its answer comes.

Knows: the parts of aiohttp (3.14) that its ClientSession is made of: a connector's connections, StreamWriter,
and the protocol that reads answers. Of private names it uses none.
Rules: storage sees the headers that it is given, and no others. An idle connection is checked before it is
used again. The wait for 100 Continue has a limit. The connection is closed, however the PUT ends, unless it
may be kept.
Must not know: where a body's bytes come from, what an answer means.
"""

import asyncio
import sys
from collections.abc import Coroutine, Mapping
from typing import Any, Literal, NamedTuple, Protocol

import aiohttp
from aiohttp import connector
from aiohttp.http import StreamWriter
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from upload_service.storage.connection import Connection, hear
from upload_service.storage.payload import BodyPayload

# A store that has not sent 100 Continue after this time gets the body anyway (RFC 9110 section 10.1.1).
CONTINUE_SECONDS = 1


class Observer(Protocol):
    """Is told when the parts of a PUT pass."""

    def head_sent(self) -> None: ...
    def body_begins(self) -> None: ...
    def answered(self, status: int) -> None: ...


class Answer(NamedTuple):
    """The head of storage's answer, and its body as it comes.

    `unsent_bytes`: so much of the PUT storage's system had not acknowledged when the answer began.
    """

    status: int
    headers: CIMultiDictProxy[str]
    content: StreamReader
    unsent_bytes: int


class Exchange:
    """One PUT, or POST, and its answer. `end` must be called in any case."""

    def __init__(
        self, payload: BodyPayload, observer: Observer | None = None, method: Literal["PUT", "POST"] = "PUT"
    ) -> None:
        self._method = method
        self._payload = payload
        self._observer = observer
        self._held: connector.Connection | None = None
        self._connection: Connection | None = None
        self._continued: asyncio.Event | None = None
        self._sending: asyncio.Task[None] | None = None

    async def run(
        self, held: connector.Connection, url: URL, headers: Mapping[str, str], *, expect: bool
    ) -> Answer:
        """Send it on this connection until it is answered."""
        self._held = held
        connection = held.protocol
        if isinstance(connection, Connection) and connection.has_unread_data():
            await hear()
        if not isinstance(connection, Connection) or connection.is_spoilt:
            raise aiohttp.ClientConnectionResetError("spoilt before it was used")
        head = CIMultiDict(headers)
        if expect:
            head["Expect"] = "100-continue"
            self._continued = asyncio.Event()
        writer = StreamWriter(connection, asyncio.get_running_loop())
        connection.take(url, self._payload.reader, writer, lambda: _head_bytes(self._method, url, head))
        self._connection = connection
        await writer.write_headers(f"{self._method} {url.raw_path_qs} HTTP/1.1", head)
        if self._observer:
            self._observer.head_sent()
        if not expect and self._payload.is_at_hand:
            await self._send(connection, writer)
        else:
            self._sending = _start(self._send(connection, writer))
        return await self._answer(connection)

    @property
    def answered_unasked(self) -> bool:
        """Whether what came as the answer cannot be the one to this PUT."""
        assert self._connection is not None
        return self._connection.answered_unasked

    def end(self, *, keep: bool) -> None:
        """Leave the connection. `keep`: another PUT may have it, if both sides are through with this one."""
        if self._sending and not self._sending.done():
            self._sending.cancel()
            keep = False
        if self._connection is not None:
            self._connection.leave()
        if self._held and keep:
            self._held.release()
        elif self._held:
            self._held.close()

    async def _send(self, connection: Connection, writer: StreamWriter) -> None:
        try:
            if self._continued:
                writer.send_headers()
                await self._wait_for_continue(self._continued)
            if self._observer:
                self._observer.body_begins()
            await self._payload.send(writer, connection.unanswered)
            writer.set_eof()  # the head of an empty body leaves here
        except Exception:
            # Its text is not for anybody: the payload has what matters.
            connection.set_exception(aiohttp.ClientConnectionError("the body was not sent"))

    async def _wait_for_continue(self, continued: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(CONTINUE_SECONDS):
                await continued.wait()
        except TimeoutError:
            pass

    async def _answer(self, connection: Connection) -> Answer:
        while True:
            message, content = await connection.read()
            if not 100 <= message.code < 200 or message.code == 101:
                break
            if self._continued:
                self._continued.set()
        if self._observer:
            self._observer.answered(message.code)
        return Answer(message.code, message.headers, content, connection.unsent_bytes)


def _head_bytes(method: str, url: URL, headers: Mapping[str, str]) -> int:
    line = len(method) + len("  HTTP/1.1\r\n") + len(url.raw_path_qs)
    return line + sum(len(name) + len(value) + len(": \r\n") for name, value in headers.items()) + 2


def _start(sending: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task for it, which has already begun where Python can do so."""
    if sys.version_info >= (3, 12):
        return asyncio.Task(sending, loop=asyncio.get_running_loop(), eager_start=True)
    return asyncio.create_task(sending)
