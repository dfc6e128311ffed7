"""Storage that is down, answers too early, takes nothing, or falls silent."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection
from tests.support.client.written_forms import (
    END,
    FILE,
    FORM,
    LARGE,
    RETRIES,
    URL,
    V2,
    both_endpoints,
    file,
    post,
)
from tests.support.scanner.waiting_upload import until
from tests.support.service.problem_documents import MESSAGE, assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place
from tests.support.storage.storage_double import OK, Reply, answer, xml


@both_endpoints
def test_storage_is_down(service: Running, closed_port: int, path: str) -> None:
    """A port that refuses connections is storage's fault, after as many attempts as are allowed."""
    url = TRANSCRIPT.hide(f"http://127.0.0.1:{closed_port}/k?{V2}").encode()
    for parts in ([URL, FILE], [FILE, URL]):
        body = RETRIES % b"0" + b"".join(parts).replace(b"<URL>", url) + END
        event = assert_refused(service, post(service, path, body), "storage_unreachable", path)
        assert event["attempts"] == (1 if path == RETRY else 2)


@both_endpoints
@pytest.mark.parametrize(
    ("reply", "code", "storage"),
    [
        pytest.param(Reply(answer(403, xml("AccessDenied", MESSAGE)), after=1000, then="hang"),
                     "access_denied", (403, "AccessDenied"), id="403"),
        pytest.param(Reply(answer(301, b"", "Location: /"), after=1000, then="hang"), "storage_redirected",
                     (301, None), id="301"),
        pytest.param(Reply(OK, after=1000, then="hang"), "storage_bad_answer", (200, None), id="200"),
        pytest.param(Reply(answer(501), after=1000, then="hang"), "header_not_supported", (501, None),
                     id="501"),
        pytest.param(Reply(b"", after=1000, then="reset"), "storage_disconnected", None, id="reset"),
        pytest.param(Reply(b"", after=1000, then="close"), "storage_disconnected", None, id="close"),
    ],
)  # fmt: skip
def test_storage_answers_before_the_file_has_come(
    service: Running,
    at_double: Callable[..., Place],
    reply: Reply,
    code: str,
    storage: tuple[int, str | None] | None,
    path: str,
) -> None:
    """An answer of storage in the middle of a file is passed on at once. Even a 200 is no success then."""
    place = at_double(reply)
    body = place.fill(RETRIES % b"0" + URL + file(LARGE) + END)
    with Connection(service.port) as connection:
        connection.head(path, len(body), content_type=FORM)
        connection.send(body[: len(body) // 2])
        event = assert_refused(service, connection.answer(), code, path, storage)
    assert event["attempts"] == 1
    assert len(place.puts) == 1
    assert place.stored() is None


HUGE = file(bytes(24 << 20))  # more than the buffers between two programs hold


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        pytest.param(PLAIN, (URL, HUGE), id="plain"),
        pytest.param(RETRY, (URL, HUGE), id="retry"),
        pytest.param(PLAIN, (HUGE, URL), id="file-first"),
    ],
)
def test_storage_takes_nothing(
    stalling: Running, at_double: Callable[..., Place], parts: tuple[bytes, bytes], path: str
) -> None:
    """Storage that takes no bytes for too long is given up with 504."""
    gate = threading.Event()
    place = at_double(Reply(gate=gate))
    body = place.fill(b"".join((RETRIES % b"0", *parts, END)))
    event = assert_refused(stalling, post(stalling, path, body), "storage_stalled", path)
    until(lambda: place.puts)
    assert not place.puts[0].ended.is_set()
    gate.set()
    assert event["attempts"] == 1
    assert place.stored() is None


LATE_SECONDS = 60
SILENCES = {
    "says nothing": (Reply(b"", then="hang"), "storage_timeout"),
    "half a status": (Reply(b"HTTP/1.1 2", then="hang"), "storage_timeout"),
    "half a head": (Reply(b"HTTP/1.1 200 OK\r\nETag:", then="hang"), "storage_timeout"),
    "half a body": (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", then="hang"), "storage_stalled"),
    "comes too late": (Reply(OK, pause=LATE_SECONDS), "storage_timeout"),
}


@both_endpoints
@pytest.mark.parametrize("body", [URL + FILE + END, FILE + URL + END], ids=["url-first", "file-first"])
def test_storage_falls_silent(
    hasty: Running, stalling: Running, at_double: Callable[..., Place], body: bytes, path: str
) -> None:
    """Storage that has all bytes and does not answer, or not wholly, is given up in time with 504."""
    # In the middle of an answer the stall time counts, as long as the time for all of it is not over.
    services = [stalling if code == "storage_stalled" else hasty for _, code in SILENCES.values()]
    places = [at_double(reply, prefix="answered") for reply, _ in SILENCES.values()]

    def send(service: Running, place: Place) -> tuple[Answer, float]:
        began = time.monotonic()
        return post(service, path, place.fill(RETRIES % b"0" + body)), time.monotonic() - began

    with ThreadPoolExecutor(len(places)) as pool:
        answers = list(pool.map(send, services, places))
    for name, service, (answered, seconds) in zip(SILENCES, services, answers, strict=True):
        event = assert_refused(service, answered, SILENCES[name][1], path)
        assert event["attempts"] == 1, name
        assert seconds < LATE_SECONDS, name


def test_nothing_unexpected_was_logged(service: Running, hasty: Running, stalling: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service, hasty, stalling)
