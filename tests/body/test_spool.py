"""The spool: where kept bytes lie, what they take of the budgets, and when that is given back."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.body.spooling import MIB, append_all, drain, given_back, refused, written
from upload_service.body.budget import SpoolBudget
from upload_service.body.disk_segments import DiskSegments
from upload_service.body.file_body import Body
from upload_service.body.page_cache import is_in_memory
from upload_service.body.spool import BLOCK_BYTES, Spool
from upload_service.errors.upload_error import UploadError

with open(__file__, "rb") as _this:
    needs_mincore = pytest.mark.skipif(
        not is_in_memory(_this.fileno(), 0, 1), reason="needs mincore(2), which this system does not have"
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=100_000), max_size=30),
    st.sampled_from([0, 100_000, 1_000_000, 64 * MIB]),
    st.booleans(),
    st.integers(0, 3),
)
def test_gives_back_what_it_took(
    chunks: list[bytes], memory_bytes: int, announced: bool, lagging: int
) -> None:
    """Chunks of any size read back as they were, by readers that follow, lag and come later."""
    whole = b"".join(chunks)

    async def run() -> None:
        budget = SpoolBudget(memory_bytes, 8 * MIB)
        spool = Spool(budget, len(whole) if announced else None)
        body = Body(spool)
        following = asyncio.create_task(drain(body.reader(len(whole))))
        for index, chunk in enumerate(chunks):
            await body.feed(chunk)
            if index % (lagging + 1) == 0:
                await asyncio.sleep(0)
            assert budget.memory.used_bytes <= memory_bytes
        body.finish()
        assert await following == whole
        assert await drain(body.reader(len(whole))) == whole
        assert await drain(body.reader(len(whole), last=True)) == whole
        body.close()
        await given_back(budget)

    asyncio.run(run())


async def test_last_reading_frees_memory_as_it_goes(budget: Callable[[int, int], SpoolBudget]) -> None:
    """The last permitted attempt gives each chunk's room back, and nothing is read twice then."""
    shared = budget(8 * MIB, 0)
    spool = Spool(shared, 4 * BLOCK_BYTES)
    body = Body(spool)
    for _ in range(4):
        await body.feed(bytes(BLOCK_BYTES))
    body.finish()
    reader = body.reader(4 * BLOCK_BYTES, last=True)
    used = []
    while await reader.next():
        used.append(shared.memory.used_bytes)
    assert used == [4 * BLOCK_BYTES, 3 * BLOCK_BYTES, 2 * BLOCK_BYTES, BLOCK_BYTES]
    with pytest.raises(RuntimeError, match="given back"):
        await body.reader(4 * BLOCK_BYTES).next()
    body.close()


