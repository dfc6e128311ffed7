"""How large the file may be.

What is refused by the request's head: tests/server/test_admission.py.
"""

from collections.abc import Callable, Iterator

import pytest
from local.store import Bucket

from tests.support.client.raw_http import Answer
from tests.support.client.written_forms import (
    END,
    OTHER,
    SIZE,
    SMALL,
    URL,
    both_endpoints,
    file,
    post,
    post_chunked,
)
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble

LIMIT = 100_000


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
    """A file over the limit, by one byte or by far, is refused with and without a length, in both orders."""
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
def test_size_over_the_limit(frugal: Running, untouched: Place, path: str) -> None:
    """A size field over the limit is refused when it arrives, before a PUT."""
    body = untouched.fill(URL + SIZE % b"100001" + file(bytes(LIMIT + 1)) + END)
    assert_refused(frugal, post(frugal, path, body), "file_too_large", path)
    assert untouched.stored() is None
    assert untouched.puts == []


def test_nothing_unexpected_was_logged(service: Running, frugal: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service, frugal)
