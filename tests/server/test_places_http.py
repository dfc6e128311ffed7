"""Callers that take all places: over real sockets, from addresses of this computer."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, Answer, Connection, field, file, form
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble

PLACES = 8
MIB = 1024 * 1024
SECONDS = 60
STRANGER = "X-Forwarded-For: 198.51.100.7"


@pytest.fixture(scope="module")
def open_to_all(double: StorageDouble) -> Iterator[Running]:
    """A service with few places that knows of no proxy."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_MAX_CONCURRENT=str(PLACES)) as running:
        yield running


@pytest.fixture(scope="module")
def behind_proxy(double: StorageDouble) -> Iterator[Running]:
    """The same behind a proxy that it knows; one client may have half of the places."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_MAX_CONCURRENT=str(PLACES),
        UPLOAD_TRUSTED_PROXIES="127.0.0.1",
    ) as running:
        yield running


@pytest.fixture
def key(double: StorageDouble) -> str:
    """An object's key, at which the double stores."""
    name = f"places/{uuid.uuid4().hex}"
    double.script(name)
    return name


def from_other_address(port: int, body: bytes) -> Answer:
    """The answer to an upload that comes from another address of this computer."""
    connection = Connection.__new__(Connection)
    connection.socket = socket.create_connection(("127.0.0.1", port), SECONDS, ("127.0.0.2", 0))
    connection._buffer = b""
    with connection:
        connection.head(PLAIN, len(body))
        connection.send(body)
        return connection.answer()


def silent(held: ExitStack, port: int, path: str, *headers: str) -> Connection:
    """An upload that has begun, of which nothing more comes."""
    connection = held.enter_context(Connection(port))
    connection.begin(path, MIB, *headers)
    return connection


@pytest.mark.parametrize("path", [PLAIN, RETRY, CHECK])
def test_silent_forms_starve_nobody(
    open_to_all: Running, double_url: Callable[[str], str], key: str, path: str
) -> None:
    """One address holds all places and says nothing, anew each time: every upload of another is stored."""
    body = form(field("uploadUrl", double_url(key)), file(b"content"))
    with ExitStack() as held:
        attackers = [silent(held, open_to_all.port, path) for _ in range(PLACES)]
        time.sleep(3.5)
        for _ in range(2 * PLACES):
            assert from_other_address(open_to_all.port, body).status == 200
            _begin_anew(held, open_to_all.port, path)
        answered = attackers[0].answer()
        assert_problem(answered, "made_room")
        assert (answered.status, answered.headers["retry-after"]) == (503, "5")
        assert answered.json["stored"] is False
    _all_places_are_free(open_to_all)


def _begin_anew(held: ExitStack, port: int, path: str) -> None:
    """Another silent form, if a place is free."""
    connection = held.enter_context(Connection(port))
    connection.head(path, MIB, "Expect: 100-continue")


def test_file_of_a_slow_sender_is_not_stored(
    open_to_all: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """Who makes room in the middle of the file: storage sees a reset, and nothing is stored."""
    body = form(field("uploadUrl", double_url(key)), file(bytes(3 * MIB)))
    other = f"places/{uuid.uuid4().hex}"
    double.script(other)
    small = form(field("uploadUrl", double_url(other)), file(b"content"))
    with ExitStack() as held:
        slow = held.enter_context(Connection(open_to_all.port))
        slow.head(PLAIN, len(body))
        slow.send(body[: 2 * MIB])
        _eventually(lambda: bool(double.puts[f"/{key}"]))
        time.sleep(1)
        for _ in range(PLACES - 1):
            silent(held, open_to_all.port, PLAIN)
        deadline = time.monotonic() + SECONDS
        while (found := _answer_so_far(slow)) is None and time.monotonic() < deadline:
            from_other_address(open_to_all.port, small)
            silent_again = held.enter_context(Connection(open_to_all.port))
            silent_again.head(PLAIN, MIB, "Expect: 100-continue")
            time.sleep(0.1)
        assert found is not None
        assert found.json["code"] in ("made_room", "client_stalled")
        assert found.json["stored"] is False
    [put] = double.puts[f"/{key}"]
    assert put.ended.wait(SECONDS)
    assert (put.whole, put.left) == (False, "by a reset")
    _all_places_are_free(open_to_all)


def _answer_so_far(connection: Connection) -> Answer | None:
    connection.socket.settimeout(0.01)
    try:
        connection.socket.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return None
    finally:
        connection.socket.settimeout(SECONDS)
    return connection.answer()


def test_one_client_has_a_share(
    behind_proxy: Running, double_url: Callable[[str], str], key: str
) -> None:
    """Where addresses can be believed, a client has at most a quarter of the places, or 4; the rest is others'."""
    body = form(field("uploadUrl", double_url(key)), file(b"content"))
    with ExitStack() as held:
        for _ in range(4):
            silent(held, behind_proxy.port, PLAIN, STRANGER)
        with Connection(behind_proxy.port) as fifth:
            fifth.head(PLAIN, len(body), STRANGER)
            fifth.send(body)
            assert_problem(fifth.answer(), "too_many_at_once")
        with Connection(behind_proxy.port) as other:
            other.head(PLAIN, len(body), "X-Forwarded-For: 198.51.100.8")
            other.send(body)
            assert other.answer().status == 200


def test_proxy_that_nobody_declared(open_to_all: Running) -> None:
    """A private address may be that of a proxy: it is not held to a client's share."""
    with ExitStack() as held:
        for _ in range(PLACES):
            silent(held, open_to_all.port, PLAIN)
    _all_places_are_free(open_to_all)


@pytest.mark.parametrize("reply", ["refuses to connect", "asks to wait", "says nothing"])
def test_caller_who_left_holds_no_place(
    open_to_all: Running, double: StorageDouble, double_url: Callable[[str], str], key: str, reply: str
) -> None:
    """A caller who leaves when the form is whole: no attempt follows, nobody waits for one, its place is free."""
    url = double_url(key)
    if reply == "refuses to connect":
        url = url.replace(double.url, f"{double.url.rstrip('/')[:-1]}")
    script = Reply(b"HTTP/1.1 503 Slow\r\nRetry-After: 8\r\nContent-Length: 0\r\n\r\n")
    puts = double.script(key, script)
    body = form(field("uploadUrl", url), field("max_retries", "10"), file(b"content"))
    for _ in range(PLACES):
        with Connection(open_to_all.port) as connection:
            connection.head(RETRY, len(body))
            connection.send(body)
            time.sleep(0.05)
    began = time.monotonic()
    _all_places_are_free(open_to_all)
    assert time.monotonic() - began < 5
    count = len(puts)
    time.sleep(2)
    assert len(puts) == count


def _all_places_are_free(service: Running) -> None:
    def are_free() -> bool:
        with ExitStack() as held:
            begun = [held.enter_context(Connection(service.port)) for _ in range(PLACES)]
            for each in begun:
                each.head(PLAIN, MIB, "Expect: 100-continue")
            return all(each.socket.recv(12).startswith(b"HTTP/1.1 100") for each in begun)

    _eventually(are_free)


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert holds()
