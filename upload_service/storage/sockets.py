"""The sockets of connections to storage: how they send, and a count of them.

Knows: the operating system's sockets.
Rules: if storage hangs up while we send, the response that it sent before is still read. A socket is counted
from the moment when it is made until it is closed, whoever closes it.
Must not know: HTTP, which addresses may be dialled.
"""

import socket
from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakSet

# A tuple as getaddrinfo returns it: family, type, protocol, canonical name, socket address.
AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
SocketMaker = Callable[[AddressInfo], socket.socket]


class SocketCounter:
    """Counts sockets: `made` since the start, and `open` now, including those that are still connecting."""

    def __init__(self) -> None:
        self.made = 0
        self._alive: WeakSet[socket.socket] = WeakSet()

    def count(self, new: socket.socket) -> socket.socket:
        """Count a new socket, and return it."""
        self.made += 1
        self._alive.add(new)
        return new

    @property
    def open(self) -> int:
        """The number of sockets that are not closed."""
        return sum(alive.fileno() >= 0 for alive in self._alive)


class HangUpTolerantSocket(socket.socket):
    """A socket whose sends do not fail after the peer has hung up: the bytes are dropped.

    A store that refuses an upload early sends its response and closes the connection. If the next send
    failed, the event loop would drop the connection before the response is read. With this class only the
    reading side sees the end of the connection, after the response.
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


def make_socket(address: AddressInfo) -> socket.socket:
    """A non-blocking socket for a connection to this address, not connected yet."""
    family, kind, protocol, _, _ = address
    new = HangUpTolerantSocket(family, kind, protocol)
    new.setblocking(False)
    return new
