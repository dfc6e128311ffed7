"""A connection's own clock: it times heads, and nothing else."""

import asyncio
import socket

import pytest
from aiohttp import web

from upload_service.server import connection, read_pacing
from upload_service.server.connection import Connection
from upload_service.settings.settings import Settings

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"


async def read_body(request: web.Request) -> web.Response:
    """Answer with what came."""
    return web.Response(body=await request.read())


async def ask(*pieces: bytes, pause: float, turns: int = 0) -> bytes:
    """What is answered to pieces with turns of the event loop between them, and a pause before the last."""
    app = web.Application()
    app.router.add_post("/", read_body)
    runner = web.AppRunner(app)
    await runner.setup()
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    assert runner.server
    made = Connection(runner.server, Settings(), loop=loop, access_log=None)
    await loop.connect_accepted_socket(lambda: made, theirs)
    with ours:
        ours.setblocking(False)
        for piece in pieces[:-1]:
            made.data_received(piece)
            for _ in range(turns):
                await asyncio.sleep(0)
        await asyncio.sleep(pause)
        if not made.transport or not made.transport.is_closing():
            made.data_received(pieces[-1])
        answered = await loop.sock_recv(ours, 10_000)
        await runner.cleanup()
    return answered


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    "pieces", [(HEAD, b"01234", b"56789"), (HEAD + b"01234", b"56789"), (HEAD[:20], HEAD[20:], b"0123456789")]
)
async def test_body_may_be_slower_than_a_head(
    monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...], turns: int
) -> None:
    """Even when its first bytes come after the head was taken up and before its request runs."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    answered = await ask(*pieces, pause=0.3, turns=turns)
    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert answered.endswith(b"0123456789")


async def test_head_may_not_trickle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a head that comes too late finds the connection closed."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    answered = await ask(HEAD[:20], HEAD[20:], pause=0.3)
    assert answered.startswith(b"HTTP/1.1 408 ")
    assert b"request_head_timeout" in answered


@pytest.mark.parametrize(("size", "pauses"), [(1, True), (600, True), (8192, False), (100_000, False)])
async def test_small_reads_are_followed_by_pauses(size: int, pauses: bool) -> None:
    """A request that comes in pieces smaller than a read is worth is soon read with pauses, another never."""
    loop = asyncio.get_running_loop()
    runner = web.AppRunner(web.Application())
    await runner.setup()
    assert runner.server
    ours, theirs = socket.socketpair()
    made = Connection(runner.server, Settings(), loop=loop, access_log=None)
    transport, _ = await loop.connect_accepted_socket(lambda: made, theirs)
    made.data_received(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;")
    with ours:
        free = read_pacing.CREDIT_BYTES // read_pacing.READ_COST_BYTES
        for number in range(free):
            assert transport.is_reading(), number
            made.data_received(b"a" * size)
        made.data_received(b"a" * size)
        made.data_received(b"a" * size)
        assert transport.is_reading() is not pauses
        await asyncio.sleep(3 * read_pacing.SHORTEST_PAUSE_SECONDS)
        assert transport.is_reading()
    await runner.cleanup()


def reads(sizes: list[int]) -> list[float]:
    """The pauses after reads of these sizes."""
    found = read_pacing.ReadPacing()
    return [found.pause_after(size) for size in sizes]


def test_pauses_grow_until_enough_gathers() -> None:
    """Pauses in which too little gathers grow to the longest; enough shortens them again."""
    assert reads([1] * 100)[-1] == read_pacing.LONGEST_PAUSE_SECONDS
    assert reads([1] * 100 + [60_000] + [1] * 7)[-1] == read_pacing.LONGEST_PAUSE_SECONDS / 2
    assert set(reads([9000] * 1000)) == {0.0}


def test_credit_is_no_treasure() -> None:
    """However much came before, tiny reads are free only for so long."""
    free = read_pacing.CREDIT_BYTES // read_pacing.READ_COST_BYTES
    assert reads([1_000_000] * 1000 + [1] * (free + 2))[-1] > 0


async def test_reader_who_does_not_read_is_dropped() -> None:
    """A client that takes nothing of a long answer is waited for only so long; one that reads gets it all."""

    async def long(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(4_000_000))

    app = web.Application()
    app.router.add_get("/", long)
    runner = web.AppRunner(app)
    await runner.setup()
    loop = asyncio.get_running_loop()
    server = runner.server
    assert server
    settings = Settings.from_environment({"UPLOAD_STALL_SECONDS": "0.3"})
    got = {}
    for reads in (True, False):
        ours, theirs = socket.socketpair()
        made = Connection(server, settings, loop=loop, access_log=None)
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
