"""What ends an upload while its verdict is awaited, and what a file that waits needs."""

import threading
import time
import uuid
from collections.abc import Callable

import pytest
from devtools import signed_queries

from tests.clients.test_lambda_invocation import context
from tests.support.client.raw_http import PLAIN, RETRY, Connection, chunked, field, file, form, post
from tests.support.scanner.scripted_clamd import FOUND, OK, Say, ScriptedClamd
from tests.support.scanner.waiting_upload import Waiting, start, until
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble
from tests.upload.posts import Post

SMALL = b"a small file"
WAITS = bytes(range(256)) * 40_000  # 10 MB: its PUT begins after the verdict
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])


@both_endpoints
@pytest.mark.parametrize("url_first", [True, False])
def test_an_empty_file_waits_too(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place], path: str, url_first: bool
) -> None:
    """A PUT of no bytes would empty the object, so it begins only when clamd has said OK."""
    there = place()
    waiting = Waiting(scripted, scanning, there, b"", path, FOUND, url_first=url_first)
    assert waiting.answer().json["code"] == "malware_found"
    assert there.stored() is None
    waiting = Waiting(scripted, scanning, there, b"", path, OK, url_first=url_first)
    assert waiting.answer().status == 200
    assert there.stored() == b""


@pytest.mark.parametrize("content", [SMALL, WAITS], ids=["streams", "waits"])
def test_who_left_holds_nothing(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place], content: bytes
) -> None:
    """When the caller leaves, the connection to clamd ends, and the only place is free again."""
    streams = scripted.say(Say(b"", then="hang"), Say(OK))
    body = form(field("uploadUrl", place(prefix="refused").url), file(content))
    with Connection(scanning.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(body)
        until(lambda: streams and streams[0].came.wait(60))
    assert streams[0].ended.wait(60)
    assert streams[0].left
    told = post(scanning.port, PLAIN, form(field("uploadUrl", place().url), file(content)))
    assert told.status == 200, told.json


@both_endpoints
def test_the_url_expires_meanwhile(
    scanning: Running, scripted: ScriptedClamd, double: StorageDouble, path: str
) -> None:
    """A URL that expired while the file was scanned is told as that, and nothing was sent to it."""
    key, query = f"untouched/{uuid.uuid4().hex}", signed_queries.v4(seconds=20)
    there = Place(TRANSCRIPT.hide(f"{double.url}{key}?{query}"), double.script(key))
    expired = time.time() + 20
    waiting = Waiting(scripted, scanning, there, WAITS, path, OK)
    until(lambda: time.time() > expired)
    assert_refused(scanning, waiting.answer(), "url_expired", path)
    assert there.puts == []


@both_endpoints
@pytest.mark.parametrize("url_first", [True, False])
def test_a_large_post_waits(
    scanning: Running,
    scripted: ScriptedClamd,
    at_double_post: Callable[..., Post],
    path: str,
    url_first: bool,
) -> None:
    """A presigned POST that begins after the verdict is as long as it says, and has the file's bytes."""
    posted = at_double_post()
    parts = [posted.parts()[: -len(form())], file(WAITS)]
    gate = threading.Event()
    streams = scripted.say(Say(OK, gate=gate))
    body = form(*(parts if url_first else reversed(parts)))
    with Connection(scanning.port) as connection:
        connection.head(path, len(body))
        connection.send(body)
        until(lambda: streams and streams[0].came.wait(60))
        assert posted.puts == []
        gate.set()
        told = connection.answer()
    assert told.status == 200, told.json
    (put,) = posted.puts
    assert put.ended.wait(30)
    assert put.whole
    assert bytes(put.body).count(WAITS) == 1


@both_endpoints
def test_storage_is_asked_for_its_100(
    scripted: ScriptedClamd, double: StorageDouble, place: Callable[..., Place], path: str
) -> None:
    """Storage that says 100 Continue before it takes a body gets it so also when the PUT begins late."""
    there = place()
    with start(scripted, double, UPLOAD_EXPECT_CONTINUE_BYTES="1") as service:
        waiting = Waiting(scripted, service, there, WAITS, path, OK)
        assert there.puts == []
        assert waiting.answer().status == 200
    assert there.puts[0].header("Expect") == "100-continue"
    assert there.stored() == WAITS


# The disk, what may be in memory, and the code for a file that must wait.
ROOM = {
    "all in memory": ("0", "128MiB", None),
    "no disk": ("0", "9MiB", "too_large_to_keep"),
    "too small a disk": ("9MiB", "9MiB", "too_large_to_keep"),
    "taken by another": ("18MiB", "9MiB", "spool_full"),
}


@pytest.mark.parametrize(("path", "knows_length"), [(PLAIN, True), (RETRY, False)])
@pytest.mark.parametrize("room", ROOM)
def test_room_for_files_that_wait(
    scripted: ScriptedClamd,
    double: StorageDouble,
    place: Callable[..., Place],
    path: str,
    knows_length: bool,
    room: str,
) -> None:
    """A file that must wait and has no room is refused, with nothing sent; a small one needs none."""
    disk, memory, code = ROOM[room]
    with start(scripted, double, UPLOAD_SPOOL_DISK_BYTES=disk, UPLOAD_SPOOL_MEMORY_BYTES=memory) as service:
        other = Waiting(scripted, service, place(), WAITS, path, OK) if code == "spool_full" else None
        scripted.say()
        there = place(prefix="untouched" if code else "place")
        body = form(field("uploadUrl", there.url), file(WAITS))
        with Connection(service.port) as connection:
            connection.head(path, len(body) if knows_length else None)
            connection.send(body if knows_length else chunked([body]))
            told = connection.answer()
        if code:
            assert_refused(service, told, code, path)
            assert there.puts == []
        else:
            assert told.status == 200, told.json
            assert there.stored() == WAITS
        if other:
            assert other.answer().status == 200
        there = place()
        assert post(service.port, path, form(field("uploadUrl", there.url), file(SMALL))).status == 200
        assert there.stored() == SMALL


@both_endpoints
def test_lambda_ends_the_wait(
    scripted: ScriptedClamd, double: StorageDouble, place: Callable[..., Place], path: str
) -> None:
    """In Lambda the answer comes before the invocation's end, also while the verdict is awaited."""
    there = place(prefix="refused")
    with start(scripted, double, AWS_LAMBDA_FUNCTION_NAME="f") as service:
        until_the_end = context(seconds=20)
        waiting = Waiting(scripted, service, there, SMALL, path, OK, *until_the_end)
        event = assert_refused(service, waiting.leave(), "scanner_unavailable", path)
        waiting.gate.set()
    assert event["scan"] == "given_up"
    assert there.stored() is None
