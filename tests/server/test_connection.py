"""One connection: its clocks, what it keeps, and the order of its answers."""

import asyncio
import contextlib
import random
import re
import socket
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.server.connecting import HEAD, ask
from tests.server.moved_clock import let_pass
from upload_service.server import connection, read_pacing
from upload_service.server.connection import Connection
from upload_service.server.open_connections import OpenConnections
from upload_service.server.request_heads import ALL_HEADS_BYTES, HeadBudget
from upload_service.settings.settings import Settings


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    "pieces", [(HEAD, b"01234", b"56789"), (HEAD + b"01234", b"56789"), (HEAD[:20], HEAD[20:], b"0123456789")]
)
async def test_body_may_be_slower_than_a_head(pieces: tuple[bytes, ...], turns: int) -> None:
    """A body may be slow, also when its first bytes arrive before its request runs."""
    answered = await ask(*pieces, pause=3 * connection.HEAD_SECONDS, turns=turns)
    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert answered.endswith(b"0123456789")


async def test_head_may_not_trickle() -> None:
    """A head that is not complete in time ends the connection."""
    answered = await ask(HEAD[:20], HEAD[20:], pause=connection.HEAD_SECONDS + 1)
    assert answered.startswith(b"HTTP/1.1 408 ")
    assert b"request_head_timeout" in answered


def reads(sizes: list[int]) -> list[float]:
    """The pauses after reads of these sizes."""
    found = read_pacing.ReadPacing()
    return [found.pause_after(size) for size in sizes]


