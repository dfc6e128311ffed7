"""The aiohttp client sessions of the app, and the connections that they make to storage.

Knows: which features of aiohttp would harm a presigned PUT.
Rules: no proxies, cookies, redirects, or headers that the caller did not send. Every address is judged at the
moment when its socket is made; no earlier DNS answer is trusted. Destinations that the operator has listed
never share a connection with other destinations. Every socket is counted. The body hears when its PUT takes a
connection, and when it leaves it, however that happens.
Must not know: the bytes of a body, what a response means.
"""

import asyncio
import errno
import select
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from socket import socket
from typing import Any, NamedTuple

import aiohttp
from aiohttp import connector
from aiohttp.abc import AbstractResolver, AbstractStreamWriter

from upload_service.storage.address_policy import judge_address
from upload_service.storage.name_lookups import NameLookups
from upload_service.storage.payload import BodyPayload
from upload_service.storage.sockets import AddressInfo, SocketCounter, SocketMaker, make_socket
from upload_service.storage.unasked_answers import Connection, Connections

CONNECT_SECONDS = 10
# Stores keep idle connections for longer than this, so a connection that is reused is rarely about to close.
KEEPALIVE_SECONDS = 4
# A store that has not sent 100 Continue after this time gets the body anyway (RFC 9110 section 10.1.1).
CONTINUE_SECONDS = 1
# aiohttp would add these headers; storage must see only headers that the caller has sent.
NO_AUTO_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AddressVerdicts:
    """The verdicts of `judge_address` on the addresses of one attempt, in order; None: it may be dialled."""

    def __init__(self) -> None:
        self.verdicts: list[str | None] = []

    @property
    def refused(self) -> str | None:
        """Why the first address was refused, if all were; else None, as an allowed one may work later."""
        return self.verdicts[0] if self.verdicts and all(self.verdicts) else None


# The verdicts of the attempt that runs in this context. A context variable is the only way to get them:
# aiohttp's exception joins the causes of several addresses into one text.
address_verdicts: ContextVar[AddressVerdicts | None] = ContextVar("address_verdicts", default=None)


class Sessions(NamedTuple):
    """One client session for destinations that the operator has listed, and one for all others."""

    listed: aiohttp.ClientSession
    others: aiohttp.ClientSession
    sockets: SocketCounter


@asynccontextmanager
async def open_sessions(*, pooled: bool = True, most_sockets: int = sys.maxsize) -> AsyncIterator[Sessions]:
    """Open the sessions for the life of the app. With `pooled=False`, each connection serves one PUT only.

    Lambda needs that: it freezes the process between requests, and idle connections are dead when it resumes.
    `most_sockets`: see SocketCounter.
    """
    sockets, names = SocketCounter(most_sockets), NameLookups()
    try:
        async with (
            new_session(listed=True, names=names, pooled=pooled, sockets=sockets) as listed,
            new_session(listed=False, names=names, pooled=pooled, sockets=sockets) as others,
        ):
            yield Sessions(listed, others, sockets)
    finally:
        await names.close()


def new_session(
    *,
    listed: bool,
    names: AbstractResolver,
    pooled: bool = True,
    make_socket: SocketMaker = make_socket,
    sockets: SocketCounter | None = None,
    traces: Sequence[aiohttp.TraceConfig] = (),
) -> aiohttp.ClientSession:
    """A client session whose only timeout is the one for connecting.

    `listed`: passed on to `judge_address` for each connection. `names`: who looks host names up.
    `traces`: see aiohttp.TraceConfig.
    """
    return aiohttp.ClientSession(
        connector=_Connector(
            limit=0,  # no limit: the service limits uploads, and each uses one connection at a time
            # aiohttp accepts only one of these two.
            **({"keepalive_timeout": KEEPALIVE_SECONDS} if pooled else {"force_close": True}),
            resolver=names,
            socket_factory=_judging_socket_maker(make_socket, sockets or SocketCounter(), listed=listed),
        ),
        request_class=_PutRequest,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        skip_auto_headers=NO_AUTO_HEADERS,
        auto_decompress=False,
        trust_env=False,
        trace_configs=list(traces),
    )


class _Connector(aiohttp.TCPConnector):
    """Makes connections that notice what nobody asked for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        watched: Any = partial(Connection, Connections(), loop=self._loop)
        self._factory = watched


class _PutRequest(aiohttp.ClientRequest):
    """Checks an idle connection before it is used again, and limits the wait for 100 Continue.

    aiohttp (3.14) does neither: it takes bytes that a store has sent on an idle connection for the response
    to the next request, and it waits for 100 Continue without a limit. And it closes the connection of a PUT
    that is given up in order, after it has sent what it still held.
    """

    async def send(self, conn: connector.Connection) -> aiohttp.ClientResponse:
        if _has_unread_data(conn):
            await asyncio.sleep(0)  # the event loop polls the system ...
            await asyncio.sleep(0)  # ... and tells the connection
        protocol = conn.protocol
        if not isinstance(protocol, Connection) or protocol.is_spoilt or protocol.transport is None:
            raise aiohttp.ClientConnectionResetError("spoilt before it was used")
        if isinstance(self.body, BodyPayload):
            self.body.take(protocol.transport, self._head_bytes)
            protocol.begin(f"{self.url.host}:{self.url.port}", self.body)
            conn.add_callback(self.body.leave)  # called before the connection is closed or kept
            conn.add_callback(protocol.end)
        return await super().send(conn)

    def _head_bytes(self) -> int:
        line = len("PUT  HTTP/1.1\r\n") + len(self.url.raw_path_qs)
        return line + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers.items()) + 2

    async def write_bytes(
        self,
        writer: AbstractStreamWriter,
        conn: connector.Connection,
        content_length: int | None = None,
    ) -> None:
        continued = self._continue
        if continued is None:
            return await super().write_bytes(writer, conn, content_length)
        if isinstance(self.body, BodyPayload):
            self.body.begin()
        timer = self.loop.call_later(CONTINUE_SECONDS, _stop_waiting, continued)
        try:
            await super().write_bytes(writer, conn, content_length)
        finally:
            timer.cancel()


def _has_unread_data(conn: connector.Connection) -> bool:
    """Whether there is data on an idle connection before we have sent a request; usually it is the EOF."""
    if conn.transport is None:
        return False
    poll = select.poll()
    poll.register(conn.transport.get_extra_info("socket"), select.POLLIN)
    return bool(poll.poll(0))


def _stop_waiting(continued: "asyncio.Future[bool]") -> None:
    if not continued.done():
        continued.set_result(True)


def _judging_socket_maker(make_socket: SocketMaker, sockets: SocketCounter, *, listed: bool) -> SocketMaker:
    """A maker of sockets that refuses forbidden addresses: the last step before a packet leaves."""

    def make(address: AddressInfo) -> socket:
        host, port = address[4][:2]
        verdict = judge_address(host, port, listed=listed)
        if attempt := address_verdicts.get():
            if None in attempt.verdicts and sockets.crowded:
                raise OSError(errno.EMFILE, "too many sockets for another address beside the first")
            attempt.verdicts.append(verdict)
        if verdict:
            # aiohttp tries the next address only after an OSError.
            raise PermissionError(errno.EACCES, "not an address to connect to")
        return sockets.count(make_socket(address))

    return make
