"""How many uploads a client may run at once, over real sockets, and what the start says without tokens."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.server.access_control_http.callers import BOTH, MIB, stranger
from tests.support.client.raw_http import Connection, field, file, form, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

CONTENT = bytes(3 * MIB)


@pytest.fixture(scope="module")
def one_each(double: StorageDouble) -> Iterator[Running]:
    """A service that runs one upload at once for each client."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_MAX_CONCURRENT_PER_CLIENT="1",
        UPLOAD_TRUSTED_PROXIES="127.0.0.1",
    ) as running:
        yield running


def test_start_says_that_anybody_may_upload(closed: Running, untrusting: Running) -> None:
    """Without tokens the start logs once which limits hold for everybody; with tokens it does not."""
    [event] = [event for event in untrusting.log if event["event"] == "anybody_may_upload"]
    assert event["rate_per_minute"] == 1
    assert event["max_concurrent"] == 64
    assert event["max_file_bytes"] == 5 * 1024 * MIB
    assert [each for each in event["destinations"] if each.startswith("http://127.0.0.1:")]
    assert not [event for event in closed.log if event["event"] == "anybody_may_upload"]


@BOTH
@pytest.mark.parametrize("expects", [False, True], ids=["sends at once", "waits for 100"])
def test_one_at_once_for_each_client(
    one_each: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    path: str,
    expects: bool,
) -> None:
    """A client's second upload is refused before its body is read; other clients may upload."""
    key, mine, other = f"callers/{uuid.uuid4().hex}", stranger(), stranger()
    puts = double.script(key)
    sent = form(field("uploadUrl", double_url(key)), file(CONTENT))
    with Connection(one_each.port) as first, Connection(one_each.port) as second:
        first.head(path, len(sent), mine)
        first.send(sent[: 2 * MIB])
        _wait_for(lambda: bool(puts))
        second.head(path, len(sent), mine, *(["Expect: 100-continue"] if expects else []))
        if expects:
            assert second.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 429"
        else:
            second.send(sent)
        event = assert_refused(one_each, second.answer(), "too_many_at_once", path)
        assert event["client"] == mine.split()[-1]
        assert post(one_each.port, path, sent, other).status == 200
        first.send(sent[2 * MIB :])
        assert first.answer().status == 200
    assert post(one_each.port, path, sent, mine).status == 200


@BOTH
def test_place_of_one_that_left(
    one_each: Running, double: StorageDouble, double_url: Callable[[str], str], path: str
) -> None:
    """A client that leaves in the middle of its file, or is refused, gives its place back."""
    key, mine = f"callers/{uuid.uuid4().hex}", stranger()
    puts = double.script(key)
    sent = form(field("uploadUrl", double_url(key)), file(CONTENT))
    with Connection(one_each.port) as first:
        first.head(path, len(sent), mine)
        first.send(sent[: 2 * MIB])
        _wait_for(lambda: bool(puts))
    assert post(one_each.port, path, b"no form", mine, content_type="text/plain").status in (415, 429)
    _wait_for(lambda: post(one_each.port, path, sent, mine).status == 200)


def _wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
