"""Every kind of answer that the service gives, and heads that cannot be read."""

from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, Answer, Connection, ask

ALLOWED = "https://app.example.com"
STRANGER = "https://stranger.example.com"
SIX_GIB = 6 * 1024**3
# Stands in every broken head, and must not come back.
MARK = b"zyxwvuts"
HOST = b"Host: localhost\r\n"
BROKEN_HEADS = {
    "no-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + MARK + b"\r\n\r\n",
    "request-line": MARK + b"\r\n" + HOST + b"\r\n",
    "version": b"GET /" + MARK + b" HTTP/9.9x\r\n" + HOST + b"\r\n",
    "long-line": b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + MARK * 1125 + b"\r\n\r\n",
    "long-target": b"GET /" + MARK * 1125 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "nul": b"GET / HTTP/1.1\r\n" + HOST + b"X-Nul: " + MARK + b"\x00\r\n\r\n",
    "length-word": b"POST /" + MARK + b" HTTP/1.1\r\n" + HOST + b"Content-Length: abc\r\n\r\n",
    "two-lengths": b"POST /"
    + MARK
    + b" HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length-and-chunked": b"POST /"
    + MARK
    + b" HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


def send(port: int, request: bytes) -> Answer:
    """Send these bytes on a connection of their own; the first answer."""
    with Connection(port) as connection:
        connection.send(request)
        return connection.answer()


def too_large(port: int, origin: str = STRANGER) -> Answer:
    """A request that announces 6 GiB, and what it is told."""
    with Connection(port) as connection:
        connection.head(PLAIN, SIX_GIB, f"Origin: {origin}")
        return connection.answer()


def preflight(port: int, path: str = PLAIN, origin: str = STRANGER, names: str = "authorization") -> Answer:
    """What a browser asks before a page may send the form with the headers of these names."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": names}
    return ask(port, "OPTIONS", path, {"Origin": origin, **asked})


# Every kind of answer, to a page of an origin.
ANSWERS: dict[str, Callable[[int, str], Answer]] = {
    "200": lambda port, origin: ask(port, "GET", "/", {"Origin": origin}),
    "head": lambda port, origin: ask(port, "HEAD", "/", {"Origin": origin}),
    "page": lambda port, origin: ask(port, "GET", "/docs", {"Origin": origin}),
    "400": lambda port, origin: ask(port, "POST", PLAIN, {"Origin": origin}),
    "404": lambda port, origin: ask(port, "GET", "/nowhere", {"Origin": origin}),
    "405": lambda port, origin: ask(port, "GET", PLAIN, {"Origin": origin}),
    "413": too_large,
    "preflight": lambda port, origin: preflight(port, PLAIN, origin),
}


def after(head: bytes) -> Callable[[int, str], Answer]:
    """The answer to this broken head, which tells no origin."""
    return lambda port, _: send(port, head)


BROKEN = {name: after(head) for name, head in BROKEN_HEADS.items()}
every_answer = pytest.mark.parametrize(
    "make", [pytest.param(make, id=name) for name, make in ANSWERS.items()]
)
every_answer_and_broken = pytest.mark.parametrize(
    "make", [pytest.param(make, id=name) for name, make in (ANSWERS | BROKEN).items()]
)
