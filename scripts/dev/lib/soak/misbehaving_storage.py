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
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from devtools import signed_queries

from soak.listener import READ_BYTES, Listener
from soak.misbehaviours import GOOD, MISBEHAVIOURS, SIGNATURE, Misbehaviour

MISBEHAVES_ONE_IN = 5
# Between the first and the second response to one PUT, so that the service has dealt with the first.
SECOND_RESPONSE_SECONDS = 0.02
TRICKLE_SECONDS = 0.004
LOOK_SECONDS = 0.1
# A PUT that arrives this soon after a second response may have been sent before the service could see that.
CROSSING_SECONDS = 0.1


@dataclass
class Put:
    """One PUT.

    `received` counts the body's bytes. `sha256` is None unless the body arrived whole. `crossed`: a response
    that was not meant for it was on its way to the service at the same time. `foreign`: a byte of the body
    is not its file's. `cut_in_order`: the connection was closed in mid-body and not reset, which some stores
    take for the end of the file.
    """

    misbehaviour: Misbehaviour
    length: int
    received: int = 0
    sha256: str | None = None
    stored: bool = False
    crossed: bool = False
    foreign: bool = False
    cut_in_order: bool = False


class Connection:
    """A connection from the service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next_byte: asyncio.Task[bytes] | None = None
        self.crossed = False

    async def head(self) -> tuple[str, str, dict[str, str]]:
        """The key, the query and the headers of the next PUT."""
        first_byte = await self._next_byte if self._next_byte else b""
        self._next_byte = None
        raw = first_byte + await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = raw.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path, _, query = first.split()[1].partition("?")
        return path.lstrip("/"), query, headers

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

    async def wait_for_end(self) -> None:
        """Wait until the service has left, and take nothing of what it sends."""
        poll = select.poll()
        poll.register(self._writer.get_extra_info("socket"), select.POLLRDHUP)
        while not poll.poll(0):  # noqa: ASYNC110 - asyncio does not look while nothing is read
            await asyncio.sleep(LOOK_SECONDS)

    async def is_quiet(self, seconds: float) -> bool:
        """Whether nothing has come when `seconds` are over, nor waits in the socket's buffer then."""
        if self._next_byte is None:
            self._next_byte = asyncio.create_task(self._reader.read(1))
        await asyncio.wait([self._next_byte], timeout=seconds)
        sock: socket.socket = self._writer.get_extra_info("socket")
        if sock.fileno() < 0:
            return False  # the service has ended it
        waiting, _, _ = select.select([sock], [], [], 0)
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


class MisbehavingStorage(Listener):
    """Listens on 127.0.0.1 within `async with`. It misbehaves at one PUT in `one_in`, in one of these ways.

    `content_of`: the file that belongs at a key, where each byte is to be compared with it.
    """

    def __init__(
        self,
        seed: str,
        misbehaviours: Sequence[Misbehaviour] = MISBEHAVIOURS,
        one_in: int = MISBEHAVES_ONE_IN,
        content_of: Callable[[str], bytes] | None = None,
    ) -> None:
        super().__init__()
        self._content_of = content_of
        self._misbehaviours = misbehaviours
        self._one_in = one_in
        self.puts: dict[str, list[Put]] = {}
        self._seed = seed

    @property
    def url(self) -> str:
        """Where all of its keys begin."""
        return f"{self.origin}/"

    def upload_url(self, key: str) -> str:
        """A URL that looks signed, for a long time."""
        return f"{self.url}{key}?{signed_queries.v4(seconds=604800)}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """PUT after PUT, until the service or a misbehaviour ends the connection."""
        connection = Connection(reader, writer)
        try:
            with suppress(OSError, EOFError):
                while await self._one_put(connection):
                    pass
        finally:
            await connection.close()

    async def _one_put(self, connection: Connection) -> bool:
        """Serve one PUT; whether the connection is kept."""
        key, query, headers = await connection.head()
        puts = self.puts.setdefault(key, [])
        dice = random.Random(f"{self._seed} {key} {len(puts)}")  # noqa: S311 - the same each time
        how = dice.choice(self._misbehaviours) if dice.randrange(self._one_in) == 0 else GOOD
        put = Put(how, int(headers["content-length"]), crossed=connection.crossed)
        puts.append(put)
        if put.crossed:
            connection.reset()  # before its own response could be taken for that of the next one
            return False
        content = self._content_of(key) if self._content_of else None
        body, middle = _Body(connection, put, content), dice.randint(0, put.length)
        if how.reads_to != "head" and how.continue_seconds is not None and "expect" in headers:
            await asyncio.sleep(how.continue_seconds)
            await connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if how.stall_seconds:
            await body.read(middle)
            await asyncio.sleep(how.stall_seconds)
        await body.read({"head": 0, "middle": middle, "end": put.length}[how.reads_to])
        await asyncio.sleep(how.delay_seconds)
        response = how.response.replace(SIGNATURE, signature_of(query))
        await connection.send(response, trickle=how.trickles)
        if how.then == "keeps":
            await body.read(put.length)
        # If another PUT were on its way, the service could not tell this from the response to it.
        if how.second_response and await connection.is_quiet(SECOND_RESPONSE_SECONDS):
            await connection.send(how.second_response)
            connection.crossed = not await connection.is_quiet(CROSSING_SECONDS)
        if how.then == "stays":
            await connection.wait_for_end()
        if how.then == "resets":
            connection.reset()
        return how.then == "keeps"


class _Body:
    """The body of one PUT, as it comes."""

    def __init__(self, connection: Connection, put: Put, content: bytes | None) -> None:
        self._connection = connection
        self._put = put
        self._content = content
        self._sha256 = hashlib.sha256()

    async def read(self, wanted: int) -> None:
        """Read the body up to `wanted` bytes, and store it if it is whole then."""
        put = self._put
        while put.received < wanted:
            try:
                chunk = await self._connection.read(wanted - put.received)
            except EOFError:
                put.cut_in_order = True
                raise
            if self._content is not None:
                put.foreign |= chunk != self._content[put.received : put.received + len(chunk)]
            put.received += len(chunk)
            self._sha256.update(chunk)
        if put.received == put.length:
            put.sha256 = self._sha256.hexdigest()
            put.stored = put.misbehaviour.stores


def signature_of(query: str) -> bytes:
    """The signature in the query."""
    return query.rpartition("Signature=")[2].encode()
