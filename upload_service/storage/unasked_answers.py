"""The hosts that have sent an answer that nobody asked for.

Knows: the open connections, and whose they are.
Rules: a host that has sent such bytes gets no kept connections for a while: on one, an answer that comes a
moment after the next PUT has arrived looks like that PUT's own.
Must not know: when bytes are an answer, HTTP libraries.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet

import structlog

# For so long a host that has spoken unasked gets a new connection for each PUT.
UNTRUSTED_SECONDS = 600.0
# Of more hosts than these, those that spoke last are remembered.
MOST_HOSTS = 1024


class _Connection(Protocol):
    """A connection: `host` is whose it is, None before its first PUT; `is_idle`: no PUT has it."""

    host: str | None

    @property
    def is_idle(self) -> bool: ...
    def close(self) -> None: ...


class Connections:
    """The connections to storage, and which hosts are trusted to say nothing unasked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spoke: OrderedDict[str, float] = OrderedDict()
        self._open: WeakSet[_Connection] = WeakSet()

    def add(self, connection: _Connection) -> None:
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
