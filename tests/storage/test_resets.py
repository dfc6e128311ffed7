"""A PUT that must not be kept ends with a reset: an orderly close is the end of the file to some stores.

Each way in which an upload is given up in mid-body, over plain connections and over TLS, as storage sees it;
and what lies under the key of a real store afterwards.
"""

import signal
import socket
import struct
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support.client.raw_http import BOUNDARY, PLAIN, RETRY, Connection, field, file, form
from tests.support.service.patient_service import KeepsConnections
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.certificates import authority
from tests.support.storage.storage_double import OK, Put, Reply, StorageDouble, answer, xml

# More than the plain endpoint keeps.
CONTENT = bytes(range(256)) * 12_000
HALF = len(CONTENT) // 2
# More than the buffers between two programs hold.
LARGE = bytes(24 << 20)
MARK = f"\r\n--{BOUNDARY}".encode()
# Returns when storage has begun to take the file.
Wait = Callable[[], None]
Act = Callable[[Running, str, str, Wait], str]


@dataclass(frozen=True)
class Way:
    """How an upload ends in mid-body: what the caller does, and the code that comes of it."""

    act: Act
    code: str
    reply: Reply = Reply()
    settings: tuple[tuple[str, str], ...] = ()
    ends_the_service: bool = False


# How one ended: the code, and what storage saw.
Seen = tuple[str, list[Put]]


def _form(path: str, url: str, *before: bytes, content: bytes = CONTENT, behind: bytes = b"") -> bytes:
    once = [field("max_retries", "0")] if path == RETRY else []
    return form(*before, *once, field("uploadUrl", url), file(content), behind)


def _told(service: Running, path: str, body: bytes, length: int, wait: Wait) -> str:
    with Connection(service.port) as connection:
        connection.head(path, length)
        connection.send(body[:HALF])
        wait()
        connection.send(body[HALF:])
        return str(connection.answer().json["code"])


def _sends(*before: bytes, content: bytes = CONTENT, behind: bytes = b"") -> Act:
    """The whole form, with fields before the file, and something behind it."""

    def act(service: Running, path: str, url: str, wait: Wait) -> str:
        body = _form(path, url, *before, content=content, behind=behind)
        return _told(service, path, body, len(body), wait)

    return act


@contextmanager
def _half_sent(
    service: Running, path: str, url: str, wait: Wait, request_id: str = "half-sent"
) -> Iterator[Connection]:
    """A connection on which half of the file has come, and has gone on to storage as far as it may."""
    body = _form(path, url)
    with Connection(service.port) as connection:
        connection.head(path, len(body), f"X-Request-Id: {request_id}")
        connection.send(body[: body.index(CONTENT) + HALF])
        wait()
        yield connection


def _leaves(service: Running, path: str, url: str, wait: Wait) -> str:
    with _half_sent(service, path, url, wait, request_id := uuid.uuid4().hex):
        pass
    return str(service.upload_event(request_id)["code"])


def _resets(service: Running, path: str, url: str, wait: Wait) -> str:
    with _half_sent(service, path, url, wait, request_id := uuid.uuid4().hex) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return str(service.upload_event(request_id)["code"])


def _waits(service: Running, path: str, url: str, wait: Wait) -> str:
    with _half_sent(service, path, url, wait) as connection:
        return str(connection.answer().json["code"])


def _breaks_the_form(service: Running, path: str, url: str, wait: Wait) -> str:
    with _half_sent(service, path, url, wait) as connection:
        connection.send(MARK + b"X" + bytes(HALF))
        return str(connection.answer().json["code"])


def _ends_early(service: Running, path: str, url: str, wait: Wait) -> str:
    """A request that ends, as its head said, before the form does."""
    body = _form(path, url)
    return _told(service, path, body[:-100], len(body) - 100, wait)


