"""Small reads are followed by pauses, which grow until enough gathers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.server.test_connection import reads
from upload_service.server import read_pacing
from upload_service.server.connection import Connection
from upload_service.server.open_connections import OpenConnections
from upload_service.settings.settings import Settings


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[Connection, asyncio.Transport]]:
    """A connection of a client who sends nothing by itself, and its transport."""
    loop = asyncio.get_running_loop()
    runner = web.AppRunner(web.Application())
    await runner.setup()
    assert runner.server
    ours, theirs = socket.socketpair()
    made = Connection(runner.server, Settings(), OpenConnections(9), loop=loop, access_log=None)
    transport, _ = await loop.connect_accepted_socket(lambda: made, theirs)
    with ours:
        yield made, transport
    await runner.cleanup()


@pytest.mark.slow
@pytest.mark.parametrize(("size", "pauses"), [(1, True), (600, True), (8192, False), (100_000, False)])
async def test_small_reads_are_followed_by_pauses(size: int, pauses: bool) -> None:
    """A request that arrives in tiny reads is soon read with pauses; one in larger reads never."""
    async with connection() as (made, transport):
        made.data_received(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;")
        free = read_pacing.CREDIT_BYTES // read_pacing.READ_COST_BYTES
        for number in range(free):
            assert transport.is_reading(), number
            made.data_received(b"a" * size)
        made.data_received(b"a" * size)
        made.data_received(b"a" * size)
        assert transport.is_reading() is not pauses
        await asyncio.sleep(3 * read_pacing.SHORTEST_PAUSE_SECONDS)
        assert transport.is_reading()


async def test_head_and_body_share_a_credit() -> None:
    """A body has no credit of its own for tiny reads when its head has used it up."""
    async with connection() as (made, transport):
        for byte in b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n":
            made.data_received(bytes([byte]))
        while not transport.is_reading():  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.01)
        made.data_received(b"a")
        assert not transport.is_reading()
        made.data_received(b"2345")  # nothing is left to wait for


def test_pauses_grow_until_enough_gathers() -> None:
    """Pauses grow to the longest while too little gathers in them, and shrink again when enough does."""
    assert reads([1] * 100)[-1] == read_pacing.LONGEST_PAUSE_SECONDS
    assert reads([1] * 100 + [100_000] + [1] * 6)[-1] == read_pacing.LONGEST_PAUSE_SECONDS / read_pacing.STEP
    assert set(reads([17_000] * 1000)) == {0.0}


def test_credit_is_no_treasure() -> None:
    """Large reads earlier do not buy more than a limited number of free tiny reads."""
    free = read_pacing.CREDIT_BYTES // read_pacing.READ_COST_BYTES
    assert reads([1_000_000] * 1000 + [1] * (free + 2))[-1] > 0
