"""The pools of connections to storage.

Knows: how aiohttp's connector makes connections, and keeps them. Private names of it (3.14): `_factory`, what
makes the protocol of a new connection.
Rules: no proxies. Every address is judged at the moment when its socket is made; no earlier DNS answer is
trusted. Destinations that the operator has listed never share a connection with other destinations. Every
socket is counted. The connector gets to know of a presigned URL no more than where it leads.
Must not know: requests, responses.
"""

import asyncio
import errno
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from socket import socket
from typing import Any, NamedTuple

import aiohttp
from aiohttp import connector
from aiohttp.abc import AbstractResolver
from yarl import URL

from upload_service.storage.address_policy import judge_address
from upload_service.storage.connection import Connection
from upload_service.storage.dial import current_dial
from upload_service.storage.exchange import Observer
from upload_service.storage.name_lookups import NameLookups
from upload_service.storage.sockets import AddressInfo, SocketCounter, SocketMaker, make_socket
from upload_service.storage.unasked_answers import Connections

CONNECT_SECONDS = 10
# Stores keep idle connections for longer than this, so a connection that is reused is rarely about to close.
KEEPALIVE_SECONDS = 4
# So many origins are remembered, to which connections were made.
MOST_ORIGINS = 1024
# The only one: silence is judged while bytes pass.
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)


class Pools(NamedTuple):
    """One pool for destinations that the operator has listed, and one for all others."""

    listed: "Pool"
    others: "Pool"
    sockets: SocketCounter


@asynccontextmanager
async def open_pools(*, pooled: bool = True, most_sockets: int = sys.maxsize) -> AsyncIterator[Pools]:
    """Open the pools for the life of the app. With `pooled=False`, each connection serves one PUT only.

    Lambda needs that: it freezes the process between requests, and idle connections are dead when it resumes.
    `most_sockets`: see SocketCounter.
    """
    sockets, names = SocketCounter(most_sockets), NameLookups()
    try:
        async with (
            Pool(listed=True, names=names, pooled=pooled, sockets=sockets) as listed,
            Pool(listed=False, names=names, pooled=pooled, sockets=sockets) as others,
        ):
            yield Pools(listed, others, sockets)
    finally:
        await names.close()


class Pool(aiohttp.TCPConnector):
    """Makes connections, and keeps those that may be used again.

    `listed`: passed on to `judge_address` for each connection. `names`: who looks host names up.
    `observer`: is told about the PUTs of its connections.
    """

    def __init__(
        self,
        *,
        listed: bool,
        names: AbstractResolver,
        pooled: bool = True,
        make_socket: SocketMaker = make_socket,
        sockets: SocketCounter | None = None,
        observer: Observer | None = None,
    ) -> None:
        super().__init__(
            limit=0,  # no limit: the service limits uploads, and each uses one connection at a time
            # aiohttp accepts only one of these two.
            **({"keepalive_timeout": KEEPALIVE_SECONDS} if pooled else {"force_close": True}),
            resolver=names,
            socket_factory=_judging_socket_maker(make_socket, sockets or SocketCounter(), listed=listed),
        )
        watched: Any = partial(Connection, Connections(), loop=asyncio.get_running_loop())
        self._factory = watched
        self._origins: dict[tuple[str, str | None, int | None], aiohttp.ClientRequest] = {}
        self.observer = observer

    async def __aenter__(self) -> "Pool":
        return self

    async def connection_to(self, url: URL) -> connector.Connection:
        """A connection to where this URL leads, new or kept. Raises as aiohttp does."""
        try:
            return await self.connect(self._origin(url), [], _TIMEOUT)
        except TimeoutError:
            raise aiohttp.ConnectionTimeoutError from None

    def _origin(self, url: URL) -> aiohttp.ClientRequest:
        """A request to the URL's origin: all that the connector looks at, and nothing that is secret."""
        key = (url.scheme, url.raw_host, url.port)
        request = self._origins.get(key)
        if request is None:
            if len(self._origins) >= MOST_ORIGINS:
                self._origins.clear()
            request = self._origins[key] = aiohttp.ClientRequest(
                "PUT", url.origin(), loop=asyncio.get_running_loop()
            )
        return request


def _judging_socket_maker(make_socket: SocketMaker, sockets: SocketCounter, *, listed: bool) -> SocketMaker:
    """A maker of sockets that refuses forbidden addresses: the last step before a packet leaves."""

    def make(address: AddressInfo) -> socket:
        host, port = address[4][:2]
        verdict = judge_address(host, port, listed=listed)
        if dial := current_dial.get():
            if None in dial.verdicts and sockets.crowded:
                raise OSError(errno.EMFILE, "too many sockets for another address beside the first")
            dial.began = dial.began or time.monotonic()
            dial.verdicts.append(verdict)
        if verdict:
            # aiohttp tries the next address only after an OSError.
            raise PermissionError(errno.EACCES, "not an address to connect to")
        return sockets.count(make_socket(address))

    return make
