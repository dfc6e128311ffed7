"""Answers that storage breaks off, and one that it gives before it hangs up on the rest of the file."""

import asyncio
import time

import pytest

from tests.storage.puts import SIGNED
from tests.storage.test_unasked_answers import pause, upload
from tests.storage.unasked_store import UnaskedStore, says
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import OK, Reply, StorageDouble
from upload_service.body.budget import SpoolBudget
from upload_service.body.file_body import Body
from upload_service.body.spool import Spool
from upload_service.presigned.destination import judge_destination
from upload_service.settings.settings import Settings
from upload_service.storage.connection_pools import open_pools
from upload_service.storage.put import Storage

CHUNK = bytes(100_000)


@pytest.mark.parametrize(
    ("status", "code"), [("200 OK", "storage_bad_answer"), ("403 Forbidden", "refused_before_storage")]
)
def test_what_follows_is_no_chunk(status: str, code: str) -> None:
    """A body that cannot be read on ends the attempt at once; a refusal counts all the same."""
    head = f'HTTP/1.1 {status}\r\nETag: "e"\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nbroken\r\n'
    store = UnaskedStore(says(head.encode(), b"no chunk\r\n", after=pause))
    with Running(UPLOAD_DESTINATIONS=store.url, UPLOAD_STALL_SECONDS="120") as running:
        assert upload(running, store).json["code"] == code
    store.listener.close()


@pytest.mark.parametrize(("rest", "handed_over"), [(1, True), (3, False)])
async def test_agreement_before_hanging_up(rest: int, *, handed_over: bool) -> None:
    """It counts as too early: what is sent behind it is dropped, and so does not wait to be acknowledged.

    Of what is at hand then, no more is sent than one chunk.
    """
    size = (1 + rest) * len(CHUNK)
    body = Body(Spool(SpoolBudget(size, 0), size))
    await body.feed(CHUNK)
    await body.feed(CHUNK)
    with StorageDouble() as double:
        puts = double.script("k", Reply(OK, after=len(CHUNK), pause=0.5, then="reset"))
        allowed = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url}).destinations
        destination = judge_destination(TRANSCRIPT.hide(f"{double.url}k?{SIGNED}"), allowed, 0)
        async with open_pools() as pools:
            putting = asyncio.ensure_future(Storage(pools, 20, 0).put(destination, body.reader(size), {}))
            while not (puts and len(puts[0].body) == len(CHUNK)):
                await asyncio.to_thread(time.sleep, 0.01)
            assert puts[0].ended.wait(9)  # the event loop hears nothing of it before the rest has come
            for _ in range(rest - 1):
                await body.feed(CHUNK)
            body.finish()
            outcome = await putting
        double.shutdown()
    assert (outcome.error, outcome.handed_over) == ("storage_bad_answer", handed_over)
    body.close()
