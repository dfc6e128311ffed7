"""The retry endpoint sends the same bytes at each try, wherever they are kept."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.client.raw_http import RETRY, Connection, field, file, form
from tests.support.scanner.waiting_upload import until
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.upload.retries import LARGE, SMALL, attempts, orders, upload

TINY_SPOOL_BYTES = 100_000


@pytest.fixture(scope="module")
def tiny(double: StorageDouble) -> Iterator[Running]:
    """A service with so little memory for waiting files that a large one goes to a temporary file."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SPOOL_MEMORY_BYTES=str(TINY_SPOOL_BYTES)) as running:
        yield running


def test_same_bytes_each_time(service: Running, tiny: Running, place: Callable[..., Place]) -> None:
    """Each PUT has exactly the bytes of the file: small, large, from a temporary file, and in both orders."""
    cases = [
        (running, content, url_first, place(*[Reply(answer(503))] * failures, Reply()), failures + 1)
        for running in (service, tiny)
        for content in (b"", SMALL, LARGE, LARGE[: TINY_SPOOL_BYTES + 1])
        for url_first in (True, False)
        for failures in (1, 2)
    ]
    with ThreadPoolExecutor(len(cases)) as pool:
        answers = list(pool.map(lambda case: upload(case[0], case[3].url, case[1], url_first=case[2]), cases))
    for (running, content, _, at, puts), answered in zip(cases, answers, strict=True):
        assert answered.status == 200, answered.json
        assert answered.json["file_size"] == len(content)
        assert attempts(running, answered) == puts
        assert at.bodies == [content] * puts
        assert [put.header("Content-Length") for put in at.puts] == [str(len(content))] * puts


@orders
def test_broken_off_in_the_middle(tiny: Running, place: Callable[..., Place], url_first: bool) -> None:
    """After a PUT that broke off in the middle of a file, the next one begins at the file's first byte."""
    at = place(Reply(b"", after=TINY_SPOOL_BYTES * 2, then="reset"), Reply())
    answered = upload(tiny, at.url, LARGE, url_first=url_first)
    assert answered.status == 200, answered.json
    assert attempts(tiny, answered) == 2
    first, second = at.bodies
    assert LARGE.startswith(first)
    assert second == LARGE


def test_next_try_does_not_wait_for_the_client(service: Running, place: Callable[..., Place]) -> None:
    """A PUT that failed while the client still sends is tried again at once, if max_retries has arrived."""
    at = place(Reply(b"", after=1000, then="reset"), Reply())
    body = form(field("max_retries", "1"), field("uploadUrl", at.url), file(LARGE))
    with Connection(service.port) as connection:
        connection.head(RETRY, len(body))
        connection.send(body[: len(body) // 2])
        until(lambda: len(at.puts) == 2)
        connection.send(body[len(body) // 2 :])
        answered = connection.answer()
    assert answered.status == 200, answered.json
    assert attempts(service, answered) == 2
    assert at.bodies[1] == LARGE


def test_wrong_prediction_is_no_try(service: Running, place: Callable[..., Place]) -> None:
    """A PUT of a wrongly predicted length does not count as an attempt, and never becomes whole."""
    at = place(Reply(answer(503)), Reply(answer(503)), Reply())
    body = form(
        field("max_retries", "1"), field("uploadUrl", at.url), file(LARGE), field("submit", "Send it")
    )
    with Connection(service.port) as connection:
        connection.head(RETRY, len(body))
        connection.send(body[: len(body) // 2])
        until(lambda: at.puts)  # with the length that is wrong
        connection.send(body[len(body) // 2 :])
        answered = connection.answer()
    assert answered.status == 200, answered.json
    assert attempts(service, answered) == len(at.puts) == 3
    assert sorted(body == LARGE for body in at.bodies) == [False, True, True]
    assert sorted(put.whole for put in at.puts) == [False, True, True]


def test_storage_that_stalls_is_tried_again(double: StorageDouble, place: Callable[..., Place]) -> None:
    """A PUT of which storage takes no bytes is given up, and the next one succeeds."""
    at, content = place(Reply(b"", after=1, pause=60, then="close"), Reply()), bytes(20 << 20)
    memory = str(TINY_SPOOL_BYTES)
    # Longer than the client, or the next PUT, stands still on a busy machine.
    with Running(
        UPLOAD_DESTINATIONS=double.url, UPLOAD_SPOOL_MEMORY_BYTES=memory, UPLOAD_STALL_SECONDS="6"
    ) as service:
        answered = upload(service, at.url, content)
        assert answered.status == 200, answered.json
        assert attempts(service, answered) == 2
    assert bytes(at.puts[1].body) == content
