"""A length that was predicted wrongly costs a second PUT, or is an error where the file is not kept."""

import time
from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Connection
from tests.support.client.written_forms import END, FORM, LARGE, OTHER, RETRIES, SIZE, SMALL, URL, file, post
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place, whole

MEBI = bytes(range(256)) * 4096  # as much as the plain endpoint always keeps
KEPT = bytes(range(256)) * 4 * 8192  # as much as it keeps where nothing tells how the form ends
HUGE = KEPT + MEBI
AFTER = OTHER % b"Send"


def send_until_put(connection: Connection, place: Place, body: bytes) -> int:
    """Send the form until its PUT has begun, as far as that can be seen; returns how much of it was sent."""
    sent = len(body) // 3
    connection.send(body[:sent])
    for _ in range(0 if place.in_store else 1000):
        time.sleep(0.02)
        if place.puts:
            break
        # Of a small file the head of the PUT leaves with the first piece, when the next one has come.
        connection.send(body[sent : sent + 50])
        sent += 50
    return sent


@pytest.mark.parametrize(
    ("path", "before", "content", "ending", "puts"),
    [
        pytest.param(PLAIN, b"", SMALL, AFTER + END, 2, id="plain-small"),
        pytest.param(RETRY, b"", SMALL, AFTER + END, 2, id="retry-small"),
        pytest.param(PLAIN, b"", MEBI[:-99], AFTER + END, 2, id="plain-largest-that-is-kept"),
        pytest.param(PLAIN, b"", LARGE, AFTER + END, 2, id="plain-large"),
        pytest.param(PLAIN, b"", KEPT[:-99], AFTER + END, 2, id="plain-largest-that-is-ever-kept"),
        pytest.param(PLAIN, b"", HUGE, END, 1, id="plain-huge-right"),
        pytest.param(PLAIN, SIZE % b"9437184", HUGE, AFTER + END, 1, id="plain-huge-of-known-size"),
        pytest.param(RETRY, b"", LARGE, AFTER + END, 2, id="retry-large"),
        pytest.param(RETRY, b"", LARGE, RETRIES % b"0" + END, 2, id="retry-large-none-left"),
        pytest.param(PLAIN, SIZE % b"2097152", LARGE, AFTER + END, 1, id="plain-large-of-known-size"),
        pytest.param(RETRY, SIZE % b"2097152", LARGE, AFTER + END, 1, id="retry-large-of-known-size"),
        pytest.param(PLAIN, b"", SMALL, END + b"an epilogue", 2, id="plain-small-epilogue"),
        pytest.param(PLAIN, b"", SMALL, b"--B--", 2, id="plain-small-no-last-line-break"),
        pytest.param(RETRY, b"", SMALL, b"--B--", 2, id="retry-small-no-last-line-break"),
        pytest.param(RETRY, b"", LARGE, b"--B--", 2, id="retry-large-no-last-line-break"),
        pytest.param(PLAIN, SIZE % b"2097152", LARGE, b"--B--", 1, id="plain-known-size-no-last-line-break"),
        pytest.param(PLAIN, b"", LARGE, END, 1, id="plain-large-right"),
        pytest.param(RETRY, b"", LARGE, END, 1, id="retry-large-right"),
    ],
)
def test_wrong_prediction_is_put_right(
    service: Running,
    at_double: Callable[..., Place],
    in_store: Callable[[], Place],
    path: str,
    before: bytes,
    content: bytes,
    ending: bytes,
    puts: int,
) -> None:
    """When something after the file makes the predicted length wrong, only a second PUT is whole."""
    for place in (at_double(prefix="stored"), in_store()):
        body = place.fill(before + URL) + file(content) + ending
        with Connection(service.port) as connection:
            connection.head(path, len(body), content_type=FORM)
            sent = send_until_put(connection, place, body)
            connection.send(body[sent:-3], body[-3:], pause=0.03)
            answered = connection.answer()
        assert answered.status == 200, answered.json
        assert answered.json["file_size"] == len(content)
        event = service.upload_event(answered.request_id)
        assert event["code"] == "ok"
        # In the store nobody sees when a PUT begins: if all of a small form has come, nothing is predicted.
        assert event["attempts"] in ({1, puts} if place.in_store and len(content) == len(SMALL) else {puts})
        assert place.stored() == content
        assert whole(place.puts) in ([], [content])
        assert len(place.puts) in (0, puts)


@pytest.mark.parametrize(
    "ending", [AFTER + END, END + b"an epilogue", b"--B--"], ids=["field", "epilogue", "no-crlf"]
)
def test_wrong_prediction_of_a_large_file(service: Running, refused: Place, ending: bytes) -> None:
    """On the plain endpoint a wrong prediction of a file that is not kept is an error; nothing is stored."""
    body = refused.fill(URL) + file(HUGE) + ending
    answered = post(service, PLAIN, body)
    event = assert_refused(service, answered, "length_unpredictable", PLAIN)
    assert event["attempts"] == 1
    assert refused.stored() is None


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service)
