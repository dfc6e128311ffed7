"""One connection of the service, in this process."""

import asyncio
import socket

from aiohttp import web

from tests.server.moved_clock import let_pass
from upload_service.server.connection import Connection
from upload_service.server.open_connections import OpenConnections
from upload_service.settings.settings import Settings

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"


async def read_body(request: web.Request) -> web.Response:
    """Answer with what came."""
    return web.Response(body=await request.read())


async def ask(*pieces: bytes, pause: float, turns: int = 0) -> bytes:
    """The answer to these pieces: `turns` of the event loop between them, `pause` seconds before the last."""
    app = web.Application()
    app.router.add_post("/", read_body)
    runner = web.AppRunner(app)
    await runner.setup()
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    assert runner.server
    made = Connection(runner.server, Settings(), OpenConnections(9), loop=loop, access_log=None)
    await loop.connect_accepted_socket(lambda: made, theirs)
    with ours:
        ours.setblocking(False)
        for piece in pieces[:-1]:
            made.data_received(piece)
            for _ in range(turns):
                await asyncio.sleep(0)
        await let_pass(pause)
        if not made.transport or not made.transport.is_closing():
            made.data_received(pieces[-1])
        answered = await loop.sock_recv(ours, 10_000)
        await runner.cleanup()
    return answered
