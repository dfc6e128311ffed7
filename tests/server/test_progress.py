"""What a client that accepts `application/x-ndjson` reads while its upload runs."""

import json
import threading
from collections.abc import Callable

import pytest

from tests.server.told import DIRECT, Told, of, told
from tests.support.client.raw_http import PLAIN, RETRY, Connection, ask, chunked, field, file, form
from tests.support.scanner.waiting_upload import until
from tests.support.service.problem_documents import MEMBERS
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import OK, Reply, StorageDouble, answer, xml
from upload_service.server.progress import CONTENT_TYPE

FILE = bytes(range(256)) * 10_000  # 2.5 MB


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_events_end_with_the_plain_answer(service: Running, presign: Callable[..., str], path: str) -> None:
    """Both counts reach the file's size, one attempt is told, and the last line is the plain answer."""
    body = form(field("uploadUrl", presign("progress/whole")), file(FILE))
    events = told(service, path, body)
    assert of(events, "received")[-1] == {"event": "received", "bytes": len(FILE), "of": len(FILE)}
    assert of(events, "sent")[-1] == {"event": "sent", "bytes": len(FILE), "of": len(FILE)}
    assert of(events, "attempt") == [{"event": "attempt", "attempt": 1}]
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body)
        plain = connection.answer().json
    assert events[-1].keys() == plain.keys()
    varying = {"request_id", "duration_ms", "attempt_log"}
    assert {k: v for k, v in events[-1].items() if k not in varying} == {
        k: v for k, v in plain.items() if k not in varying
    }


def test_events_come_while_the_file_does(service: Running, presign: Callable[..., str]) -> None:
    """To a direct client the head and both counts come before the file's second half is sent."""
    body = form(field("uploadUrl", presign("progress/halves")), file(FILE))
    half = len(body) // 2
    with Told(service, PLAIN, len(body), DIRECT) as upload:
        upload.send(body[:half])
        assert upload.response.status == 200
        assert upload.response.headers["Content-Type"] == CONTENT_TYPE
        assert upload.response.headers["Cache-Control"] == "no-store"
        assert upload.response.headers["X-Request-Id"]
        first = [upload.until("received"), upload.until("sent")]
        assert all(0 < event["bytes"] <= half for event in first)
        upload.send(body[half:])
        assert list(upload.lines())[-1]["success"] is True


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_no_line_comes_before_the_body_has_ended(
    service: Running, double: StorageDouble, double_url: Callable[[str], str], path: str
) -> None:
    """While the body comes nothing is answered, though storage has begun; then the lines tell all of it."""
    gate = threading.Event()
    puts = double.script("progress/after", Reply(gate=gate))
    body = form(field("uploadUrl", double_url("progress/after")), file(FILE))
    with Told(service, path, len(body)) as upload:
        upload.send(body[:-1000])
        until(lambda: len(puts) == 1)
        assert upload.is_silent(1)
        upload.send(body[-1000:])
        assert upload.response.status == 200
        first = upload.until("received")
        gate.set()
        events = [first, *upload.lines()]
    assert first["of"] == len(FILE)
    assert of(events, "received")[-1] == {"event": "received", "bytes": len(FILE), "of": len(FILE)}
    assert of(events, "sent")[-1] == {"event": "sent", "bytes": len(FILE), "of": len(FILE)}
    assert events[-1]["success"] is True


