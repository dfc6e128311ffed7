"""All connections of clients, on all ports: how many there are, and which one makes room for a new one.

Knows: aiohttp's protocol class and private names of it (3.14): the running request, the requests that wait,
and the end of the time for which a connection may be idle.
Rules: a connection whose request holds a place among the uploads and checks is never closed here. Of the
others, one without a request makes room first, the one that has been idle longest; then one whose request has
no place, any more or at all. So the new one itself is closed only when uploads have all connections.
Must not know: uploads, descriptors.
"""

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from aiohttp import web

# Of what could be closed, so much is closed at once: to look through all for each new one would cost more.
CLOSED_AT_ONCE = 1 / 16
TOLD_EVERY_SECONDS = 60

# The time at which a request gave its place back, on the loop's clock; infinite until then.
_PLACE_UNTIL: web.RequestKey[float] = web.RequestKey("place_until", float)


class OpenConnections:
    """The connections that are open, at most `most` of them. `closed`: how many had to make room so far."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.closed = 0
        self._open: set[web.RequestHandler] = set()
        self._when_lost: dict[web.RequestHandler, Callable[[], None]] = {}
        self._told = 0
        self._tell_again = 0.0

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: web.RequestHandler) -> None:
        """Count a new connection. If there are too many now, others are closed."""
        self._open.add(connection)
        if len(self._open) > self.most:
            self._make_room()

    def remove(self, connection: web.RequestHandler) -> None:
        """The connection is lost. Whoever waits for that is told."""
        self._open.discard(connection)
        if tell := self._when_lost.pop(connection, None):
            tell()

    @contextmanager
    def holding_place(self, request: web.Request, when_lost: Callable[[], None]) -> Iterator[None]:
        """The request holds a place meanwhile. `when_lost` is called if its connection is lost."""
        connection = request.protocol
        request[_PLACE_UNTIL] = math.inf
        if request.transport is None:
            when_lost()
        else:
            self._when_lost[connection] = when_lost
        try:
            yield
        finally:
            self._when_lost.pop(connection, None)
            request[_PLACE_UNTIL] = asyncio.get_running_loop().time()

    def _make_room(self) -> None:
        found = [(order, id(each), each) for each in self._open if (order := _order(each))]
        found.sort(key=lambda each: each[:2])
        for _, _, connection in found[: max(1, int(len(found) * CLOSED_AT_ONCE))]:
            self._open.discard(connection)  # it is lost a moment later only
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


def _order(connection: web.RequestHandler) -> tuple[bool, float] | None:
    """The smallest makes room first: without a request, then since when. None: it is not to be closed."""
    idle_since = connection._next_keepalive_close_time - connection._keepalive_timeout
    request = connection._current_request
    if request is None:
        return bool(connection._messages), idle_since
    place_until = request.get(_PLACE_UNTIL, -math.inf)
    return None if place_until == math.inf else (True, max(idle_since, place_until))
