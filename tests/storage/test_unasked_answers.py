"""What storage says unasked is no answer, and a host that does so gets no kept connections for a while."""

import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from devtools import signed_queries

from tests.storage.unasked_store import CONTENT, Turn, UnaskedStore, answers_what_has_not_come, says
from tests.support.client.raw_http import PLAIN, Answer, field, file, form, post
from tests.support.service.patient_service import KeepsConnections
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import OK, answer, xml
from upload_service.storage.connection import MOST_INTERIM
from upload_service.storage.unasked_answers import MOST_HOSTS, UNTRUSTED_SECONDS, Connections

REFUSAL = answer(403, xml("AccessDenied"))
PAUSE_SECONDS = 0.1
QUERY = signed_queries.v4("77aa01c3", seconds=604800)


def upload(running: Running, store: UnaskedStore) -> Answer:
    """One upload to this store."""
    url = TRANSCRIPT.hide(f"{store.url}k?{QUERY}")
    return post(running.port, PLAIN, form(field("uploadUrl", url), file(CONTENT)))


def pause() -> None:
    """Time for what was said to arrive."""
    time.sleep(PAUSE_SECONDS)


def spoken(event: dict[str, Any]) -> bool:
    """Whether the service says that storage spoke unasked."""
    return bool(event["event"] == "storage_spoke_unasked")


def wait_until_left(store: UnaskedStore) -> None:
    """Wait until bytes are on their way to the store that its system does not acknowledge."""
    port, deadline = f":{store.listener.getsockname()[1]:04X}", time.monotonic() + 30
    while True:
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        # Local address, remote address, state, and bytes that wait to be sent or acknowledged.
        if any(row[2].endswith(port) and int(row[4].partition(":")[0], 16) for row in rows):
            return
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(says(OK, OK, after=pause), id="a second answer"),
        pytest.param(says(OK, REFUSAL, after=pause), id="a refusal"),
        pytest.param(says(OK, b"\r\n", after=pause), id="an empty line"),
        pytest.param(says(OK, b"nonsense", after=pause), id="nonsense"),
        pytest.param(says(OK + OK), id="a second answer behind the first"),
        pytest.param(says(OK[:-20], OK[-20:] + REFUSAL, after=pause), id="behind the end of the first"),
    ],
)
def test_no_kept_connections_after_that(first: Turn) -> None:
    """Every PUT after it has a connection of its own, and gets the answer to itself and nothing else."""
    store = UnaskedStore(first, says(OK), says(OK), says(REFUSAL))
    with KeepsConnections(UPLOAD_DESTINATIONS=store.url) as running:
        told = [upload(running, store).json.get("code", "ok")]
        running.wait_for(spoken)
        told += [upload(running, store).json.get("code", "ok") for _ in range(3)]
    store.close()
    assert told == ["ok", "ok", "ok", "access_denied"]
    assert store.connections == 4


def test_others_keep_theirs() -> None:
    """A store that says only what it was asked keeps its connection, whatever another one does."""
    loud, quiet = UnaskedStore(says(OK + OK), says(OK)), UnaskedStore(says(OK))
    with KeepsConnections(UPLOAD_DESTINATIONS=f"{loud.url},{quiet.url}") as running:
        for store in (quiet, loud, quiet, loud, quiet):
            assert upload(running, store).status == 200
    assert (loud.connections, quiet.connections) == (2, 1)


def test_idle_connections_of_the_host_are_closed() -> None:
    """When one connection has said something unasked, the host's other idle ones are not used again."""
    both, speak = threading.Barrier(2), threading.Event()

    def quiet(line: socket.socket) -> None:
        both.wait(30)  # so that the two PUTs have two connections
        line.sendall(OK)

    def loud(line: socket.socket) -> None:
        quiet(line)
        speak.wait(30)
        line.sendall(OK)

    store = UnaskedStore(quiet, loud, says(OK))
    with KeepsConnections(UPLOAD_DESTINATIONS=store.url) as running, ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda _: upload(running, store).status, range(2)))
        speak.set()
        running.wait_for(spoken)
        told += [upload(running, store).status for _ in range(2)]
    assert told == [200] * 4
    assert store.connections == 4


