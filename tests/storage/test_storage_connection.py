"""A connection to storage: which bytes on it are no answer, and how a PUT leaves it."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp.http import StreamWriter
from yarl import URL

from tests.support.storage.storage_double import OK, answer, xml
from upload_service.body.file_body import Body, Pipe
from upload_service.storage.connection import Connection
from upload_service.storage.sockets import unacknowledged_bytes
from upload_service.storage.unasked_answers import Connections

REFUSAL = answer(403, xml("AccessDenied"))


@pytest.fixture
def connections() -> Connections:
    """No connections yet."""
    return Connections()


@pytest.fixture
async def ends(connections: Connections) -> AsyncIterator[tuple[Connection, socket.socket]]:
    """Our end and the store's."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        transport, ours = await loop.create_connection(lambda: Connection(connections, loop), *address)
        theirs = listener.accept()[0]
        with theirs:
            theirs.setblocking(False)
            yield ours, theirs
            if ours.transport:
                transport.abort()


@pytest.fixture
def connection(ends: tuple[Connection, socket.socket]) -> Connection:
    """One whose other end says nothing."""
    return ends[0]


async def test_a_new_connection_that_speaks_first_is_spoilt(connection: Connection) -> None:
    """Bytes before any request spoil the connection."""
    connection.data_received(b"220 mail.example ESMTP\r\n")
    assert connection.is_spoilt


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is not acknowledged")
async def test_what_a_lost_connection_held_is_not_stored(ends: tuple[Connection, socket.socket]) -> None:
    """What storage had not acknowledged when it answered it has not, even if the connection then breaks."""
    ours, _ = ends
    body = Body(Pipe())
    await body.feed(b"12345")
    body.finish()
    reader = body.reader(5)
    writer = StreamWriter(ours, asyncio.get_running_loop())
    ours.take(URL("http://store:80/k"), reader, writer, lambda: 100)
    await writer.write(await reader.next(), drain=False)
    await writer.write(bytes(50_000_000), drain=False)  # more than the systems hold
    ours.data_received(OK)
    transport = ours.transport
    assert isinstance(transport, asyncio.Transport)
    transport.abort()
    await asyncio.sleep(0)
    assert ours.transport is None
    assert ours.unsent_bytes > 0


@pytest.mark.parametrize("given_up_first", [False, True])
@pytest.mark.parametrize("sent", [OK, b"HTTP/1.1 100 Continue\r\n\r\n", REFUSAL])
async def test_answer_to_a_put_that_is_given_up(
    connections: Connections, connection: Connection, sent: bytes, given_up_first: bool
) -> None:
    """An answer that comes at the moment when its PUT is given up, or right after, was asked for."""
    writer = StreamWriter(connection, asyncio.get_running_loop())
    connection.take(URL("http://store:80/k"), Body(Pipe()).reader(0), writer, int)
    await writer.write(b"x")
    assert connection.transport
    async with asyncio.timeout(60):
        while unacknowledged_bytes(connection.transport):
            await asyncio.to_thread(time.sleep, 0.001)  # until the store's system has it
    if given_up_first:
        connection.leave()
        connection.close()
        connection.data_received(sent)
    else:
        connection.data_received(sent)
        connection.leave()
    assert connections.may_be_kept("store:80")


async def test_put_leaves_what_is_lost(ends: tuple[Connection, socket.socket]) -> None:
    """A PUT that is not whole leaves its connection although that was closed, flushed, and lost meanwhile."""
    connection, store = ends
    writer = StreamWriter(connection, asyncio.get_running_loop())
    connection.take(URL("http://store:80/k"), Body(Pipe()).reader(100_000_000), writer, int)
    await writer.write(bytes(50_000_000), drain=False)
    assert connection.transport
    connection.transport.close()
    with suppress(ConnectionResetError):
        async with asyncio.timeout(30):
            while await asyncio.get_running_loop().sock_recv(store, 1 << 20):
                pass
    connection.leave()
    assert connection.is_spoilt
