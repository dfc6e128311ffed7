"""Clients that fail in a phase of their request.

Knows: where each phase of a form ends, how to stop there, and the ways to go wrong then.
"""

import re
import select
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.support.client.raw_http import Answer, Connection, chunked
from tests.support.storage.faulty_storage import LAST_BYTES, TRICKLE_SECONDS, FaultyStorage
from tests.upload.fault_grid.cells import Cell, content, form, path

# Until the service has dealt with all that was sent.
SETTLE_SECONDS = 0.3
PAUSE_SECONDS = 0.5
EPILOGUE = b"An epilogue, which nobody reads."
BROKEN = b"zz\r\n"


@dataclass(frozen=True, eq=False)
class Sender(Cell):
    """A client that sends its form up to `phase` and `further` bytes, and then does `fault`.

    `around`: what the file has in its middle.
    """

    phase: str = "all"
    fault: str = "stalls"
    around: bytes = b""
    further: int = 0

    @property
    def request_id(self) -> str:
        """By which the log knows an upload that nobody waited for."""
        return re.sub("[^a-z0-9-]", "-", self.name)

    def file(self) -> bytes:
        """A file that no other cell has."""
        random = content(self.name, self.file_bytes)
        return random[: len(random) // 2] + self.around + random[len(random) // 2 :]

    def send(self, port: int, storage: FaultyStorage, file: bytes) -> Answer | None:
        """Do it; the answer, where the client waits for one."""
        body = form(self.mode, storage, file)
        at = self._offset(body, file) + self.further
        with Client(port, self, storage) as connection:
            return ACTS[self.fault](connection, self, body[:at], body[at:])

    def _offset(self, body: bytes, file: bytes) -> int:
        start = body.index(file)
        return {
            "head": 0,
            "first part": 30,
            "file begun": start + 1,
            "middle": start + self.file_bytes // 2,
            "last piece": start + len(file) - 4,
            "file sent": start + len(file),
            "boundary": start + len(file) + 10,
            "last line break": len(body) - 2,
            "all": len(body),
        }[self.phase]


class Client(Connection):
    """A connection to the service that knows what storage must have by now."""

    def __init__(self, port: int, cell: Sender, storage: FaultyStorage) -> None:
        super().__init__(port)
        self._cell, self._storage = cell, storage

    def settle(self) -> None:
        """Wait until the service has dealt with all that was sent."""
        time.sleep(SETTLE_SECONDS)
        deadline = time.monotonic() + 30
        while not self._is_passed_on() and time.monotonic() < deadline:
            time.sleep(0.01)

    def _is_passed_on(self) -> bool:
        puts = self._storage.puts
        wanted = self._cell.file_bytes - LAST_BYTES if self._cell.phase == "all" else 0
        return len(puts) >= self._cell.attempts and all(put.count >= wanted for put in puts)


def _begin(connection: Client, cell: Sender, length: int | None, *pieces: bytes) -> None:
    connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.head(path(cell.mode), length, f"X-Request-Id: {cell.request_id}")
    connection.send(*pieces, pause=0.02)


def _leaves(connection: Client, cell: Sender, sent: bytes, unsent: bytes) -> None:
    _begin(connection, cell, len(sent + unsent), sent)
    connection.settle()


def _resets(connection: Client, cell: Sender, sent: bytes, unsent: bytes) -> None:
    _leaves(connection, cell, sent, unsent)
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _half_closes(connection: Client, cell: Sender, sent: bytes, unsent: bytes) -> None:
    _leaves(connection, cell, sent, unsent)
    connection.socket.shutdown(socket.SHUT_WR)
    assert connection.socket.recv(1) == b"", "the service hangs up as well"


def _stalls(connection: Client, cell: Sender, sent: bytes, unsent: bytes) -> Answer:
    _begin(connection, cell, len(sent + unsent), sent)
    return connection.answer()


def _trickles(connection: Client, cell: Sender, sent: bytes, unsent: bytes) -> Answer:
    _begin(connection, cell, len(sent + unsent), sent)
    return _trickle(connection, unsent)


def _stalls_in_its_head(connection: Client, cell: Sender, _: bytes, __: bytes) -> Answer:
    connection.send(f"POST {path(cell.mode)} HTTP/1.1\r\nHos".encode())
    return connection.answer()


def _trickles_in_its_head(connection: Client, cell: Sender, _: bytes, __: bytes) -> Answer:
    return _trickle(connection, f"POST {path(cell.mode)} HTTP/1.1\r\nHost: {'x' * 1000}".encode())


def _trickle(connection: Connection, unsent: bytes) -> Answer:
    for at in range(len(unsent)):
        connection.send(unsent[at : at + 1])
        if select.select([connection.socket], [], [], TRICKLE_SECONDS)[0]:
            break
    return connection.answer()


def _pauses(connection: Client, cell: Sender, sent: bytes, unsent: bytes) -> Answer:
    _begin(connection, cell, len(sent + unsent), sent)
    time.sleep(PAUSE_SECONDS)
    connection.send(unsent)
    return connection.answer()


def _cuts(connection: Client, cell: Sender, sent: bytes, unsent: bytes) -> Answer:
    _begin(connection, cell, len(sent + unsent), sent, unsent)
    return connection.answer()


def _is_short(connection: Client, cell: Sender, sent: bytes, _: bytes) -> Answer:
    _begin(connection, cell, len(sent), sent)
    return connection.answer()


def _is_short_chunked(connection: Client, cell: Sender, sent: bytes, _: bytes) -> Answer:
    _begin(connection, cell, None, chunked([sent]))
    return connection.answer()


def _breaks_chunks(connection: Client, cell: Sender, sent: bytes, _: bytes) -> Answer:
    _begin(connection, cell, None, chunked([sent])[: -len(b"0\r\n\r\n")])
    connection.settle()
    connection.send(BROKEN)
    return connection.answer()


def _is_long(connection: Client, cell: Sender, sent: bytes, _: bytes) -> Answer:
    return _is_short(connection, cell, sent + EPILOGUE, b"")


def _is_long_chunked(connection: Client, cell: Sender, sent: bytes, _: bytes) -> Answer:
    return _is_short_chunked(connection, cell, sent + EPILOGUE, b"")


def _babbles(connection: Client, cell: Sender, sent: bytes, _: bytes) -> Answer:
    _begin(connection, cell, len(sent), sent + EPILOGUE + b"\r\n\r\n")
    return connection.answer()


# What a client does with its form in two pieces, the first of which belongs to the phases before.
Act = Callable[[Client, Sender, bytes, bytes], Answer | None]
ACTS: Mapping[str, Act] = {
    "leaves": _leaves,
    "resets": _resets,
    "half closes": _half_closes,
    "stalls": _stalls,
    "trickles": _trickles,
    "stalls in its head": _stalls_in_its_head,
    "trickles in its head": _trickles_in_its_head,
    "pauses": _pauses,
    "cuts": _cuts,
    "short": _is_short,
    "short chunked": _is_short_chunked,
    "broken chunks": _breaks_chunks,
    "long": _is_long,
    "long chunked": _is_long_chunked,
    "babbles": _babbles,
}