async def test_reader_who_does_not_read_is_dropped() -> None:
    """A client that reads nothing of a long answer is dropped; one that reads gets all of it."""

    async def long(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(4_000_000))

    app = web.Application()
    app.router.add_get("/", long)
    runner = web.AppRunner(app)
    await runner.setup()
    loop = asyncio.get_running_loop()
    server = runner.server
    assert server
    got = {}
    for reads, seconds in ((True, "60"), (False, "0.3")):
        settings = Settings.from_environment({"UPLOAD_STALL_SECONDS": seconds})
        ours, theirs = socket.socketpair()
        made = Connection(server, settings, OpenConnections(9), loop=loop, access_log=None)
        await loop.connect_accepted_socket(lambda made=made: made, theirs)  # type: ignore[misc]  # of this turn
        with ours:
            ours.setblocking(False)
            await loop.sock_sendall(ours, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            while not reads and made.transport:  # noqa: ASYNC110  nothing else tells that it was dropped
                await asyncio.sleep(0.01)
            got[reads] = 0
            while piece := await loop.sock_recv(ours, 65536):
                got[reads] += len(piece)
    await runner.cleanup()
    assert got[False] < 4_000_000 < got[True]


@contextlib.asynccontextmanager
async def connected(
    *, seconds: float = 0.3, heads: HeadBudget | None = None, small: bool = False
) -> AsyncIterator[tuple[socket.socket, Connection]]:
    """A client's socket, and the service's end of it. `small`: the system takes as little as it may."""

    async def sized(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=request.query_string.encode() + bytes(int(request.match_info["size"])))

    app = web.Application()
    app.router.add_route("*", "/{size}", sized)
    runner = web.AppRunner(app)
    await runner.setup()
    assert runner.server
    ours, theirs = socket.socketpair()
    if small:
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    settings = Settings.from_environment({"UPLOAD_STALL_SECONDS": str(seconds)})
    loop = asyncio.get_running_loop()
    made = Connection(
        runner.server, settings, OpenConnections(100), heads, loop=loop, access_log=None, lingering_time=0
    )
    await loop.connect_accepted_socket(lambda: made, theirs)
    with ours:
        ours.setblocking(False)
        yield ours, made
    await runner.cleanup()


async def until_closed(ours: socket.socket) -> bytes:
    """All that the service says before it closes."""
    said, loop = b"", asyncio.get_running_loop()
    async with asyncio.timeout(60):
        while piece := await loop.sock_recv(ours, 65536):
            said += piece
    return said


def get(size: int, name: str = "", *lines: str) -> bytes:
    """A request for so many bytes behind its name."""
    return "\r\n".join((f"GET /{size}?{name} HTTP/1.1", "Host: x", *lines, "", "")).encode()


async def dropped(made: Connection, *, seconds: float = 0) -> None:
    """The connection is dropped at last; `seconds` pass for it each time that it is looked at."""
    deadline = time.monotonic() + 60
    while made.transport:
        assert time.monotonic() < deadline
        await let_pass(seconds)
        await asyncio.sleep(0.01)


async def test_a_small_answer_that_is_not_read_ends_the_connection() -> None:
    """A client that reads none of its answers is dropped, also when few bytes of them wait."""
    async with connected(small=True) as (ours, made):
        await asyncio.get_running_loop().sock_sendall(ours, get(20_000))
        await dropped(made)


async def test_an_answer_that_is_not_read_ends_a_connection_that_is_closing() -> None:
    """So is one whose connection closes after the answer."""
    async with connected(small=True) as (ours, made):
        transport = made.transport
        assert transport
        await asyncio.get_running_loop().sock_sendall(ours, get(20_000, "", "Connection: close"))
        async with asyncio.timeout(60):
            while transport.get_extra_info("socket").fileno() >= 0:  # noqa: ASYNC110  nothing else tells
                await asyncio.sleep(0.01)


async def test_a_slow_reader_is_not_dropped() -> None:
    """A client that reads a little now and then gets all of its answer, however long that takes."""
    async with connected(small=True, seconds=30) as (ours, _made):
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(ours, get(100_000, "", "Connection: close"))
        began, count = loop.time(), 0
        while piece := await loop.sock_recv(ours, 8_000):
            count += len(piece)
            await let_pass(8)
        assert count > 100_000
        assert loop.time() - began > 3 * 30


async def test_an_answer_that_waits_while_the_client_sends() -> None:
    """A client that still sends is not dropped for what it does not read meanwhile, as browsers do not."""
    async with connected(small=True, seconds=30) as (ours, made):
        loop = asyncio.get_running_loop()
        made.transport.write(bytes(20_000))  # type: ignore[union-attr]  # as lines of progress are
        head = b"POST /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 20\r\n\r\n"
        await loop.sock_sendall(ours, head)
        for _ in range(20):
            await let_pass(10)
            await loop.sock_sendall(ours, b"x")
        assert b"200 OK" in await until_closed(ours)


async def test_requests_behind_a_running_one_wait_unread() -> None:
    """Behind an answer that nobody reads no more than one read waits, and none of it is parsed."""
    heads = HeadBudget()
    async with connected(small=True, seconds=30, heads=heads) as (ours, made):
        large = get(1, "", *[f"X-{number}: {'x' * 8000}" for number in range(7)])

        async def send() -> None:
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().sock_sendall(ours, get(100_000) + large * 40)

        sending = asyncio.create_task(send())
        await asyncio.sleep(0.5)
        assert not sending.done()
        assert not made._messages
        assert ALL_HEADS_BYTES - heads.free_bytes < 300_000
        await dropped(made, seconds=31)
        await asyncio.sleep(0)
        assert heads.free_bytes == ALL_HEADS_BYTES
        sending.cancel()


@pytest.mark.parametrize("size", [1000, 300_000])
@pytest.mark.parametrize("breaks", [0, 2, 4])
async def test_a_long_head_behind_a_chunked_body(size: int, breaks: int) -> None:
    """What a read has behind a chunked body is bounded, also if the parser stops in the middle of the body.

    `breaks`: so many bytes of the body's end come in the next read.
    """
    long = get(1, "long", *[f"X-{number}: {'x' * 8000}" for number in range(9)])
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (size, bytes(size))
    read = b"POST /1?first HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body + long
    heads = HeadBudget()
    async with connected(heads=heads) as (ours, made):
        end = len(read) - len(long) - breaks
        for piece in (read[:end], read[end:]) if breaks else (read,):
            made.data_received(piece)
        said = await until_closed(ours)
    assert b"\r\n\r\nfirst\0" in said
    assert b"long" not in said
    assert heads.free_bytes == ALL_HEADS_BYTES


CHUNKED = b"POST /3?%d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = b"POST /3?%d HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n"
KINDS = (
    b"GET /3?%d HTTP/1.1\r\nHost: x\r\n\r\n",
    SIZED + b"a\r\n\r\nbc",
    SIZED + b"abc\r\n\r\n",
    CHUNKED + b"2\r\n\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    CHUNKED + b"0\r\nA: b\r\n\r\n",
    b"\r\n\r\nGET /3?%d HTTP/1.1\r\nHost: x\r\n\r\n",
)


@pytest.mark.parametrize("seed", range(60))
async def test_pipelined_requests_are_answered_in_order(seed: int) -> None:
    """Requests with bodies of all kinds, cut and timed in whatever way, are all answered, in order."""
    chance = random.Random(seed)
    count = chance.randrange(2, 60)
    requests = b"".join(chance.choice(KINDS) % number for number in range(count))
    requests += get(3, "last", "Connection: close")
    async with connected(seconds=60) as (ours, _made):
        loop, answers = asyncio.get_running_loop(), asyncio.create_task(until_closed(ours))
        while requests:
            size = chance.randrange(1, 1 + chance.choice((1, 3, 30, 100, 200, 5000)))
            await loop.sock_sendall(ours, requests[:size])
            requests = requests[size:]
            for _ in range(chance.choice((0, 0, 1, 2, 5, 20))):
                await asyncio.sleep(0)
        found = re.findall(rb"\r\n\r\n(\w+)\0{3}", await answers)
    assert found == [*[b"%d" % number for number in range(count)], b"last"]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("apart", [False, True])
async def test_half_a_head_behind_a_request(
    monkeypatch: pytest.MonkeyPatch, *, chunked: bool, apart: bool
) -> None:
    """Half a head has the same time wherever it stands, also behind a request that is being answered."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    first = get(1)
    if chunked:
        first = b"POST /1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    async with connected() as (ours, _made):
        loop = asyncio.get_running_loop()
        for piece in (first, b"GET /2 HTT") if apart else (first + b"GET /2 HTT",):
            await loop.sock_sendall(ours, piece)
            await asyncio.sleep(0)
        said = await until_closed(ours)
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert b"\0HTTP/1.1 408 " in said


async def test_idle_connection_has_more_time_than_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a whole request, with or without a line break too many, no clock of a head runs."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    async with connected() as (ours, _made):
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(ours, get(1) + b"\r\n")
        await asyncio.sleep(0.5)
        await loop.sock_sendall(ours, get(1, "again", "Connection: close"))
        assert (await until_closed(ours)).count(b"200 OK") == 2


async def test_no_room_for_long_heads() -> None:
    """When the memory for long heads is used up, a long one is refused, and an ordinary one is not."""
    long = get(1, "", *[f"X-{number}: {'x' * 8000}" for number in range(3)])
    async with connected(heads=HeadBudget(10_000)) as (ours, _made):
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(ours, get(1))
        assert (await loop.sock_recv(ours, 10_000)).startswith(b"HTTP/1.1 200 OK")
        await loop.sock_sendall(ours, long)
        assert b"too_busy" in await until_closed(ours)


async def test_a_head_that_is_too_long() -> None:
    """It is refused as soon as that is known, with the headers of every refusal."""
    async with connected() as (ours, _made):
        line = b"X-Long: " + b"x" * 8000 + b"\r\n"
        await asyncio.get_running_loop().sock_sendall(ours, b"GET /1 HTTP/1.1\r\nHost: x\r\n" + line * 9)
        said = await until_closed(ours)
    assert said.startswith(b"HTTP/1.1 431 ")
    assert b"request_head_too_large" in said
    assert b"\r\nX-Request-Id: " in said
    assert b"\r\nAccess-Control-Allow-Origin: *\r\n" in said
