"""What is said of the file after an upload: that it is stored, that it is not, or that nobody knows."""

import signal
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from devtools import signed_queries

from tests.server.told import told
from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import OK, Put, Reply, StorageDouble, answer, xml

SMALL = b"12345"
# More than the buffers between the service and a narrow storage hold.
LARGE = bytes(8 << 20)
CREATES = signed_queries.v4(signed_headers="host;if-none-match")
NEW_ONLY = field("header:if-none-match", "*")
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
def hasty(double: StorageDouble) -> Iterator[Running]:
    """A service that gives storage one second at the end."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        TIMEOUT_SECONDS="1",
        UPLOAD_STALL_SECONDS="2",
        UPLOAD_SHUTDOWN_SECONDS="1",
    ) as running:
        yield running


@pytest.fixture
def at(double: StorageDouble) -> Callable[..., tuple[bytes, list[Put]]]:
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
    hasty: Running, at: Callable[..., tuple[bytes, list[Put]]], name: str, content: bytes, path: str
) -> None:
    """After storage had the whole file, only storage's word decides: without it nobody knows."""
    reply, code, stored = ENDS[name]
    url, _ = at(reply)
    answered = post(hasty.port, path, form(field("max_retries", "0"), url, file(content)))
    assert _said(hasty, answered)[:2] == (code, stored)


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
    hasty: Running, at: Callable[..., tuple[bytes, list[Put]]], reply: Reply, code: str, path: str
) -> None:
    """What broke off before its last byte ended with a reset, so it is not stored."""
    url, _ = at(reply)
    body = form(field("max_retries", "0"), url, file(LARGE))
    with Connection(hasty.port) as connection:
        connection.head(path, len(body))
        connection.send(body[: len(body) // 2])
        answered = connection.answer()
    assert _said(hasty, answered)[:2] == (code, False)


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
    hasty: Running,
    at: Callable[..., tuple[bytes, list[Put]]],
    replies: list[Reply],
    code: str,
    stored: bool | None,
) -> None:
    """An attempt of which nobody knows the end is not undone by a refusal, only by a success."""
    url, puts = at(*replies)
    answered = post(hasty.port, RETRY, form(field("max_retries", "1"), url, file(LARGE)))
    assert _said(hasty, answered) == (code, stored, len(replies))
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
    hasty: Running,
    at: Callable[..., tuple[bytes, list[Put]]],
    first: Reply,
    content: bytes,
    code: str,
    stored: bool | None,
) -> None:
    """Where storage only creates, its refusal of the second PUT tells that the first one may be stored."""
    url, _ = at(first, EXISTS, query=CREATES)
    answered = post(hasty.port, RETRY, form(field("max_retries", "1"), NEW_ONLY, url, file(content)))
    assert _said(hasty, answered) == (code, stored, 2)


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
            while not (puts and len(puts[0].body) == len(content)):
                time.sleep(0.01)
            service.process.send_signal(signal.SIGTERM)
            answered = connection.answer()
        assert _said(service, answered)[:2] == ("shutting_down", None)


@pytest.mark.parametrize(("pause", "stored"), [(0.5, True), (5, None)], ids=["answers", "falls-silent"])
def test_caller_who_left(
    hasty: Running, at: Callable[..., tuple[bytes, list[Put]]], pause: float, stored: bool | None
) -> None:
    """When a caller leaves after its last byte, the log says what became of the file, if that is known."""
    url, _ = at(Reply(pause=pause))
    body = form(url, file(SMALL))
    name = f"left-{pause}"
    with Connection(hasty.port) as connection:
        connection.head(PLAIN, len(body), f"X-Request-Id: {name}")
        connection.send(body)
        time.sleep(0.2)
    event = hasty.upload_event(name)
    assert event["stored"] is stored


def test_last_line_of_progress(hasty: Running, at: Callable[..., tuple[bytes, list[Put]]]) -> None:
    """The last line of progress says the same as the answer without it."""
    url, _ = at(RESET)
    last = told(hasty, PLAIN, form(url, file(SMALL)))[-1]
    assert (last["code"], last["stored"]) == ("storage_disconnected", None)


def test_refused_before_anything_was_sent(hasty: Running) -> None:
    """What is refused beforehand is not stored."""
    answered = post(hasty.port, PLAIN, form(file(SMALL)))
    assert (answered.json["code"], answered.json["stored"]) == ("missing_upload_url", False)
