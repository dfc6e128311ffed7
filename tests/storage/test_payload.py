"""When the bytes of a file reach storage: as they arrive, but the last chunk only when the form has ended."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.storage.puts import LARGE, SMALL, both_endpoints, only
from tests.support.client.raw_http import PLAIN, Connection, field, file
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import Reply
from upload_service.server.request_body import LARGEST_READ_BYTES

ENDING = b"\r\n------boundary7MA4YWxk--\r\n"


def until(wanted: Callable[[], bool]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + 30
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@both_endpoints
@pytest.mark.parametrize(
    "missing", [ENDING, b"-\r\n", b"\r\n", b"\n"], ids=["boundary", "dash", "crlf", "lf"]
)
@pytest.mark.parametrize("sized", [False, True], ids=["predicted", "with-size"])
def test_last_piece_waits_for_the_end(
    service: Running, place: Callable[..., Place], missing: bytes, sized: bool, path: str
) -> None:
    """With the URL first, storage gets the file as it arrives, its last chunk when the form has ended."""
    at = place()
    size = field("size", str(len(LARGE))) if sized else b""
    body = size + field("uploadUrl", at.url) + file(LARGE).removesuffix(b"\r\n") + ENDING
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        # The newest chunk is held back, and one chunk is never larger than one read.
        begun = LARGEST_READ_BYTES + 600_000
        connection.send(body[:begun])
        until(lambda: bool(at.puts) and len(at.puts[0].body) > 500_000)
        assert at.puts[0].length == len(LARGE)
        connection.send(body[begun : -len(missing)])
        until(lambda: len(at.puts[0].body) >= len(LARGE) - LARGEST_READ_BYTES)
        time.sleep(0.15)
        assert len(at.puts[0].body) < len(LARGE)
        assert not at.puts[0].ended.is_set()
        connection.send(missing)
        answered = connection.answer()
    assert answered.status == 200, answered.json
    assert bytes(only(at.puts).body) == LARGE


@both_endpoints
@pytest.mark.parametrize("content", [b"", b"x", SMALL], ids=len)
def test_put_of_one_piece_waits_for_the_end(
    service: Running, place: Callable[..., Place], content: bytes, path: str
) -> None:
    """For a file that is empty or one chunk, the PUT does not begin before the form has ended."""
    at = place()
    body = field("uploadUrl", at.url) + file(content).removesuffix(b"\r\n") + ENDING
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[: -len(ENDING)])
        time.sleep(0.15)
        assert at.puts == []
        connection.send(ENDING)
        assert connection.answer().status == 200
    assert bytes(only(at.puts).body) == content


@both_endpoints
def test_file_first_waits_for_the_url(service: Running, place: Callable[..., Place], path: str) -> None:
    """With the file first, the PUT begins when the URL has come, and ends when the form has."""
    at = place()
    body = file(LARGE) + field("uploadUrl", at.url).removesuffix(b"\r\n") + ENDING
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[: -len(ENDING)])
        time.sleep(0.1)
        assert at.puts == []
        connection.send(ENDING[:-2])
        until(lambda: bool(at.puts) and len(at.puts[0].body) > 1_000_000)
        time.sleep(0.1)
        assert not at.puts[0].ended.is_set()
        connection.send(ENDING[-2:])
        assert connection.answer().status == 200
    assert bytes(only(at.puts).body) == LARGE


def test_slow_storage_slows_the_client(service: Running, place: Callable[..., Place]) -> None:
    """On the plain endpoint, with the URL first, a client can send no more than storage takes."""
    ended = threading.Event()
    at = place(Reply(b"", after="head", speak=ended, then="close"))
    length = 256 << 20
    opening = field("uploadUrl", at.url) + file(b"").removesuffix(b"\r\n")
    with Connection(service.port, timeout=1.5) as connection:
        connection.head(PLAIN, len(opening) + length + len(ENDING))
        connection.send(opening)
        # The buffers of this machine between the three of them hold some more.
        assert send_while_taken(connection, length) < 64 << 20
    ended.set()


def send_while_taken(connection: Connection, length: int) -> int:
    """Send up to so many bytes until nobody takes them any more; return how many were taken.

    It ends long before the service gives storage up (UPLOAD_STALL_SECONDS=30) and throws away what comes.
    """
    sent = 0
    with suppress(TimeoutError):
        while sent < length:
            sent += connection.socket.send(bytes(1 << 20))
    return sent
