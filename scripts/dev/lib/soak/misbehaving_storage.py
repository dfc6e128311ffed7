"""A storage that misbehaves at random, and remembers what it received and what it stored.

Knows: as much of HTTP as a PUT needs, and the table of misbehaviours.
Rules: the seed, the key and the number of PUTs to that key so far decide what it does. It hashes bodies and
does not keep them.
Must not know: the service, what the clients sent.
"""

import asyncio
import hashlib
import random
import select
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from devtools import signed_queries
from local.ports import HOST

from soak.misbehaviours import GOOD, MISBEHAVIOURS, Misbehaviour

MISBEHAVES_ONE_IN = 5
READ_BYTES = 256 * 1024
# Between the first and the second response to one PUT, so that the service has dealt with the first.
SECOND_RESPONSE_SECONDS = 0.02
TRICKLE_SECONDS = 0.004
# A PUT that arrives this soon after a second response may have been sent before the service could see that.
CROSSING_SECONDS = 0.1


@dataclass
class Put:
    """One PUT.

    `received` counts the body's bytes. `sha256` is None unless the body arrived whole. `crossed`: a response
    that was not meant for it was on its way to the service at the same time.
    """

    misbehaviour: Misbehaviour
    length: int
    received: int = 0
    sha256: str | None = None
    stored: bool = False
    crossed: bool = False


class Connection:
    """A connection from the service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_byte: asyncio.Task[bytes] | None = None
        self.crossed = False

    async def head(self) -> tuple[str, dict[str, str]]:
        """The key and the headers of the next PUT."""
        first_byte = await self._next_byte if self._next_byte else b""
        self._next_byte = None
        raw = first_byte + await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = raw.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return first.split()[1].partition("?")[0].lstrip("/"), headers

    async def read(self, count: int) -> bytes:
        """Some of the next `count` bytes."""
        chunk = await self._reader.read(min(count, READ_BYTES))
        if not chunk:
            raise EOFError
        return chunk

    async def send(self, raw: bytes, *, trickle: bool = False) -> None:
        """Send it all at once, or with `trickle` byte by byte."""
        for chunk in [raw[at : at + 1] for at in range(len(raw))] if trickle else [raw]:
            self._writer.write(chunk)
            await self._writer.drain()
            await asyncio.sleep(TRICKLE_SECONDS if trickle else 0)

    async def is_quiet(self, seconds: float) -> bool:
        """Whether nothing has come when `seconds` are over, nor waits in the socket's buffer then."""
        if self._next_byte is None:
            self._next_byte = asyncio.create_task(self._reader.read(1))
        await asyncio.wait([self._next_byte], timeout=seconds)
        waiting, _, _ = select.select([self._writer.get_extra_info("socket")], [], [], 0)
        return not self._next_byte.done() and not waiting

    def reset(self) -> None:
        """End the connection by a TCP reset."""
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def close(self) -> None:
        """End the connection."""
        if self._next_byte:
            self._next_byte.cancel()
            await asyncio.gather(self._next_byte, return_exceptions=True)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


class MisbehavingStorage:
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
        return f"{self.url}{key}?{signed_queries.v4(seconds=604800)}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(Connection(reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            with suppress(OSError, EOFError):
                while await self._one_put(connection):
                    pass
        finally:
            await connection.close()

    async def _one_put(self, connection: Connection) -> bool:
        """Serve one PUT; whether the connection is kept."""
        key, headers = await connection.head()
        puts = self.puts.setdefault(key, [])
        dice = random.Random(f"{self._seed} {key} {len(puts)}")  # noqa: S311 - the same each time
        how = dice.choice(MISBEHAVIOURS) if dice.randrange(MISBEHAVES_ONE_IN) == 0 else GOOD
        put = Put(how, int(headers["content-length"]), crossed=connection.crossed)
        puts.append(put)
        if put.crossed:
            connection.reset()  # before its own response could be taken for that of the next one
            return False
        sha256, middle = hashlib.sha256(), dice.randint(0, put.length)
        if how.reads_to != "head" and how.continue_seconds is not None and "expect" in headers:
            await asyncio.sleep(how.continue_seconds)
            await connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if how.stall_seconds:
            await _read_body(connection, put, sha256, middle)
            await asyncio.sleep(how.stall_seconds)
        await _read_body(
            connection, put, sha256, {"head": 0, "middle": middle, "end": put.length}[how.reads_to]
        )
        await asyncio.sleep(how.delay_seconds)
        await connection.send(how.response, trickle=how.trickles)
        if how.then == "keeps":
            await _read_body(connection, put, sha256, put.length)
        # If another PUT were on its way, the service could not tell this from the response to it.
        if how.second_response and await connection.is_quiet(SECOND_RESPONSE_SECONDS):
            await connection.send(how.second_response)
            connection.crossed = not await connection.is_quiet(CROSSING_SECONDS)
        if how.then == "resets":
            connection.reset()
        return how.then == "keeps"


async def _read_body(connection: Connection, put: Put, sha256: "hashlib._Hash", wanted: int) -> None:
    """Read the body up to `wanted` bytes, and store it if it is whole then."""
    while put.received < wanted:
        chunk = await connection.read(wanted - put.received)
        put.received += len(chunk)
        sha256.update(chunk)
    if put.received == put.length:
        put.sha256 = sha256.hexdigest()
        put.stored = put.misbehaviour.stores
