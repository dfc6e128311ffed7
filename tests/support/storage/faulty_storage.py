"""A storage that behaves well up to a chosen phase of a PUT and then fails in a chosen way.

Knows: TCP, TLS, and as much of HTTP as a PUT with `Expect: 100-continue` needs.
Rules: each cell has a storage of its own, on a port of its own, so that connections that break before
anything was said belong to a cell too; no byte is read beyond the phase.
"""

import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from devtools import signed_queries

from tests.support.storage.certificates import Line, TlsLine
from tests.support.storage.faults import Play, Put
from tests.support.storage.storage_double import NARROW_BYTES, OK

MIDDLE_BYTES = 1024 * 1024 // 2
LAST_BYTES = 12
TRICKLE_SECONDS = 0.3
DAWDLE_SECONDS = 0.03
QUERY = signed_queries.v4(seconds=604800)


class FaultyStorage:
    """Listens on 127.0.0.1 from the start, and answers inside `with`. The last play is repeated.

    `port` is one that another of them had; 0: any.
    """

    def __init__(self, *plays: Play, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.puts: list[Put] = []
        self._all_plays = plays
        self._plays = list(plays) or [Play()]
        self._tls = tls
        self._leaving = threading.Event()
        self._threads: list[threading.Thread] = []
        self._idle: set[Line] = set()
        self._fillers: list[socket.socket] = []
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", port))
        self._address = self._listener.getsockname()
        if self._plays[0].phase == "silent":
            self._fill_queue()
        elif self._plays[0].phase != "refuses":
            self._listener.listen()

    def anew(self) -> "FaultyStorage":
        """One with the same plays, from the first one on, at the same origin; this one must have ended."""
        return FaultyStorage(*self._all_plays, tls=self._tls, port=self._address[1])

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._address[1]}"

    @property
    def stored(self) -> list[str]:
        """What a store would have kept: SHA-256 of the whole PUTs that were answered with a success."""
        return [put.sum() for put in self.puts if put.stored]

    def __enter__(self) -> Self:
        if self._plays[0].phase not in ("refuses", "silent"):
            self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take what is still on its way, then close all connections."""
        self._leaving.set()
        for line in list(self._idle):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
        for each in (self._listener, *self._fillers):
            each.close()

    def _fill_queue(self) -> None:
        """Fill the queue of connections that nobody accepts, so that one more gets no answer at all."""
        self._listener.listen(0)
        self._fillers = [socket.socket() for _ in range(4)]
        for filler in self._fillers:
            filler.setblocking(False)
            filler.connect_ex(self._address)

    def _start(self, target: Callable[..., object], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        self._listener.settimeout(0.1)
        while not self._leaving.is_set():
            with suppress(TimeoutError):
                line, _ = self._listener.accept()
                line.settimeout(30)
                self._start(self._serve, line)

    def _serve(self, connection: socket.socket) -> None:
        line: Line = connection
        play, head = self._next(), b""
        if play.fault in ("stalls", "trickles"):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
        with suppress(OSError):
            if self._tls and play.phase not in ("accepted", "tls"):
                line = TlsLine(connection, self._tls)
            while self._play(line, play, head):
                self._idle.add(line)
                head = b"" if self._leaving.is_set() else line.recv(1)
                self._idle.discard(line)
                if not head:
                    break
                play = self._next()
        line.close()

    def _next(self) -> Play:
        return self._plays.pop(0) if len(self._plays) > 1 else self._plays[0]

    def _play(self, line: Line, play: Play, head: bytes) -> bool:
        """Take one PUT as far as the play says; return whether the connection is kept."""
        if play.phase in ("accepted", "tls", "head begun"):
            # When the peer has begun to speak, it knows that it is connected.
            if play.phase == "accepted" and isinstance(line, socket.socket):
                line.recv(1, socket.MSG_PEEK)
            else:
                line.recv(1)
            return self._fail(line, play)
        while b"\r\n\r\n" not in head and (piece := line.recv(4096)):
            head += piece
        head, end, body = head.partition(b"\r\n\r\n")
        if not end:
            return False
        put = Put(head)
        put.take(body)  # only where nobody waits for a 100
        self.puts.append(put)
        if play.phase == "head":
            return self._fail(line, play, put)
        if put.expects and play.phase != "no 100":
            line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        wanted = {"100": 0, "first byte": 1, "middle": MIDDLE_BYTES, "last piece": put.length - LAST_BYTES}
        pause = DAWDLE_SECONDS if play.fault == "dawdles" else 0
        if not _read(line, put, wanted.get(play.phase, put.length), pause):
            return False
        return self._fail(line, play, put)

    def _fail(self, line: Line, play: Play, put: Put | None = None) -> bool:
        """End the PUT as the play says, which may be without a failure."""
        if put and put.count == put.length and not play.rest:
            put.stored = bool(re.match(rb"(HTTP/1.1 1.*\r\n\r\n)?HTTP/1.1 2", play.raw, re.DOTALL))
        if put:
            put.said = play.raw
        line.sendall(play.raw)
        match play.fault:
            case "reads on":
                return put is not None and _read(line, put, put.length)
            case "resets":
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "stalls":
                self._leaving.wait(60)
                if put:
                    _read(line, put, put.length)  # what lies there, and then how it was left
            case "trickles":
                return self._trickle(line, play.rest, put)
        return play.fault == "keeps"

    def _trickle(self, line: Line, rest: bytes, put: Put | None) -> bool:
        """Go on byte by byte: send the rest of an answer, or read the rest of the body and answer."""
        for at in range(len(rest)):
            line.sendall(rest[at : at + 1])
            if self._leaving.wait(TRICKLE_SECONDS):
                return False
        while put and put.count < put.length:
            if self._leaving.wait(TRICKLE_SECONDS) or not _read(line, put, put.count + 1):
                return False
        if put and not rest:
            put.stored = True
            line.sendall(OK)
        return False


def _read(line: Line, put: Put, wanted: int, pause_seconds: float = 0) -> bool:
    """Read the body up to `wanted` bytes, with a pause after each piece; False when it ends before."""
    while put.count < wanted:
        piece = line.recv(min(65536, wanted - put.count))
        if not piece:
            put.left_in_order = True
            return False
        put.take(piece)
        time.sleep(pause_seconds)
    return True
