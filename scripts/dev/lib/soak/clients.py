"""The clients of the soak: what each upload sends, and what it gets to hear.

Knows: forms and HTTP, byte by byte, from the sender's side.
Rules: what an upload sends follows from the seed and its number; contents are slices of one random block.
Must not know: what storage does with it, what is right.
"""

import asyncio
import hashlib
import random
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from local.ports import HOST

MAX_BYTES = 3_000_000
# Where something may be off by one: windows, blocks and limits of whoever passes the bytes on.
EDGES = [size + off for size in (1, 1 << 16, 1 << 18, 1 << 19, 1 << 20, 1 << 21) for off in (-1, 0, 1)]
PIECES = (1000, 16_000, 65_536, 300_000)
BOUNDARY = "----soak7MA4YWxk"
ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """One upload. `leaves_at`: the bytes of its body that are sent before nobody is there any more."""

    name: str
    retrying: bool
    chunked: bool
    piece_bytes: int
    before: bytes
    content: memoryview
    behind: bytes
    leaves_at: int | None = None

    @property
    def sum(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def length(self) -> int:
        """The form's."""
        return len(self.before) + len(self.content) + len(self.behind)

    def head(self) -> bytes:
        """The request's head."""
        path = "/upload-with-presigned" + ("-retry" if self.retrying else "")
        framing = "Transfer-Encoding: chunked" if self.chunked else f"Content-Length: {self.length}"
        kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", kind, framing, f"X-Request-Id: {self.name}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def body(self) -> Iterator[bytes | memoryview]:
        """The request's body as it goes over the wire."""
        for part in (memoryview(self.before), self.content, memoryview(self.behind)):
            for at in range(0, len(part), self.piece_bytes):
                piece = part[at : at + self.piece_bytes]
                yield b"%x\r\n" % len(piece) if self.chunked else b""
                yield piece
                yield b"\r\n" if self.chunked else b""
        yield b"0\r\n\r\n" if self.chunked else b""


@dataclass(frozen=True)
class Answer:
    """A whole answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def block(seed: str) -> bytes:
    """What all contents are cut from."""
    return random.Random(seed).randbytes(MAX_BYTES + (1 << 20))  # noqa: S311 - the same each time


def make_plan(seed: str, number: int, source: bytes, name: str, upload_url: str) -> Plan:
    """The upload with this number."""
    dice = random.Random(f"{seed} {number}")  # noqa: S311 - the same each time
    size = dice.choice(EDGES) if dice.randrange(10) == 0 else int((MAX_BYTES + 1) * dice.random() ** 4)
    retrying, chunked, piece_bytes = dice.random() < 0.5, dice.randrange(4) == 0, dice.choice(PIECES)
    texts = [_part("uploadUrl", upload_url)]
    if retrying:
        texts.append(_part("max_retries", str(dice.randint(0, 3))))
    if dice.randrange(4) == 0:
        texts.append(_part("size", str(size)))
    start = dice.randrange(len(source) - size)
    file = _part("file", "", 'filename="photo.png"\r\nContent-Type: image/png').removesuffix(b"\r\n")
    end = f"--{BOUNDARY}--\r\n".encode()
    url_first = dice.random() < 0.5
    before = b"".join(texts) + file if url_first else file
    behind = b"\r\n" + (b"" if url_first else b"".join(texts)) + end
    leaves_at = dice.randint(0, len(before) + size + len(behind)) if dice.randrange(20) == 0 else None
    content = memoryview(source)[start : start + size]
    return Plan(name, retrying, chunked, piece_bytes, before, content, behind, leaves_at)


def _part(name: str, value: str, more: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{"; " if more else ""}{more}'
    return f"{head}\r\n\r\n{value}\r\n".encode()


class Caller:
    """One client after another on the same connection, as long as that is kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def upload(self, plan: Plan) -> Answer | str | None:
        """Do it: the answer, or why there is none, or None when the client has left."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._upload(plan)
        except (OSError, EOFError) as error:
            await self.close()
            return type(error).__name__
        if answer is None or answer.headers.get("connection", "").lower() == "close":
            await self.close()
        return answer

    async def close(self) -> None:
        """Hang up."""
        if self._writer:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()
        self._reader = self._writer = None

    async def _upload(self, plan: Plan) -> Answer | None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        assert self._reader
        self._writer.write(plan.head())
        left = plan.leaves_at
        for piece in plan.body():
            sent = piece if left is None else piece[:left]
            if sent:
                self._writer.write(sent)
                await self._writer.drain()
            if left is not None and (left := left - len(sent)) <= 0:
                _leave(self._writer, rudely=plan.length % 2 == 0)
                return None
        return None if plan.leaves_at is not None else await _answer(self._reader)


def _leave(writer: asyncio.StreamWriter, *, rudely: bool) -> None:
    """Hang up, the one way or the other; a reset comes without what still waited here."""
    if rudely:
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Answer(int(first.split()[1]), headers, body)
