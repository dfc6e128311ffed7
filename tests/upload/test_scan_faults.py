"""A scanner that is down, slow, full, killed or not understood: nothing is stored."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, field, file, form, post
from tests.support.scanner.running_clamd import Clamd
from tests.support.scanner.scripted_clamd import FOUND, LIMIT, OK, Say, ScriptedClamd, Stream
from tests.support.scanner.waiting_upload import until
from tests.support.service.peak_memory import Peak
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble

SMALL = b"a small file"
LARGE = bytes(range(256)) * 16_000  # 4 MB
MIB = 1 << 20
STALL_SECONDS = "6"  # longer than a sender stands still on a busy machine
# What clamd does, the code, and why in the log.
FAULTS: dict[str, tuple[Say, str, str]] = {
    "an error": (Say(b"stream: Can't allocate memory ERROR\0"), "scanner_unavailable", "refused"),
    "no answer of clamd": (Say(b"HTTP/1.1 400 Bad Request\r\n\r\n\0"), "scanner_unavailable", "bad_answer"),
    "an answer without its end": (Say(b"stream: OK"), "scanner_unavailable", "disconnected"),
    "no answer, closed": (Say(b""), "scanner_unavailable", "disconnected"),
    "no answer, reset": (Say(b"", then="reset"), "scanner_unavailable", "disconnected"),
    "silence": (Say(b"", then="hang"), "scanner_unavailable", "silent"),
    "closed in the middle": (Say(b"", after=100_000), "scanner_unavailable", "disconnected"),
    "reset in the middle": (Say(b"", after=100_000, then="reset"), "scanner_unavailable", "disconnected"),
    "OK in the middle": (Say(OK, after=100_000), "scanner_unavailable", "bad_answer"),
    "found in the middle": (Say(FOUND, after=100_000), "malware_found", "Harmless.Scripted"),
    "found in the middle, reset": (Say(FOUND, after=1, then="reset"), "malware_found", "Harmless.Scripted"),
    "found in the middle, not closed": (
        Say(FOUND, after=1, then="hang"),
        "malware_found",
        "Harmless.Scripted",
    ),
    "its limit in the middle": (Say(LIMIT, after=100_000), "too_large_to_scan", "INSTREAM"),
    "its limit, reset": (Say(LIMIT, after=1, then="reset"), "too_large_to_scan", "INSTREAM"),
}


@pytest.fixture(scope="module")
def scanning(scripted: ScriptedClamd, double: StorageDouble) -> Iterator[Running]:
    """A service with that scanner."""
    with start(double, scripted.url) as running:
        yield running


@pytest.fixture(scope="module")
def hasty(scripted: ScriptedClamd, double: StorageDouble) -> Iterator[Running]:
    """A service with little patience with a scanner that says nothing."""
    with start(double, scripted.url, UPLOAD_SCANNER_TIMEOUT_SECONDS="2") as running:
        yield running


def start(double: StorageDouble, scanner: str, **more: str) -> Running:
    """A service with this scanner."""
    return Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SCANNER=scanner, LOG_LEVEL="DEBUG", **more)


def send(service: Running, place: Place, content: bytes = SMALL) -> Answer:
    """One form with this file."""
    return post(service.port, PLAIN, form(field("uploadUrl", place.url), file(content)))


def assert_unavailable(service: Running, told: Answer, *whys: str) -> None:
    """The answer asks to come again, and the log says why."""
    event = assert_refused(service, told, "scanner_unavailable", PLAIN)
    assert event["scan"] == "unavailable"
    assert event["scan_detail"] in whys


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_ok(
    scanning: Running,
    hasty: Running,
    scripted: ScriptedClamd,
    at_double: Callable[..., Place],
    fault: str,
    path: str,
) -> None:
    """Whatever clamd does but say OK of the whole file, the file is not stored, and its answer is heard."""
    say, code, why = FAULTS[fault]
    service = hasty if why == "silent" else scanning
    for content in (LARGE,) if say.after else (SMALL, LARGE):
        streams = scripted.say(say)
        place = at_double()
        body = form(field("uploadUrl", place.url), file(content))
        sent = len(body) // 2 if say.after else len(body)
        with Connection(service.port) as connection:
            connection.head(path, len(body))
            connection.send(body[:sent])
            if say.after:
                until(partial(_has_spoken, streams))
            connection.send(body[sent:])
            event = assert_refused(service, connection.answer(), code, path)
        assert event["scan_detail"] == why
        assert place.stored() is None
        assert all(put.left == "by a reset" for put in place.puts if put.body)


def test_no_scanner_there(double: StorageDouble, closed_port: int, at_double: Callable[..., Place]) -> None:
    """Without a scanner at the address the service runs, says so, and refuses before a PUT begins."""
    place = at_double(prefix="untouched")
    with start(double, f"clamd://127.0.0.1:{closed_port}") as service:
        assert_unavailable(service, send(service, place), "unreachable")
        assert (
            service.wait_for(lambda event: event["event"] == "scanner_unavailable")["reason"] == "unreachable"
        )
    assert place.puts == []


def test_no_such_socket(double: StorageDouble, tmp_path: Path, at_double: Callable[..., Place]) -> None:
    """The same holds for a unix socket."""
    with start(double, f"clamd://{tmp_path}/none") as service:
        assert_unavailable(service, send(service, at_double()), "unreachable")


@pytest.mark.clamd
def test_through_a_unix_socket(double: StorageDouble, clamd: Clamd, place: Callable[..., Place]) -> None:
    """A file is scanned through a unix socket, and then stored."""
    there = place()
    with start(double, f"clamd://{clamd.socket}") as service:
        assert send(service, there, LARGE).status == 200
    assert there.stored() == LARGE


@pytest.mark.clamd
def test_killed_and_started_anew(
    double: StorageDouble, tmp_path: Path, at_double: Callable[..., Place], place: Callable[..., Place]
) -> None:
    """A clamd that is killed in mid-stream ends the upload; when it runs again, files are stored again."""
    with Clamd(tmp_path, AlertExceedsMax="yes") as clamd, start(double, clamd.url) as service:
        assert send(service, place()).status == 200
        body = form(field("uploadUrl", at_double().url), file(LARGE))
        with Connection(service.port) as connection:
            connection.begin(PLAIN, len(body))
            connection.send(body[:MIB])
            until(lambda: any(clamd.temporary.rglob("*")))
            clamd.kill()
            connection.send(body[MIB:])
            assert_unavailable(service, connection.answer(), "disconnected", "unreachable")
        assert_unavailable(service, send(service, at_double()), "unreachable")
        clamd.restart()
        assert send(service, there := place(), LARGE).status == 200
        assert there.stored() == LARGE


@pytest.mark.clamd
def test_paused(double: StorageDouble, tmp_path: Path, at_double: Callable[..., Place]) -> None:
    """A clamd that takes no more bytes holds the sender back with no more memory, and is given up."""
    size = 100 * MIB
    limits = {
        "UPLOAD_STALL_SECONDS": STALL_SECONDS,
        "UPLOAD_SCANNER_MAX_BYTES": "1GiB",
        "UPLOAD_SPOOL_DISK_BYTES": "1GiB",
    }
    with Clamd(tmp_path, AlertExceedsMax="yes") as clamd, start(double, clamd.url, **limits) as service:
        assert send(service, at_double(prefix="place")).status == 200
        place = at_double()
        body = form(field("uploadUrl", place.url), file(bytes(size)))
        with Peak(service.process.pid) as peak, Connection(service.port) as connection:
            before = peak.bytes
            clamd.pause()
            connection.head(PLAIN, len(body))
            sender = threading.Thread(target=_send_what_is_taken, args=(connection, body))
            sender.start()
            assert_unavailable(service, connection.answer(), "stalled")
            connection.socket.close()
            sender.join()
        clamd.resume()
        assert peak.bytes - before < 24 * MIB
        assert place.stored() is None


@pytest.mark.clamd
def test_full(double: StorageDouble, tmp_path: Path, at_double: Callable[..., Place]) -> None:
    """A clamd whose queue is full says nothing: the upload is refused, and the next one is stored."""
    with (
        Clamd(tmp_path, MaxThreads=1, MaxQueue=2, AlertExceedsMax="yes") as clamd,
        start(double, clamd.url) as service,
    ):
        assert send(service, at_double(prefix="place")).status == 200
        with ExitStack() as held:
            for _ in range(12):
                held.enter_context(_held_session(clamd))
            wait = {"UPLOAD_SCANNER_TIMEOUT_SECONDS": "3", "UPLOAD_STALL_SECONDS": STALL_SECONDS}
            with start(double, clamd.url, **wait) as hasty:
                assert_unavailable(hasty, send(hasty, at_double()), "silent", "stalled", "unreachable")
        until(lambda: clamd.ask("PING") == "PONG")
        assert send(service, at_double(prefix="place")).status == 200


def _has_spoken(streams: list[Stream]) -> bool:
    return bool(streams) and streams[0].said.is_set()


def _held_session(clamd: Clamd) -> Connection:
    held = Connection(clamd.port)
    held.send(b"zINSTREAM\0" + bytes([0, 0, 0, 1, 65]))
    return held


def _send_what_is_taken(connection: Connection, body: bytes) -> None:
    with suppress(OSError):  # the service has answered and closed
        connection.send(body)
