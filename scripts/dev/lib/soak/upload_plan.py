"""What each upload of the soak sends: its fields, its file, the order of both, and when the client leaves.

Knows: forms and HTTP requests, byte by byte.
Rules: the seed and the upload's number decide everything. All files are slices of one random block.
Must not know: sockets, what storage does with the file, which answer is right.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BYTES = 3_000_000
# Sizes at which a buffer, a block or a limit on the way may be off by one.
EDGES = [size + off for size in (1, 1 << 16, 1 << 18, 1 << 19, 1 << 20, 1 << 21) for off in (-1, 0, 1)]
CHUNK_SIZES = (1000, 16_000, 65_536, 300_000)
BOUNDARY = "----soak7MA4YWxk"


@dataclass(frozen=True)
class UploadPlan:
    """One upload. `name` is its request id and its key.

    `before` and `after` are the form's bytes around the file's `content`. The client writes `chunk_bytes` at
    a time and, with `leaves_at`, closes the connection after that many bytes of the body. `headers`: more
    lines of the head.
    """

    name: str
    retrying: bool
    chunked: bool
    chunk_bytes: int
    before: bytes
    content: memoryview
    after: bytes
    leaves_at: int | None = None
    headers: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Of the file, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def body_bytes(self) -> int:
        """The form's length."""
        return len(self.before) + len(self.content) + len(self.after)

    def head(self) -> bytes:
        """The request's head."""
        path = "/upload-with-presigned" + ("-retry" if self.retrying else "")
        framing = "Transfer-Encoding: chunked" if self.chunked else f"Content-Length: {self.body_bytes}"
        media_type = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            media_type,
            framing,
            f"X-Request-Id: {self.name}",
            *self.headers,
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def body(self) -> Iterator[bytes | memoryview]:
        """The request's body as it goes over the wire."""
        for part in (memoryview(self.before), self.content, memoryview(self.after)):
            for at in range(0, len(part), self.chunk_bytes):
                chunk = part[at : at + self.chunk_bytes]
                yield b"%x\r\n" % len(chunk) if self.chunked else b""
                yield chunk
                yield b"\r\n" if self.chunked else b""
        yield b"0\r\n\r\n" if self.chunked else b""


def random_block(seed: str) -> bytes:
    """The bytes that all files are slices of."""
    return random.Random(seed).randbytes(MAX_BYTES + (1 << 20))  # noqa: S311 - the same each time


def plan_upload(seed: str, number: int, source: bytes, name: str, upload_url: str) -> UploadPlan:
    """The upload with this number."""
    dice = random.Random(f"{seed} {number}")  # noqa: S311 - the same each time
    size = dice.choice(EDGES) if dice.randrange(10) == 0 else int((MAX_BYTES + 1) * dice.random() ** 4)
    retrying, chunked, chunk_bytes = dice.random() < 0.5, dice.randrange(4) == 0, dice.choice(CHUNK_SIZES)
    fields = [part("uploadUrl", upload_url)]
    if retrying:
        fields.append(part("max_retries", str(dice.randint(0, 3))))
    if dice.randrange(4) == 0:
        fields.append(part("size", str(size)))
    start = dice.randrange(len(source) - size)
    file = part("file", "", 'filename="photo.png"\r\nContent-Type: image/png').removesuffix(b"\r\n")
    end = f"--{BOUNDARY}--\r\n".encode()
    url_first = dice.random() < 0.5
    before = b"".join(fields) + file if url_first else file
    after = b"\r\n" + (b"" if url_first else b"".join(fields)) + end
    leaves_at = dice.randint(0, len(before) + size + len(after)) if dice.randrange(20) == 0 else None
    content = memoryview(source)[start : start + size]
    return UploadPlan(name, retrying, chunked, chunk_bytes, before, content, after, leaves_at)


def part(name: str, value: str, more: str = "") -> bytes:
    """A part of the form."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{"; " if more else ""}{more}'
    return f"{head}\r\n\r\n{value}\r\n".encode()
