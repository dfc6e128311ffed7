"""What lies on disk leaves by sendfile, and all that holds for other bytes of a PUT holds for it as well."""

import asyncio
import errno
import os
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from dataclasses import field as attribute
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from tests.body.spooling import MIB, given_back
from tests.storage.puts import SIGNED
from tests.support.client.raw_http import RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.certificates import authority
from tests.support.storage.storage_double import OK, Put, Reply, StorageDouble, answer, xml
from upload_service.body.budget import SpoolBudget
from upload_service.body.file_body import Body, WrongLength
from upload_service.body.page_cache import is_in_memory
from upload_service.body.spool import Spool
from upload_service.presigned.destination import judge_destination
from upload_service.settings.settings import Settings
from upload_service.storage.connection_pools import Pools, open_pools
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage
from upload_service.storage.sending_files import FileSender

# More than the buffers between two programs hold.
CONTENT = os.urandom(12_345) * 2_000
SIZE = len(CONTENT)
STALL_SECONDS = 1.0
PATIENT_SECONDS = 20.0
REFUSAL = answer(403, xml("AccessDenied"))
SENDFILE = os.sendfile
with open(__file__, "rb") as _this:
    needs_mincore = pytest.mark.skipif(
        not is_in_memory(_this.fileno(), 0, 1), reason="needs mincore(2), which this system does not have"
    )


@dataclass
class Calls:
    """Stands for `os.sendfile`. `sent`: bytes sent by each call. `error`: what it raises instead."""

    sent: list[int] = attribute(default_factory=list)
    error: OSError | None = None

    def __call__(self, connection: int, file: int, offset: int, count: int) -> int:
        """As `os.sendfile`."""
        if self.error:
            self.sent.append(0)
            raise self.error
        self.sent.append(done := SENDFILE(connection, file, offset, count))
        return done


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is sent by sendfile from here on."""
    monkeypatch.setattr("upload_service.storage.sending_files.os.sendfile", found := Calls())
    return found


@pytest.fixture
async def budget(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SpoolBudget]:
    """Files lie on disk, in segments that end within a page. At the end all space has been given back."""
    for module in ("disk_segments", "spool"):
        monkeypatch.setattr(f"upload_service.body.{module}.SEGMENT_BYTES", 5 * MIB + 77)
    yield (made := SpoolBudget(0, 2 * SIZE))
    await given_back(made)


@pytest.fixture
async def body(budget: SpoolBudget) -> AsyncIterator[Body]:
    """A body whose bytes lie on disk."""
    made = Body(Spool(budget, SIZE))
    await feed(made, CONTENT)
    made.finish()
    yield made
    made.close()


async def feed(body: Body, content: bytes) -> None:
    """Feed this in chunks."""
    for start in range(0, len(content), 1_000_000):
        await body.feed(content[start : start + 1_000_000])


async def begun(calls: Calls, puts: list[Put]) -> None:
    """Wait until bytes have been sent from disk, and the PUT has come."""
    deadline = time.monotonic() + 30
    while not (calls.sent and puts):
        assert time.monotonic() < deadline
        await asyncio.to_thread(time.sleep, 0.01)


@dataclass
class Run:
    """PUTs of bodies to a double."""

    pools: Pools
    double: StorageDouble
    stall_seconds: float = PATIENT_SECONDS

    def begin(
        self, body: Body, *replies: Reply, last: bool = False
    ) -> tuple["asyncio.Future[Outcome]", list[Put]]:
        """Begin to PUT this body; the PUT, and what storage sees of it."""
        puts = self.double.script("k", *replies)
        allowed = Settings.from_environment({"UPLOAD_DESTINATIONS": self.double.url}).destinations
        destination = judge_destination(TRANSCRIPT.hide(f"{self.double.url}k?{SIGNED}"), allowed, 0)
        putting = Storage(self.pools, self.stall_seconds, 0).put(
            destination, body.reader(SIZE, last=last), {"content-type": "image/png"}
        )
        return asyncio.ensure_future(putting), puts

    async def put(self, body: Body, *replies: Reply, last: bool = False) -> tuple[Outcome, Put]:
        """PUT this body; what came of it, and what storage saw."""
        putting, puts = self.begin(body, *replies, last=last)
        return await putting, puts[0]


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    """A double, and the service's own pools."""
    with StorageDouble(narrow=True) as double:
        async with open_pools() as pools:
            yield Run(pools, double)
        double.shutdown()


@needs_mincore
async def test_it_leaves_by_sendfile(run: Run, body: Body, calls: Calls) -> None:
    """Most of what lies on disk leaves so, for each attempt, and arrives as it was."""
    for last in (False, True):
        calls.sent.clear()
        outcome, put = await run.put(body, last=last)
        assert outcome.error is None
        assert bytes(put.body) == CONTENT
        # The double's buffers are small, so that the socket has to be waited for often.
        assert sum(calls.sent) > SIZE // 2


@needs_mincore
async def test_the_next_put_finds_the_connection_as_it_was(run: Run, body: Body, calls: Calls) -> None:
    """Only while a file is sent past the transport does that count as full as soon as it holds anything."""
    url = URL(run.double.url)
    limits = []
    for _ in range(2):
        held = await run.pools.listed.connection_to(url)
        assert held.transport
        limits.append(held.transport.get_write_buffer_limits())
        held.release()
        assert (await run.put(body))[0].error is None
    assert calls.sent
    assert limits[0] == limits[1]


