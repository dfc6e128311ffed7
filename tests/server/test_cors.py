"""CORS: which pages may read which answers."""

from collections.abc import Callable, Iterator

import pytest

from tests.server.every_answer import (
    ALLOWED,
    STRANGER,
    every_answer,
    every_answer_and_broken,
    preflight,
    send,
)
from tests.support.client.raw_http import PLAIN, RETRY, Answer, ask
from tests.support.service.running_service import Running

APP = "capacitor://localhost"


@pytest.fixture(scope="module")
def listed() -> Iterator[Running]:
    """A service that two origins may call."""
    with Running(UPLOAD_CORS_ORIGINS=f"{ALLOWED}:443, {APP}") as running:
        yield running


@pytest.fixture(scope="module")
def without_cors() -> Iterator[Running]:
    """A service behind a gateway that does CORS itself."""
    with Running(UPLOAD_CORS_ORIGINS="off") as running:
        yield running


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/json, text/html;q=0.9"])
def test_index_varies_by_accept_and_origin(listed: Running, accept: str | None) -> None:
    """Programs get JSON, and Vary names both headers on which the answer depends."""
    answer = ask(listed.port, "GET", "/", {"Origin": ALLOWED} | ({"Accept": accept} if accept else {}))
    assert answer.json["docs"] == "/docs"
    assert answer.headers["vary"] == "Accept, Origin"


@every_answer_and_broken
def test_any_page_may_read_every_answer(service: Running, make: Callable[[int, str], Answer]) -> None:
    """By default every page may read every answer and the headers that it needs, without credentials."""
    headers = make(service.port, STRANGER).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-expose-headers"] == "X-Request-Id, Retry-After"
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("path", [PLAIN, RETRY, "/", "/nowhere"])
def test_preflight(service: Running, path: str) -> None:
    """A preflight allows the method and the headers for two hours, without a body."""
    answer = preflight(service.port, path)
    assert (answer.status, answer.body) == (204, b"")
    assert "POST" in answer.headers["access-control-allow-methods"].split(", ")
    assert answer.headers["access-control-allow-headers"] == "Authorization, Content-Type, X-Request-Id"
    assert answer.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "further"),
    [
        ("", ""),
        ("content-type", ""),
        ("cache-control,x-requested-with", "cache-control, x-requested-with"),
        ("HX-Request , traceparent\t,,sentry-trace", "HX-Request, traceparent, sentry-trace"),
        ("authorization,baggage,BAGGAGE", "baggage"),
        ("x-a,*,x b,x(c),x-\xe9,x:d,x-e", "x-a, x-e"),
        ("x" * 101 + ",x-a", "x-a"),
        (",".join(f"x-{each}" for each in range(100)), ", ".join(f"x-{each}" for each in range(64))),
    ],
)
def test_preflight_allows_what_is_asked(service: Running, asked: str, further: str) -> None:
    """The header names that a page asks for are allowed beside the usual ones, as far as they are names."""
    headers = preflight(service.port, names=asked).headers
    usual = "Authorization, Content-Type, X-Request-Id"
    assert headers["access-control-allow-headers"] == (f"{usual}, {further}" if further else usual)
    assert headers["vary"] == "Access-Control-Request-Headers"


def test_listed_origin_may_send_what_it_asks(listed: Running) -> None:
    """Where origins are listed, caches keep preflights apart by origin as well."""
    headers = preflight(listed.port, origin=ALLOWED, names="hx-request").headers
    assert headers["access-control-allow-headers"].endswith(", hx-request")
    assert headers["vary"] == "Access-Control-Request-Headers, Origin"


def test_other_origin_is_allowed_no_header(listed: Running) -> None:
    """An origin that is not listed does not hear its names again."""
    headers = preflight(listed.port, names="hx-request").headers
    assert "hx-request" not in str(headers)


def test_asked_headers_may_come_in_lines(service: Running) -> None:
    """Names in two lines, as a proxy may pass them on, are names of one list."""
    lines = "Access-Control-Request-Headers: x-a\r\nAccess-Control-Request-Headers: x-b"
    head = f"OPTIONS {PLAIN} HTTP/1.1\r\nHost: a\r\nOrigin: {STRANGER}\r\n{lines}\r\n\r\n"
    answer = send(service.port, head.encode())
    assert answer.headers["access-control-allow-headers"].endswith(", x-a, x-b")


@every_answer
@pytest.mark.parametrize("origin", [ALLOWED, APP])
def test_listed_origin_may_read(listed: Running, make: Callable[[int, str], Answer], origin: str) -> None:
    """A listed origin, of a site or an app, is echoed on every answer, which caches keep apart by origin."""
    headers = make(listed.port, origin).headers
    assert headers["access-control-allow-origin"] == origin
    assert headers["access-control-expose-headers"] == "X-Request-Id, Retry-After"
    assert "Origin" in headers["vary"].split(", ")
    assert "access-control-allow-credentials" not in headers


@every_answer_and_broken
def test_other_origins_may_not_read(listed: Running, make: Callable[[int, str], Answer]) -> None:
    """An origin that is not listed gets no CORS header at all, and caches are told why."""
    headers = make(listed.port, STRANGER).headers
    assert [name for name in headers if name.startswith("access-control-")] == []
    assert "Origin" in headers["vary"].split(", ")


@pytest.mark.parametrize(
    "origin", ["null", "*", f"{ALLOWED}.evil.example", ALLOWED.upper(), f"{ALLOWED}:443"]
)
def test_similar_origin_is_another(listed: Running, origin: str) -> None:
    """Only an origin that is equal as a whole counts as listed."""
    assert "access-control-allow-origin" not in ask(listed.port, "GET", "/", {"Origin": origin}).headers


@every_answer_and_broken
def test_cors_off(without_cors: Running, make: Callable[[int, str], Answer]) -> None:
    """With `off`, no answer has a CORS header, so that the gateway's are not doubled."""
    headers = make(without_cors.port, STRANGER).headers
    assert [name for name in headers if name.startswith("access-control-")] == []
    assert "Origin" not in headers.get("vary", "")
