"""A storage that misbehaves on cue and remembers every byte that it was sent.

Only for faults that a real store cannot be made to show, and for looking at the wire. Runs in threads, so
that it answers whatever the test is waiting for.
"""

import socket
import socketserver
import ssl
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, cast

from tests.support.storage.certificates import TlsLine

GATE_SECONDS = 30
NAP_SECONDS = 2
NARROW_BYTES = 64 * 1024
# What makes a 2xx a store's.
ETAG = 'ETag: "e"'
OK = b'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 0\r\n\r\n'


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole answer with this body."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def xml(code: str, message: str = "no") -> bytes:
    """An error body as S3 writes it, with an echo of the signature that must not be passed on."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message>'
        "<StringToSign>AWS4-HMAC-SHA256 secret</StringToSign></Error>"
    ).encode()


@dataclass(frozen=True)
class Reply:
    """What to do with one PUT: send `raw` once `after` has come, then do `then`.

    `after`: the head, so many bytes of the body, or the whole body. `hang` keeps the connection open and
    silent until the peer leaves, `nap` does so after it has read nothing until `wake` is set, or else for a
    while; `reset` sends a TCP reset. No body is taken before `gate` is set, and no more than `at_once` bytes
    of it at a time. Before `speak` is set, nothing is answered and no more is read.
    """

    raw: bytes = OK
    after: Literal["head", "body"] | int = "body"
    then: Literal["keep", "close", "reset", "hang", "nap"] = "keep"
    pause: float = 0.0
    gate: threading.Event | None = None
    speak: threading.Event | None = None
    wake: threading.Event | None = None
    at_once: int = 262144


@dataclass
class Put:
    """One PUT, byte by byte."""

    head: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    # How its sender left in mid-body.
    left: Literal["", "in order", "by a reset"] = ""
    answered: bool = False
    began: float = 0.0
    first_byte: float | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def target(self) -> str:
        """The request target, byte for byte."""
        return self.head.split(b" ")[1].decode("latin-1")

    def header(self, name: str) -> str | None:
        """One header's value, or None."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode("latin-1").lower() == name.lower():
                return value.strip().decode("latin-1")
        return None

    @property
    def length(self) -> int:
        """The announced length."""
        return int(self.header("Content-Length") or 0)

    @property
    def whole(self) -> bool:
        """Whether all of it has come. That it never will is known when it has ended."""
        return len(self.body) == self.length


class StorageDouble(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1, over TLS if it has a context; scripts are chosen by the path of the PUT.

    `narrow`: its system takes little that it has not asked for; else that may be megabytes.
    """

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, tls: ssl.SSLContext | None = None, *, narrow: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if narrow:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
        self.tls = tls
        self._scripts: dict[str, list[Reply]] = {}
        self.puts: dict[str, list[Put]] = {}
        # How connections without a PUT on them ended, in the words of `Put.left`.
        self.idle_ends: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, with a last slash."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.server_address[1]}/"

    def script(self, key: str, *replies: Reply) -> list[Put]:
        """Answer PUTs to `/key` with these replies, then with the last one; return the list of PUTs."""
        self._scripts[f"/{key}"] = list(replies) or [Reply()]
        self.puts[f"/{key}"] = []
        return self.puts[f"/{key}"]

    def next_reply(self, put: Put) -> Reply:
        """Remember this PUT, and return the reply for it."""
        path = put.target.partition("?")[0]
        self.puts.setdefault(path, []).append(put)
        replies = self._scripts.get(path, [Reply()])
        return replies.pop(0) if len(replies) > 1 else replies[0]


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        context = cast(StorageDouble, self.server).tls
        with suppress(OSError):
            if context:
                self.request = TlsLine(self.request, context)
            while self._one_put():
                pass

    def _one_put(self) -> bool:
        put, rest = Put(), b""
        while b"\r\n\r\n" not in rest:
            if not (piece := self._idle()):
                return False
            rest += piece
        put.began = time.monotonic()
        put.head, _, rest = rest.partition(b"\r\n\r\n")
        reply = cast(StorageDouble, self.server).next_reply(put)
        try:
            return self._play(put, reply, rest)
        except (ConnectionError, ssl.SSLError):
            put.left = "by a reset"  # seen by a send, if not by a `receive`
            raise
        finally:
            put.ended.set()

    def _idle(self) -> bytes:
        """What comes while no PUT runs; empty when the connection ends."""
        ends = cast(StorageDouble, self.server).idle_ends
        try:
            if not (piece := self.request.recv(65536)):
                ends.append("in order")
        except ConnectionResetError:
            ends.append("by a reset")
            raise
        return bytes(piece)

    def _play(self, put: Put, reply: Reply, rest: bytes) -> bool:
        wanted = put.length if reply.after == "body" else 0 if reply.after == "head" else reply.after
        self._take(put, rest)
        if put.header("Expect") and reply.after != "head":
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if reply.gate:
            reply.gate.wait(GATE_SECONDS)
        while len(put.body) < wanted:
            piece = self.request.recv(reply.at_once)
            if not piece:
                put.left = "in order"
                return False
            self._take(put, piece)
        time.sleep(reply.pause)
        if reply.speak:
            reply.speak.wait(GATE_SECONDS)
        self.request.sendall(reply.raw)
        put.answered = True
        if reply.then == "nap":
            (reply.wake or threading.Event()).wait(GATE_SECONDS if reply.wake else NAP_SECONDS)
        if reply.then in ("hang", "nap"):
            while self.request.recv(65536):
                pass
            put.left = "in order"
        if reply.then == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.then == "keep" and len(put.body) == put.length

    @staticmethod
    def _take(put: Put, piece: bytes) -> None:
        if piece and put.first_byte is None:
            put.first_byte = time.monotonic()
        put.body += piece