async def test_it_leaves_in_the_usual_way_elsewhere(
    run: Run, body: Body, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system does not have in its memory, or does not tell, is read in a thread and sent as ever."""
    monkeypatch.setattr("upload_service.body.disk_segments.is_in_memory", lambda *_: False)
    outcome, put = await run.put(body)
    assert (outcome.error, bytes(put.body), calls.sent) == (None, CONTENT, [])


@needs_mincore
@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EIO])
async def test_file_system_that_cannot(run: Run, body: Body, calls: Calls, number: int) -> None:
    """Where sendfile fails with a file, it is tried once, and all bytes go in the usual way."""
    calls.error = OSError(number, "no")
    outcome, put = await run.put(body)
    assert (outcome.error, bytes(put.body), calls.sent) == (None, CONTENT, [0])


@needs_mincore
@pytest.mark.parametrize("after", ["head", 3_000_000])
async def test_storage_that_takes_nothing(run: Run, body: Body, after: Any, calls: Calls) -> None:
    """It is given up after a while, and the connection is reset."""
    run.stall_seconds = STALL_SECONDS
    ended = threading.Event()
    outcome, put = await run.put(body, Reply(b"", after=after, speak=ended, then="hang"))
    ended.set()
    assert outcome.error == "storage_stalled"
    assert await asyncio.to_thread(put.ended.wait, 60)
    assert (put.left, put.whole) == ("by a reset", False)
    assert sum(calls.sent) < SIZE


@needs_mincore
async def test_storage_that_pauses(run: Run, body: Body, calls: Calls) -> None:
    """It is waited for, when it takes nothing for less than that time."""
    asyncio.get_running_loop().call_later(STALL_SECONDS, (gate := threading.Event()).set)
    outcome, put = await run.put(body, Reply(gate=gate))
    assert (outcome.error, bytes(put.body)) == (None, CONTENT)
    assert calls.sent


@needs_mincore
@pytest.mark.parametrize("then", ["hang", "close", "nap"])
async def test_early_refusal_is_heard(run: Run, body: Body, then: Any, calls: Calls) -> None:
    """An answer in mid-body is read while we send, also when storage hangs up behind it."""
    outcome, put = await run.put(body, Reply(REFUSAL, after=2_000_000, then=then))
    assert outcome.error == "access_denied"
    assert not put.whole
    assert calls.sent


@needs_mincore
async def test_cancelled_in_mid_body(run: Run, body: Body, calls: Calls) -> None:
    """Storage sees a reset, and the bytes that it had not taken by then never come."""
    ended = threading.Event()
    putting, puts = run.begin(body, Reply(after=3_000_000, speak=ended, then="hang"))
    await begun(calls, puts)
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    ended.set()
    assert await asyncio.to_thread(puts[0].ended.wait, 60)
    assert (puts[0].left, puts[0].whole) == ("by a reset", False)


@needs_mincore
async def test_file_that_still_grows(run: Run, budget: SpoolBudget, calls: Calls) -> None:
    """Only what is written may leave, and the last chunk only after the form has ended."""
    body = Body(Spool(budget, SIZE))
    await feed(body, CONTENT[:-2_000_000])
    putting, puts = run.begin(body)
    await begun(calls, puts)
    await feed(body, CONTENT[-2_000_000:])
    assert not (await asyncio.wait([putting], timeout=0.3))[0]
    assert len(puts[0].body) < SIZE
    body.finish()
    assert (await putting).error is None
    assert bytes(puts[0].body) == CONTENT
    body.close()


@needs_mincore
async def test_length_that_proves_wrong(run: Run, budget: SpoolBudget, calls: Calls) -> None:
    """It is noticed between two calls, and storage sees a reset."""
    body = Body(Spool(budget, SIZE))
    await feed(body, CONTENT)
    putting, puts = run.begin(body, Reply(gate=(gate := threading.Event())))
    await begun(calls, puts)
    await body.feed(b"one byte too many")
    gate.set()
    with pytest.raises(WrongLength):
        await putting
    assert await asyncio.to_thread(puts[0].ended.wait, 60)
    assert (puts[0].left, puts[0].whole) == ("by a reset", False)
    body.close()


@needs_mincore
async def test_peer_that_has_hung_up(body: Body) -> None:
    """What is left is not sent past the transport, whose socket counts what it drops."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, *server.getsockname()
        )
        server.accept()[0].close()
    transport.pause_reading()
    sender = FileSender(reader := body.reader(SIZE), transport)
    while await sender.send():
        pass
    assert reader.read_bytes < SIZE
    transport.abort()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_from_the_form_to_storage(tmp_path: Path, *, tls: bool) -> None:
    """A file that comes before its URL is sent twice from disk, and arrives as it was."""
    certificates = authority(tmp_path)
    with StorageDouble(certificates.trusted if tls else None) as double:
        puts = double.script("k", Reply(answer(503)), Reply(OK))
        body = form(file(CONTENT), field("uploadUrl", TRANSCRIPT.hide(f"{double.url}k?{SIGNED}")))
        with Running(UPLOAD_DESTINATIONS=double.url, SSL_CERT_FILE=certificates.ca_file) as running:
            assert post(running.port, RETRY, body).json["attempts"] == 2
        assert [bytes(put.body) for put in puts] == [CONTENT] * 2
        double.shutdown()


async def test_tls_has_to_see_the_bytes(body: Body, tmp_path: Path) -> None:
    """Over TLS nothing is sent past the transport."""
    certificates = authority(tmp_path)
    trust = ssl.create_default_context(cafile=certificates.ca_file)
    with StorageDouble(certificates.trusted) as double:
        address = double.socket.getsockname()
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, *address, ssl=trust
        )
        assert not await FileSender(body.reader(SIZE), transport).send()
        transport.abort()
        double.shutdown()
