"""The retry endpoint: what is tried again and how often, and when it ends.

The waits are drawn between 0 and 0.5, 1, 2, 4 … seconds, so where they add up, cases run side by side.
"""

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.server.told import Told
from tests.support.client.raw_http import RETRY, Answer, Connection, field, file, form, post
from tests.support.scanner.waiting_upload import until
from tests.support.service.problem_documents import MESSAGE, assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place
from tests.support.storage.storage_double import OK, Reply, StorageDouble, answer, xml
from tests.upload.retries import LARGE, SIGNED, SMALL, attempts, orders, upload


@pytest.fixture(scope="module")
def hasty(double: StorageDouble) -> Iterator[Running]:
    """A service that gives storage six seconds after the client's last byte."""
    with Running(UPLOAD_DESTINATIONS=double.url, TIMEOUT_SECONDS="6") as running:
        yield running


FAULTS = {
    "no answer": Reply(b"", then="close"),
    "reset": Reply(b"", then="reset"),
    "early reset": Reply(b"", after="head", then="reset"),
    "garbage": Reply(b"what?\r\n\r\n", then="close"),
    "half a 200": Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", then="close"),
    "408": Reply(answer(408, xml("RequestTimeout"))),
    "429": Reply(answer(429)),
    "429 that denies": Reply(answer(429, xml("AccessDenied"))),
    "500": Reply(answer(500, xml("InternalError"))),
    "502": Reply(answer(502, b"<html>")),
    "503": Reply(answer(503, xml("SlowDown"))),
    "504": Reply(answer(504)),
}


@orders
def test_tried_again(service: Running, place: Callable[..., Place], url_first: bool) -> None:
    """Each fault of storage or of the way to it is tried again, and the second PUT succeeds."""
    places = [place(fault, Reply()) for fault in FAULTS.values()]
    with ThreadPoolExecutor(len(places)) as pool:
        answers = list(pool.map(lambda at: upload(service, at.url, SMALL, url_first=url_first), places))
    for name, at, answered in zip(FAULTS, places, answers, strict=True):
        assert answered.status == 200, (name, answered.json)
        assert answered.json["success"] is True
        assert attempts(service, answered) == 2, name
        assert at.bodies[1:] == [SMALL], name


@orders
@pytest.mark.parametrize(
    ("refusal", "code", "storage"),
    [
        (answer(400, xml("BadDigest", MESSAGE)), "checksum_mismatch", (400, "BadDigest")),
        (answer(403, xml("InvalidAccessKeyId", MESSAGE)), "credentials_expired", (403, "InvalidAccessKeyId")),
        (answer(403, xml("AccessDenied", "Request has expired")), "url_expired", (403, "AccessDenied")),
        (answer(404, xml("NoSuchBucket", MESSAGE)), "no_such_bucket", (404, "NoSuchBucket")),
        (answer(409), "storage_conflict", (409, None)),
        (answer(412, xml("PreconditionFailed", MESSAGE)), "precondition_failed", (412, "PreconditionFailed")),
        (answer(307, b"", "Location: /"), "storage_redirected", (307, None)),
        (answer(501, xml("NotImplemented", MESSAGE)), "header_not_supported", (501, "NotImplemented")),
        (answer(505), "storage_error", (505, None)),
    ],
)  # fmt: skip
def test_not_tried_again(
    service: Running,
    place: Callable[..., Place],
    refusal: bytes,
    code: str,
    storage: tuple[int, str | None],
    url_first: bool,
) -> None:
    """A refusal that cannot change by itself is not tried again, although the next PUT would succeed."""
    at = place(Reply(refusal), Reply())
    answered = upload(service, at.url, SMALL, url_first=url_first, max_retries=10)
    assert_refused(service, answered, code, RETRY, storage)
    assert attempts(service, answered) == len(at.puts) == 1


def test_tries_run_out(service: Running, place: Callable[..., Place], closed_port: int) -> None:
    """Without max_retries there are four PUTs, and the failure of the last is the answer."""
    closed = Place(TRANSCRIPT.hide(f"http://127.0.0.1:{closed_port}/k?{SIGNED}"), [])
    cases: list[tuple[Place, str, tuple[int, str | None] | None]] = [
        (place(Reply(answer(408))), "storage_timeout", (408, None)),
        (place(Reply(answer(429))), "storage_throttled", (429, None)),
        (place(Reply(answer(500, xml("InternalError", MESSAGE)))), "storage_error", (500, "InternalError")),
        (place(Reply(answer(503, xml("SlowDown", MESSAGE)))), "storage_error", (503, "SlowDown")),
        (place(Reply(b"", then="reset")), "storage_disconnected", None),
        (place(*[Reply(answer(503))] * 3, Reply(answer(403))), "storage_rejected", (403, None)),
        (place(*[Reply(answer(503))] * 3, Reply(b"", then="close")), "storage_disconnected", None),
        (closed, "storage_unreachable", None),
    ]
    with ThreadPoolExecutor(len(cases)) as pool:
        answers = list(pool.map(lambda case: upload(service, case[0].url, SMALL), cases))
    for (at, code, storage), answered in zip(cases, answers, strict=True):
        assert_refused(service, answered, code, RETRY, storage)
        assert attempts(service, answered) == 4
        assert len(at.puts) == (0 if at is closed else 4)


