"""Raw HTTP over a socket: what is sent is what stands in the test."""

import http.client
import json
import select
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.support.service.transcript import TRANSCRIPT

BOUNDARY = "----boundary7MA4YWxk"
PLAIN = "/upload-with-presigned"
RETRY = "/upload-with-presigned-retry"
CHECK = "/check"


@dataclass(frozen=True)
class Answer:
    """A whole answer. Header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    @property
    def request_id(self) -> str:
        """The id that the service gave the request."""
        return self.headers["x-request-id"]


def field(name: str, value: str) -> bytes:
    """A text part, preceded by its boundary."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + value.encode() + b"\r\n"


def file(content: bytes, filename: str = "photo.png", content_type: str | None = "image/png") -> bytes:
    """The file part, preceded by its boundary."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
    if content_type is not None:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    """A whole form, as all current clients end it."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


class Connection:
    """One connection to the service, or over TLS to a proxy on `localhost` that stands in front of it."""

    def __init__(self, port: int, timeout: float = 60, tls: ssl.SSLContext | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def send(self, *pieces: bytes, pause: float = 0) -> None:
        """Send these pieces, with a pause of `pause` seconds before each but the first."""
        for index, piece in enumerate(pieces):
            if index:
                time.sleep(pause)
            self.socket.sendall(piece)

    def send_until_answered(self, *pieces: bytes, pause: float) -> None:
        """Send these pieces, with a pause before each, until an answer comes: few are read then."""
        for piece in pieces:
            if select.select([self.socket], [], [], pause)[0]:
                return
            self.socket.sendall(piece)

    def head(self, path: str, length: int | None, *headers: str, content_type: str | None = None) -> None:
        """Send a request head; `length` None means chunked."""
        kind = f"multipart/form-data; boundary={BOUNDARY}" if content_type is None else content_type
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", framing, *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n")

    def begin(self, path: str, length: int | None, *headers: str, content_type: str | None = None) -> None:
        """Send a request head, and wait for the 100 that says that the upload has begun."""
        self.head(path, length, "Expect: 100-continue", *headers, content_type=content_type)
        assert self._until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"

    def answer(self) -> Answer:
        """The next final answer; raises ConnectionError when the service closes instead."""
        while True:
            head = self._until(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines if line)
            }
            status = int(first.split()[1])
            if status != 100:
                break
        body = self._exactly(int(headers.get("content-length", "0")))
        TRANSCRIPT.hear("answer", head.decode("latin-1") + body.decode("utf-8", "replace"))
        return Answer(status, headers, body)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._receive()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._receive()
        found, self._buffer = self._buffer[:count], self._buffer[count:]
        return found

    def _receive(self) -> None:
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError(f"closed by the service after {self._buffer!r}")
        self._buffer += piece


def post(port: int, path: str, body: bytes, *headers: str, content_type: str | None = None) -> Answer:
    """One request with its length, one answer."""
    with Connection(port) as connection:
        connection.head(path, len(body), *headers, content_type=content_type)
        connection.send(body)
        return connection.answer()


def chunked(pieces: Iterable[bytes]) -> bytes:
    """These chunks in chunked transfer coding, with the closing chunk."""
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"


def ask(port: int, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Send a request without a body. No header may come twice: browsers refuse doubled CORS headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        reply = connection.getresponse()
        names = [name.lower() for name, _ in reply.getheaders()]
        assert len(names) == len(set(names)), names
        body = reply.read()
        TRANSCRIPT.hear("answer", f"{reply.headers}{body.decode('utf-8', 'replace')}")
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, body)
    finally:
        connection.close()
