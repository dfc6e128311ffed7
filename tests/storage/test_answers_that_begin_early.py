"""An answer whose first bytes come before storage has the end of a file: it is not called stored.

The rest of its head comes when storage has all. Answers that only announce one may come at any time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.storage.puts import SIGNED
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import OK
from upload_service.body.file_body import Body, Pipe
from upload_service.presigned.destination import judge_destination
from upload_service.settings.settings import Settings
from upload_service.storage.connection import Connection
from upload_service.storage.connection_pools import open_pools
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage

CHUNK = bytes(100_000)
INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[bytes]:
    """What connections have heard."""
    pieces: asyncio.Queue[bytes] = asyncio.Queue()
    usual = Connection.data_received

    def hear(connection: Connection, data: bytes) -> None:
        usual(connection, data)
        if data:
            pieces.put_nowait(data)

    monkeypatch.setattr(Connection, "data_received", hear)
    return pieces


@asynccontextmanager
async def store(
    heard: asyncio.Queue[bytes], has_one: asyncio.Event, early: tuple[bytes, ...], late: tuple[bytes, ...]
) -> AsyncIterator[str]:
    """One that says `early` when it has the first of two chunks, and `late` when it has both.

    Each piece is heard before the next one is sent; after `early` it sets `has_one`.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for pieces in (early, late):
            await reader.readexactly(len(CHUNK))
            for piece in pieces:
                writer.write(piece)
                await heard.get()
            has_one.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def put(heard: asyncio.Queue[bytes], early: tuple[bytes, ...], late: tuple[bytes, ...]) -> Outcome:
    """A PUT of two chunks, of which the second one can leave when `early` has been heard."""
    body, has_one = Body(Pipe()), asyncio.Event()
    async with asyncio.timeout(60), store(heard, has_one, early, late) as url, open_pools() as pools:
        allowed = Settings.from_environment({"UPLOAD_DESTINATIONS": url}).destinations
        destination = judge_destination(TRANSCRIPT.hide(f"{url}k?{SIGNED}"), allowed, 0)
        reader = body.reader(2 * len(CHUNK))
        putting = asyncio.ensure_future(Storage(pools, 60, 0).put(destination, reader, {}))
        await body.feed(CHUNK)
        await body.feed(CHUNK)
        await has_one.wait()
        body.finish()
        outcome = await putting
    body.close()
    return outcome


@pytest.mark.parametrize(
    "early",
    [(OK[:20],), (b"\r\n", OK[:20]), (INTERIM, OK[:20]), (INTERIM + OK[:20],), (OK[:5], OK[5:20])],
)
async def test_beginning_of_an_agreement(heard: asyncio.Queue[bytes], early: tuple[bytes, ...]) -> None:
    """A 2xx that has begun before the last chunk leaves is none to all of the file."""
    outcome = await put(heard, early, (OK[20:],))
    assert (outcome.error, outcome.handed_over, outcome.may_have_stored) == ("storage_bad_answer", True, True)
    assert outcome.cause
    assert int(outcome.cause.values["count"]) >= len(CHUNK)


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ((INTERIM,), (OK,)),
        ((INTERIM[:9],), (INTERIM[9:] + OK,)),
        ((INTERIM[:9],), (INTERIM[9:] + OK[:9], OK[9:])),
        (tuple(bytes([byte]) for byte in INTERIM), tuple(bytes([byte]) for byte in OK)),
        ((b"\r\n",), (OK,)),
        ((), (OK[:20], OK[20:])),
    ],
)
async def test_what_may_come_early(
    heard: asyncio.Queue[bytes], early: tuple[bytes, ...], late: tuple[bytes, ...]
) -> None:
    """An answer that only announces one says nothing of the file, however it is cut."""
    outcome = await put(heard, early, late)
    assert (outcome.error, outcome.etag) == (None, '"e"')
