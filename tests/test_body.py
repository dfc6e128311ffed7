"""The body between the legs, and the spool under it."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upload_service.body import WINDOW_BYTES, Body, Pipe, Reader, WrongLength
from upload_service.errors import UploadError
from upload_service.spool import Budget, Spool


async def drain(reader: Reader) -> bytes:
    """Everything that the reader gives."""
    found = b""
    while piece := await reader.next():
        found += piece
    return found


def bodies() -> list[Body]:
    """One body of each kind: one-shot, in memory, in a file from its first byte."""
    return [
        Body(Pipe(), replayable=False),
        Body(Spool(Budget(1 << 20)), replayable=True),
        Body(Spool(Budget(0)), replayable=True),
    ]


@pytest.mark.parametrize("kind", range(3))
async def test_last_piece_is_held_back(kind: int) -> None:
    """Until the form has ended, a reader sees everything but the newest piece."""
    body = bodies()[kind]
    reader = body.reader(6)
    await body.feed(b"abc")
    await body.feed(b"def")
    assert await reader.next() == b"abc"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.next(), 0.02)
    assert not reader.complete
    body.finish()
    assert await reader.next() == b"def"
    assert await reader.next() == b""
    assert reader.complete
    body.close()


@pytest.mark.parametrize("kind", range(3))
async def test_wrong_lengths_never_show_a_whole_file(kind: int) -> None:
    """A reader of a shorter or longer length than the file's gets WrongLength before its last byte."""
    for announced in (0, 1, 3, 5, 7, 100):
        body = bodies()[kind]
        await body.feed(b"abc")
        await body.feed(b"def")
        body.finish()
        reader = body.reader(announced)
        with pytest.raises(WrongLength):
            await drain(reader)
        assert reader.read_bytes < announced or announced == 0
        body.close()


async def test_too_long_is_seen_before_the_end() -> None:
    """A file that outgrows its announced length fails its reader at once, not at the form's end."""
    body = Body(Pipe(), replayable=False)
    reader = body.reader(4)
    await body.feed(b"abc")
    await body.feed(b"def")
    with pytest.raises(WrongLength):
        await reader.next()


async def test_one_shot_body_refuses_a_second_reading() -> None:
    """What has been passed on cannot be read again, and says so loudly."""
    body = Body(Pipe(), replayable=False)
    await body.feed(b"abc")
    body.finish()
    assert await drain(body.reader(3)) == b"abc"
    with pytest.raises(RuntimeError, match="second time"):
        await body.reader(3).next()


async def test_slow_reader_slows_the_writer() -> None:
    """A one-shot body takes a window ahead of its reader and no more."""
    body = Body(Pipe(), replayable=False)
    piece = bytes(64 * 1024)

    async def feed_all() -> None:
        while True:
            await body.feed(piece)

    feeding = asyncio.create_task(feed_all())
    await asyncio.sleep(0.02)
    ahead = body.received_bytes
    assert WINDOW_BYTES <= ahead <= WINDOW_BYTES + 2 * len(piece)
    reader = body.reader(1 << 40)
    await reader.next()
    await asyncio.sleep(0.02)
    assert body.received_bytes == ahead + len(piece)
    feeding.cancel()


async def test_one_piece_larger_than_the_window_passes() -> None:
    """A single piece larger than the window does not wait for itself."""
    body = Body(Pipe(), replayable=False)
    await asyncio.wait_for(body.feed(bytes(3 * WINDOW_BYTES)), 1)
    body.finish()
    assert len(await drain(body.reader(3 * WINDOW_BYTES))) == 3 * WINDOW_BYTES


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40_000), max_size=30), st.integers(0, 300_000))
def test_spool_gives_back_what_it_took(pieces: list[bytes], budget_bytes: int) -> None:
    """Pieces of any size, in memory, in the file or across both, read back as they were, while they grow."""

    async def run() -> None:
        budget = Budget(budget_bytes)
        body = Body(Spool(budget), replayable=True)
        whole = b"".join(pieces)
        following = asyncio.create_task(drain(body.reader(len(whole))))
        for piece in pieces:
            await body.feed(piece)
            assert budget.used_bytes <= budget_bytes
        body.finish()
        assert await following == whole
        assert await drain(body.reader(len(whole))) == whole
        body.close()
        assert budget.used_bytes == 0

    asyncio.run(run())


async def test_large_files_move_out_of_memory() -> None:
    """What no longer fits the budget moves to the file whole, and the budget is free again."""
    budget = Budget(100_000)
    spool = Spool(budget)
    await spool.append(bytes(60_000))
    assert budget.used_bytes == 60_000
    await spool.append(bytes(60_000))
    assert budget.used_bytes == 0
    assert spool.length == 120_000
    spool.close()


async def test_full_disk_is_spool_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk without room ends the upload with spool_full."""

    def no_room(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("upload_service.spool.os.pwrite", no_room)
    spool = Spool(Budget(0))
    with pytest.raises(UploadError) as caught:
        await spool.append(b"x")
    assert caught.value.entry.code == "spool_full"
    spool.close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc, which this system does not have")
async def test_file_outlives_the_thread_that_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing while a thread still writes leaves the file open until the thread has left it."""
    spool = Spool(Budget(0))
    await spool.append(b"x")
    began, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    written = asyncio.Event()
    files: list[str] = []

    def slow_write(number: int, *_args: object) -> None:
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(5)
        files.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        loop.call_soon_threadsafe(written.set)

    monkeypatch.setattr("upload_service.spool._write_all", slow_write)
    writing = asyncio.create_task(spool.append(bytes(300_000)))
    await began.wait()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    spool.close()
    go_on.set()
    await written.wait()
    assert "deleted" in files[0]
