"""A storage that misbehaves on cue and remembers every byte that it was sent.

Only for faults that a real store cannot be made to show, and for looking at the wire. Runs in threads, so
that it answers whatever the test is waiting for.
"""

import socket
import socketserver
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import Literal, cast

GATE_SECONDS = 30
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
    silent until the peer leaves; `reset` sends a TCP reset. No body is taken before `gate` is set.
    """

    raw: bytes = OK
    after: Literal["head", "body"] | int = "body"
    then: Literal["keep", "close", "reset", "hang"] = "keep"
    pause: float = 0.0
    gate: threading.Event | None = None


@dataclass
class Put:
    """One PUT, byte by byte."""

    head: bytes = b""
    body: bytearray = field(default_factory=bytearray)
    whole: bool = False
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


class StorageDouble(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1; scripts are chosen by the path of the PUT."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._scripts: dict[str, list[Reply]] = {}
        self.puts: dict[str, list[Put]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, with a last slash."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

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
        try:
            while self._one_put():
                pass
        except OSError:
            pass

    def _one_put(self) -> bool:
        put, rest = Put(), b""
        while b"\r\n\r\n" not in rest:
            piece = self.request.recv(65536)
            if not piece:
                return False
            rest += piece
        put.began = time.monotonic()
        put.head, _, rest = rest.partition(b"\r\n\r\n")
        reply = cast(StorageDouble, self.server).next_reply(put)
        try:
            return self._play(put, reply, rest)
        finally:
            put.whole = len(put.body) == put.length
            put.ended.set()

    def _play(self, put: Put, reply: Reply, rest: bytes) -> bool:
        wanted = put.length if reply.after == "body" else 0 if reply.after == "head" else reply.after
        self._take(put, rest)
        if put.header("Expect") and reply.after != "head":
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if reply.gate:
            reply.gate.wait(GATE_SECONDS)
        while len(put.body) < wanted:
            piece = self.request.recv(262144)
            if not piece:
                return False
            self._take(put, piece)
        time.sleep(reply.pause)
        self.request.sendall(reply.raw)
        put.answered = True
        if reply.then == "hang":
            while self.request.recv(65536):
                pass
        if reply.then == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.then == "keep" and len(put.body) == put.length

    @staticmethod
    def _take(put: Put, piece: bytes) -> None:
        if piece and put.first_byte is None:
            put.first_byte = time.monotonic()
        put.body += piece
