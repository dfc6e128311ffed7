"""A client that stops or leaves: it is told so, or the log says so, and nothing is stored."""

import socket
import struct
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.support.client.raw_http import RETRY, Answer, Connection
from tests.support.client.written_forms import (
    END,
    FILE_HEAD,
    FORM,
    LARGE,
    SIZE,
    SMALL,
    URL,
    both_endpoints,
    file,
)
from tests.support.scanner.waiting_upload import until
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.upload.conftest import STALL_SECONDS


@dataclass(frozen=True)
class Stop:
    """How far a client gets in its form. `chunked`: without a length."""

    body: bytes
    chunked: bool = False
    length: int = 10_000_000

    def begin(self, connection: Connection, path: str, place: Place, *headers: str) -> None:
        """Send this much."""
        body = place.fill(self.body)
        connection.head(path, None if self.chunked else self.length, *headers, content_type=FORM)
        if body:
            connection.send(b"%x\r\n%b\r\n" % (len(body), body) if self.chunked else body)


STOPS = {
    "after-the-head": Stop(b""),
    "in-the-boundary": Stop(b"--"),
    "in-a-field": Stop(URL[:-40]),
    "before-the-file": Stop(URL),
    "in-the-head-of-the-file": Stop(URL + FILE_HEAD[:-2]),
    "in-the-file": Stop(URL + FILE_HEAD + SMALL),
    "in-a-large-file": Stop(URL + FILE_HEAD + LARGE),
    "in-the-file-before-the-url": Stop(FILE_HEAD + SMALL),
    "before-the-closing-boundary": Stop(URL + file(SMALL)),
    "after-the-closing-boundary": Stop(URL + file(SMALL) + END),
    "in-the-file-of-known-size": Stop(SIZE % b"102400" + URL + FILE_HEAD + SMALL[:-1]),
    "with-the-whole-file-of-known-size": Stop(SIZE % b"102400" + URL + FILE_HEAD + SMALL),
    "chunked-in-the-file": Stop(URL + FILE_HEAD + SMALL, chunked=True),
    "chunked-before-the-last-chunk": Stop(URL + file(SMALL) + END, chunked=True),
}
in_each_stop = pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)


@both_endpoints
def test_client_that_stops(
    stalling: Running, at_double: Callable[..., Place], never_stored: dict[str, Place], path: str
) -> None:
    """A client that stops anywhere gets client_stalled after the stall time, and nothing is stored."""
    cases = [(stop, place) for stop in STOPS.values() for place in (at_double(), never_stored["refused"])]

    def stall(case: tuple[Stop, Place]) -> tuple[Answer, float]:
        stop, place = case
        with Connection(stalling.port) as connection:
            began = time.monotonic()
            stop.begin(connection, path, place)
            return connection.answer(), time.monotonic() - began

    with ThreadPoolExecutor(len(cases)) as pool:
        for (_, place), (answered, seconds) in zip(cases, pool.map(stall, cases), strict=True):
            assert_refused(stalling, answered, "client_stalled", path)
            assert STALL_SECONDS - 0.1 < seconds < 30
            assert place.stored() is None


@both_endpoints
@in_each_stop
@pytest.mark.parametrize("how", ["closes", "resets"])
def test_client_that_leaves(service: Running, refused: Place, stop: Stop, how: str, path: str) -> None:
    """When a client leaves, at whatever point, the log says so, and nothing is stored."""
    name = uuid.uuid4().hex
    with Connection(service.port) as connection:
        stop.begin(connection, path, refused, f"X-Request-Id: {name}", "Expect: 100-continue")
        # A reset takes away what the service has not read yet: at least it knows the request.
        assert connection.socket.recv(65536).startswith(b"HTTP/1.1 100 ")
        time.sleep(0.02)
        if how == "resets":
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    event = service.upload_event(name)
    assert (event["code"], event["retrying"]) == ("client_gone", path == RETRY)
    assert refused.stored() is None


@both_endpoints
def test_client_that_leaves_breaks_its_put_off(
    service: Running, at_double: Callable[..., Place], path: str
) -> None:
    """When the client leaves in the middle of a file, the connection to storage closes there as well."""
    place, name = at_double(), uuid.uuid4().hex
    with Connection(service.port) as connection:
        STOPS["in-a-large-file"].begin(connection, path, place, f"X-Request-Id: {name}")
        until(lambda: place.puts and place.puts[0].body)
    assert service.upload_event(name)["code"] == "client_gone"
    assert place.puts[0].ended.wait(30)
    assert 0 < len(place.puts[0].body) < place.puts[0].length
    assert LARGE.startswith(bytes(place.puts[0].body))


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service)
