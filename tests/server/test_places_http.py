"""Callers that take all places: over real sockets, from addresses of this computer."""

import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, Answer, Connection, field, file, form
from tests.support.service.metrics_scrape import ON, scrape
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer

PLACES = 8
MIB = 1024 * 1024
SECONDS = 60
# For which a store asks; a connection to it has ten.
WAIT_SECONDS = 8
STRANGER = "X-Forwarded-For: 198.51.100.7"


@pytest.fixture(scope="module")
def deaf_port() -> Iterator[int]:
    """A port that takes no connection and refuses none."""
    with socket.socket() as listening, ExitStack() as held:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(8):  # more than fit in its queue
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def open_to_all(double: StorageDouble, closed_port: int, deaf_port: int) -> Iterator[Running]:
    """A service with few places that knows of no proxy."""
    listed = [double.url, *(f"http://127.0.0.1:{port}/" for port in (closed_port, deaf_port))]
    with Running(UPLOAD_DESTINATIONS=",".join(listed), UPLOAD_MAX_CONCURRENT=str(PLACES), **ON) as service:
        yield service


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
            time.sleep(0.3)
            assert from_other_address(open_to_all.port, body).status == 200
            _begin_anew(held, open_to_all.port, path)
        answered = attackers[0].answer()
        assert_problem(answered, "made_room")
        assert (answered.status, answered.headers["retry-after"]) == (503, "5")
        assert answered.json["stored"] is False
    _eventually(lambda: running(open_to_all) == 0)


def _begin_anew(held: ExitStack, port: int, path: str) -> None:
    """Another silent form, if a place is free."""
    connection = held.enter_context(Connection(port))
    connection.head(path, MIB, "Expect: 100-continue")


def test_file_of_a_slow_sender_is_not_stored(
    open_to_all: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """Who makes room in the middle of the file: storage sees a reset, and nothing is stored."""
    small = form(field("uploadUrl", double_url(key)), file(b"content"))
    slow_key = f"places/{uuid.uuid4().hex}"
    puts = double.script(slow_key)
    body = form(field("uploadUrl", double_url(slow_key)), file(bytes(100_000)))
    with ExitStack() as held:
        slow = [held.enter_context(Connection(open_to_all.port)) for _ in range(PLACES)]
        for count, each in enumerate(slow, 1):
            each.head(PLAIN, len(body))
            sent = 1000
            each.send(body[:sent])
            while len(puts) < count:  # the newest chunk is held back, so the PUT begins with the second
                each.send(body[sent : sent + 10])
                sent += 10
                time.sleep(0.05)
        time.sleep(3.5)
        for _ in range(PLACES):
            assert from_other_address(open_to_all.port, small).status == 200
        answers = [each.answer().json for each in slow if not _is_silent(each)]
    assert answers
    assert {(each["code"], each["stored"]) for each in answers} == {("made_room", False)}
    assert all(put.ended.wait(SECONDS) for put in puts)
    assert {(put.whole, put.left) for put in puts} == {(False, "by a reset")}
    _eventually(lambda: running(open_to_all) == 0)


def _is_silent(connection: Connection) -> bool:
    connection.socket.settimeout(1)
    try:
        return not connection.socket.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return True


def test_one_client_has_a_share(behind_proxy: Running, double_url: Callable[[str], str], key: str) -> None:
    """Where addresses can be believed, a client has at most a quarter of the places, or 4."""
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
    _eventually(lambda: running(open_to_all) == 0)


@pytest.mark.parametrize(
    "behind", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 1000], ids=["", "says more"]
)
@pytest.mark.parametrize("storage", ["asks to wait", "refuses connections", "takes no connection"])
def test_caller_who_left_holds_no_place(
    open_to_all: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    key: str,
    closed_port: int,
    deaf_port: int,
    storage: str,
    behind: bytes,
) -> None:
    """Whose caller leaves when the form is whole: no attempt follows or is waited for, its place is free."""
    puts, url = double.script(key, Reply(answer(503, b"", f"Retry-After: {WAIT_SECONDS}"))), double_url(key)
    if storage != "asks to wait":
        port = deaf_port if storage == "takes no connection" else closed_port
        url = TRANSCRIPT.hide(url.replace(double.url, f"http://127.0.0.1:{port}/"))
    body = form(field("uploadUrl", url), field("max_retries", "10"), file(b"content"))
    names = [f"left-{uuid.uuid4().hex}" for _ in range(PLACES)]
    for number, name in enumerate(names, 1):
        with Connection(open_to_all.port) as connection:
            connection.head(RETRY, len(body), f"X-Request-Id: {name}")
            connection.send(body + behind)
            if storage == "asks to wait":
                _eventually(lambda number=number: len(puts) == number)  # type: ignore[misc]
            else:
                time.sleep(0.05)
    ended = [open_to_all.upload_event(name) for name in names]
    assert running(open_to_all) == 0
    assert {event["code"] for event in ended} == {"client_gone"}
    # Sooner than another attempt would begin, or a connection would be given up.
    assert max(event["duration_ms"] for event in ended) < 1000 * WAIT_SECONDS
    assert max(event["attempts"] for event in ended) < 9  # of 11; the first waits are short
    assert len(puts) == (PLACES if storage == "asks to wait" else 0)


def test_put_of_a_whole_form_goes_on(
    open_to_all: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """Whose caller leaves while storage has the whole form: what storage says still counts."""
    answers = threading.Event()
    puts = double.script(key, Reply(speak=answers))
    body = form(field("uploadUrl", double_url(key)), file(b"content"))
    name = f"left-{uuid.uuid4().hex}"
    with Connection(open_to_all.port) as connection:
        connection.head(RETRY, len(body), f"X-Request-Id: {name}")
        connection.send(body)
        _eventually(lambda: bool(puts) and puts[0].body == b"content")
        _eventually(lambda: connections(open_to_all) == 2)
    _eventually(lambda: connections(open_to_all) == 1)
    answers.set()
    event = open_to_all.upload_event(name)
    assert (event["code"], event["stored"], event["attempts"]) == ("client_gone", True, 1)


def running(service: Running) -> float:
    """How many uploads and checks hold a place."""
    return scrape(service.port).get("upload_service_uploads_running")


def connections(service: Running) -> float:
    """How many clients are connected, who asks for this among them."""
    return scrape(service.port).get("upload_service_client_connections")


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
