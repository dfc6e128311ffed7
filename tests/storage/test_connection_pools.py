"""Connections to storage are kept and used again; cookies, proxies and passwords are left out."""

import socket
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.storage.puts import LARGE, SIGNED, SMALL, CountingDouble, both_endpoints, only, parts
from tests.support.client.raw_http import PLAIN, RETRY, post
from tests.support.service.metrics_scrape import ON, scrape
from tests.support.service.patient_service import KeepsConnections
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place
from tests.support.storage.storage_double import ETAG, Reply, StorageDouble, answer
from upload_service.storage.connection_pools import _judging_socket_maker
from upload_service.storage.dial import Dial, current_dial
from upload_service.storage.sockets import SocketCounter, most_before_crowded

MOST_KEPT = most_before_crowded(1)


def test_cookies_are_not_kept(by_name: Running, own: CountingDouble) -> None:
    """A cookie that storage sets is neither sent back with the next PUT nor passed on to the client."""
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
    "answered",
    [
        answer(200, b"stored", ETAG),
        answer(200, bytes(60_000), ETAG),
        f"HTTP/1.1 200 OK\r\n{ETAG}\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nstored\r\n0\r\n\r\n".encode(),
    ],
    ids=["short", "long", "chunked"],
)
def test_connection_is_reused_after_an_answer_with_a_body(answered: bytes) -> None:
    """Nothing of an answer that has been asked for is taken for something unasked while it is read."""
    with CountingDouble() as double:
        double.script(key := f"wire/{uuid.uuid4().hex}", Reply(answered))
        url = TRANSCRIPT.hide(f"{double.url}{key}?{SIGNED}")
        with KeepsConnections(UPLOAD_DESTINATIONS=double.url) as service:
            for _ in range(3):
                assert post(service.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
        assert double.connections == 1
        double.shutdown()


def test_connections_to_many_hosts_are_not_all_kept() -> None:
    """From some number on, connections are closed after their PUT, so that descriptors remain."""
    with ExitStack() as held:
        stores = [StorageDouble() for _ in range(MOST_KEPT + 4)]
        for store in stores:
            held.callback(store.server_close)
        # Each takes half a second to stop.
        pool = held.enter_context(ThreadPoolExecutor(len(stores)))
        held.callback(lambda: list(pool.map(StorageDouble.shutdown, stores)))
        listed = ",".join(store.url for store in stores)
        service = held.enter_context(
            KeepsConnections(UPLOAD_DESTINATIONS=listed, UPLOAD_MAX_CONCURRENT="1", **ON)
        )
        for store in stores:
            store.script(key := f"wire/{uuid.uuid4().hex}")
            url = TRANSCRIPT.hide(f"{store.url}{key}?{SIGNED}")
            assert post(service.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
            kept = scrape(service.port).get("upload_service_storage_connections")
            assert kept <= MOST_KEPT
        assert kept > 1


def test_second_address_only_while_there_is_room() -> None:
    """With too many sockets an attempt tries one address after the other, not several at once."""
    counter = SocketCounter(1)
    with counter.count(socket.socket()):
        make = _judging_socket_maker(lambda _: socket.socket(), counter, listed=True)
        found = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))
        current_dial.set(Dial())
        first = make(found)
        with pytest.raises(OSError, match="too many sockets"):
            make(found)
        first.close()
    make(found).close()


def test_a_closed_socket_is_asked_once() -> None:
    """Sockets that are closed and still in memory are counted out once, and not at each later upload."""

    class Asked(socket.socket):
        count = 0

        def fileno(self) -> int:
            self.count += 1
            return super().fileno()

    counter = SocketCounter(1)
    gone = counter.count(Asked())
    assert isinstance(gone, Asked)
    gone.close()
    gone.count = 0
    assert [counter.crowded for _ in range(3)] == [False] * 3
    assert (gone.count, counter.made, counter.open) == (1, 1, 0)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(answer(403)),
        Reply(answer(503)),
        Reply(answer(307, b"", "Location: /")),
        # Not looked at, but taken by its system: whoever reads on might find a request in it.
        Reply(answer(403), after=1000, pause=0.5, then="hang"),
        Reply(answer(200), after=1000, pause=0.5, then="hang"),
    ],
    ids=["403", "503", "307", "403 amid the body", "no success"],
)
def test_connection_is_not_used_after_a_refusal(by_name: Running, own: CountingDouble, reply: Reply) -> None:
    """Whoever refuses may not have read the body: the next PUT has a connection of its own."""
    own.script(key := f"wire/{uuid.uuid4().hex}", reply, Reply())
    url = TRANSCRIPT.hide(f"{own.url}{key}?{SIGNED}")
    assert post(by_name.port, PLAIN, parts(url, LARGE, url_first=True)).json["success"] is False
    before = own.connections
    assert post(by_name.port, PLAIN, parts(url, LARGE, url_first=True)).status == 200
    assert own.connections == before + 1


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("after", ["head", "body"])
def test_no_second_put_by_itself(by_name: Running, own: CountingDouble, then: Any, after: Any) -> None:
    """When a reused connection breaks, the HTTP library does not send the PUT again by itself."""
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
    """A password for storage in a .netrc file is not sent."""
    machine = name if name == "default" else f"machine {name}"
    for file_name in (".netrc", "netrc"):
        (tmp_path / file_name).write_text(f"{machine}\nlogin who\npassword ever\n")
        (tmp_path / file_name).chmod(0o600)
    found = {"HOME": str(tmp_path), "NETRC": str(tmp_path / "netrc")}
    with Running(UPLOAD_DESTINATIONS=double.url, **found) as service:
        at = place()
        assert post(service.port, PLAIN, parts(at.url, SMALL, url_first=True)).status == 200
    assert only(at.puts).header("Authorization") is None