@pytest.mark.parametrize("max_retries", [0, 1])
def test_max_retries_counts_tries_after_the_first(
    service: Running, place: Callable[..., Place], max_retries: int
) -> None:
    """There is one PUT more than max_retries says, wherever the field stands in the form."""

    def send(at: Place, order: tuple[str, ...]) -> Answer:
        parts = {
            "url": field("uploadUrl", at.url),
            "file": file(LARGE),
            "max_retries": field("max_retries", str(max_retries)),
        }
        return post(service.port, RETRY, form(*(parts[name] for name in order)))

    every_order = list(itertools.permutations(["url", "file", "max_retries"]))
    places = [place(Reply(answer(503))) for _ in every_order]
    with ThreadPoolExecutor(len(places)) as pool:
        answers = list(pool.map(send, places, every_order))
    for order, at, answered in zip(every_order, places, answers, strict=True):
        assert_refused(service, answered, "storage_error", RETRY, (503, None))
        # A field after the file makes the predicted length wrong: that PUT breaks off and is no try.
        mispredicted = order == ("url", "file", "max_retries")
        assert attempts(service, answered) == max_retries + 1 + mispredicted, order
        assert [body for body in at.bodies if body == LARGE] == [LARGE] * (max_retries + 1), order


def test_more_tries(service: Running, place: Callable[..., Place]) -> None:
    """With max_retries 2 there are three PUTs; a success before that ends the tries."""
    cases = [
        (place(Reply(answer(503))), 2, 502, 3),
        (place(Reply(answer(503)), Reply(answer(500)), Reply()), 2, 200, 3),
        (place(Reply(answer(503)), Reply()), 2, 200, 2),
        (place(Reply()), 2, 200, 1),
        (place(*[Reply(answer(503))] * 3, Reply()), 3, 200, 4),
    ]
    with ThreadPoolExecutor(len(cases)) as pool:
        answers = list(pool.map(lambda case: upload(service, case[0].url, SMALL, max_retries=case[1]), cases))
    for (at, _, status, puts), answered in zip(cases, answers, strict=True):
        assert answered.status == status, answered.json
        assert attempts(service, answered) == puts
        assert at.bodies == [SMALL] * puts


@pytest.mark.parametrize("max_retries", [0, 1])
def test_last_field_decides(service: Running, place: Callable[..., Place], max_retries: int) -> None:
    """A PUT that failed before max_retries has come is not tried again until the field allows it."""
    at = place(Reply(answer(503), after=1000, then="hang"), Reply())
    body = form(field("uploadUrl", at.url), file(LARGE), field("max_retries", str(max_retries)))
    with Connection(service.port) as connection:
        connection.head(RETRY, len(body))
        connection.send(body[: len(body) // 2])
        until(lambda: at.puts)
        assert at.puts[0].ended.wait(60)  # the service has left it: it has heard the refusal
        time.sleep(0.6)  # longer than the first wait
        assert len(at.puts) == 1
        connection.send(body[len(body) // 2 :])
        answered = connection.answer()
    if max_retries:
        assert answered.status == 200, answered.json
        assert at.bodies[1] == LARGE
    else:
        assert_refused(service, answered, "storage_error", RETRY, (503, None))
    assert attempts(service, answered) == len(at.puts) == max_retries + 1


def test_storage_that_comes_up_is_found() -> None:
    """A storage that begins to listen a little later gets the file."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(60)
        base = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        url = TRANSCRIPT.hide(f"{base}k?{SIGNED}")
        body = form(field("uploadUrl", url), field("max_retries", "10"), file(SMALL))
        with Running(UPLOAD_DESTINATIONS=base) as service, Told(service, RETRY, len(body)) as upload:
            upload.send(body)
            upload.until("waiting")  # an attempt has found nobody
            listener.listen()
            connection, _ = listener.accept()
            with connection:
                received = b""
                while not received.endswith(SMALL):
                    received += connection.recv(65536)
                connection.sendall(OK)
                *_, last = upload.lines()
    assert last["success"], last
    assert last["attempts"] >= 2


@pytest.mark.parametrize(
    ("replies", "code", "storage"),
    [
        pytest.param([Reply(answer(503))], "storage_error", (503, None), id="503"),
        pytest.param([Reply(b"", then="reset")], "storage_disconnected", None, id="reset"),
        pytest.param(
            [Reply(answer(503)), Reply(b"", then="hang")], "storage_timeout", (503, None), id="hangs"
        ),
    ],
)
def test_deadline_ends_tries(
    hasty: Running,
    place: Callable[..., Place],
    replies: list[Reply],
    code: str,
    storage: tuple[int, str | None] | None,
) -> None:
    """The upload ends TIMEOUT_SECONDS after the client's last byte, however many attempts are left."""
    at = place(*replies)
    began = time.monotonic()
    answered = upload(hasty, at.url, SMALL, max_retries=10)
    assert time.monotonic() - began < 60
    # On a busy machine the end may come during an attempt that storage would have answered in time.
    given_up = answered.json["attempt_log"][-1]["code"] == "given_up"
    assert_refused(hasty, answered, "storage_timeout" if given_up else code, RETRY, storage)
    assert 1 <= attempts(hasty, answered) < 11
    assert attempts(hasty, answered) - given_up <= len(at.puts) <= attempts(hasty, answered)


def test_deadline_begins_with_the_last_byte(hasty: Running, place: Callable[..., Place]) -> None:
    """A client that sends for longer than TIMEOUT_SECONDS still gets its attempts afterwards."""
    at = place(Reply(answer(503), after=1000, then="hang"), Reply())
    body = form(field("max_retries", "1"), field("uploadUrl", at.url), file(LARGE))
    with Connection(hasty.port) as connection:
        connection.head(RETRY, len(body))
        # Each comes well before the client has stalled, also on a busy machine; all in seven seconds.
        size = len(body) // 5
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        connection.send(*pieces, pause=1.4)
        answered = connection.answer()
    assert answered.status == 200, answered.json
    assert attempts(hasty, answered) == 2
    assert at.bodies[1] == LARGE