def _is_stopped(service: Running, path: str, url: str, wait: Wait) -> str:
    with _half_sent(service, path, url, wait) as connection:
        service.process.send_signal(signal.SIGTERM)
        return str(connection.answer().json["code"])


def _is_killed(service: Running, path: str, url: str, wait: Wait) -> str:
    with _half_sent(service, path, url, wait):
        service.process.send_signal(signal.SIGKILL)
        return f"exit status {service.process.wait(30)}"


REFUSAL = answer(403, xml("AccessDenied"))
SILENT = Reply(b"", after=1, then="hang")
# Caller and storage may stand still for some seconds without being taken for stalled.
SOON_STALLED = (("UPLOAD_STALL_SECONDS", "8"),)
WAYS = {
    "wrong checksum": Way(_sends(field("checksum", f"md5:{'0' * 32}")), "checksum_differs"),
    "wrong size": Way(_sends(field("size", str(len(CONTENT) - 1))), "size_mismatch"),
    "two files": Way(_sends(behind=file(b"2")), "multiple_files"),
    "field too late": Way(_sends(behind=field("contentType", "text/plain")), "header_too_late"),
    "caller leaves": Way(_leaves, "client_gone"),
    "caller resets": Way(_resets, "client_gone"),
    "caller stalls": Way(_waits, "client_stalled", settings=SOON_STALLED),
    "malformed form": Way(_breaks_the_form, "malformed_form"),
    "form cut short": Way(_ends_early, "incomplete_form"),
    "shutdown": Way(_is_stopped, "shutting_down", ends_the_service=True),
    "killed": Way(_is_killed, "exit status -9", ends_the_service=True),
    "length predicted wrongly": Way(_sends(content=LARGE, behind=field("late", "1")), "length_unpredictable"),
    "storage refuses": Way(_waits, "access_denied", Reply(REFUSAL, after=1000, then="hang")),
    "storage agrees too early": Way(_waits, "storage_bad_answer", Reply(OK, after=1000, then="hang")),
    "storage breaks its answer": Way(
        _waits, "storage_bad_answer", Reply(b"?\r\n\r\n", after=1000, then="hang")
    ),
    # It takes nothing until the upload has ended, and then all that still comes.
    "storage stalls": Way(_sends(content=LARGE), "storage_stalled", SILENT, SOON_STALLED),
    "deadline": Way(_sends(), "storage_timeout", SILENT, (("TIMEOUT_SECONDS", "1"),)),
}
"""A way whose name begins with "storage" depends on what the double does, and is no way of a real store."""
OF_CALLERS = {name: way for name, way in WAYS.items() if way.reply == Reply()}
# The retry endpoint sends the file again, or sends a copy that is whole.
NOT_WHEN_RETRYING = {"length predicted wrongly"}
PAIRS = [
    (way, path) for way in WAYS for path in (PLAIN, RETRY) if path == PLAIN or way not in NOT_WHEN_RETRYING
]
SETTINGS = {
    "UPLOAD_STALL_SECONDS": "60",
    "UPLOAD_SHUTDOWN_SECONDS": "1",
    "TIMEOUT_SECONDS": "60",
}
# They mostly wait.
AT_ONCE = 8


@pytest.fixture(scope="module", params=["plain", "TLS"])
def storage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[StorageDouble, dict[str, str]]]:
    """A double, and the settings of a service that may PUT to it."""
    tls = authority(tmp_path_factory.mktemp("authority"))
    with StorageDouble(tls.trusted if request.param == "TLS" else None, narrow=True) as running:
        yield running, SETTINGS | {"UPLOAD_DESTINATIONS": running.url, "SSL_CERT_FILE": tls.ca_file}
        running.shutdown()


