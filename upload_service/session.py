"""The one client session of the app, and the connections that it makes to storage.

Knows: which of aiohttp's conveniences would harm a presigned PUT, and how its sockets must behave.
Rules: no proxies, cookies, redirects or headers that the caller did not send; a hang-up while we send does
not hide the answer that was sent before it.
Must not know: bodies, what an answer means.
"""

import asyncio
import select
import socket
from collections.abc import Iterable
from typing import Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.connector import Connection

CONNECT_SECONDS = 10
# Shorter than any store keeps an idle connection, so that a reused one is rarely about to close.
KEEPALIVE_SECONDS = 4
# A store that has not said 100 by then gets the body anyway (RFC 9110 section 10.1.1).
CONTINUE_SECONDS = 1
# aiohttp would add these, and storage would see headers that the caller did not send.
NO_AUTO_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


def new_session() -> aiohttp.ClientSession:
    """The session for the life of the app, without time-outs of its own but for connecting."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0, keepalive_timeout=KEEPALIVE_SECONDS, socket_factory=_make_socket
        ),
        request_class=_Request,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        skip_auto_headers=NO_AUTO_HEADERS,
        auto_decompress=False,
        trust_env=False,
    )


class _Request(aiohttp.ClientRequest):
    """Looks at a kept connection before it uses it, and waits for 100 only so long.

    aiohttp (3.14) takes what a store says unasked on an idle connection for the answer to the next request,
    and would wait for 100 for ever.
    """

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        if _has_news(conn):
            await asyncio.sleep(0)  # the loop asks the system ...
            await asyncio.sleep(0)  # ... and tells the connection
        protocol = conn.protocol
        if protocol is None or not protocol.is_connected() or protocol.should_close:
            raise aiohttp.ClientConnectionResetError("spoilt before it was used")
        return await super().send(conn)

    async def write_bytes(
        self,
        writer: AbstractStreamWriter,
        conn: Connection,
        content_length: int | None = None,
    ) -> None:
        waiting = self._continue
        if waiting is None:
            return await super().write_bytes(writer, conn, content_length)
        timer = self.loop.call_later(CONTINUE_SECONDS, _go_on, waiting)
        try:
            await super().write_bytes(writer, conn, content_length)
        finally:
            timer.cancel()


def _has_news(conn: Connection) -> bool:
    """Whether there is something to read before anything was asked: as a rule, the end."""
    if conn.transport is None:
        return False
    poll = select.poll()
    poll.register(conn.transport.get_extra_info("socket"), select.POLLIN)
    return bool(poll.poll(0))


def _go_on(waiting: "asyncio.Future[bool]") -> None:
    if not waiting.done():
        waiting.set_result(True)


class _Socket(socket.socket):
    """Swallows what it cannot send any more.

    A store that refuses early answers and hangs up. Were the failed send an error, the event loop would drop
    the connection with the answer unread; so the reading side alone finds the end, after the answer.
    """

    def send(self, data: Any, flags: int = 0, /) -> int:
        try:
            return super().send(data, flags)
        except (ConnectionResetError, BrokenPipeError):
            return len(data)

    def sendmsg(self, buffers: Iterable[Any], /, *args: Any) -> int:
        buffers = list(buffers)
        try:
            return super().sendmsg(buffers, *args)
        except (ConnectionResetError, BrokenPipeError):
            return sum(len(buffer) for buffer in buffers)


def _make_socket(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, _, _ = address
    made = _Socket(family, kind, protocol)
    made.setblocking(False)
    return made