async def test_last_reading_frees_disk_as_it_goes(
    budget: Callable[[int, int], SpoolBudget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On disk the room comes back segment by segment."""
    monkeypatch.setattr("upload_service.body.disk_segments.SEGMENT_BYTES", MIB)
    monkeypatch.setattr("upload_service.body.spool.SEGMENT_BYTES", MIB)
    shared = budget(0, 8 * MIB)
    spool = Spool(shared, 4 * MIB)
    body = Body(spool)
    block = os.urandom(MIB)
    for _ in range(4):
        await body.feed(block)
    body.finish()
    reader = body.reader(4 * MIB, last=True)
    found = b""
    used = []
    while chunk := await reader.next():
        found += chunk
        used.append(shared.disk.used_bytes)
    assert found == 4 * block
    assert used[0] == 4 * MIB
    assert used[-1] <= 2 * MIB
    body.close()


async def test_reader_that_keeps_up_reads_no_disk(
    budget: Callable[[int, int], SpoolBudget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes go to storage and to the kept copy in one pass."""

    def no_reading(*_args: object) -> bytes:
        raise AssertionError("read from disk")

    monkeypatch.setattr(DiskSegments, "read", no_reading)
    body = Body(Spool(budget(0, 8 * MIB), 4 * MIB))
    reader = body.reader(4 * MIB)
    for _ in range(16):
        await body.feed(bytes(MIB // 4))
        if body.received_bytes > MIB // 4:
            assert len(await reader.next()) == MIB // 4
    body.finish()
    assert len(await reader.next()) == MIB // 4
    body.close()


@needs_mincore
async def test_what_is_in_the_systems_memory_needs_no_thread(
    budget: Callable[[int, int], SpoolBudget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read at once, but only after others have had their turn."""
    body = Body(spool := Spool(budget(0, 8 * MIB), 8 * MIB))
    for _ in range(8):
        await body.feed(block := os.urandom(MIB))
    body.finish()
    await written(spool)
    monkeypatch.setattr(DiskSegments, "read", None)
    turns: list[int] = []

    async def others() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    assert (await drain(body.reader(8 * MIB))).endswith(block)
    assert len(turns) >= 7
    other.cancel()
    body.close()


async def test_loop_does_not_wait_for_a_thread(budget: Callable[[int, int], SpoolBudget]) -> None:
    """While a thread uses the files, what is on disk is read in a thread, after it."""
    spool = Spool(budget(0, 8 * MIB), 8 * MIB)
    await append_all(spool, 8)
    await written(spool)
    assert spool._segments
    with spool._segments._lock:
        assert not spool.send_from_disk(0, MIB, lambda *_: 1 // 0)
        reading = asyncio.ensure_future(spool.read(0, MIB))
        assert not (await asyncio.wait([reading], timeout=0.1))[0]
    assert len(await reading) == MIB
    spool.close()


@needs_mincore
async def test_only_what_is_on_disk_is_sent_from_there(budget: Callable[[int, int], SpoolBudget]) -> None:
    """Bytes in memory, and those that are still written, are left to `read`."""
    spool = Spool(budget(0, 8 * MIB), 8 * MIB)
    await append_all(spool, 3)
    await written(spool)
    await spool.append(b"not yet on disk")

    def count_all(_: int, count: int, __: int) -> int:
        return count

    sent = 0
    while more := spool.send_from_disk(sent, 3 * MIB + 15 - sent, count_all):
        sent += more
    assert sent == 3 * MIB
    assert await spool.read(sent, 15) == b"not yet on disk"
    spool.close()


async def test_full_disk_ends_what_waits(
    budget: Callable[[int, int], SpoolBudget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that refuses though its budget allows ends an upload that waits for its URL with spool_full."""

    def no_room(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("upload_service.body.disk_segments.os.pwrite", no_room)
    spool = Spool(budget(0, 8 * MIB), 8 * MIB)
    with pytest.raises(UploadError) as error:
        await append_all(spool, 8)
    assert refused(error) == "spool_full"
    spool.close()


async def test_full_disk_lets_pass_what_streams(
    budget: Callable[[int, int], SpoolBudget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt that is under way goes on without its copy, and the body is not replayable any more."""
    write, writes = os.pwrite, []

    def one_write(number: int, data: bytes, offset: int) -> int:
        writes.append(offset)
        if offset >= MIB:
            raise OSError(28, "No space left on device")
        return write(number, data, offset)

    monkeypatch.setattr("upload_service.body.disk_segments.os.pwrite", one_write)
    spool = Spool(budget(0, 32 * MIB), 32 * MIB)
    body = Body(spool)
    block = os.urandom(MIB)
    following = asyncio.create_task(drain(body.reader(32 * MIB)))
    for _ in range(32):
        await asyncio.wait_for(body.feed(block), 30)
    body.finish()
    assert await following == 32 * block
    assert not body.replayable
    body.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc, which this system does not have")
async def test_cancelled_upload_leaves_no_file(budget: Callable[[int, int], SpoolBudget]) -> None:
    """Closing during writing and reading closes all files, and a thread that comes late opens none again."""
    before = deleted_files()
    shared = budget(0, 8 * MIB)
    spool = Spool(shared, 8 * MIB)
    for _ in range(7):
        await spool.append(bytes(MIB))
    spool.close()
    await given_back(shared)
    # Those of other tests may have been closed since.
    assert deleted_files() <= before


def deleted_files() -> set[str]:
    """The unnamed files that this process has open."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):
            found.add(os.readlink(f"/proc/self/fd/{number}"))
    return {link for link in found if link.endswith("(deleted)")}
