"""How large the file may be."""

import socket
from collections.abc import Callable, Iterator

import pytest
from local.store import Bucket

from tests.support.double import StorageDouble
from tests.support.places import Place
from tests.support.problems import assert_nothing_unexpected, assert_refused
from tests.support.service import Running
from tests.support.wire import Answer, Connection
from tests.support.written_forms import (
    END,
    FORM,
    OTHER,
    SIZE,
    SMALL,
    URL,
    both_endpoints,
    file,
    post,
    post_chunked,
)

LIMIT = 100_000
GIB = 1 << 30


@pytest.fixture(scope="module")
def frugal(bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """A service that takes files of at most 100,000 bytes."""
    with Running(
        UPLOAD_DESTINATIONS=f"{bucket.url},{double.url}", UPLOAD_MAX_FILE_BYTES=str(LIMIT)
    ) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize("send", [post, post_chunked], ids=["with-length", "chunked"])
@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
@pytest.mark.parametrize("over", [1, 2_000_000])
def test_file_larger_than_the_limit(
    frugal: Running,
    refused: Place,
    send: Callable[[Running, str, bytes], Answer],
    url_first: bool,
    over: int,
    path: str,
) -> None:
    """A file over the limit, by one byte or far, is refused with and without a length, in both orders."""
    content = bytes(LIMIT + over)
    body = URL + file(content) + END if url_first else file(content) + URL + END
    assert_refused(frugal, send(frugal, path, refused.fill(body)), "file_too_large", path)
    assert refused.stored() is None


@both_endpoints
@pytest.mark.parametrize("send", [post, post_chunked], ids=["with-length", "chunked"])
@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
def test_file_as_large_as_the_limit(
    frugal: Running,
    in_store: Callable[[], Place],
    send: Callable[[Running, str, bytes], Answer],
    url_first: bool,
    path: str,
) -> None:
    """A file of exactly the limit is stored, with a megabyte of other fields around it too."""
    place, content = in_store(), SMALL[:LIMIT]
    parts = [URL, OTHER % bytes(900_000), file(content)]
    answered = send(frugal, path, place.fill(b"".join(parts if url_first else parts[::-1]) + END))
    assert answered.status == 200, answered.json
    assert place.stored() == content


@both_endpoints
@pytest.mark.parametrize("length", [5 * GIB + 1_048_577, 1 << 60])
def test_more_than_five_gib_is_refused_by_the_head(service: Running, length: int, path: str) -> None:
    """A request too long for any file is refused before a byte of its body, and never told to continue."""
    assert_refused_by_head(service, path, length)


@both_endpoints
def test_request_over_the_limit_is_refused_by_the_head(frugal: Running, path: str) -> None:
    """So is a request that is longer than the service's own limit and all that may stand beside a file."""
    assert_refused_by_head(frugal, path, LIMIT + 1_048_577)


def assert_refused_by_head(service: Running, path: str, length: int) -> None:
    """The first thing that a client hears which waits for 100 is 413."""
    with Connection(service.port) as connection:
        connection.head(path, length, "Expect: 100-continue", content_type=FORM)
        assert connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 413"
        event = assert_refused(service, connection.answer(), "file_too_large", path)
    assert event.get("file_size", 0) == 0


@both_endpoints
def test_size_over_the_limit(frugal: Running, untouched: Place, path: str) -> None:
    """A size over the limit is refused when it comes, before a PUT."""
    body = untouched.fill(URL + SIZE % b"100001" + file(bytes(LIMIT + 1)) + END)
    assert_refused(frugal, post(frugal, path, body), "file_too_large", path)
    assert untouched.stored() is None
    assert untouched.puts == []


def test_nothing_unexpected_was_logged(service: Running, frugal: Running) -> None:
    """Through all of this, nothing came that was not expected, and no library complained."""
    assert_nothing_unexpected(service, frugal)
