"""A connection's own clock: it times heads, and nothing else."""

import asyncio
import socket

import pytest
from aiohttp import web

from upload_service import connection
from upload_service.config import Settings
from upload_service.connection import Connection

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
