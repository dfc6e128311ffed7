"""What storage's answers mean, through the service: the code, the status, and nothing of storage's words."""

import gzip
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from local.store import Bucket

from tests.storage.outcome_rows import FAILURES, REFUSALS, WORDS
from tests.support.client.raw_http import PLAIN
from tests.support.client.written_forms import END, FILE, RETRIES, URL, both_endpoints, post
from tests.support.service.problem_documents import MESSAGE, assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place, whole
from tests.support.storage.storage_double import OK, Reply, answer, xml
from upload_service.storage.store_codes import STORE_CODES


def test_every_known_code_of_storage_is_tried() -> None:
    """The table of this test has every code that the service knows."""
    assert dict(WORDS) == {word: code.error for word, code in STORE_CODES.items()}


@both_endpoints
@pytest.mark.parametrize("in_header", [False, True], ids=["xml", "header"])
@pytest.mark.parametrize(("word", "code"), WORDS)
def test_storage_refuses_with_a_known_code(
    service: Running, at_double: Callable[..., Place], word: str, code: str, in_header: bool, path: str
) -> None:
    """Each code of a store has our code, and is passed on with storage's status and nothing else."""
    status = 403
    reply = (
        answer(status, b"", f"x-ms-error-code: {word}") if in_header else answer(status, xml(word, MESSAGE))
    )
    place = at_double(Reply(reply), prefix="answered")
    answered = post(service, path, place.fill(URL + RETRIES % b"0" + FILE + END))
    event = assert_refused(service, answered, code, path, (status, word))
    assert event["attempts"] == 1
    assert len(place.puts) == 1


@both_endpoints
@pytest.mark.parametrize(("status", "body", "code", "word", "_retried"), REFUSALS)
def test_storage_refuses(
    service: Running,
    at_double: Callable[..., Place],
    status: int,
    body: bytes,
    code: str,
    word: str | None,
    _retried: bool,
    path: str,
) -> None:
    """What storage refuses for good has our code, on both endpoints after one PUT."""
    place = at_double(Reply(answer(status, body)), prefix="answered")
    answered = post(service, path, place.fill(URL + FILE + END))
    event = assert_refused(service, answered, code, path, (status, word))
    assert event["attempts"] == 1
    assert len(place.puts) == 1


@pytest.mark.parametrize(("status", "body", "code", "word", "_retried"), FAILURES)
def test_storage_fails(
    service: Running,
    at_double: Callable[..., Place],
    status: int,
    body: bytes,
    code: str,
    word: str | None,
    _retried: bool,
) -> None:
    """Storage's own failures, and refusals that pass, have our code."""
    place = at_double(Reply(answer(status, body)), prefix="answered")
    answered = post(service, PLAIN, place.fill(URL + FILE + END))
    event = assert_refused(service, answered, code, PLAIN, (status, word))
    assert event["attempts"] == 1
    assert len(place.puts) == 1


@both_endpoints
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("word", [None, "TemporaryRedirect"])
def test_redirect_is_never_followed(
    service: Running, at_double: Callable[..., Place], status: int, word: str | None, path: str
) -> None:
    """A redirect is reported and never followed, with the URL first or last."""
    elsewhere = at_double(prefix="untouched")
    body = xml(word, MESSAGE) if word and status != 304 else b""
    location = f"Location: {elsewhere.url}"
    for parts in ([URL, FILE], [FILE, URL]):
        place = at_double(Reply(answer(status, body, location)), prefix="answered")
        answered = post(service, path, place.fill(b"".join(parts) + END))
        assert_refused(service, answered, "storage_redirected", path, (status, word if body else None))
        assert elsewhere.url not in f"{answered.headers}{answered.body!r}"
        assert len(place.puts) == 1
    assert elsewhere.puts == []


