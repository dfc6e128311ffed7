"""Requests that come in tiny chunks or byte by byte."""

import socket
import time

import pytest

from tests.server.hostile.parts import both_endpoints
from tests.server.hostile.target import HOST, STALL_SECONDS, Target
from tests.support.client.raw_http import PLAIN, Answer, Connection, chunked, field, file, form
from upload_service.server.read_pacing import (
    CREDIT_BYTES,
    LONGEST_PAUSE_SECONDS,
    READ_COST_BYTES,
)


def in_chunks(aim: Target, body: bytes, size: int, path: str = PLAIN) -> Answer:
    """Send the body in chunks of this size."""
    with Connection(aim.port) as connection:
        connection.head(path, None)
        connection.send(chunked(body[at : at + size] for at in range(0, len(body), size)))
        return connection.answer()


@both_endpoints
@pytest.mark.parametrize("order", ["url first", "file first"])
@pytest.mark.parametrize(("size", "count"), [(1, 100_000), (7, 1_000_000), (400, 2_000_000)])
def test_tiny_chunks(aim: Target, key: str, size: int, count: int, order: str, path: str) -> None:
    """Too many chunks for so few bytes are refused while they arrive, and nothing is stored."""
    parts = [field("uploadUrl", aim.url(key)), file(bytes(count))]
    body = form(*(parts if order == "url first" else parts[::-1]))
    assert in_chunks(aim, body, size, path).json["code"] == "chunks_too_small"
    assert aim.stored(key) == []


@pytest.mark.parametrize(
    ("size", "count"), [(3, 200), (600, 1_000_000), (4096, 2_000_000), (100_000, 2_000_000)]
)
def test_small_chunks(aim: Target, key: str, size: int, count: int) -> None:
    """A small form may come in chunks of any size, a larger one in chunks of some hundred bytes and more."""
    content = bytes(range(250)) * (count // 250)
    assert in_chunks(aim, aim.form(key, content), size).json.get("code", "ok") == "ok"
    assert aim.stored(key) == [content]


def test_tiny_chunks_of_what_is_refused(aim: Target) -> None:
    """The service does not wait for the end of a refused body that comes in tiny chunks."""
    body, began = chunked([b"x"] * 500_000), time.monotonic()
    with Connection(aim.port) as connection:
        connection.head(PLAIN, None, content_type="text/plain")
        with pytest.raises(OSError, match=r"reset|pipe"):
            connection.send(*[body[:-5]] * 100)
    assert time.monotonic() - began < 60


def test_large_chunk_extension(aim: Target, key: str) -> None:
    """Endless chunk extensions bring no byte of the form, so they count as silence and end the upload."""
    with Connection(aim.port) as connection:
        connection.head(PLAIN, None)
        connection.send(b"5;")
        connection.send_until_answered(*[b"a" * 1000] * 40, pause=STALL_SECONDS / 15)
        assert connection.answer().json["code"] == "client_stalled"


@pytest.mark.parametrize("count", [300, 3000])
def test_byte_by_byte(aim: Target, key: str, count: int) -> None:
    """A form that arrives byte by byte is stored, without a read for each byte."""
    content = bytes(range(250)) * (count // 250)
    body = aim.form(key, content)
    began = time.monotonic()
    with Connection(aim.port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.head(PLAIN, len(body))
        connection.send(*[body[at : at + 1] for at in range(len(body))], pause=0.0005)
        assert connection.answer().status == 200
    assert aim.stored(key) == [content]
    assert time.monotonic() - began < len(body) * LONGEST_PAUSE_SECONDS / 2


def test_keep_alive_is_not_slowed_down(aim: Target) -> None:
    """Many small requests on one connection do not count as tiny reads of one."""
    began, requests = time.monotonic(), 30 * CREDIT_BYTES // READ_COST_BYTES
    with Connection(aim.port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(requests):
            connection.send(b"GET /healthz HTTP/1.1\r\n", HOST + b"\r\n", pause=0.001)
            assert connection.answer().status == 200
    assert time.monotonic() - began < requests * LONGEST_PAUSE_SECONDS


def test_head_byte_by_byte(aim: Target) -> None:
    """A head that arrives byte by byte is understood, without a read for each byte."""
    head = b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * 500 + b"\r\n\r\n"
    with Connection(aim.port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.send(*[head[at : at + 1] for at in range(len(head))], pause=0.0002)
        assert connection.answer().status == 200


def test_nothing_unexpected_was_logged(aim: Target) -> None:
    """No request in this file has caused an internal error or a complaint of a library."""
    assert aim.unexpected() == []
