"""Checks from outside that uploads, however they ended, have left nothing behind in the service.

Knows: the limits that the service was started with, and how to use each of them up to its last byte.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psutil

from tests.support.client import raw_http
from tests.support.client.raw_http import PLAIN, Answer, Connection
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.faulty_storage import QUERY, FaultyStorage

MIB = 1024 * 1024
# A file too large for the disk's budget goes to memory when that is free. So both can be used up.
DISK_BYTES = 64 * MIB
MEMORY_BYTES = 72 * MIB
SLOTS = 48
# More than may be kept in memory, or lie between two programs.
BIG_BYTES = MEMORY_BYTES // 8 + 300_000
SETTINGS = {
    "UPLOAD_SPOOL_DISK_BYTES": str(DISK_BYTES),
    "UPLOAD_SPOOL_MEMORY_BYTES": str(MEMORY_BYTES),
    "UPLOAD_MAX_FILE_BYTES": str(MEMORY_BYTES),
    "UPLOAD_MAX_CONCURRENT": str(SLOTS),
}
# Idle connections to storage are kept for 4 seconds, and closed a little later.
SETTLE_SECONDS = 60


def descriptors(service: Running) -> int:
    """How many files and sockets the service's process has open."""
    return int(psutil.Process(service.process.pid).num_fds())


def assert_nothing_is_left(service: Running, well: FaultyStorage, before: int) -> None:
    """Check that room and slots are free, no descriptor is left open, and the log is as expected."""
    _eventually_none(lambda: _refused(service, well))
    _eventually_none(lambda: _slots(service, well) - SLOTS)
    _eventually_none(lambda: descriptors(service) - before)
    strange = ("internal_error", "library_log", "unknown_setting")
    found = [event for event in service.log if event["event"] in strange]
    assert not found, found[:3]
    assert service.no_events == []


def _eventually_none(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not seen


def _refused(service: Running, well: FaultyStorage) -> list[Answer]:
    """Send two files at once that need all memory and all disk; return those that are refused."""
    memory, disk = (
        raw_http.form(raw_http.field("size", str(count)), raw_http.file(bytes(count)), _url(well))
        for count in (MEMORY_BYTES, DISK_BYTES)
    )
    sent = len(memory) // 2
    with ThreadPoolExecutor(1) as pool, Connection(service.port) as connection:
        connection.head(PLAIN, len(memory))
        connection.send(memory[:sent])
        other = pool.submit(raw_http.post, service.port, PLAIN, disk)
        while not other.done():
            # Silence would be a stall.
            connection.send(memory[sent : sent + 1])
            sent += 1
            time.sleep(0.1)
        connection.send(memory[sent:])
        answers = [other.result(), connection.answer()]
    return [each for each in answers if each.status != 200]


def _slots(service: Running, well: FaultyStorage) -> int:
    """How many uploads can begin before the next one is refused with too_busy; more if it takes too long.

    After some seconds of silence those that have begun make room for others.
    """
    with ExitStack() as held:
        begun = 0
        while begun <= SLOTS and _begins(held.enter_context(Connection(service.port))):
            begun += 1
        answered = raw_http.post(
            service.port, PLAIN, raw_http.form(_url(well), raw_http.file(bytes(BIG_BYTES)))
        )
        return begun if answered.json.get("code") == "too_busy" else SLOTS + 1


def _begins(connection: Connection) -> bool:
    connection.head(PLAIN, 1000, "Expect: 100-continue")
    return connection.socket.recv(1000).startswith(b"HTTP/1.1 100")


def _url(storage: FaultyStorage) -> bytes:
    return raw_http.field("uploadUrl", TRANSCRIPT.hide(f"{storage.origin}/key?{QUERY}"))
