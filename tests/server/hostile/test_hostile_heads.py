"""Hostile request heads: how many lines, how long, and how many connections."""

import select

import pytest

from tests.server.hostile.target import HOST, KIND, POST, Target, converse
from tests.support.client.raw_http import Connection


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (b"a: b\r\n" * 125, "ok"),
        (b"a: b\r\n" * 126, "bad_request"),
        (b"a: b\r\n" * 20_000, "request_head_too_large"),
        (b"X-Long: " + b"x" * 8180 + b"\r\n", "ok"),
        (b"X-Long: " + b"x" * 8192 + b"\r\n", "bad_request"),
        (b"X" * 8190 + b": a\r\n", "bad_request"),
        (b"X" * 1_000_000 + b": a\r\n", "request_head_too_large"),
        ((b"X-Long: " + b"x" * 8000 + b"\r\n") * 7, "ok"),
        ((b"X-Long: " + b"x" * 8000 + b"\r\n") * 9, "request_head_too_large"),
        (b"X-Long: " + b"x" * 1_000_000 + b"\r\n", "request_head_too_large"),
        ("X-é: a\r\n".encode(), "bad_request"),
        (b"X-A: \x01\r\n", "bad_request"),
        (b"X-A: \x7f\r\n", "bad_request"),
        ("X-A: \u202egnp.exe\r\n".encode(), "ok"),
        (b"X-A: \xff\xfe\r\n", "ok"),
        (b"Cookie: " + b"a=b; " * 1600 + b"\r\n", "ok"),
        (b"X-Forwarded-For: " + b"1.1.1.1, " * 800 + b"\r\n", "ok"),
        (b"Range: bytes=" + b"0-1," * 1500 + b"\r\n", "ok"),
        (b"Expect: 100-continue\r\nExpect: 100-continue\r\n", "ok"),
        (b"Expect: " + b"x" * 5000 + b"\r\n", "ok"),
    ],
    ids=lambda value: f"{value[:12]!r}x{len(value)}" if isinstance(value, bytes) else value,
)
def test_heads(aim: Target, key: str, lines: bytes, code: str) -> None:
    """Header lines are accepted up to a number and a length; one line or one byte more is refused."""
    body = aim.form(key)
    head = POST + HOST + KIND + lines + b"Content-Length: %d\r\n\r\n" % len(body)
    answers, closed = converse(aim.port, head + body, closes=code != "ok")
    assert aim.codes(answers) == [code]
    assert closed is (code != "ok")
    assert aim.stored(key) == ([b"12345"] if code == "ok" else [])


def test_line_breaks_before_a_request(aim: Target, key: str) -> None:
    """Empty lines before a request are skipped, however many."""
    body = aim.form(key)
    head = b"\r\n" * 100_000 + POST + HOST + KIND + b"Content-Length: %d\r\n\r\n" % len(body)
    assert aim.codes(converse(aim.port, head + body)[0]) == ["ok"]


def test_many_half_heads(aim: Target) -> None:
    """Two hundred connections with half a head each do not delay other clients."""
    connections = [Connection(aim.port) for _ in range(200)]
    try:
        for connection in connections:
            connection.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Half: ")
        assert converse(aim.port, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")[0][0].status == 200
        # It came before the newest of them was given up.
        assert not select.select([connections[-1].socket], [], [], 0)[0]
    finally:
        for connection in connections:
            connection.socket.close()


def test_nothing_unexpected_was_logged(aim: Target) -> None:
    """No request in this file has caused an internal error or a complaint of a library."""
    assert aim.unexpected() == []
