"""More connections than the system gives descriptors: over real sockets, with a process that has few."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.client.raw_http import PLAIN, Connection, ask, field, file, form, post
from tests.support.service.leftovers import descriptors
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

SOFT, HARD = 128, 256
FLOOD = 2 * HARD
MIB = 1024 * 1024
CONTENT = bytes(3 * MIB)
# Idle connections to storage are kept for 4 seconds.
SETTLE_SECONDS = 60


class FewDescriptors(Running):
    """A service whose process may have few files and sockets open, and may raise that a little."""

    def command(self, settings: dict[str, str]) -> list[str]:
        """The same command, from a shell that lowers the limits."""
        lower = f'ulimit -Sn {SOFT} && ulimit -Hn {HARD} && exec "$@"'
        return ["sh", "-c", lower, "sh", *super().command(settings)]


@pytest.fixture(scope="module")
def few(double: StorageDouble) -> Iterator[FewDescriptors]:
    """That service, with metrics on a port of their own."""
    with FewDescriptors(
        UPLOAD_DESTINATIONS=double.url, UPLOAD_METRICS="prometheus", UPLOAD_METRICS_PORT="0"
    ) as running:
        yield running


@pytest.fixture
def body(double: StorageDouble, double_url: Callable[[str], str]) -> bytes:
    """A form whose file the double stores, large enough for a second way to take it."""
    key = f"connections/{uuid.uuid4().hex}"
    double.script(key)
    return form(field("uploadUrl", double_url(key)), file(CONTENT))


@pytest.fixture(scope="module")
def at_rest(few: FewDescriptors) -> int:
    """The descriptors of the service when nothing runs. What it needs is loaded by now."""
    assert ask(few.port, "GET", "/openapi.json").status == 200
    assert post(few.port, PLAIN, b"no form").status == 400
    return descriptors(few)


def idle(port: int) -> Connection:
    """A connection on which nothing is said."""
    return Connection(port)


def half_a_head(port: int) -> Connection:
    """A connection on which a head has begun."""
    connection = Connection(port)
    connection.send(b"POST /upload-with-presigned HTTP/1.1\r\nHost:")
    return connection


def refused(port: int) -> Connection:
    """A connection on which a request was refused, whose body is still being thrown away."""
    connection = Connection(port)
    connection.head(PLAIN, None, "Content-Encoding: gzip")
    return connection


def unread(port: int) -> Connection:
    """A connection on which answers are asked for that nobody reads."""
    connection = Connection(port)
    connection.send(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 40)
    return connection


def metrics_port(service: Running) -> int:
    """The port of /metrics."""
    return int(service.wait_for(lambda event: event["event"] == "listening")["metrics_port"])


def sample(service: Running, name: str) -> float:
    """The value of a metric without labels."""
    lines = ask(metrics_port(service), "GET", "/metrics").body.decode().splitlines()
    [value] = [line.split()[1] for line in lines if line.split()[0] == name]
    return float(value)


def test_limit_is_raised(few: FewDescriptors) -> None:
    """The soft limit is raised to the hard one. The start says what it is, and what is left for clients."""
    [event] = [event for event in few.log if event["event"] == "listening"]
    assert event["open_files"] == HARD
    assert 0 < event["connections"] < HARD


@pytest.mark.parametrize("kind", [idle, half_a_head, refused, unread])
def test_more_connections_than_descriptors(
    few: FewDescriptors, at_rest: int, body: bytes, kind: Callable[[int], Connection]
) -> None:
    """Whatever strangers do on their connections: uploads are stored, the log is short, all is given back."""
    lines = len(few.raw_log)
    with ExitStack() as held:
        for _ in range(FLOOD):
            held.enter_context(kind(few.port))
        _assert_healthy(few, body)
        limit = sample(few, "upload_service_client_connections_limit")
        assert sample(few, "upload_service_client_connections") <= limit
        assert descriptors(few) < HARD
    assert sample(few, "upload_service_client_connections_closed_total") >= FLOOD - HARD
    few.wait_for(lambda event: event["event"] == "connections_full")
    assert not [event for event in few.log if event["event"] in ("library_log", "internal_error")]
    # Where all this takes ten seconds, each half of a head that is left has a line of its own.
    late = [event for event in few.log[lines:] if event.get("error") == "request_head_timeout"]
    assert len(few.log) - lines - len(late) <= 10 + FLOOD * (kind is refused)  # a refused upload has its line
    _eventually(lambda: descriptors(few) <= at_rest)


def test_other_port(few: FewDescriptors, at_rest: int, body: bytes) -> None:
    """Connections to the port of the metrics count with the others."""
    with ExitStack() as held:
        for _ in range(FLOOD):
            held.enter_context(idle(metrics_port(few)))
        _assert_healthy(few, body)
    assert not [event for event in few.log if event["event"] in ("library_log", "internal_error")]
    _eventually(lambda: descriptors(few) <= at_rest)


def test_uploads_that_run_are_not_closed(few: FewDescriptors, body: bytes) -> None:
    """Uploads in mid-body get their answers, however many connect meanwhile."""
    with ExitStack() as held:
        running = [held.enter_context(Connection(few.port)) for _ in range(10)]
        for each in running:
            each.begin(PLAIN, len(body))
            each.send(body[:MIB])
        for _ in range(FLOOD):
            held.enter_context(idle(few.port))
        for each in running:
            each.send(body[MIB:])
            assert each.answer().status == 200


def test_newest_idle_connection_is_kept(few: FewDescriptors, body: bytes) -> None:
    """The one that has been idle longest is closed, not the one that was used a moment ago."""
    with ExitStack() as held:
        for _ in range(FLOOD):
            last = held.enter_context(idle(few.port))
        last.head(PLAIN, len(body))
        last.send(body)
        assert last.answer().status == 200


def _assert_healthy(service: Running, body: bytes) -> None:
    """It answers at once, and stores."""
    _eventually(lambda: _answers(service))  # when it has accepted all that came before
    assert min(_seconds_of_an_answer(service) for _ in range(5)) < 5
    for _ in range(3):
        assert post(service.port, PLAIN, body).status == 200


def _seconds_of_an_answer(service: Running) -> float:
    began = time.monotonic()
    assert ask(service.port, "GET", "/healthz").status == 200
    return time.monotonic() - began


def _answers(service: Running) -> bool:
    try:
        return ask(service.port, "GET", "/healthz").status == 200
    except ConnectionError:
        return False


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert holds()
