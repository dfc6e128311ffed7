"""The sockets of connections to storage: how they send, how they end, and a count of them.

Knows: the operating system's sockets.
Rules: if storage hangs up while we send, the response that it sent before is still read. A socket is counted
from the moment when it is made until it is closed, whoever closes it.
Must not know: HTTP, which addresses may be dialled.
"""

import contextlib
import fcntl
import socket
import ssl
import struct
import sys
import termios
from asyncio import WriteTransport
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from weakref import WeakSet

# A tuple as getaddrinfo returns it: family, type, protocol, canonical name, socket address.
AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
SocketMaker = Callable[[AddressInfo], socket.socket]

# An option of StorageSocket alone: asyncio hands out no more of a socket than its options.
_DROPPED_BYTES = (-1, 1)
# Values of SO_LINGER. With a time of 0, what has not left is dropped at the end, and the peer gets a reset.
_NO_COUNT = bytes(4)
_RESET, _IN_ORDER = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)


def most_before_crowded(uploads: int) -> int:
    """How many sockets so many uploads at once may have before they do without those that they need not."""
    return max(16, uploads)


class SocketCounter:
    """Counts sockets: `made` since the start, and `open` now, including those that are still connecting.

    `most`: with as many, no connection is kept for later, and an attempt tries no second address beside the
    first. So there are at most as many more as there are uploads.
    """

    def __init__(self, most: int = sys.maxsize) -> None:
        self.most = most
        self.made = 0
        self._alive: WeakSet[socket.socket] = WeakSet()

    def count(self, new: socket.socket) -> socket.socket:
        """Count a new socket, and return it."""
        self.made += 1
        self._alive.add(new)
        return new

    @property
    def crowded(self) -> bool:
        """Whether there are `most` of them."""
        return len(self._alive) >= self.most and self.open >= self.most

    @property
    def open(self) -> int:
        """The number of sockets that are not closed."""
        # A closed one may stay in memory for long; counted out once, it costs no later upload anything.
        self._alive -= {alive for alive in self._alive if alive.fileno() < 0}
        return len(self._alive)


class StorageSocket(socket.socket):
    """Its sends do not fail after the peer has hung up, and it ends with a reset unless it is told otherwise.

    A store that refuses an upload early sends its response and closes the connection. If the next send
    failed, the event loop would drop the connection before the response is read. Here the bytes of such a
    send are dropped, and only the reading side sees the end of the connection, after the response. They are
    counted, because nobody else would know that storage has not got them.

    How it ends is told by the option SO_LINGER, which is kept here until `close`: each PUT changes it twice,
    and a system call takes longer than all else that a small PUT asks of its socket. Until then the system
    has the option of a reset, so that also comes when the process is killed.
    """

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        super().__init__(family, kind, protocol)
        super().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._linger: Any = _RESET
        self._dropped_bytes = 0

    def getsockopt(self, level: int, option: int, *more: Any) -> Any:
        if (level, option) == _DROPPED_BYTES:
            return self._dropped_bytes
        return super().getsockopt(level, option, *more)

    def setsockopt(self, level: int, option: int, value: Any, *more: Any) -> None:
        if (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER):
            self._linger = value
        else:
            super().setsockopt(level, option, value, *more)

    def close(self) -> None:
        if self._linger != _RESET and self.fileno() >= 0:
            with contextlib.suppress(OSError):
                super().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self._linger)
        super().close()

    def send(self, data: Any, flags: int = 0, /) -> int:
        try:
            return super().send(data, flags)
        except (ConnectionResetError, BrokenPipeError):
            return self._drop(len(data))

    def sendmsg(self, buffers: Iterable[Any], /, *args: Any) -> int:
        buffers = list(buffers)
        try:
            return super().sendmsg(buffers, *args)
        except (ConnectionResetError, BrokenPipeError):
            return self._drop(sum(len(buffer) for buffer in buffers))

    def _drop(self, count: int) -> int:
        self._dropped_bytes += count
        return count


def make_socket(address: AddressInfo) -> socket.socket:
    """A non-blocking socket for a connection to this address, not connected yet."""
    family, kind, protocol, _, _ = address
    new = StorageSocket(family, kind, protocol)
    new.setblocking(False)
    return new


def reset_at_close(socket_: Any, tls: Any, wanted: bool) -> None:
    """Let closing end the connection with a reset, which no peer takes for the end of a body; or in order.

    `socket_` and `tls` are what asyncio's transport has as "socket" and "ssl_object".
    """
    socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET if wanted else _IN_ORDER)
    if tls:
        # TLS says goodbye (close_notify) before the socket is closed: an orderly end, too.
        tls.unwrap = _refuse_goodbye if wanted else partial(type(tls).unwrap, tls)


def _refuse_goodbye() -> None:
    """In place of `SSLObject.unwrap`: asyncio then closes the socket at once."""
    raise ssl.SSLError("no goodbye in the middle of a body")


def unacknowledged_bytes(transport: WriteTransport) -> int:
    """The bytes in our write buffer and in the system's, which the peer's system has not acknowledged.

    Those that were dropped after it had hung up count as well. The system's count is known on Linux only.
    """
    ours = transport.get_write_buffer_size() + dropped_bytes(transport)
    try:
        count = fcntl.ioctl(transport.get_extra_info("socket"), termios.TIOCOUTQ, _NO_COUNT)
    except (OSError, ValueError, TypeError):  # not known here; or the socket is closed; TLS then has none
        return ours
    return ours + int.from_bytes(count, sys.byteorder)


def dropped_bytes(transport: WriteTransport | None) -> int:
    """The bytes that were dropped because the peer had hung up before they left."""
    line = transport.get_extra_info("socket") if transport else None
    try:
        return int(line.getsockopt(*_DROPPED_BYTES)) if line else 0
    except OSError:
        return 0  # no StorageSocket
