"""A body with other bytes around it: their order, their count, and when the last of them are handed out."""

import asyncio

import pytest

from tests.body.test_file_body import bodies
from upload_service.body.file_body import WrongLength
from upload_service.body.framed_reader import FramedReader

BEFORE, AFTER = b"<before>", b"<after>"


async def drain(reader: FramedReader) -> bytes:
    """Everything that it gives, counted."""
    found = b""
    while chunk := await reader.next():
        found += chunk
        assert reader.read_bytes == len(found)
    return found


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("content", [b"", b"abcdef"])
async def test_whole(kind: int, content: bytes) -> None:
    """Before, the body, and after; the length is that of all, and the body's reader counts the body alone."""
    body = bodies()[kind]
    if content:
        await body.feed(content)
    body.finish()
    inner = body.reader(len(content))
    reader = FramedReader(inner, BEFORE, AFTER)
    assert reader.length == len(BEFORE + content + AFTER)
    reader.begun = True
    assert await drain(reader) == BEFORE + content + AFTER
    assert reader.complete
    assert (inner.read_bytes, inner.handed_over) == (len(content), True)
    assert await reader.next() == b""
    body.close()


@pytest.mark.parametrize("kind", range(3))
async def test_nothing_behind_the_body_comes_before_its_end(kind: int) -> None:
    """While the form has not ended, neither the last chunk nor what stands behind it is handed out."""
    body = bodies()[kind]
    reader = FramedReader(body.reader(6), BEFORE, AFTER)
    assert await reader.next() == BEFORE
    await body.feed(b"abc")
    await body.feed(b"def")
    assert await reader.next() == b"abc"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.next(), 0.02)
    assert not reader.complete
    body.finish()
    assert [await reader.next(), await reader.next()] == [b"def" + AFTER, b""]
    body.close()


@pytest.mark.parametrize("kind", range(3))
@pytest.mark.parametrize("announced", [0, 3, 5, 7])
async def test_wrong_length(kind: int, announced: int) -> None:
    """A body of another length than was announced never shows what stands behind it."""
    body = bodies()[kind]
    await body.feed(b"abc")
    await body.feed(b"def")
    body.finish()
    reader = FramedReader(body.reader(announced), BEFORE, AFTER)
    with pytest.raises(WrongLength):
        await drain(reader)
    assert reader.read_bytes < reader.length - len(AFTER) or announced == 0
    body.close()