@pytest.mark.parametrize("body", [URL + FILE + END, FILE + URL + END], ids=["url-first", "file-first"])
@pytest.mark.parametrize(
    ("reply", "code", "storage"),
    [
        pytest.param(Reply(b"", then="close"), "storage_disconnected", None, id="no-answer"),
        pytest.param(Reply(b"", then="reset"), "storage_disconnected", None, id="reset"),
        pytest.param(Reply(b"", after="head", then="reset"), "storage_disconnected", None, id="early-reset"),
        pytest.param(Reply(b"HTTP/1.1 200 O", then="close"), "storage_disconnected", None, id="half-a-head"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Le", then="reset"), "storage_disconnected", None,
                     id="half-a-head-and-reset"),
        pytest.param(Reply(MESSAGE.encode() + b"\r\n\r\n", then="close"), "storage_bad_answer", None,
                     id="garbage"),
        pytest.param(Reply(b"SSH-2.0-OpenSSH_9.6\r\n", then="close"), "storage_bad_answer", None, id="ssh"),
        pytest.param(Reply(b"HTTP/1.1 twohundred OK\r\n\r\n", then="close"), "storage_bad_answer", None,
                     id="status-in-words"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", then="close"),
                     "storage_bad_answer", None, id="length-in-words"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", then="close"),
                     "storage_bad_answer", None, id="head-without-bounds"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>", then="close"),
                     "storage_bad_answer", None, id="half-a-body"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>", then="reset"),
                     "storage_bad_answer", None, id="half-a-body-and-reset"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", then="close"),
                     "storage_bad_answer", None, id="broken-chunks"),
        pytest.param(Reply(b"HTTP/1.1 500 No\r\nContent-Length: 500\r\n\r\n" + xml("InternalError", MESSAGE),
                           then="close"),
                     "storage_error", (500, "InternalError"), id="half-a-body-of-500"),
        pytest.param(Reply(b"HTTP/1.1 403 No\r\nContent-Length: 500\r\n\r\n" + xml("AccessDenied", MESSAGE),
                           then="reset"),
                     "access_denied", (403, "AccessDenied"), id="half-a-body-of-403"),
    ],
)  # fmt: skip
def test_storage_breaks(
    service: Running,
    at_double: Callable[..., Place],
    reply: Reply,
    code: str,
    storage: tuple[int, str | None] | None,
    body: bytes,
) -> None:
    """A broken or missing answer is storage's failure. A refusal counts even if it breaks off."""
    place = at_double(reply, prefix="answered")
    event = assert_refused(service, post(service, PLAIN, place.fill(body)), code, PLAIN, storage)
    assert event["attempts"] == len(place.puts) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b'HTTP/1.1 201 Created\r\nETag: "1"\r\nContent-Length: 0\r\n\r\n',
        b'HTTP/1.1 204 No Content\r\nETag: "1"\r\n\r\n',
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b'HTTP/1.1 200 OK\r\nETag: "1"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
        b'HTTP/1.1 200\r\nETag: "1"\r\nContent-Length: 0\r\n\r\n',
    ],
    ids=["201", "204", "100-first", "chunked", "no-reason"],
)
def test_storage_agrees_in_other_words(service: Running, at_double: Callable[..., Place], raw: bytes) -> None:
    """Every whole 2xx with an ETag is a success, whatever else storage says."""
    place = at_double(Reply(raw), prefix="answered")
    answered = post(service, PLAIN, place.fill(URL + FILE + END))
    assert answered.status == 200, answered.json
    assert whole(place.puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize(
    ("head", "code", "storage"),
    [
        (b'HTTP/1.1 200 OK\r\nETag: "1"\r\n\r\n', None, None),
        (b"HTTP/1.1 403 No\r\nContent-Length: 99999999999\r\n\r\n", "refused_before_storage", (403, None)),
        (b"HTTP/1.1 403 No\r\n\r\n", "refused_before_storage", (403, None)),
    ],
    ids=["200", "403-with-length", "403"],
)
def test_endless_answer(
    service: Running,
    at_double: Callable[..., Place],
    head: bytes,
    code: str | None,
    storage: tuple[int, str | None] | None,
    path: str,
) -> None:
    """Only the beginning of an endless answer is read, and then the connection is closed."""
    place = at_double(Reply(head + bytes(64 << 20)), prefix="answered")
    answered = post(service, path, place.fill(URL + FILE + END))
    if code:
        assert_refused(service, answered, code, path, storage)
    else:
        assert answered.status == 200, answered.json
    assert place.puts[0].ended.wait(30)
    assert not place.puts[0].answered


@both_endpoints
def test_compressed_answer(service: Running, at_double: Callable[..., Place], path: str) -> None:
    """A compressed answer, for which nobody asked, is not inflated, however large it would become."""
    words = xml("EntityTooLarge", MESSAGE)
    for packed in (gzip.compress(words), gzip.compress(words + bytes(64 << 20), 1)):
        place = at_double(Reply(answer(400, packed, "Content-Encoding: gzip")), prefix="answered")
        answered = post(service, path, place.fill(URL + FILE + END))
        assert_refused(service, answered, "storage_rejected", path, (400, None))


@both_endpoints
def test_real_store_refuses(service: Running, bucket: Bucket, presign: Callable[..., str], path: str) -> None:
    """A URL signed for another method, another type or with another key is refused by a real store."""
    key = f"refused/{uuid.uuid4().hex}"
    stranger = replace(bucket, access_key="0" * 20)
    for url, code, word in (
        (presign(key, method="GET"), "signature_mismatch", "SignatureDoesNotMatch"),
        (presign(key, content_type="text/plain"), "signature_mismatch", "SignatureDoesNotMatch"),
        (presign(key).replace(key, f"{key}-other"), "signature_mismatch", "SignatureDoesNotMatch"),
        (TRANSCRIPT.hide(stranger.presign(key)), "credentials_expired", "InvalidAccessKeyId"),
    ):
        body = URL.replace(b"<URL>", url.encode()) + FILE + END
        assert_refused(service, post(service, path, body), code, path, (403, word))
    assert bucket.keys(key) == []


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service)