@pytest.mark.parametrize(("accept", "status"), [(CONTENT_TYPE, 403), (DIRECT, 200)])
def test_refusal_before_the_body_has_ended(
    service: Running, double: StorageDouble, double_url: Callable[[str], str], accept: str, status: int
) -> None:
    """It has its own status, as for any client; only to a direct one the first line has gone by then."""
    double.script("progress/early", Reply(answer(403, xml("AccessDenied")), after="head", then="close"))
    body = form(field("uploadUrl", double_url("progress/early")), file(FILE))
    with Told(service, PLAIN, len(body), accept) as upload:
        upload.send(body[: len(body) // 2])
        assert upload.response.status == status
        problem = json.loads(upload.response.read().splitlines()[-1])
    assert (problem["code"], problem["status"]) == ("access_denied", 403)
    assert (upload.response.headers["Content-Type"] == CONTENT_TYPE) is (status == 200)


@pytest.mark.parametrize("accept", [CONTENT_TYPE, DIRECT])
def test_stall_behind_an_answer_that_has_begun(
    double: StorageDouble, double_url: Callable[[str], str], accept: str
) -> None:
    """When the body stops after the answer has begun, the sentence names the proxy that may be the reason."""
    body = form(field("uploadUrl", double_url("progress/stalled")), file(FILE))
    with (
        Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_STALL_SECONDS="1") as hasty,
        Told(hasty, PLAIN, len(body), accept) as upload,
    ):
        upload.send(body[: len(body) // 2])
        problem = json.loads(upload.response.read().splitlines()[-1])
    assert problem["code"] == "client_stalled"
    assert ("direct=true" in problem["detail"]) is (accept == DIRECT)


def test_length_that_nobody_knows_is_null(service: Running, presign: Callable[..., str]) -> None:
    """With a chunked request the file's length is null until the file has arrived."""
    head = form(field("uploadUrl", presign("progress/chunked")), file(FILE))
    with Told(service, PLAIN, None, DIRECT) as upload:
        half = len(head) // 2
        upload.send(chunked([head[:half]]).removesuffix(b"0\r\n\r\n"))
        assert upload.until("received")["of"] is None
        upload.send(chunked([head[half:]]))
        events = list(upload.lines())
        assert of(events, "received")[-1] == {"event": "received", "bytes": len(FILE), "of": len(FILE)}
        assert events[-1]["success"] is True


def test_each_attempt_and_each_wait_is_told(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """After a failure that passes, events tell the wait, the next attempt, and its own count of bytes."""
    double.script("progress/retried", Reply(answer(503, xml("SlowDown"))), Reply(OK))
    body = form(field("uploadUrl", double_url("progress/retried")), field("max_retries", "2"), file(b"12345"))
    events = told(service, RETRY, body)
    names = [event.get("event") for event in events]
    assert names[names.index("waiting") :] == ["waiting", "attempt", "sent", None]
    (waiting,) = of(events, "waiting")
    assert waiting["code"] == "storage_error"
    assert 0 <= waiting["seconds"] <= 1
    assert [event["attempt"] for event in of(events, "attempt")] == [1, 2]
    assert of(events, "sent")[-1] == {"event": "sent", "bytes": 5, "of": 5}
    assert (events[-1]["success"], events[-1]["attempts"]) == (True, 2)


def test_failure_is_the_last_line(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """When storage refuses, the last line is the problem document: the status was already sent."""
    double.script("progress/refused", Reply(answer(403, xml("AccessDenied")), then="close"))
    body = form(field("uploadUrl", double_url("progress/refused")), file(FILE))
    events = told(service, PLAIN, body)
    assert (events[-1]["code"], events[-1]["status"]) == ("access_denied", 403)
    assert events[-1].keys() == MEMBERS | {"storage"}
    assert service.upload_event(events[-1]["request_id"])["code"] == "access_denied"


def test_failure_of_the_form_is_the_last_line(service: Running, presign: Callable[..., str]) -> None:
    """When the form is wrong, the only line is the problem document."""
    events = told(service, PLAIN, form(field("uploadUrl", presign("progress/no-file"))))
    assert [event["code"] for event in events] == ["missing_file"]


def test_refusal_of_the_head_has_its_own_status(service: Running) -> None:
    """A refusal before the body is read has its own status, as for any client."""
    refused = ask(service.port, "POST", PLAIN, {"Accept": CONTENT_TYPE, "Content-Type": "text/plain"})
    assert refused.status == 400
    assert refused.json["code"] == "empty_body"


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("application/x-ndjson", True),
        ("application/x-ndjson; direct=true", True),
        ("application/json, Application/X-NDJSON;q=0.5", True),
        ("*/*", False),
        ("application/*", False),
        ("application/x-ndjson;q=0", False),
        ("application/x-ndjson-seq", False),
        ("text/html, application/json", False),
    ],
)
def test_only_who_asks_is_told(
    service: Running, presign: Callable[..., str], accept: str, *, streams: bool
) -> None:
    """Only clients that name the media type get events; `*/*` and the like get JSON as usual."""
    body = form(field("uploadUrl", presign("progress/accept")), file(b"12345"))
    with Told(service, PLAIN, len(body), accept) as upload:
        upload.send(body)
        assert (upload.response.headers["Content-Type"] == CONTENT_TYPE) is streams
        *events, last = upload.response.read().splitlines()
        assert bool(events) is streams
        assert json.loads(last)["success"] is True
