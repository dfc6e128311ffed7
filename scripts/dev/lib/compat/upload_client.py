"""An upload as a client of the service makes it, and what the client is told.

Knows: the form and its fields.
Must not know: stores.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from devtools.service_process import ServiceProcess
from local.ports import HOST

BOUNDARY = "----compat7MA4YWxk"
OK = "ok"
UNSENT = ", nothing sent"
ANSWER_SECONDS = 120
PIECE_BYTES = 256 * 1024
# Until what has been sent has gone on to the store, as far as it may.
PASS_ON_SECONDS = 0.3


@dataclass(frozen=True)
class HalfSent:
    """An upload whose first half has been sent; `rest` is the other half, as it would be sent."""

    connection: http.client.HTTPConnection
    service: ServiceProcess
    rest: Iterator[bytes]

    def told(self) -> str:
        """What the caller is told; see `send`."""
        return _told(self.connection.getresponse())


# What happens in place of the other half; returns what the caller is told.
HalfWay = Callable[[HalfSent], str]


@dataclass(frozen=True)
class Upload:
    """What is sent. `fields` come with the URL, and `behind` are parts that follow the file.

    `chunked`: the request does not say its length.
    """

    url: str = field(repr=False)
    content: bytes = field(repr=False)
    content_type: str = "image/png"
    fields: Mapping[str, str] = field(default_factory=dict)
    retrying: bool = False
    url_last: bool = False
    chunked: bool = False
    behind: bytes = b""
    half_way: HalfWay | None = None

    def body(self) -> list[bytes]:
        """The form."""
        texts = [part(f'name="{name}"', value.encode()) for name, value in self.fields.items()]
        texts.append(part('name="uploadUrl"', self.url.encode()))
        head = f'name="file"; filename="photo.png"\r\nContent-Type: {self.content_type}'
        file = [part(head), self.content, b"\r\n", self.behind]
        parts = [*file, *texts] if self.url_last else [*texts, *file]
        return [*parts, f"--{BOUNDARY}--\r\n".encode()]


def send(service: ServiceProcess, upload: Upload) -> str:
    """What the caller is told: `ok`, or status and code, and whether nothing was sent to storage.

    Or what `half_way` returns.
    """
    length, pieces, sent_bytes = sum(map(len, upload.body())), _pieces(upload), 0
    connection = http.client.HTTPConnection(HOST, service.port, timeout=ANSWER_SECONDS)
    try:
        connection.putrequest("POST", "/upload-with-presigned" + ("-retry" if upload.retrying else ""))
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        if upload.chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        else:
            connection.putheader("Content-Length", str(length))
        connection.endheaders()
        for piece in pieces:
            connection.send(piece)
            sent_bytes += len(piece)
            if upload.half_way and sent_bytes >= length // 2:
                time.sleep(PASS_ON_SECONDS)
                return upload.half_way(HalfSent(connection, service, pieces))
        return _told(connection.getresponse())
    finally:
        connection.close()


def _pieces(upload: Upload) -> Iterator[bytes]:
    """The request's body as it is sent."""
    for whole in upload.body():
        for at in range(0, len(whole), PIECE_BYTES):
            piece = whole[at : at + PIECE_BYTES]
            yield b"%x\r\n%b\r\n" % (len(piece), piece) if upload.chunked else piece
    if upload.chunked:
        yield b"0\r\n\r\n"


def _told(reply: http.client.HTTPResponse) -> str:
    told = json.loads(reply.read())
    if told["success"]:
        return OK
    return f"{reply.status} {told['code']}" + ("" if told["attempts"] else UNSENT)


def part(head: str, value: bytes | None = None) -> bytes:
    """A part of the form; without `value` only its beginning."""
    begun = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
    return begun if value is None else begun + value + b"\r\n"
