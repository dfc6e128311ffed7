"""Bodies in broken chunked coding.

Tiny chunks: hostile/test_tiny_reads.py. What is thrown away after a refusal: test_early_answers.py.
"""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.support.client.raw_http import Connection
from tests.support.client.written_forms import (
    FILE_HEAD,
    FORM,
    SMALL,
    URL,
    both_endpoints,
)
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture(scope="module")
def own(double: StorageDouble) -> Iterator[Running]:
    """A service that hears of a request's body while it comes, wherever the shared one runs."""
    with Running(UPLOAD_DESTINATIONS=double.url) as running:
        yield running


BROKEN_CHUNKS = pytest.mark.parametrize(
    "coding",
    [
        pytest.param(b"zz\r\n", id="no-number"),
        pytest.param(b"-5\r\nhello\r\n", id="negative"),
        pytest.param(b"5\r\nhelloXX5\r\n", id="no-line-break"),
    ],
)


@both_endpoints
@BROKEN_CHUNKS
@pytest.mark.parametrize("begun", [b"", URL + FILE_HEAD + SMALL], ids=["at-once", "in-the-file"])
def test_broken_chunked_coding(
    own: Running, at_double: Callable[..., Place], begun: bytes, coding: bytes, path: str
) -> None:
    """A request with broken chunks is refused, whether they break at its beginning or in the file."""
    place = at_double()
    opening = place.fill(begun)
    with Connection(own.port) as connection:
        connection.begin(path, None, content_type=FORM)
        if opening:
            connection.send(b"%x\r\n%b\r\n" % (len(opening), opening))
        time.sleep(0.05)  # so that this much has been read, as a rule; the answer is the same if not
        connection.send(coding)
        assert_refused(own, connection.answer(), "bad_request", path)
    assert place.stored() is None


@both_endpoints
@BROKEN_CHUNKS
def test_broken_chunked_coding_with_the_head(service: Running, coding: bytes, path: str) -> None:
    """Broken chunks that arrive together with the head are refused like a broken head."""
    with Connection(service.port) as connection:
        connection.send(
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\nTransfer-Encoding: chunked\r\n\r\n"
            % (path.encode(), FORM.encode())
            + coding
        )
        answered = connection.answer()
    assert (answered.status, answered.json["code"]) == (400, "bad_request")
    event = service.wait_for(lambda event: event.get("request_id") == answered.request_id)
    assert (event["event"], event["status"]) == ("bad_request_head", 400)


def test_nothing_unexpected_was_logged(service: Running, own: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service, own)
