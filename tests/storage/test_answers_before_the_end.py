"""A store that agrees before it has the end of a file: that end stays here, and it is not called stored.

The answer is in this system's buffers when the last bytes could leave, and the event loop has not heard it.
Had they left, nobody could tell: storage's system acknowledges them, whether or not the store reads them.
"""

import asyncio
import os
import select
import ssl
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.storage.puts import SIGNED
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.certificates import authority
from tests.support.storage.storage_double import OK, Put, Reply, StorageDouble
from upload_service.body.budget import SpoolBudget
from upload_service.body.file_body import Body, Pipe
from upload_service.body.framed_reader import JOINED_BYTES
from upload_service.body.spool import BLOCK_BYTES, Spool
from upload_service.multipart.form_writer import FileFrame
from upload_service.presigned.destination import judge_destination
from upload_service.settings.settings import Settings
from upload_service.storage.connection import Connection
from upload_service.storage.connection_pools import Pools, open_pools
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage

CHUNK = bytes(100_000)
SMALL_CHUNK = bytes(JOINED_BYTES // 2)
FRAME = FileFrame(b"<before>", b"<after>", "multipart/form-data; boundary=b")
SENDFILE = os.sendfile
# The store stays and reads nothing for a while, or it hangs up.
then_either = pytest.mark.parametrize("then", ["nap", "reset"])
Then = Literal["nap", "reset"]


@pytest.fixture
def double(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StorageDouble]:
    """A store; on TLS where the parameter is "tls"."""
    certificates = authority(tmp_path)
    # aiohttp makes its own when it is imported.
    trust = ssl.create_default_context(cafile=certificates.ca_file)
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trust)
    with StorageDouble(certificates.trusted if getattr(request, "param", "") == "tls" else None) as made:
        yield made
        made.shutdown()


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """The connections that are made."""
    found: list[Connection] = []
    usual = Connection.connection_made

    def noted(connection: Connection, transport: asyncio.BaseTransport) -> None:
        usual(connection, transport)
        found.append(connection)

    monkeypatch.setattr(Connection, "connection_made", noted)
    return found


def let_answer(reply: Reply, made: list[Connection]) -> None:
    """Let it be answered, and wait until the answer is here; the event loop hears nothing of it meanwhile."""
    assert reply.speak
    reply.speak.set()
    deadline = time.monotonic() + 60
    while not made[0].has_unread_data():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def bodies(size: int) -> dict[str, Body]:
    """One that is not kept, one in memory, and one on disk."""
    return {
        "pipe": Body(Pipe()),
        "memory": Body(Spool(SpoolBudget(size, 0), size)),
        "disk": Body(Spool(SpoolBudget(0, size), size)),
    }


def begin(
    pools: Pools, double: StorageDouble, body: Body, size: int, reply: Reply, frame: FileFrame | None = None
) -> tuple["asyncio.Future[Outcome]", list[Put]]:
    """Begin to PUT this body; the PUT, and what storage sees of it."""
    puts = double.script("k", reply)
    allowed = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url}).destinations
    destination = judge_destination(TRANSCRIPT.hide(f"{double.url}k?{SIGNED}"), allowed, 0)
    putting = Storage(pools, 60, 0).put(destination, body.reader(size), {}, frame)
    return asyncio.ensure_future(putting), puts


def early(after: int, then: Then) -> Reply:
    """Agree after so many bytes of the body, when it is told to."""
    return Reply(OK, after=after, then=then, speak=threading.Event())


async def arrived(puts: list[Put], count: int) -> Put:
    """Wait until storage has so many bytes; the PUT."""
    async with asyncio.timeout(60):
        while not (puts and len(puts[0].body) == count):
            await asyncio.to_thread(time.sleep, 0.01)
    return puts[0]


def assert_too_early(outcome: Outcome, unsent_bytes: int) -> None:
    """It is no success, because at least so many bytes had not reached storage."""
    assert outcome.error == "storage_bad_answer"
    assert outcome.cause
    assert int(outcome.cause.values["count"]) >= unsent_bytes


