"""An upload as a client of the service makes it, and what the client is told.

Knows: the form and its fields.
Must not know: stores.
"""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from local.ports import HOST

BOUNDARY = "----compat7MA4YWxk"
OK = "ok"
UNSENT = ", nothing sent"
ANSWER_SECONDS = 120
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """What is sent. `fields` come with the URL. `chunked`: the request does not say its length."""

    url: str = field(repr=False)
    content: bytes = field(repr=False)
    content_type: str = "image/png"
    fields: Mapping[str, str] = field(default_factory=dict)
    retrying: bool = False
    url_last: bool = False
    chunked: bool = False
    leaves: bool = False

    def body(self) -> list[bytes]:
        """The form."""
        texts = [_part(f'name="{name}"', value.encode()) for name, value in self.fields.items()]
        texts.append(_part('name="uploadUrl"', self.url.encode()))
        head = f'name="file"; filename="photo.png"\r\nContent-Type: {self.content_type}'
        file = [_part(head), self.content, b"\r\n"]
        parts = [*file, *texts] if self.url_last else [*texts, *file]
        return [*parts, f"--{BOUNDARY}--\r\n".encode()]


def send(port: int, upload: Upload) -> str:
    """What the caller is told: `ok`, or status and code, and whether nothing was sent to storage.

    `gone` when the sender left in mid-body.
    """
    body, length = upload.body(), sum(map(len, upload.body()))
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.putrequest("POST", "/upload-with-presigned" + ("-retry" if upload.retrying else ""))
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        if upload.chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        else:
            connection.putheader("Content-Length", str(length))
        connection.endheaders()
        left = length // 2 if upload.leaves else length
        for piece in _pieces(body, left):
            connection.send(b"%x\r\n%b\r\n" % (len(piece), piece) if upload.chunked else piece)
        if upload.leaves:
            return "gone"
        connection.send(b"0\r\n\r\n" if upload.chunked else b"")
        return _told(connection.getresponse())
    finally:
        connection.close()


def _pieces(parts: list[bytes], left: int) -> Iterator[bytes]:
    """Of all parts, the first `left` bytes."""
    for part in parts:
        for at in range(0, min(len(part), left), PIECE_BYTES):
            yield part[at : min(at + PIECE_BYTES, left)]
        left = max(0, left - len(part))


def _told(reply: http.client.HTTPResponse) -> str:
    told = json.loads(reply.read())
    if told["success"]:
        return OK
    return f"{reply.status} {told['code']}" + ("" if told["attempts"] else UNSENT)


def _part(head: str, value: bytes | None = None) -> bytes:
    begun = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
    return begun if value is None else begun + value + b"\r\n"
