"""While the verdict is awaited: what storage has, what the caller hears, and what may happen then."""

import signal
import uuid
from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Connection, field, file, form
from tests.support.scanner.scripted_clamd import FOUND, OK, Say, ScriptedClamd
from tests.support.scanner.waiting_upload import Waiting, start, until
from tests.support.service.metrics_scrape import scrape
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

STREAMS = bytes(range(256)) * 4000  # 1 MB: it streams on
WAITS = bytes(range(256)) * 40_000  # 10 MB: its PUT begins after the verdict
TIRED = Reply(answer(400, xml("RequestTimeout")), after=len(STREAMS) // 2, then="close")
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])


@both_endpoints
def test_the_last_piece_is_held_back(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place], path: str
) -> None:
    """Storage has all but the last piece while the verdict is awaited, and gets it after OK."""
    there = place()
    waiting = Waiting(scripted, scanning, there, STREAMS, path, OK)
    until(lambda: there.puts and len(there.puts[0].body) > len(STREAMS) // 2)
    assert not there.puts[0].ended.wait(0.5)
    assert len(there.puts[0].body) < len(STREAMS)
    assert waiting.answer().status == 200
    assert there.stored() == STREAMS
    assert len(there.puts) == 1


@both_endpoints
def test_a_large_file_waits(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place], path: str
) -> None:
    """The PUT of a file above 8 MiB begins after the verdict."""
    there = place()
    waiting = Waiting(scripted, scanning, there, WAITS, path, OK)
    assert there.puts == []
    assert waiting.answer().status == 200
    assert there.stored() == WAITS


@both_endpoints
def test_storage_does_not_wait(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place], path: str
) -> None:
    """Storage that gives up on the held connection gets the kept copy after the verdict, scanned once."""
    there = place(TIRED, Reply())
    waiting = Waiting(scripted, scanning, there, STREAMS, path, OK)
    until(lambda: there.puts and there.puts[0].ended.is_set())
    told = waiting.answer()
    assert told.status == 200, told.json
    assert there.stored() == STREAMS
    event = scanning.upload_event(told.request_id)
    assert [each["code"] for each in event["attempt_log"]][-1] == "ok"
    assert event["attempts"] == 2
    assert len(scripted.streams) == 1


@both_endpoints
def test_storage_does_not_wait_for_an_infected_file(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place], path: str
) -> None:
    """Storage gives up, and then the file turns out to be infected: it is sent no second time."""
    there = place(TIRED, Reply(), prefix="refused")
    waiting = Waiting(scripted, scanning, there, STREAMS, path, FOUND)
    until(lambda: there.puts and there.puts[0].ended.is_set())
    told = waiting.answer()
    assert (told.status, told.json["code"], told.json["stored"]) == (422, "malware_found", False)
    assert there.stored() is None


@pytest.mark.parametrize("content", [STREAMS, WAITS], ids=["streams", "waits"])
def test_the_caller_leaves(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place], content: bytes
) -> None:
    """When the caller leaves, the scan is given up at once, and nothing is stored."""
    there = place(prefix="refused")
    name = uuid.uuid4().hex
    waiting = Waiting(scripted, scanning, there, content, PLAIN, OK, f"X-Request-Id: {name}")
    waiting.connection.socket.close()
    event = scanning.upload_event(name)
    assert (event["code"], event["scan"]) == ("client_gone", "given_up")
    waiting.gate.set()
    assert waiting.stream.ended.wait(60)
    assert there.stored() is None


def test_the_service_stops(
    scripted: ScriptedClamd, double: StorageDouble, place: Callable[..., Place]
) -> None:
    """A service that must end says so instead of waiting for the verdict, and nothing is stored."""
    there = place(prefix="refused")
    with start(scripted, double, UPLOAD_SHUTDOWN_SECONDS="1") as service:
        waiting = Waiting(scripted, service, there, STREAMS, PLAIN, OK)
        service.process.send_signal(signal.SIGTERM)
        assert_refused(service, waiting.leave(), "shutting_down", PLAIN)
        waiting.gate.set()
    assert there.stored() is None


def test_the_time_for_storage_begins_with_the_verdict(
    scripted: ScriptedClamd, double: StorageDouble, place: Callable[..., Place]
) -> None:
    """A scan longer than TIMEOUT_SECONDS takes nothing from storage's time."""
    there = place()
    seconds = 6  # longer than storage stands still on a busy machine
    with start(scripted, double, TIMEOUT_SECONDS=str(seconds)) as service:
        waiting = Waiting(scripted, service, there, STREAMS, PLAIN, OK)
        assert not waiting.stream.ended.wait(seconds + 1)
        told = waiting.answer()
    assert told.status == 200, told.json


def test_progress_says_that_it_is_scanned(
    scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place]
) -> None:
    """A caller who asked for progress hears that the file is scanned, and the rest as before."""
    scripted.say(Say())
    body = form(field("uploadUrl", place().url), file(STREAMS))
    with Connection(scanning.port) as connection:
        connection.head(PLAIN, len(body), "Accept: application/x-ndjson;direct=true", "Connection: close")
        connection.send(body)
        said = b""
        while piece := connection.socket.recv(65536):
            said += piece
    text = said.decode()
    assert text.count('{"event": "scanning"}\n') == 1
    assert text.index('"scanning"') < text.index('"success": true')


def test_metrics_count_scans(scanning: Running, scripted: ScriptedClamd, place: Callable[..., Place]) -> None:
    """Each scan is counted by what came of it, and the wait for the verdict is measured."""
    before = scrape(scanning.port)
    for raw in (OK, FOUND):
        Waiting(scripted, scanning, place(), STREAMS, PLAIN, raw).answer()
    now = scrape(scanning.port)
    for result, more in (("ok", 1), ("found", 1), ("unavailable", 0)):
        name = "upload_service_scans_total"
        assert now.get(name, result=result) == before.get(name, result=result) + more
    count = "upload_service_scan_wait_seconds_count"
    assert now.get(count) == before.get(count) + 2