@pytest.mark.skipif(sys.platform != "linux", reason="packets are dropped by a filter of Linux")
def test_answer_to_what_has_not_arrived() -> None:
    """An answer to a PUT that has left, and of which no byte has arrived, is not taken for its own."""
    is_deaf, speak = threading.Event(), threading.Event()
    store = UnaskedStore(answers_what_has_not_come(is_deaf, speak), says(REFUSAL))
    with KeepsConnections(UPLOAD_DESTINATIONS=store.url) as running, ThreadPoolExecutor(1) as pool:
        assert upload(running, store).status == 200
        assert is_deaf.wait(30)
        second = pool.submit(upload, running, store)
        wait_until_left(store)
        speak.set()
        told = second.result(30)
        assert (told.json["code"], told.json["stored"]) == ("storage_disconnected", None), told.json
        assert upload(running, store).json["code"] == "access_denied"
    assert store.connections == 2


def test_what_remains() -> None:
    """An answer that crosses a PUT which has arrived is taken for its own, but never again from that host."""
    store = UnaskedStore(says(OK), says(OK, REFUSAL, after=pause), says(REFUSAL))
    with KeepsConnections(UPLOAD_DESTINATIONS=store.url) as running:
        told = [upload(running, store).json.get("code", "ok") for _ in range(2)]
        running.wait_for(spoken)
        told += [upload(running, store).json.get("code", "ok") for _ in range(2)]
    assert told == ["ok", "ok", "access_denied", "access_denied"]
    assert store.connections == 3


@pytest.mark.parametrize(
    ("count", "codes"),
    [
        (MOST_INTERIM, ["ok", "ok"]),
        (MOST_INTERIM + 1, ["storage_bad_answer", "ok"]),
        (5000, ["storage_bad_answer", "ok"]),
    ],
)
def test_answers_that_only_announce_others(count: int, codes: list[str]) -> None:
    """A PUT has a bound for them, so none of them keeps it and the processor busy until the time is up."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    store = UnaskedStore(says(interim * count + OK), says(OK))
    with Running(UPLOAD_DESTINATIONS=store.url) as running:
        told = [upload(running, store).json for _ in codes]
    assert [each.get("code", "ok") for each in told] == codes
    assert told[0]["stored"] is (True if codes[0] == "ok" else None)


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, "storage_bad_answer", id="lines"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + bytes(200_000), "storage_bad_answer", id="one line"),
        pytest.param(b"HTTP/1.1 200 " + b"y" * 200_000, "storage_bad_answer", id="first line"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 20_000,
            "storage_bad_answer",
            id="trailer",
        ),
        pytest.param(
            b"HTTP/1.1 500 No\r\nContent-Length: 9999999999\r\n\r\n" + b"y" * 200_000,
            "storage_error",
            id="body",
        ),
    ],
)
def test_answers_without_end(answered: bytes, code: str) -> None:
    """However an answer goes on and on, only its beginning is read, and the upload ends at once."""
    store = UnaskedStore(says(answered))
    with Running(UPLOAD_DESTINATIONS=store.url, UPLOAD_STALL_SECONDS="120") as running:
        told = upload(running, store).json
    assert (told["code"], told["stored"]) == (code, None)


async def test_it_is_forgiven_after_a_while() -> None:
    """Ten minutes later the host's connections are kept again."""
    now = 0.0
    connections = Connections(lambda: now)
    connections.spoke_unasked("store:80")
    assert not connections.may_be_kept("store:80")
    assert connections.may_be_kept("other:80")
    now = UNTRUSTED_SECONDS - 1
    assert not connections.may_be_kept("store:80")
    now += 1
    assert connections.may_be_kept("store:80")


async def test_hosts_that_are_remembered_have_a_bound() -> None:
    """Of very many hosts those that spoke last are remembered."""
    connections = Connections(lambda: 0.0)
    for number in range(MOST_HOSTS + 5):
        connections.spoke_unasked(f"store{number}:80")
    kept = [number for number in range(MOST_HOSTS + 5) if connections.may_be_kept(f"store{number}:80")]
    assert kept == list(range(5))
