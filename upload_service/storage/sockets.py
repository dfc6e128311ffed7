"""The sockets of connections to storage: how they send, how they end, and a count of them.

Knows: the operating system's sockets.
Rules: if storage hangs up while we send, the response that it sent before is still read. A socket is counted
from the moment when it is made until it is closed, whoever closes it.
Must not know: HTTP, which addresses may be dialled.
"""

import array
import contextlib
import fcntl
import socket
import ssl
import struct
import termios
from asyncio import BaseTransport, WriteTransport
from collections.abc import Callable, Iterable
from functools import partial
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


def reset_at_close(transport: BaseTransport, wanted: bool) -> None:
    """Let closing end the connection with a reset, which no peer takes for the end of a body; or in order.

    The system sends the reset, so it comes also when this process is killed.
    """
    # SO_LINGER with a time of 0: what has not left is dropped, and the peer gets a reset.
    linger = struct.pack("ii", 1 if wanted else 0, 0)
    with contextlib.suppress(OSError):  # it is closed already
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    if tls := transport.get_extra_info("ssl_object"):
        # TLS says goodbye (close_notify) before the socket is closed: an orderly end, too.
        tls.unwrap = _refuse_goodbye if wanted else partial(type(tls).unwrap, tls)


def _refuse_goodbye() -> None:
    """In place of `SSLObject.unwrap`: asyncio then closes the socket at once."""
    raise ssl.SSLError("no goodbye in the middle of a body")


def unacknowledged_bytes(transport: WriteTransport) -> int:
    """The bytes in our write buffer and in the system's, which the peer's system has not acknowledged.

    The system's count is known on Linux only; on other systems the result is our buffer alone.
    """
    count = array.array("i", [0])
    with contextlib.suppress(OSError, ValueError):  # not known here; or the socket is closed
        fcntl.ioctl(transport.get_extra_info("socket"), termios.TIOCOUTQ, count)
    return transport.get_write_buffer_size() + count[0]
