"""POST /check: who may ask, how often and how many at once, as with an upload; and what a stop does to it."""

import signal
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.server.access_control_http.callers import OLD, WRONG, bearer, stranger
from tests.support.client.raw_http import CHECK, PLAIN, RETRY, Connection, field, file, form, post
from tests.support.service.metrics_scrape import ON, wait_for_all
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

OF_ONE_REQUEST = {"request_id"}
# Who has sent so much is not slow for a while: else it would make room for others after three seconds.
ENOUGH_BYTES = 60_000
UPLOADS = pytest.mark.parametrize("path", [PLAIN, RETRY])


@pytest.fixture(scope="module")
def counted(double: StorageDouble) -> Iterator[Running]:
    """A service with a token and two uploads a minute for each address, which a proxy tells."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_API_TOKENS=f"app:{OLD}",
        UPLOAD_RATE_PER_MINUTE="2",
        UPLOAD_TRUSTED_PROXIES="127.0.0.0/8",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def two_places(double: StorageDouble) -> Iterator[Running]:
    """A service with two places, of which one address may have one."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_MAX_CONCURRENT="2",
        UPLOAD_MAX_CONCURRENT_PER_CLIENT="1",
        **ON,
        UPLOAD_TRUSTED_PROXIES="127.0.0.0/8",
    ) as running:
        yield running


@pytest.fixture
def narrow(two_places: Running) -> Running:
    """That service, once the test before has given back its places."""
    wait_for_all(two_places)
    return two_places


@pytest.fixture
def url(double_url: Callable[[str], str]) -> bytes:
    """The field with a right URL."""
    return field("uploadUrl", double_url("check/bounds"))


def same(first: dict[str, object], second: dict[str, object]) -> bool:
    """Whether two answers say the same, each of its own request."""
    return {k: v for k, v in first.items() if k not in OF_ONE_REQUEST} == {
        k: v for k, v in second.items() if k not in OF_ONE_REQUEST
    }


@UPLOADS
@pytest.mark.parametrize("headers", [(), (bearer(WRONG),), ("Authorization: Basic YTpi",)])
def test_token(counted: Running, url: bytes, headers: tuple[str, ...], path: str) -> None:
    """Without a right token a check is told what an upload is told, in the answer and in its headers."""
    checked = post(counted.port, CHECK, form(url), stranger(), *headers)
    uploaded = post(counted.port, path, form(url, file(b"1")), stranger(), *headers)
    assert_problem(checked, "unauthorized")
    assert same(checked.json, uploaded.json)
    assert checked.headers["www-authenticate"] == uploaded.headers["www-authenticate"]


def test_caller_is_logged(counted: Running, url: bytes) -> None:
    """With a right token the form is judged, and the log names who asked."""
    checked = post(counted.port, CHECK, form(url), stranger(), bearer(OLD))
    assert checked.json["ok"] is True
    event = counted.upload_event(checked.request_id)
    assert (event["event"], event["caller"]) == ("check", "app")
    assert event["client"].startswith("198.51.100.")


@UPLOADS
def test_checks_and_uploads_share_the_rate(counted: Running, url: bytes, path: str) -> None:
    """A check counts for the rate as an upload does, and is refused by it as an upload is."""
    address, body = stranger(), form(url, file(b"1"))
    assert post(counted.port, CHECK, form(url), address, bearer(OLD)).status == 200
    assert post(counted.port, path, body, address, bearer(OLD)).status == 200
    checked = post(counted.port, CHECK, form(url), address, bearer(OLD))
    uploaded = post(counted.port, path, body, address, bearer(OLD))
    assert_problem(checked, "rate_limited")
    assert same(checked.json, uploaded.json)
    assert 0 < int(checked.headers["retry-after"]) <= 30


@UPLOADS
def test_too_busy(narrow: Running, url: bytes, path: str) -> None:
    """When all places are taken, a check is told so like an upload, before its body is read."""
    body = form(field("other", "x" * ENOUGH_BYTES), url, file(bytes(1000)))
    with (
        Connection(narrow.port) as first,
        Connection(narrow.port) as second,
        Connection(narrow.port) as third,
    ):
        for each in (first, second):
            each.begin(PLAIN, len(body), stranger())
            each.send(body[:ENOUGH_BYTES])
        third.head(CHECK, len(form(url)), stranger(), "Expect: 100-continue")
        assert third.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 503"
        checked, uploaded = third.answer(), post(narrow.port, path, body, stranger())
    assert_problem(checked, "too_busy")
    assert same(checked.json, uploaded.json)
    assert checked.headers["retry-after"] == uploaded.headers["retry-after"]


@UPLOADS
def test_too_many_at_once(narrow: Running, url: bytes, path: str) -> None:
    """While an upload of its address runs, a check is one too many, and a check that runs counts as well."""
    address, body = stranger(), form(url, file(b"1"))
    with Connection(narrow.port) as running:
        running.begin(PLAIN, len(body), address)
        checked, uploaded = (
            post(narrow.port, CHECK, form(url), address),
            post(narrow.port, path, body, address),
        )
    assert_problem(checked, "too_many_at_once")
    assert same(checked.json, uploaded.json)
    address = stranger()
    with Connection(narrow.port) as checking:
        checking.begin(CHECK, len(form(url)), address)
        assert_problem(post(narrow.port, path, body, address), "too_many_at_once")
        checking.send(form(url))
        assert checking.answer().json["ok"] is True
    assert post(narrow.port, path, body, address).status == 200


def test_place_is_given_back(narrow: Running, url: bytes) -> None:
    """Checks one after another never run out of places, whether they are right, wrong or broken off."""
    for _ in range(5):
        assert post(narrow.port, CHECK, form(url), stranger()).status == 200
        assert post(narrow.port, CHECK, form(), stranger()).status == 422
        with Connection(narrow.port) as leaving:
            leaving.begin(CHECK, 1000, stranger())
    wait_for_all(narrow)


def test_sender_that_stalls(double: StorageDouble, url: bytes) -> None:
    """A form that does not come on is ended as an upload is."""
    with (
        Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_STALL_SECONDS="1") as hasty,
        Connection(hasty.port) as connection,
    ):
        connection.begin(CHECK, 1000, stranger())
        connection.send(url)
        assert_problem(connection.answer(), "client_stalled")


def test_form_is_cut_off(narrow: Running, url: bytes) -> None:
    """A form without its end is told as such, though all that came of it is right."""
    assert_problem(post(narrow.port, CHECK, url, stranger()), "incomplete_form")


def test_stop_in_the_middle(double: StorageDouble, double_url: Callable[[str], str]) -> None:
    """While the service drains, checks are answered and their connections closed; what is left is ended."""
    body = form(field("uploadUrl", double_url("check/stop")))
    with (
        Running(
            UPLOAD_DESTINATIONS=double.url, UPLOAD_SHUTDOWN_SECONDS="0", UPLOAD_DRAIN_DELAY_SECONDS="8"
        ) as running,
        Connection(running.port) as stopped,
    ):
        stopped.begin(CHECK, len(body))
        running.process.send_signal(signal.SIGTERM)
        running.wait_for(lambda event: event["event"] == "stopping")
        with Connection(running.port) as late:
            late.head(CHECK, len(body))
            late.send(body)
            assert late.answer().json["ok"] is True
            assert late.socket.recv(1) == b""
        answered = stopped.answer()
        assert_problem(answered, "shutting_down")
        assert running.upload_event(answered.request_id)["code"] == "shutting_down"
        assert running.process.wait(30) == 0
