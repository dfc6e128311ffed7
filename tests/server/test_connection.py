"""A connection's own clock: it times heads, and nothing else."""

import asyncio
import socket

import pytest
from aiohttp import web

from tests.server.connecting import HEAD, ask
from upload_service.server import connection, read_pacing
from upload_service.server.connection import Connection
from upload_service.server.open_connections import OpenConnections
from upload_service.settings.settings import Settings


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(
    "pieces", [(HEAD, b"01234", b"56789"), (HEAD + b"01234", b"56789"), (HEAD[:20], HEAD[20:], b"0123456789")]
)
async def test_body_may_be_slower_than_a_head(
    monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...], turns: int
) -> None:
    """A body may be slow, also when its first bytes arrive before its request runs."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    answered = await ask(*pieces, pause=0.3, turns=turns)
    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert answered.endswith(b"0123456789")


async def test_head_may_not_trickle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head that is not complete in time ends the connection."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    answered = await ask(HEAD[:20], HEAD[20:], pause=0.3)
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
    settings = Settings.from_environment({"UPLOAD_STALL_SECONDS": "0.3"})
    got = {}
    for reads in (True, False):
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
