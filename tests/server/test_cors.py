"""CORS: which pages may read which answers."""

from collections.abc import Callable, Iterator

import pytest

from tests.server.every_answer import ALLOWED, STRANGER, every_answer, every_answer_and_broken, preflight
from tests.support.client.raw_http import PLAIN, RETRY, Answer, ask
from tests.support.service.running_service import Running


@pytest.fixture(scope="module")
def listed() -> Iterator[Running]:
    """A service that two origins may call."""
    with Running(UPLOAD_CORS_ORIGINS=f"{ALLOWED}, http://localhost:3000") as running:
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


@every_answer
def test_listed_origin_may_read(listed: Running, make: Callable[[int, str], Answer]) -> None:
    """A listed origin is echoed on every answer, which caches keep apart by origin."""
    headers = make(listed.port, ALLOWED).headers
    assert headers["access-control-allow-origin"] == ALLOWED
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
