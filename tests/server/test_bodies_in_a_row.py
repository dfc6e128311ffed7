"""Requests with bodies one behind the other on one connection, wherever the network cuts them."""

import asyncio
import contextlib
import hashlib
import random
import socket
from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import web

from upload_service.server.connection import Connection
from upload_service.server.one_request_at_a_time import BODY_BUFFER_BYTES, CHUNKED_BUFFER_BYTES
from upload_service.server.open_connections import OpenConnections
from upload_service.settings.settings import Settings

MIB = 1024 * 1024
GET = b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
# So many chunks may wait to be read.
MOST_CHUNKS = CHUNKED_BUFFER_BYTES // 16
# What a body must never be taken for.
LIKE_A_REQUEST = GET % b"body"
Answer = tuple[str, str]


def sized(name: str, body: bytes) -> bytes:
    """A request that tells its body's length."""
    return b"POST /%b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (name.encode(), len(body), body)


def chunked(name: str, *chunks: bytes) -> bytes:
    """A request in chunked coding."""
    coded = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return b"POST /%b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%b" % (name.encode(), coded)


def answer(name: str, body: bytes = b"") -> Answer:
    """What is said to a request: its name, and the sum of its body."""
    return name, hashlib.sha256(body).hexdigest()


@contextlib.asynccontextmanager
async def connected(
    go: asyncio.Event | None = None, *, size: int = MIB
) -> AsyncIterator[tuple[socket.socket, Connection]]:
    """A client's socket, and the service's end of it, which reads `size` bytes at once.

    With `go`, bodies are not read until it is set.
    """

    async def sum_up(request: web.BaseRequest) -> web.Response:
        found = hashlib.sha256()
        if go:
            await go.wait()
        while not request.content.at_eof():
            found.update((await request.content.readchunk())[0])
        return web.Response(text=f"{request.path[1:]} {found.hexdigest()}\n")

    server = web.Server(sum_up)
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    made = Connection(server, Settings(), OpenConnections(9), loop=loop, access_log=None)
    transport, _ = await loop.connect_accepted_socket(lambda: made, theirs)
    setattr(transport, "max_size", size)  # noqa: B010  not in asyncio's published interface
    with ours:
        ours.setblocking(False)
        yield ours, made
    await server.shutdown()


async def answers(ours: socket.socket) -> list[Answer]:
    """Everything that is said until the connection closes."""
    said, loop = b"", asyncio.get_running_loop()
    async with asyncio.timeout(60):
        while piece := await loop.sock_recv(ours, MIB):
            said += piece
    lines = [line.split() for line in said.decode().split("\n") if line.endswith(tuple("0123456789abcdef"))]
    return [(words[0], words[1]) for words in lines if len(words) == 2 and len(words[1]) == 64]


async def ask(pieces: Sequence[bytes], *, turns: int = 3) -> list[Answer]:
    """The answers to these pieces, each of which is a read of its own; `turns` of the loop between them."""
    async with connected() as (ours, made):
        for piece in pieces:
            while made._reading_paused or made._buffer_paused:  # noqa: ASYNC110  as its transport would
                await asyncio.sleep(0)
            made.data_received(piece)
            for _ in range(turns):
                await asyncio.sleep(0)
        return await answers(ours)


SMALL, OTHER = b"one " + LIKE_A_REQUEST, LIKE_A_REQUEST + b"\r\n\r\n"
ROWS = {
    "two of known length": sized("a", SMALL) + sized("b", OTHER),
    "two in chunks": chunked("a", SMALL) + chunked("b", OTHER[:7], OTHER[7:]),
    "in chunks behind a known length": sized("a", SMALL) + chunked("b", OTHER),
    "a known length behind chunks": chunked("a", SMALL[:9], SMALL[9:]) + sized("b", OTHER),
}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("turns", [0, 3])
async def test_two_uploads_and_a_get_cut_at_every_byte(row: str, turns: int) -> None:
    """Two uploads and a GET are answered in order and with their own bodies, wherever their bytes are cut."""
    requests = ROWS[row] + GET % b"c" + LAST
    expected = [answer("a", SMALL), answer("b", OTHER), answer("c"), answer("last")]
    for cut in range(1, len(requests)):
        assert await ask([requests[:cut], requests[cut:]], turns=turns) == expected, cut


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [20_000, 64 * 1024, MIB])
async def test_long_bodies(size: int, seed: int) -> None:
    """Bodies longer than what may wait are read whole, and what stands behind them is answered."""
    chance = random.Random(seed)
    requests, expected = b"", []
    for name in "abcd":
        body = chance.randbytes(chance.choice((1000, BODY_BUFFER_BYTES, 300_000, MIB)))
        cut = chance.randrange(len(body))
        # Behind chunks no more than 64 KiB are kept: see _end_chunked_body.
        in_chunks = size == 20_000 and chance.random() < 0.5
        requests += chunked(name, body[:cut], body[cut:]) if in_chunks else sized(name, body)
        requests += GET % b"between"
        expected += [answer(name, body), answer("between")]
    requests += LAST
    async with connected(size=size) as (ours, _made):
        listening = asyncio.create_task(answers(ours))
        while requests:
            count = chance.randrange(10_000, 500_000)
            await asyncio.get_running_loop().sock_sendall(ours, requests[:count])
            requests = requests[count:]
        assert await listening == [*expected, answer("last")]


@pytest.mark.parametrize("count", range(MOST_CHUNKS - 1, MOST_CHUNKS + 4))
@pytest.mark.parametrize("behind", [b"", GET % b"c"])
async def test_a_body_behind_thousands_of_chunks(count: int, behind: bytes) -> None:
    """A body of known length is whole also where it came to the parser with as many chunks as may wait."""
    pieces = [chunked("a", *[b"x"] * count) + sized("b", SMALL) + behind, LAST]
    expected = [answer("a", b"x" * count), answer("b", SMALL), *[answer("c")] * bool(behind), answer("last")]
    assert await ask(pieces) == expected


@pytest.mark.parametrize("size", [16 * 1024, 64 * 1024, MIB])
async def test_what_is_not_read_waits_with_the_client(size: int) -> None:
    """Of a body that is not read yet two reads wait, or 64 KiB and one; the rest comes when it is read."""
    body = random.Random(0).randbytes(8 * MIB)
    go = asyncio.Event()
    async with connected(go, size=size) as (ours, made):
        sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(ours, sized("a", body) + LAST))
        listening = asyncio.create_task(answers(ours))
        await asyncio.sleep(0.3)
        assert not sending.done()
        assert made._body
        assert made._body.total_bytes <= max(2 * size, BODY_BUFFER_BYTES + size)
        go.set()
        assert await listening == [answer("a", body), answer("last")]
        await sending


async def test_the_largest_length() -> None:
    """Behind a length that aiohttp takes for none, nothing is taken for a request."""
    head = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (2**64 - 1)
    assert await ask([head + LIKE_A_REQUEST]) == [answer("a")]
    assert await ask([head, LIKE_A_REQUEST]) == [answer("a")]
