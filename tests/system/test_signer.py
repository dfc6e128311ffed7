"""The signer of ./scripts/local and of compose: who may ask it, and for what."""

import http.client
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from compose.signer import MOST_BYTES, key_for
from local import ports
from local.page_signer import signing
from local.store import Bucket

from tests.support.client.ask_signer import PAGE, PAGE_PORT, ask
from tests.support.service.transcript import TRANSCRIPT


@pytest.fixture(scope="module")
def port(bucket: Bucket) -> Iterator[int]:
    """Where a signer for the page at PAGE listens."""
    with signing(bucket, PAGE_PORT) as url:
        yield int(url.split(":")[2].partition("/")[0])


@pytest.mark.parametrize("page", [PAGE, f"http://127.0.0.1:{PAGE_PORT}"])
def test_page_gets_urls(port: int, bucket: Bucket, page: str) -> None:
    """The page, by both its names, gets a URL to PUT to, a key of its own, and a URL to look at it."""
    status, headers, given = ask(
        port, b'{"name": "photo.png", "type": "image/png", "size": 3}', {"Origin": page}
    )
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, page)
    assert headers["Cache-Control"] == "no-store"
    for name, method in (("uploadUrl", "PUT"), ("viewUrl", "GET")):
        parts = http.client.HTTPConnection(bucket.endpoint.removeprefix("http://"), timeout=60)
        parts.request(method, TRANSCRIPT.hide(given[name]), body=b"abc" if method == "PUT" else None)
        reply = parts.getresponse()
        assert (reply.status, reply.read()) == (200, b"abc" if method == "GET" else b"")
        parts.close()
    assert bucket.get(given["key"]) == b"abc"


def test_preflight(port: int) -> None:
    """A browser may send the page's JSON, and no other method."""
    status, headers, _ = ask(port, b"", method="OPTIONS")
    assert status == 204
    assert (headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Headers"]) == (
        PAGE,
        "Content-Type",
    )
    assert headers["Access-Control-Allow-Methods"] == "POST"


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": f"https://localhost:{PAGE_PORT}"},
        {"Origin": f"http://evil.example:{PAGE_PORT}"},
        {"Host": f"evil.example:{PAGE_PORT}"},
        {"Host": "localhost"},
        {"Host": None},
    ],
)
def test_others_get_nothing(port: int, method: str, changed: dict[str, str | None]) -> None:
    """Another page, a name made to lead here, or a program without a page is refused, and without CORS."""
    status, headers, given = ask(port, b'{"name": "a"}', changed, method=method)
    assert status == 403
    assert headers["Access-Control-Allow-Origin"] is None
    assert "uploadUrl" not in (given or {})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"name": 1}',
        b"[" * MOST_BYTES,
        b"\xff",
    ],
    ids=["empty", "broken", "list", "nameless", "number", "deep", "bytes"],
)
def test_other_bodies_are_refused(port: int, body: bytes) -> None:
    """What is not a small JSON object with a name is refused in words."""
    status, _, given = ask(port, body)
    assert status == 400
    assert "name" in given["detail"]


def test_large_body_is_not_read(port: int) -> None:
    """A body that is announced as too large is refused before it comes."""
    status, _, given = ask(port, b"", {"Content-Length": str(MOST_BYTES + 1)})
    assert status == 400
    assert "name" in given["detail"]


def test_other_paths_and_methods(port: int) -> None:
    """There is nothing else to be had."""
    assert ask(port, b"{}", path="/")[0] == 404
    assert ask(port, b"", method="GET")[0] == 501


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "etc-passwd"),
        ("한글 이름.txt", "한글-이름.txt"),
        ("a?b#c%2Fd\\e\x00.txt", "a-b-c-2Fd-e-.txt"),
        ("...", "file"),
        ("\ud800", "file"),
        ("x" * 500 + ".png", "x" * 96 + ".png"),
    ],
)
def test_keys_are_safe_and_unique(name: str, safe: str) -> None:
    """A key is a fresh folder and what of the name does no harm in a URL."""
    keys = {key_for(name) for _ in range(50)}
    assert len(keys) == 50
    assert {key.partition("/")[2] for key in keys} == {safe}


def test_nothing_is_logged(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither asking nor leaving in the middle of it writes a word."""
    ask(port, b'{"name": "quiet"}')
    ask(port, b"", {"Content-Length": "no number"})
    assert capfd.readouterr() == ("", "")


def test_signer_is_beside_its_page(bucket: Bucket) -> None:
    """The signer takes the port after the page's, and any where that is taken."""
    with ExitStack() as held:
        page_port, beside = ports.take_pair(held, 1)
    with signing(bucket, page_port) as first, signing(bucket, page_port) as second:
        assert first == f"http://127.0.0.1:{beside}/presign"
        assert second != first