@pytest.fixture(scope="module")
def seen(
    request: pytest.FixtureRequest, storage: tuple[StorageDouble, dict[str, str]]
) -> Iterator[dict[tuple[str, str], "Future[Seen]"]]:
    """What each way led to. They run side by side, most of them with one service."""
    double, settings = storage
    specs = [getattr(item, "callspec", None) for item in request.session.items]
    tuples = [(spec.params.get("way"), spec.params.get("path")) for spec in specs if spec]
    asked = [pair for pair in PAIRS if pair in tuples]
    with Running(**settings) as shared, ThreadPoolExecutor(AT_ONCE) as pool:
        yield {pair: pool.submit(_run, WAYS[pair[0]], pair[1], double, settings, shared) for pair in asked}


def _run(way: Way, path: str, double: StorageDouble, settings: dict[str, str], shared: Running) -> Seen:
    ended = threading.Event()
    reply = replace(SILENT, speak=ended) if way.reply is SILENT else way.reply
    puts = double.script(key := f"resets/{uuid.uuid4().hex}", reply)
    url = TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.v4()}")
    with _service(way, settings, shared) as service:
        code = way.act(service, path, url, lambda: _await_begin(puts))
        ended.set()
    return code, puts


def _service(way: Way, settings: dict[str, str], shared: Running) -> AbstractContextManager[Running]:
    own = way.settings or way.ends_the_service
    return Running(**settings | dict(way.settings)) if own else nullcontext(shared)


@pytest.mark.parametrize(("way", "path"), PAIRS)
def test_storage_sees_a_reset(seen: dict[tuple[str, str], "Future[Seen]"], way: str, path: str) -> None:
    """Storage sees the connection reset, and never its orderly end, before it has the whole file."""
    code, puts = seen[way, path].result()
    assert code == WAYS[way].code
    assert _endings(puts) == {"by a reset"}
    assert not any(put.whole for put in puts)


def _await_begin(puts: list[Put]) -> None:
    deadline = time.monotonic() + 60
    while not (puts and puts[0].body):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def _endings(puts: list[Put]) -> set[str]:
    assert puts
    assert all(put.ended.wait(30) for put in puts)
    return {put.left for put in puts}


@pytest.fixture(scope="module")
def left(bucket: Bucket) -> Iterator[dict[str, "Future[tuple[str, bytes | None]]"]]:
    """How each way of a caller ended with a real store, and what it has under the key afterwards."""
    settings = SETTINGS | {"UPLOAD_DESTINATIONS": bucket.url}
    with Running(**settings) as shared, ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(_replace, way, bucket, settings, shared) for name, way in OF_CALLERS.items()}


def _replace(way: Way, bucket: Bucket, settings: dict[str, str], shared: Running) -> tuple[str, bytes | None]:
    bucket.put(key := f"resets/{uuid.uuid4().hex}", b"the old object")
    with _service(way, settings, shared) as service:
        code = way.act(service, PLAIN, TRANSCRIPT.hide(bucket.presign(key)), lambda: time.sleep(0.3))
    time.sleep(0.2)  # until the store has seen the end
    return code, bucket.get(key)


@pytest.mark.parametrize("way", OF_CALLERS)
def test_old_object_stays(left: dict[str, "Future[tuple[str, bytes | None]]"], way: str) -> None:
    """What lay under the key of a real store lies there afterwards, whole."""
    assert left[way].result() == (OF_CALLERS[way].code, b"the old object")


def test_whole_put_ends_in_order(storage: tuple[StorageDouble, dict[str, str]]) -> None:
    """A connection on which storage has got all is kept, and closed in order when nobody needs it."""
    double, settings = storage
    puts = double.script(key := f"resets/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.v4()}")
    double.idle_ends.clear()
    with KeepsConnections(**settings) as service:
        for _ in range(2):
            body = _form(PLAIN, url)
            with Connection(service.port) as connection:
                connection.head(PLAIN, len(body))
                connection.send(body)
                assert connection.answer().status == 200
    assert _endings(puts) == {""}
    deadline = time.monotonic() + 60
    while not double.idle_ends:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert (len(puts), double.idle_ends) == (2, ["in order"])
