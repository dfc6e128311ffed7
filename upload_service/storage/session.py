"""The client sessions of the app, and the connections that they make to storage.

Knows: which of aiohttp's conveniences would harm a presigned PUT.
Rules: no proxies, cookies, redirects or headers that the caller did not send; every address is judged where
its socket is made, so nothing that was found out earlier is believed; what the operator listed and the rest
share no connection; every socket is counted.
Must not know: bodies, what an answer means.
"""

import asyncio
import errno
import select
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from socket import socket

import aiohttp
from aiohttp.abc import AbstractResolver, AbstractStreamWriter
from aiohttp.connector import Connection

from upload_service.storage.address_policy import judge_address
from upload_service.storage.sockets import AddressInfo, SocketMaker, Sockets, make_socket

CONNECT_SECONDS = 10
# Shorter than any store keeps an idle connection, so that a reused one is rarely about to close.
KEEPALIVE_SECONDS = 4
# A store that has not said 100 by then gets the body anyway (RFC 9110 section 10.1.1).
CONTINUE_SECONDS = 1
# aiohttp would add these, and storage would see headers that the caller did not send.
NO_AUTO_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@dataclass(slots=True)
class Dialled:
    """What the guard has said of the addresses of one attempt, in the order in which they were tried."""

    verdicts: list[str | None] = field(default_factory=list)

    @property
    def refused(self) -> str | None:
        """Why the first address was refused, when all were. One that may be dialled can work later."""
        return self.verdicts[0] if self.verdicts and all(self.verdicts) else None


# Of the attempt that runs: aiohttp tells the causes of several addresses together as one text.
dialled: ContextVar[Dialled | None] = ContextVar("dialled", default=None)


@dataclass(frozen=True, slots=True)
class Sessions:
    """One session for destinations that the operator has listed, and one for all others."""

    listed: aiohttp.ClientSession
    others: aiohttp.ClientSession
    sockets: Sockets = field(default_factory=Sockets)


@asynccontextmanager
async def open_sessions(*, pooled: bool = True) -> AsyncIterator[Sessions]:
    """The sessions for the life of the app. Not `pooled`: a connection serves one PUT.

    Lambda freezes the process between requests, and kept connections are stale when it thaws.
    """
    sockets = Sockets()
    async with (
        new_session(listed=True, pooled=pooled, sockets=sockets) as listed,
        new_session(listed=False, pooled=pooled, sockets=sockets) as others,
    ):
        yield Sessions(listed, others, sockets)


def new_session(
    *,
    listed: bool,
    pooled: bool = True,
    resolver: AbstractResolver | None = None,
    make_socket: SocketMaker = make_socket,
    sockets: Sockets | None = None,
    traces: Sequence[aiohttp.TraceConfig] = (),
) -> aiohttp.ClientSession:
    """A session without time-outs of its own but for connecting; `listed` as the guard understands it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,
            # aiohttp takes only one of these two.
            **({"keepalive_timeout": KEEPALIVE_SECONDS} if pooled else {"force_close": True}),
            resolver=resolver,
            socket_factory=_guarded(make_socket, sockets or Sockets(), listed=listed),
        ),
        request_class=_Request,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        skip_auto_headers=NO_AUTO_HEADERS,
        auto_decompress=False,
        trust_env=False,
        trace_configs=list(traces),
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


def _guarded(make_socket: SocketMaker, sockets: Sockets, *, listed: bool) -> SocketMaker:
    """Makes sockets only for addresses that may be dialled: the last step before a packet leaves."""

    def make(address: AddressInfo) -> socket:
        host, port = address[4][:2]
        verdict = judge_address(host, port, listed=listed)
        if attempt := dialled.get():
            attempt.verdicts.append(verdict)
        if verdict:
            # Nothing but an OSError lets aiohttp go on to the next address.
            raise PermissionError(errno.EACCES, "not an address to connect to")
        return sockets.note(make_socket(address))

    return make
