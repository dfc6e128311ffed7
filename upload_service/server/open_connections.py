"""All connections of clients, on all ports: how many there are, and which one makes room for a new one.

Knows: aiohttp's protocol class and private names of it (3.14): `_current_request`, which is running;
`_messages`, the requests that wait; `_next_keepalive_close_time` and `_keepalive_timeout`, which tell since
when a connection is idle.
Rules: a connection whose request holds a place among the uploads and checks is never closed here. Of the
others, those of addresses with more than their share make room first; then one without a request, the one
that has been idle longest; then one whose request has no place, any more or at all. So the new one itself is
closed only when uploads have all connections.
Must not know: uploads, descriptors.
"""

import asyncio
import heapq
import math
import select
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import structlog
from aiohttp import web

from upload_service.clients.client_address import parse_address, rate_limit_key

# Of what could be closed, so much is closed at once: to look through all for each new one would cost more.
CLOSED_AT_ONCE = 1 / 16
TOLD_EVERY_SECONDS = 60
LOOK_EVERY_SECONDS = 1
# The client's end has come, read or not. Not every system tells that before all has been read.
HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP

# The time at which a request gave its place back, on the loop's clock; infinite until then.
_PLACE_UNTIL: web.RequestKey[float] = web.RequestKey("place_until", float)


class OpenConnections:
    """The connections that are open, at most `most` of them. `closed`: how many had to make room so far."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.closed = 0
        # Each with the key of its peer's address.
        self._open: dict[web.RequestHandler, str] = {}
        # The requests that hold a place, each with what is called when its connection is lost.
        self._when_lost: dict[web.RequestHandler, tuple[web.Request, Callable[[], None]]] = {}
        self._looks = False
        self._told = 0
        self._tell_again = 0.0

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: web.RequestHandler) -> None:
        """Count a new connection. If there are too many now, others are closed."""
        peer = connection.transport.get_extra_info("peername") if connection.transport else None
        self._open[connection] = _known_key(str(peer[0])) if isinstance(peer, tuple) else ""
        if len(self._open) > self.most:
            self._make_room()

    def remove(self, connection: web.RequestHandler) -> None:
        """The connection is lost. Whoever waits for that is told."""
        self._open.pop(connection, None)
        if held := self._when_lost.pop(connection, None):
            held[1]()

    def begin_place(self, request: web.Request, when_lost: Callable[[], None]) -> None:
        """The request holds a place from now on. `when_lost` is called if its connection is lost."""
        request[_PLACE_UNTIL] = math.inf
        if request.transport is None:
            when_lost()
        else:
            self._when_lost[request.protocol] = request, when_lost
            self._look_later()

    def end_place(self, request: web.Request) -> None:
        """The request has given its place back."""
        self._when_lost.pop(request.protocol, None)
        request[_PLACE_UNTIL] = asyncio.get_running_loop().time()

    def _look_later(self) -> None:
        if not self._looks:
            self._looks = True
            asyncio.get_running_loop().call_later(LOOK_EVERY_SECONDS, self._look)

    def _look(self) -> None:
        """Close the connections whose client has left, where all of the form has been read.

        While a client's next requests wait, its connection is not read, and nobody else would tell us.
        """
        self._looks = False
        hung_up = select.poll()
        connections = {}
        for connection, (request, _) in self._when_lost.items():
            if connection.transport and request.content.at_eof():
                number = connection.transport.get_extra_info("socket").fileno()
                connections[number] = connection
                hung_up.register(number, HUNG_UP)
        for number, _ in hung_up.poll(0) if connections else ():
            if transport := connections[number].transport:
                transport.abort()
        if self._when_lost:
            self._look_later()

    def _make_room(self) -> None:
        held = Counter(self._open.values())
        share = len(self._open) / len(held)
        found = [
            (held[key] <= share, *order, connection)
            for connection, key in self._open.items()
            if (order := _order(connection))
        ]
        for *_, connection in heapq.nsmallest(
            max(1, int(len(found) * CLOSED_AT_ONCE)), found, key=lambda each: each[:3]
        ):
            del self._open[connection]  # it is lost a moment later only
            self.closed += 1
            if connection.transport:
                connection.transport.abort()
        self._tell()

    def _tell(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._tell_again:
            self._tell_again = now + TOLD_EVERY_SECONDS
            closed, self._told = self.closed - self._told, self.closed
            structlog.get_logger().warning("connections_full", most=self.most, closed=closed)


@lru_cache(maxsize=1024)
def _known_key(peer: str) -> str:
    return rate_limit_key(parse_address(peer))


def _order(connection: web.RequestHandler) -> tuple[bool, float] | None:
    """The smallest makes room first: without a request, then since when. None: it is not to be closed."""
    idle_since = connection._next_keepalive_close_time - connection._keepalive_timeout
    request = connection._current_request
    if request is None:
        return bool(connection._messages), idle_since
    place_until = request.get(_PLACE_UNTIL, -math.inf)
    return None if place_until == math.inf else (True, max(idle_since, place_until))
