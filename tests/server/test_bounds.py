"""What the service holds at most, what it says when that is reached, and that nobody else is harmed."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, chunked, field, file, form, post
from tests.support.scanner.waiting_upload import until
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer

MIB = 1024 * 1024
SMALL, LARGE = b"12345", bytes(3 * MIB)


@pytest.fixture(scope="module")
def narrow(double: StorageDouble) -> Iterator[Running]:
    """A service with room for one upload at a time, 1 MiB of memory and 2 MiB of disk."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_MAX_CONCURRENT="1",
        UPLOAD_SPOOL_MEMORY_BYTES="1MiB",
        UPLOAD_SPOOL_DISK_BYTES="2MiB",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def shared(double: StorageDouble) -> Iterator[Running]:
    """The same room for any number of uploads."""
    with Running(
        UPLOAD_DESTINATIONS=double.url, UPLOAD_SPOOL_MEMORY_BYTES="1MiB", UPLOAD_SPOOL_DISK_BYTES="2MiB"
    ) as running:
        yield running


@pytest.fixture
def key(double: StorageDouble) -> str:
    """An object's key, at which the double stores."""
    name = f"bounds/{uuid.uuid4().hex}"
    double.script(name)
    return name


@pytest.mark.parametrize("expects", [False, True], ids=["sends at once", "waits for 100"])
@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_one_too_many(
    narrow: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    key: str,
    path: str,
    expects: bool,
) -> None:
    """One upload too many is told to come back before its body is read; the one that runs is stored."""
    body = form(field("uploadUrl", double_url(key)), file(LARGE))
    with Connection(narrow.port) as first, Connection(narrow.port) as second:
        first.head(PLAIN, len(body))
        first.send(body[: 2 * MIB])
        until(lambda: len(double.puts[f"/{key}"]) == 1)
        second.head(path, len(body), *(["Expect: 100-continue"] if expects else []))
        if expects:
            assert second.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 503"
        else:
            second.send(body)
        refused = second.answer()
        first.send(body[2 * MIB :])
        assert first.answer().status == 200
    assert (refused.status, refused.json["code"], refused.headers["retry-after"]) == (503, "too_busy", "5")
    assert bytes(double.puts[f"/{key}"][0].body) == LARGE


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_can_never_wait_here(narrow: Running, double_url: Callable[[str], str], key: str, path: str) -> None:
    """A file larger than all the room is refused at its start, with what to do."""
    answered = post(narrow.port, path, form(file(LARGE), field("uploadUrl", double_url(key))))
    assert (answered.status, answered.json["code"]) == (413, "too_large_to_keep")
    assert "uploadUrl before the file" in answered.json["detail"]


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_no_room_now(
    shared: Running, double: StorageDouble, double_url: Callable[[str], str], key: str, path: str
) -> None:
    """A file that would fit alone is told to come back, and the one that has the room is stored."""
    waiting = form(file(LARGE[: 3 * MIB // 2]), field("uploadUrl", double_url(key)))
    deadline = time.monotonic() + 30
    # The second may be looked at first, and the disk is given back behind an answer.
    while (pair := _two_at_once(shared, path, waiting))[0].status != 200 or pair[1].status != 503:
        assert time.monotonic() < deadline, pair
    assert (pair[1].json["code"], pair[1].headers["retry-after"]) == ("spool_full", "5")
    while post(shared.port, path, waiting).status != 200:
        assert time.monotonic() < deadline


def _two_at_once(service: Running, path: str, body: bytes) -> tuple[Answer, Answer]:
    """The answers to an upload that has begun, and to another one in the middle of it."""
    with Connection(service.port) as first:
        first.head(path, len(body))
        first.send(body[:MIB])
        second = post(service.port, path, body)
        first.send(body[MIB:])
        return first.answer(), second


def test_unknown_length_ends_where_the_room_ends(
    shared: Running, double_url: Callable[[str], str], key: str
) -> None:
    """Without a length the room is taken as the file comes, and refused when there is no more."""
    body = form(field("uploadUrl", double_url(key)), file(LARGE))

    def send() -> Answer:
        with Connection(shared.port) as connection:
            connection.head(PLAIN, None)
            connection.send(chunked(body[start : start + 65536] for start in range(0, len(body), 65536)))
            return connection.answer()

    deadline = time.monotonic() + 30  # the disk of the test before is given back behind its answer
    while (answered := send()).status == 503:
        assert time.monotonic() < deadline
    assert (answered.status, answered.json["code"]) == (413, "too_large_to_keep")


def test_streams_without_its_copy(
    shared: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """An upload whose copy has no room goes on, is stored, and says that it could not have been repeated."""
    body = form(field("uploadUrl", double_url(key)), file(LARGE))
    answered = post(shared.port, RETRY, body)
    assert (answered.status, answered.json["replayable"]) == (200, False)
    double.script(key, Reply(answer(503)))
    answered = post(shared.port, RETRY, body)
    assert (answered.status, answered.json["replayable"], answered.json["attempts"]) == (502, False, 1)


def test_kept_copy_is_said_and_listed(
    shared: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """With its copy an upload is repeated, and every attempt is listed with what came of it."""
    double.script(key, Reply(answer(503)), Reply())
    answered = post(shared.port, RETRY, form(field("uploadUrl", double_url(key)), file(SMALL)))
    assert (answered.status, answered.json["replayable"], answered.json["attempts"]) == (200, True, 2)
    first, second = answered.json["attempt_log"]
    assert (first["code"], first["status"], first["bytes"]) == ("storage_error", 503, len(SMALL))
    assert (second["code"], second["status"], second["bytes"]) == ("ok", 200, len(SMALL))
    assert shared.upload_event(answered.request_id)["attempt_log"] == answered.json["attempt_log"]
