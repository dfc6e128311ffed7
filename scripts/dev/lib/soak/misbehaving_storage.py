"""A storage that misbehaves at random, and remembers what it was sent and what it stored.

Knows: as much of HTTP as a PUT needs, and the table of whims.
Rules: what it does with a PUT follows from the seed, the key and how many PUTs that key has had; bodies are
hashed, not kept.
Must not know: the service, who sent what.
"""

import asyncio
import hashlib
import random
import select
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from devtools import signed_queries
from local.ports import HOST

from soak.misbehaviours import GOOD, WHIMS, Whim

ONE_IN = 5
READ_BYTES = 256 * 1024
# Between a doubled answer's first and second, so that the service has dealt with the first.
AGAIN_SECONDS = 0.02
TRICKLE_SECONDS = 0.004
# Who has sent a PUT by then may not have heard the second answer yet: both programs are busy.
CROSSING_SECONDS = 0.1


@dataclass
class Put:
    """One PUT. `sum`: the SHA-256 of a body that came whole. `crossed`: it met an answer on its way here."""

    whim: Whim
    length: int
    count: int = 0
    sum: str | None = None
    stored: bool = False
    crossed: bool = False


class Line:
    """A connection of the service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ahead = b""
        self.clear_at = 0.0

    async def head(self) -> tuple[str, dict[str, str]]:
        """The key and the headers of the next PUT."""
        raw = self._ahead + await self._reader.readuntil(b"\r\n\r\n")
        self._ahead = b""
        first, *lines = raw.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return first.split()[1].partition("?")[0].lstrip("/"), headers

    async def take(self, count: int) -> bytes:
        """Some of the next `count` bytes."""
        piece = await self._reader.read(min(count, READ_BYTES))
        if not piece:
            raise EOFError
        return piece

    async def say(self, raw: bytes, *, slowly: bool = False) -> None:
        """Send it, a byte at a time or all at once."""
        for piece in [raw[at : at + 1] for at in range(len(raw))] if slowly else [raw]:
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(TRICKLE_SECONDS if slowly else 0)

    async def is_quiet(self) -> bool:
        """Whether no next PUT comes for a moment, and none lies in the system's hands either."""
        try:
            async with asyncio.timeout(AGAIN_SECONDS):
                self._ahead = await self._reader.read(1)
        except TimeoutError:
            return not select.select([self._writer.get_extra_info("socket")], [], [], 0)[0]
        return False

    def reset(self) -> None:
        """Hang up rudely."""
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


class Unruly:
    """Listens on 127.0.0.1 within `async with`."""

    def __init__(self, seed: str) -> None:
        self.puts: dict[str, list[Put]] = {}
        self._seed = seed
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0, limit=READ_BYTES, backlog=512)
        self.url = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def upload_url(self, key: str) -> str:
        """A URL that looks signed, for a long time."""
        return f"{self.url}{key}?{signed_queries.v2()}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(Line(reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, line: Line) -> None:
        try:
            with suppress(OSError, EOFError):
                while await self._one_put(line):
                    pass
        finally:
            await line.close()

    async def _one_put(self, line: Line) -> bool:
        """Play one PUT; whether the connection is kept."""
        key, headers = await line.head()
        puts = self.puts.setdefault(key, [])
        dice = random.Random(f"{self._seed} {key} {len(puts)}")  # noqa: S311 - the same each time
        whim = dice.choice(WHIMS) if dice.randrange(ONE_IN) == 0 else GOOD
        put = Put(whim, int(headers["content-length"]), crossed=time.monotonic() < line.clear_at)
        puts.append(put)
        if put.crossed:
            line.reset()  # before its own answer could be taken for that of the next one
            return False
        sha256, middle = hashlib.sha256(), dice.randint(0, put.length)
        if whim.at != "head" and whim.hundred is not None and "expect" in headers:
            await asyncio.sleep(whim.hundred)
            await line.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        if whim.stall:
            await _take(line, put, sha256, middle)
            await asyncio.sleep(whim.stall)
        await _take(line, put, sha256, {"head": 0, "middle": middle, "end": put.length}[whim.at])
        await asyncio.sleep(whim.pause)
        await line.say(whim.says, slowly=whim.slowly)
        if whim.then == "keeps":
            await _take(line, put, sha256, put.length)
        # As an answer to a PUT that is on its way, nobody could tell it from the right one.
        if whim.again and await line.is_quiet():
            line.clear_at = time.monotonic() + CROSSING_SECONDS
            await line.say(whim.again)
        if whim.then == "resets":
            line.reset()
        return whim.then == "keeps"


async def _take(line: Line, put: Put, sha256: "hashlib._Hash", wanted: int) -> None:
    """Read the body up to `wanted` bytes, and keep what is whole then."""
    while put.count < wanted:
        piece = await line.take(wanted - put.count)
        put.count += len(piece)
        sha256.update(piece)
    if put.count == put.length:
        put.sum = sha256.hexdigest()
        put.stored = put.whim.stores
