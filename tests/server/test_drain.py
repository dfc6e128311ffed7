"""How long the rest of a body is read after an early answer; seconds stand for minutes here."""

import asyncio
import time
from types import SimpleNamespace
from typing import cast
from unittest.mock import Mock

import pytest
from aiohttp import StreamReader, web

from upload_service.server import request_body
from upload_service.server.request_body import drain

CHUNK = bytes(1000)
EVERY_SECONDS = 0.02
WHOLE_SECONDS = 60.0
TRIAL_SECONDS = 0.3
# What no client falls into that sends, and one that a test waits for.
SILENCE_SECONDS, SHORT_SILENCE_SECONDS = 30.0, 0.5


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds in seconds."""
    monkeypatch.setattr(request_body, "DRAIN_SECONDS", WHOLE_SECONDS)
    monkeypatch.setattr(request_body, "DRAIN_TRIAL_SECONDS", TRIAL_SECONDS)
    monkeypatch.setattr(request_body, "DRAIN_SILENCE_SECONDS", SILENCE_SECONDS)


async def drained(length: int | None, *, sent: int, before: int = 0) -> tuple[float, int]:
    """The seconds and bytes of a drain whose client announces `length` and sends `sent`, chunk by chunk.

    `before`: so many bytes have come when it begins.
    """
    content = StreamReader(Mock(_reading_paused=False), 2**16, loop=asyncio.get_running_loop())
    content.feed_data(bytes(before))

    async def send() -> None:
        for _ in range(0, sent, len(CHUNK)):
            content.feed_data(CHUNK)
            await asyncio.sleep(EVERY_SECONDS)
        if length == sent:
            content.feed_eof()

    client, began = asyncio.create_task(send()), time.monotonic()
    await drain(cast(web.Request, SimpleNamespace(content=content, content_length=length)))
    client.cancel()
    return time.monotonic() - began, content.total_bytes


async def test_slow_body_is_read_to_its_end() -> None:
    """A body whose end can come in time is read, however far behind the trial that is."""
    seconds, count = await drained(40_000, sent=40_000)
    assert count == 40_000
    assert seconds > 2 * TRIAL_SECONDS


async def test_body_that_would_come_too_late_is_given_up_soon() -> None:
    """A client that could not be done in time at its rate is left after the trial."""
    seconds, count = await drained(100_000_000, sent=1_000_000)
    assert TRIAL_SECONDS < seconds < WHOLE_SECONDS / 2
    assert 0 < count < 1_000_000


@pytest.mark.parametrize("length", [None, 20_000], ids=["chunked", "with-length"])
async def test_silence_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, length: int | None) -> None:
    """A client that stops in the middle is left after the longest silence."""
    monkeypatch.setattr(request_body, "DRAIN_SILENCE_SECONDS", SHORT_SILENCE_SECONDS)
    seconds, count = await drained(length, sent=0, before=5000)
    assert count == 5000
    assert SHORT_SILENCE_SECONDS <= seconds < WHOLE_SECONDS / 2


async def test_body_without_a_length_ends_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows when a chunked body ends: it is read until the time is over."""
    monkeypatch.setattr(request_body, "DRAIN_SECONDS", 1.0)
    seconds, count = await drained(None, sent=10_000_000)
    assert seconds >= 1
    assert count < 10_000_000
