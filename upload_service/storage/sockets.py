"""The sockets of connections to storage: how they send, and how many there are.

Knows: the system's sockets.
Rules: a hang-up while we send does not hide the answer that was sent before it; a socket is counted from when
it is made until it is closed, whoever closes it.
Must not know: HTTP, which addresses may be dialled.
"""

import socket
from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakSet

# What getaddrinfo gives: family, kind, protocol, name, and where to.
AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
SocketMaker = Callable[[AddressInfo], socket.socket]


class Sockets:
    """How many sockets were made, and how many of them are open, those that are being connected included."""

    def __init__(self) -> None:
        self.made = 0
        self._known: WeakSet[socket.socket] = WeakSet()

    def note(self, made: socket.socket) -> socket.socket:
        """Count it; gives it back."""
        self.made += 1
        self._known.add(made)
        return made

    @property
    def open(self) -> int:
        """How many are open."""
        return sum(each.fileno() >= 0 for each in self._known)


class Socket(socket.socket):
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


def make_socket(address: AddressInfo) -> socket.socket:
    """The socket of a connection to this address, not connected yet."""
    family, kind, protocol, _, _ = address
    made = Socket(family, kind, protocol)
    made.setblocking(False)
    return made