@pytest.mark.parametrize("double", ["plain", "tls"], indirect=True)
@then_either
@pytest.mark.parametrize(
    ("kind", "frame", "chunk"),
    [("pipe", None, CHUNK), ("memory", FRAME, CHUNK), ("disk", FRAME, SMALL_CHUNK)],
    ids=["PUT", "POST", "POST in which the form's end leaves with the last chunk"],
)
async def test_last_chunk_stays(
    double: StorageDouble,
    made: list[Connection],
    chunk: bytes,
    kind: str,
    frame: FileFrame | None,
    then: Then,
) -> None:
    """The last chunk comes when the answer is there: it does not leave."""
    body = bodies(2 * len(chunk))[kind]
    await body.feed(chunk)
    await body.feed(chunk)
    first = len(chunk) + len(frame.before if frame else b"")
    async with open_pools() as pools:
        reply = early(first, then)
        putting, puts = begin(pools, double, body, 2 * len(chunk), reply, frame)
        put = await arrived(puts, first)
        let_answer(reply, made)
        body.finish()
        assert_too_early(outcome := await putting, len(chunk))
        assert not outcome.handed_over
    body.close()
    assert len(put.body) == first


@then_either
async def test_of_many_at_hand_one_leaves_at_most(
    double: StorageDouble, made: list[Connection], then: Then
) -> None:
    """Where several chunks come when the answer is there, it is heard before the last of them."""
    size = 4 * len(CHUNK)
    body = bodies(size)["memory"]
    await body.feed(CHUNK)
    await body.feed(CHUNK)
    async with open_pools() as pools:
        reply = early(len(CHUNK), then)
        putting, puts = begin(pools, double, body, size, reply)
        await arrived(puts, len(CHUNK))
        let_answer(reply, made)
        await body.feed(CHUNK)
        await body.feed(CHUNK)
        body.finish()
        assert_too_early(outcome := await putting, len(CHUNK))
        assert not outcome.handed_over
    body.close()


@then_either
async def test_end_of_a_form_stays(
    double: StorageDouble, made: list[Connection], then: Then, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands behind a large last chunk leaves apart from it, or not at all."""
    body = bodies(len(CHUNK))["memory"]
    await body.feed(CHUNK)
    body.finish()
    usual = Connection.unanswered
    asked = []
    reply = early(len(FRAME.before) + len(CHUNK), then)

    def unanswered(connection: Connection) -> Coroutine[None, None, bool]:
        asked.append(connection)
        if len(asked) == 2:
            let_answer(reply, made)
        return usual(connection)

    monkeypatch.setattr(Connection, "unanswered", unanswered)
    async with open_pools() as pools:
        putting, _ = begin(pools, double, body, len(CHUNK), reply, FRAME)
        assert_too_early(await putting, len(FRAME.after))
    assert len(asked) == 2
    body.close()


@pytest.mark.skipif(not hasattr(os, "sendfile"), reason="needs sendfile(2)")
@then_either
async def test_end_of_what_lies_on_disk_stays(
    double: StorageDouble, made: list[Connection], then: Then, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is there between two calls of sendfile: the last one is not made."""
    size, piece = 3 * BLOCK_BYTES, BLOCK_BYTES // 4
    body = bodies(size)["disk"]
    for _ in range(3):
        await body.feed(bytes(BLOCK_BYTES))
    body.finish()
    async with asyncio.timeout(30):
        while not body.send_from_disk(size - 1, size, lambda *_: 1):  # it is being written
            await asyncio.to_thread(time.sleep, 0.01)
    sent = []
    reply = early(size - piece, then)

    def send(connection: int, file: int, offset: int, count: int) -> int:
        # What a full socket does not take leaves in another way, and might go beyond that place.
        assert select.select([], [connection], [], 60)[1]
        sent.append(
            done := SENDFILE(connection, file, offset, min(count, piece, size - piece - offset or piece))
        )
        if offset + done == size - piece:
            let_answer(reply, made)
        return done

    monkeypatch.setattr("upload_service.storage.sending_files.os.sendfile", send)
    async with open_pools() as pools:
        putting, _ = begin(pools, double, body, size, reply)
        assert_too_early(outcome := await putting, piece)
        assert (outcome.handed_over, outcome.sent_bytes) == (False, size - piece)
    assert len(sent) > 1
    body.close()
