"""POST /check: the very answer that an upload would get before the file's first byte."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.server.check_rows import RETRY_ROWS, RIGHT, ROWS, TYPE_ROWS, URLS, Row
from tests.support.client.raw_http import (
    CHECK,
    PLAIN,
    RETRY,
    Answer,
    Connection,
    ask,
    field,
    file,
    form,
    post,
)
from tests.support.contract.openapi_answers import assert_described, operations
from tests.support.service.metrics_scrape import ON, Scrape, scrape
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble

# What only an upload has.
OF_ATTEMPTS = {"request_id", "attempts", "attempt_log", "replayable"}
# What may differ from answer to answer, or belongs to the connection.
OF_ONE_ANSWER = {"x-request-id", "date", "content-length", "connection"}

Send = Callable[[Running, str, Row], Answer]


@pytest.fixture(scope="module")
def picky(double: StorageDouble) -> Iterator[Running]:
    """A service that takes images alone, and counts."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_ALLOWED_TYPES="image/*", **ON) as running:
        yield running


@pytest.fixture
def send(double: StorageDouble) -> Iterator[Send]:
    """Send a row, with a file behind it where the path is an upload's; storage hears nothing of any."""
    key = f"check/{uuid.uuid4().hex}"
    puts = double.script(key)

    def send(service: Running, path: str, row: Row) -> Answer:
        parts = row.parts
        for word, query in URLS.items():
            url = TRANSCRIPT.hide(f"{double.url}{key}?{query}") if query else f"{double.url}{key}"
            parts = parts.replace(word.encode(), url.encode())
        body = form(parts) if path == CHECK else form(parts, file(b"12345"))
        return post(service.port, path, body, *row.headers, content_type=row.content_type)

    yield send
    assert puts == []


def told(answer: Answer) -> tuple[int, dict[str, str], dict[str, Any]]:
    """What an answer says, without what only an upload has."""
    headers = {name: value for name, value in answer.headers.items() if name not in OF_ONE_ANSWER}
    return answer.status, headers, {k: v for k, v in answer.json.items() if k not in OF_ATTEMPTS}


def assert_same(send: Send, service: Running, row: Row, paths: tuple[str, ...]) -> None:
    """The check is told what the uploads are told, in words of the contract."""
    checked = send(service, CHECK, row)
    assert checked.json["code"] == row.code, checked.json
    assert_problem(checked, row.code)
    assert_described(operations()[f"POST {CHECK}"], checked.status, checked.headers, checked.json)
    for path in paths:
        assert told(checked) == told(send(service, path, row)), path


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in ROWS.items()])
def test_check_is_told_what_an_upload_is_told(service: Running, send: Send, row: Row) -> None:
    """What both upload endpoints refuse before the file's first byte, a check is told in the same words."""
    assert_same(send, service, row, (PLAIN, RETRY))


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in RETRY_ROWS.items()])
def test_check_has_the_retry_endpoints_fields(service: Running, send: Send, row: Row) -> None:
    """A max_retries that the retry endpoint refuses is refused by a check."""
    assert_same(send, service, row, (RETRY,))


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in TYPE_ROWS.items()])
def test_type_that_no_file_can_have(picky: Running, send: Send, row: Row) -> None:
    """A type that a field or the URL claims and that is not allowed is refused before the file is there."""
    assert_same(send, picky, row, (PLAIN, RETRY))


@pytest.mark.parametrize("parts", [pytest.param(parts, id=name) for name, parts in RIGHT.items()])
def test_right_form(service: Running, picky: Running, send: Send, parts: bytes) -> None:
    """A form against which nothing speaks is told so, also where types are listed, as the contract says."""
    for running in (service, picky):
        answered = send(running, CHECK, Row("", parts))
        assert answered.status == 200, answered.json
        assert answered.json["ok"] is True
        assert answered.json["request_id"] == answered.request_id
        assert_described(operations()[f"POST {CHECK}"], 200, answered.headers, answered.json)


def test_chunk_of_a_part(service: Running, send: Send) -> None:
    """A chunk that goes to the URL of a part is right, whatever counts it."""
    parts = field("totalChunks", "3") + field("uploadUrl", "<URL>&partNumber=1&uploadId=x")
    answered = send(service, CHECK, Row("", parts, ("Content-Range: bytes 0-9/100",)))
    assert answered.status == 200, answered.json


def test_form_without_parts(service: Running) -> None:
    """An empty form is told what it lacks first: the URL."""
    assert_problem(post(service.port, CHECK, form()), "missing_upload_url")


def test_request_without_a_body(service: Running) -> None:
    """A request without a body is refused as one to an upload endpoint is."""
    assert told(ask(service.port, "POST", CHECK)) == told(ask(service.port, "POST", PLAIN))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post(service: Running, method: str) -> None:
    """Other methods are told which one there is."""
    answered = ask(service.port, method, CHECK)
    assert_problem(answered, "method_not_allowed")
    assert answered.headers["allow"] == "POST"


def test_file_is_refused_unread(service: Running, double_url: Callable[[str], str]) -> None:
    """A form with the file is refused at the file's part, before its first byte has come."""
    url = field("uploadUrl", double_url("check/file"))
    for before in (url, b""):
        body = form(before, file(bytes(4_000_000)))
        with Connection(service.port) as connection:
            connection.head(CHECK, len(body))
            connection.send(body[: body.index(b"\0")])
            answered = connection.answer()
        assert_problem(answered, "file_in_check")
        assert "/check has the file" in answered.json["detail"]


@pytest.mark.parametrize(
    ("part", "code", "words"),
    [
        (field("file", "photo.png"), "file_is_text", "without a file name"),
        (file(b"1").replace(b'"file"', b'"photo"'), "missing_file", "has a file in photo"),
    ],
    ids=["text", "other-name"],
)
def test_misplaced_file(
    service: Running, double_url: Callable[[str], str], part: bytes, code: str, words: str
) -> None:
    """A file in a wrong field is told as an upload tells it: that form would be refused as well."""
    body = form(field("uploadUrl", double_url("check/misplaced")), part)
    checked = post(service.port, CHECK, body)
    assert_problem(checked, code)
    assert words in checked.json["detail"]
    assert told(checked) == told(post(service.port, RETRY, body))


def test_nothing_is_dialled_or_looked_up_or_kept(double: StorageDouble) -> None:
    """A check needs no storage, no name service and no space: it makes no connection at all."""
    with Running(
        UPLOAD_DESTINATIONS=f"{double.url},http://no-such-name.invalid",
        UPLOAD_SPOOL_MEMORY_BYTES="0",
        UPLOAD_SPOOL_DISK_BYTES="0",
        **ON,
    ) as running:
        for base in (double.url, "http://no-such-name.invalid/"):
            url = TRANSCRIPT.hide(f"{base}check/dials?{URLS['<URL>']}")
            answered = post(running.port, CHECK, form(field("uploadUrl", url), field("size", "5000000")))
            assert answered.status == 200, answered.json
        after = scrape(running.port)
    assert after.get("upload_service_storage_connections_made_total") == 0
    assert after.get("upload_service_checks_total", code="ok") == 2
    assert after.get("upload_service_uploads_total") == 0
    assert "/check/dials" not in double.puts


def test_check_is_counted_and_logged(picky: Running, send: Send, double: StorageDouble) -> None:
    """Each check is one log line and one step of its counter, and no upload's."""
    before: Scrape = scrape(picky.port)
    right, wrong = send(picky, CHECK, Row("", RIGHT["url"])), send(picky, CHECK, ROWS["expired"])
    first, second = (picky.upload_event(answer.request_id) for answer in (right, wrong))
    assert scrape(picky.port).since(before) == {
        "checks_total{ok}": 1,
        "checks_total{url_expired}": 1,
    }
    assert [line["event"] for line in (first, second)] == ["check", "check"]
    assert (first["code"], first["fault"], first["host"]) == ("ok", None, "127.0.0.1")
    assert (second["code"], second["fault"], second["host"]) == ("url_expired", "client", None)
    assert first["client"] == "127.0.0.1"
    assert first["caller"] is None


def test_check_is_no_upload_to_cloudwatch(double: StorageDouble, double_url: Callable[[str], str]) -> None:
    """Where log lines are metrics, a check's is none: CloudWatch counts uploads alone."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_METRICS="emf") as running:
        checked = post(running.port, CHECK, form(field("uploadUrl", double_url("check/emf"))))
        uploaded = post(running.port, PLAIN, form(field("uploadUrl", double_url("check/emf")), file(b"1")))
        assert "_aws" not in running.upload_event(checked.request_id)
        assert "_aws" in running.upload_event(uploaded.request_id)
