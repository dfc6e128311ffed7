"""What is said of the file after an upload: that it is stored, that it is not, or that nobody knows."""

import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from devtools import signed_queries

from tests.server.told import told
from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, field, file, form, post
from tests.support.scanner.waiting_upload import until
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import OK, Put, Reply, StorageDouble, answer, xml

SMALL = b"12345"
# More than the buffers between the service and a narrow storage hold.
LARGE = bytes(8 << 20)
CREATES = signed_queries.v4(signed_headers="host;if-none-match")
NEW_ONLY = field("header:if-none-match", "*")
# Makes a new key: the field with its URL, and the PUTs that come.
At = Callable[..., tuple[bytes, list[Put]]]
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])

RESET = Reply(b"", then="reset")
HALF_RESET = Reply(b"", after=1000, then="reset")
DENIED = Reply(answer(403, xml("AccessDenied")))
EXISTS = Reply(answer(412, xml("PreconditionFailed")))


@pytest.fixture(scope="module")
def double() -> Iterator[StorageDouble]:
    """A storage whose system takes little that it has not asked for."""
    with StorageDouble(narrow=True) as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def patient(double: StorageDouble) -> Iterator[Running]:
    """A service that waits longer than a busy machine takes, wherever something else must come first."""
    with Running(UPLOAD_DESTINATIONS=double.url) as running:
        yield running


@pytest.fixture(scope="module")
def hasty(double: StorageDouble) -> Iterator[Running]:
    """A service that gives storage one second at the end, for a storage that says nothing."""
    with Running(UPLOAD_DESTINATIONS=double.url, TIMEOUT_SECONDS="1") as running:
        yield running


@pytest.fixture(scope="module")
def stalled(double: StorageDouble) -> Iterator[Running]:
    """A service that waits for the caller no longer than a busy storage may stand still."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_STALL_SECONDS="6") as running:
        yield running


@pytest.fixture
def at(double: StorageDouble) -> At:
    """Make a new key at the double: the field with its URL, and the PUTs that come."""

    def make(*replies: Reply, query: str = "") -> tuple[bytes, list[Put]]:
        puts = double.script(key := f"stored/{uuid.uuid4().hex}", *replies)
        url = TRANSCRIPT.hide(f"{double.url}{key}?{query or signed_queries.v4()}")
        return field("uploadUrl", url), puts

    return make


def _said(service: Running, answered: Answer) -> tuple[object, object, object]:
    """Code, and what answer and log say of the file."""
    event = service.upload_event(answered.request_id)
    assert event["stored"] is answered.json["stored"]
    return event["code"], answered.json["stored"], event["attempts"]


# What storage does with a small file, the code that comes of it, and what is said.
ENDS: dict[str, tuple[Reply, str, bool | None]] = {
    "stored": (Reply(), "ok", True),
    # Storage has it all, and has not said what became of it.
    "reset": (RESET, "storage_disconnected", None),
    "hang-up": (Reply(b"", then="close"), "storage_disconnected", None),
    "silence": (Reply(b"", then="hang"), "storage_timeout", None),
    "half a head": (Reply(OK[:20], then="close"), "storage_disconnected", None),
    "half a body": (
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", then="close"),
        "storage_bad_answer",
        None,
    ),
    "garbage": (Reply(b"?\r\n\r\n", then="close"), "storage_bad_answer", None),
    "switch": (Reply(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), "storage_bad_answer", None),
    "status 0": (Reply(b"HTTP/1.1 000 Whatever\r\n\r\n", then="close"), "storage_bad_answer", None),
    "web server": (Reply(answer(200)), "storage_bad_answer", None),
    "500": (Reply(answer(500)), "storage_error", None),
    "503": (Reply(answer(503, xml("SlowDown"))), "storage_error", None),
    # It has refused it, or says that it has other bytes.
    "403": (DENIED, "access_denied", False),
    "307": (Reply(answer(307, b"", "Location: /")), "storage_redirected", False),
    "429": (Reply(answer(429)), "storage_throttled", False),
    "other bytes": (
        Reply(answer(200, b"", 'ETag: "e"', "x-amz-checksum-crc64nvme: AAAAAAAAAAE=")),
        "stored_bytes_differ",
        False,
    ),
    # It cannot have it all.
    "reset before a byte": (Reply(b"", after="head", then="reset"), "storage_disconnected", None),
}


@both_endpoints
@pytest.mark.parametrize("content", [SMALL, b""], ids=["small", "empty"])
@pytest.mark.parametrize("name", ENDS)
def test_what_is_known(
    patient: Running, hasty: Running, at: At, name: str, content: bytes, path: str
) -> None:
    """After storage had the whole file, only storage's word decides: without it nobody knows."""
    reply, code, stored = ENDS[name]
    url, _ = at(reply)
    service = hasty if code == "storage_timeout" else patient
    answered = post(service.port, path, form(field("max_retries", "0"), url, file(content)))
    assert _said(service, answered)[:2] == (code, stored)


