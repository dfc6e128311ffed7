"""What is refused by the request's head: no form, no boundary, a compressed, missing or too long body."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.client.raw_http import Connection
from tests.support.client.written_forms import (
    END,
    FILE,
    FORM,
    URL,
    both_endpoints,
    post,
    post_chunked,
)
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place


@both_endpoints
@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("application/json", "not_multipart"),
        ("application/x-www-form-urlencoded", "not_multipart"),
        ("multipart/mixed; boundary=B", "not_multipart"),
        ("image/png", "not_multipart"),
        ("", "not_multipart"),
        ("multipart/form-data", "missing_boundary"),
        ("multipart/form-data; boundary=", "missing_boundary"),
        ("multipart/form-data; charset=utf-8", "missing_boundary"),
        (f"multipart/form-data; boundary={'B' * 201}", "missing_boundary"),
    ],
)
def test_wrong_content_type(
    service: Running, untouched: Place, content_type: str, code: str, path: str
) -> None:
    """A body that is no form, or has no boundary, is refused by its head."""
    answered = post(service, path, untouched.fill(URL + FILE + END), content_type=content_type)
    assert_refused(service, answered, code, path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
def test_json_instead_of_a_form(service: Running, untouched: Place, path: str) -> None:
    """JSON with the right names in it is refused, because it is no form."""
    body = untouched.fill(b'{"file": "MTIzNDU=", "uploadUrl": "<URL>"}')
    assert_refused(service, post(service, path, body, content_type="application/json"), "not_multipart", path)
    assert untouched.stored() is None


@both_endpoints
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "GZIP", "gzip, identity"])
def test_content_encoding(service: Running, untouched: Place, coding: str, path: str) -> None:
    """A compressed request is refused by its head."""
    answered = post(service, path, untouched.fill(URL + FILE + END), f"Content-Encoding: {coding}")
    assert_refused(service, answered, "content_encoding_unsupported", path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
def test_empty_body(service: Running, path: str) -> None:
    """A request without a body is refused as empty, with a length of 0 or chunked with nothing."""
    assert_refused(service, post(service, path, b""), "empty_body", path)
    assert_refused(service, post_chunked(service, path, b""), "empty_body", path)


GIB = 1 << 30


LIMIT = 100_000


@pytest.fixture(scope="module")
def frugal() -> Iterator[Running]:
    """A service that takes files of at most 100,000 bytes."""
    with Running(UPLOAD_MAX_FILE_BYTES=str(LIMIT)) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize("length", [5 * GIB + 1_048_577, 1 << 60])
def test_more_than_five_gib_is_refused_by_the_head(service: Running, length: int, path: str) -> None:
    """A request too long for any file is refused before a byte of its body, and never told to continue."""
    assert_refused_by_head(service, path, length)


@both_endpoints
def test_request_over_the_limit_is_refused_by_the_head(frugal: Running, path: str) -> None:
    """So is a request longer than the service's limit plus everything allowed beside a file."""
    assert_refused_by_head(frugal, path, LIMIT + 1_048_577)


def assert_refused_by_head(service: Running, path: str, length: int) -> None:
    """Check that a client that waits for 100 gets 413 instead."""
    with Connection(service.port) as connection:
        connection.head(path, length, "Expect: 100-continue", content_type=FORM)
        assert connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 413"
        event = assert_refused(service, connection.answer(), "file_too_large", path)
    assert event.get("file_size", 0) == 0


def test_nothing_unexpected_was_logged(service: Running, frugal: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service, frugal)
