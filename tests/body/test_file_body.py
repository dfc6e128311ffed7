"""The body between the legs."""

import asyncio

import pytest

from tests.body.spooling import drain
from upload_service.body.budget import SpoolBudget
from upload_service.body.file_body import WINDOW_BYTES, Body, Pipe, WrongLength
from upload_service.body.memory_chunks import SMALL_CHUNK_BYTES
from upload_service.body.spool import Spool


def bodies() -> list[Body]:
    """One body of each kind: one-shot, kept in memory, kept on disk."""
    return [
        Body(Pipe()),
        Body(Spool(SpoolBudget(1 << 20, 0), 6)),
        Body(Spool(SpoolBudget(0, 1 << 20), 6)),
    ]


@pytest.mark.parametrize("kind", range(3))
async def test_last_piece_is_held_back(kind: int) -> None:
    """Until the form has ended, a reader sees everything but the newest chunk."""
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
    body = Body(Pipe())
    reader = body.reader(4)
    await body.feed(b"abc")
    await body.feed(b"def")
    with pytest.raises(WrongLength):
        await reader.next()


async def test_one_shot_body_refuses_a_second_reading() -> None:
    """A one-shot body raises an error when it is read a second time."""
    body = Body(Pipe())
    await body.feed(b"abc")
    body.finish()
    assert await drain(body.reader(3)) == b"abc"
    with pytest.raises(RuntimeError, match="second time"):
        await body.reader(3).next()


async def test_slow_reader_slows_the_writer() -> None:
    """A one-shot body takes no more than a window ahead of its reader."""
    body = Body(Pipe())
    chunk = bytes(64 * 1024)

    async def feed_all() -> None:
        while True:
            await body.feed(chunk)

    feeding = asyncio.create_task(feed_all())
    await asyncio.sleep(0.02)
    ahead = body.received_bytes
    assert WINDOW_BYTES <= ahead <= WINDOW_BYTES + 2 * len(chunk)
    reader = body.reader(1 << 40)
    await reader.next()
    await asyncio.sleep(0.02)
    assert body.received_bytes == ahead + len(chunk)
    feeding.cancel()


async def test_one_piece_larger_than_the_window_passes() -> None:
    """A single chunk larger than the window does not wait for itself."""
    body = Body(Pipe())
    await asyncio.wait_for(body.feed(bytes(3 * WINDOW_BYTES)), 30)
    body.finish()
    assert len(await drain(body.reader(3 * WINDOW_BYTES))) == 3 * WINDOW_BYTES


@pytest.mark.parametrize("kind", [0, 1])
async def test_reader_who_waits_for_nobody_lets_others_have_their_turn(kind: int) -> None:
    """Else a long file would hold up all other uploads, and a storage that has hung up would not be heard."""
    body, turns, chunk = bodies()[kind], [], bytes(SMALL_CHUNK_BYTES)
    for _ in range(8):
        await body.feed(chunk)
    body.finish()

    async def others() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    reader = body.reader(8 * len(chunk))
    while await reader.next():
        pass
    assert len(turns) >= 7
    other.cancel()