@both_endpoints
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (HALF_RESET, "storage_disconnected"),
        (Reply(answer(503), after=1000, then="hang"), "storage_error"),
        (Reply(b"?\r\n\r\n", after=1000, then="hang"), "storage_bad_answer"),
        (Reply(b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n", after=1000, then="close"), "storage_bad_answer"),
        (Reply(b"HTTP/1.1 000 X\r\n\r\n", after=1000, then="close"), "storage_bad_answer"),
        (Reply(b"", after=1000, then="hang"), "client_stalled"),
    ],
    ids=["reset", "503", "garbage", "switch", "status 0", "caller"],
)
def test_half_a_file_is_not_stored(
    patient: Running, stalled: Running, at: At, reply: Reply, code: str, path: str
) -> None:
    """What broke off before its last byte ended with a reset, so it is not stored."""
    url, _ = at(reply)
    service = stalled if code == "client_stalled" else patient
    body = form(field("max_retries", "0"), url, file(LARGE))
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[: len(body) // 2])
        answered = connection.answer()
    assert _said(service, answered)[:2] == (code, False)


@pytest.mark.parametrize(
    ("replies", "code", "stored"),
    [
        ([RESET, Reply()], "ok", True),
        ([RESET, DENIED], "access_denied", None),
        ([HALF_RESET, DENIED], "access_denied", False),
        ([Reply(answer(500)), Reply(answer(429))], "storage_throttled", None),
        ([DENIED], "access_denied", False),
    ],
    ids=["then-stored", "then-refused", "half-then-refused", "failed-then-refused", "refused"],
)
def test_nobody_knows_until_it_is_stored(
    patient: Running, at: At, replies: list[Reply], code: str, stored: bool | None
) -> None:
    """An attempt of which nobody knows the end is not undone by a refusal, only by a success."""
    url, puts = at(*replies)
    answered = post(patient.port, RETRY, form(field("max_retries", "1"), url, file(LARGE)))
    assert _said(patient, answered) == (code, stored, len(replies))
    assert len(puts) == len(replies)


@pytest.mark.parametrize(
    ("first", "content", "code", "stored"),
    [
        (RESET, SMALL, "already_stored", None),
        (RESET, b"", "already_stored", None),
        (HALF_RESET, LARGE, "precondition_failed", False),
    ],
    ids=["whole", "empty", "half"],
)
def test_create_only_after_that(
    patient: Running, at: At, first: Reply, content: bytes, code: str, stored: bool | None
) -> None:
    """Where storage only creates, its refusal of the second PUT tells that the first one may be stored."""
    url, _ = at(first, EXISTS, query=CREATES)
    answered = post(patient.port, RETRY, form(field("max_retries", "1"), NEW_ONLY, url, file(content)))
    assert _said(patient, answered) == (code, stored, 2)


@both_endpoints
@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
def test_stop_while_storage_works(double: StorageDouble, content: bytes, path: str) -> None:
    """A service that stops while storage has the whole file says that nobody knows."""
    puts = double.script(key := f"stored/{uuid.uuid4().hex}", Reply(b"", then="hang"))
    url = TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.v4()}")
    body = form(field("uploadUrl", url), file(content))
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SHUTDOWN_SECONDS="1") as service:
        with Connection(service.port) as connection:
            connection.head(path, len(body))
            connection.send(body)
            until(lambda: puts and len(puts[0].body) == len(content))
            service.process.send_signal(signal.SIGTERM)
            answered = connection.answer()
        assert _said(service, answered)[:2] == ("shutting_down", None)


@pytest.mark.parametrize("speaks", [True, False], ids=["answers", "falls-silent"])
def test_caller_who_left(patient: Running, hasty: Running, at: At, speaks: bool) -> None:
    """When a caller leaves after its last byte, the log says what became of the file, if that is known."""
    speak = threading.Event()
    url, puts = at(Reply(speak=speak) if speaks else Reply(b"", then="hang"))
    body = form(url, file(SMALL))
    name = f"left-{speaks}"
    service = patient if speaks else hasty
    with Connection(service.port) as connection:
        connection.head(PLAIN, len(body), f"X-Request-Id: {name}")
        connection.send(body)
        until(lambda: puts and len(puts[0].body) == len(SMALL))
    time.sleep(0.3)  # the service may hear by then that the caller has left: what it says is the same
    speak.set()
    assert service.upload_event(name)["stored"] is (True if speaks else None)


def test_last_line_of_progress(patient: Running, at: At) -> None:
    """The last line of progress says the same as the answer without it."""
    url, _ = at(RESET)
    last = told(patient, PLAIN, form(url, file(SMALL)))[-1]
    assert (last["code"], last["stored"]) == ("storage_disconnected", None)


def test_refused_before_anything_was_sent(patient: Running) -> None:
    """What is refused beforehand is not stored."""
    answered = post(patient.port, PLAIN, form(file(SMALL)))
    assert (answered.json["code"], answered.json["stored"]) == ("missing_upload_url", False)
