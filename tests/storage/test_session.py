"""Connections to storage: kept and used again, with no cookie, proxy or password of anybody's."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.storage.puts import LARGE, SIGNED, SMALL, CountingDouble, both_endpoints, only, parts
from tests.support.double import ETAG, Reply, StorageDouble, answer
from tests.support.places import Place
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import PLAIN, RETRY, post


def test_cookies_are_not_kept(by_name: Running, own: CountingDouble) -> None:
    """What storage sets as a cookie is neither sent back to it with the next PUT nor passed on to callers."""
    cookie = "Set-Cookie: who=storage; Path=/"
    replies = Reply(answer(503, b"", cookie)), Reply(answer(200, b"", ETAG, cookie))
    puts = own.script(key := f"wire/{uuid.uuid4().hex}", *replies)
    url = TRANSCRIPT.hide(f"http://localhost:{own.server_address[1]}/{key}?{SIGNED}")
    for path, count in ((RETRY, 2), (PLAIN, 3)):
        answered = post(by_name.port, path, parts(url, SMALL, url_first=True))
        assert answered.status == 200, answered.json
        assert "set-cookie" not in answered.headers
        assert len(puts) == count
    assert [put.header("Cookie") for put in puts] == [None] * 3


@both_endpoints
def test_connection_is_reused(by_name: Running, own: CountingDouble, path: str) -> None:
    """Uploads one after the other share one connection, whatever their order and their size."""
    own.script(key := f"wire/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{own.url}{key}?{SIGNED}")
    post(by_name.port, path, parts(url, SMALL, url_first=True))
    before = own.connections
    for content in (b"", SMALL, LARGE):
        for url_first in (True, False):
            assert post(by_name.port, path, parts(url, content, url_first=url_first)).status == 200
    assert own.connections == before
    assert len(own.puts[f"/{key}"]) == 7


@pytest.mark.parametrize(
    "reply", [Reply(answer(403)), Reply(answer(503)), Reply(answer(307, b"", "Location: /"))]
)
def test_connection_is_reused_after_a_refusal(by_name: Running, own: CountingDouble, reply: Reply) -> None:
    """A refusal that came after the whole body leaves a connection that is still good."""
    own.script(key := f"wire/{uuid.uuid4().hex}", reply, Reply())
    url = TRANSCRIPT.hide(f"{own.url}{key}?{SIGNED}")
    post(by_name.port, PLAIN, parts(url, SMALL, url_first=True))
    before = own.connections
    assert post(by_name.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
    assert own.connections == before


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("after", ["head", "body"])
def test_no_second_put_by_itself(by_name: Running, own: CountingDouble, then: Any, after: Any) -> None:
    """When a reused connection breaks, one attempt is one PUT on the wire: the HTTP library adds none."""
    warm, cold = (f"wire/{uuid.uuid4().hex}" for _ in range(2))
    own.script(warm)
    puts = own.script(cold, Reply(b"", after=after, then=then), Reply())
    url = TRANSCRIPT.hide(f"{own.url}{warm}?{SIGNED}")
    assert post(by_name.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
    before = own.connections
    answered = post(by_name.port, PLAIN, parts(url.replace(warm, cold), SMALL, url_first=True))
    assert answered.json["code"] == "storage_disconnected"
    assert answered.json["attempts"] == 1
    time.sleep(0.05)
    assert len(puts) == 1
    assert own.connections == before


def test_proxies_of_the_environment_are_ignored(double: StorageDouble, place: Callable[..., Place]) -> None:
    """A proxy in the environment sees nothing: presigned URLs are bearer secrets."""
    with StorageDouble() as proxy:
        names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy")
        proxies = dict.fromkeys(names, proxy.url) | {"NO_PROXY": "", "no_proxy": ""}
        with Running(UPLOAD_DESTINATIONS=double.url, **proxies) as service:
            at = place()
            assert post(service.port, PLAIN, parts(at.url, SMALL, url_first=True)).status == 200
        assert bytes(only(at.puts).body) == SMALL
        assert proxy.puts == {}
        proxy.shutdown()


@pytest.mark.parametrize("name", ["127.0.0.1", "default"])
def test_passwords_of_the_environment_are_ignored(
    double: StorageDouble, place: Callable[..., Place], tmp_path: Path, name: str
) -> None:
    """A password for storage in a .netrc file is not sent: it is nobody's business there."""
    machine = name if name == "default" else f"machine {name}"
    for file_name in (".netrc", "netrc"):
        (tmp_path / file_name).write_text(f"{machine}\nlogin who\npassword ever\n")
        (tmp_path / file_name).chmod(0o600)
    found = {"HOME": str(tmp_path), "NETRC": str(tmp_path / "netrc")}
    with Running(UPLOAD_DESTINATIONS=double.url, **found) as service:
        at = place()
        assert post(service.port, PLAIN, parts(at.url, SMALL, url_first=True)).status == 200
    assert only(at.puts).header("Authorization") is None
