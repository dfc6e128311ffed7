"""What a caller that accepts `application/x-ndjson` reads while its upload runs."""

import asyncio
import http.client
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import pytest
from aiohttp import web

from tests.support.ask import ask
from tests.support.double import OK, Reply, StorageDouble, answer, xml
from tests.support.problems import MEMBERS
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import BOUNDARY, PLAIN, RETRY, Connection, chunked, field, file, form
from upload_service.server import connection, progress
from upload_service.server.app import make_app
from upload_service.server.progress import CONTENT_TYPE
from upload_service.settings.settings import Settings

FILE = bytes(range(256)) * 10_000  # 2.5 MB
ACCEPT = f"Accept: {CONTENT_TYPE}"


class Told:
    """One upload whose body is sent bit by bit, and its answer read line by line."""

    def __init__(self, service: Running, path: str, length: int | None, accept: str = CONTENT_TYPE) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
        self._connection.putrequest("POST", path)
        self._connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        self._connection.putheader("Accept", accept)
        framing = ("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))
        self._connection.putheader(*framing)
        self._connection.endheaders()
        self._socket = self._connection.sock
        self._response: http.client.HTTPResponse | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave, whether the upload has ended or not."""
        if self._response:
            self._response.close()
        self._connection.close()
        self._socket.close()

    def send(self, piece: bytes) -> None:
        """Send more of the body."""
        self._socket.sendall(piece)

    @property
    def response(self) -> http.client.HTTPResponse:
        """The head of the answer, waiting for it."""
        if self._response is None:
            self._response = self._connection.getresponse()
        return self._response

    def lines(self) -> Iterator[dict[str, Any]]:
        """What is told, as it comes."""
        while line := self.response.readline():
            TRANSCRIPT.hear("answer", line.decode())
            assert line.endswith(b"\n")
            yield json.loads(line)

    def until(self, event: str) -> dict[str, Any]:
        """The next event of this kind."""
        return next(line for line in self.lines() if line.get("event") == event)


def told(service: Running, path: str, body: bytes) -> list[dict[str, Any]]:
    """All that is told of a body that is sent at once."""
    with Told(service, path, len(body)) as upload:
        upload.send(body)
        return list(upload.lines())


def of(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The events of one kind."""
    return [event for event in events if event.get("event") == name]


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_events_end_with_the_plain_answer(service: Running, presign: Callable[..., str], path: str) -> None:
    """Both counts reach the file's size, one attempt is told, and the last line is the plain answer."""
    body = form(field("uploadUrl", presign("progress/whole")), file(FILE))
    events = told(service, path, body)
    assert of(events, "received")[-1] == {"event": "received", "bytes": len(FILE), "of": len(FILE)}
    assert of(events, "sent")[-1] == {"event": "sent", "bytes": len(FILE), "of": len(FILE)}
    assert of(events, "attempt") == [{"event": "attempt", "attempt": 1}]
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body)
        plain = connection.answer().json
    assert events[-1].keys() == plain.keys()
    varying = {"request_id", "duration_ms", "attempt_log"}
    assert {k: v for k, v in events[-1].items() if k not in varying} == {
        k: v for k, v in plain.items() if k not in varying
    }


def test_events_come_while_the_file_does(service: Running, presign: Callable[..., str]) -> None:
    """The head of the answer and both counts come before the file's second half is sent."""
    body = form(field("uploadUrl", presign("progress/halves")), file(FILE))
    half = len(body) // 2
    with Told(service, PLAIN, len(body)) as upload:
        upload.send(body[:half])
        assert upload.response.status == 200
        assert upload.response.headers["Content-Type"] == CONTENT_TYPE
        assert upload.response.headers["Cache-Control"] == "no-store"
        assert upload.response.headers["X-Request-Id"]
        first = [upload.until("received"), upload.until("sent")]
        assert all(0 < event["bytes"] <= half for event in first)
        upload.send(body[half:])
        assert list(upload.lines())[-1]["success"] is True


def test_length_that_nobody_knows_is_null(service: Running, presign: Callable[..., str]) -> None:
    """Of a chunked request the file's length is unknown until it has come."""
    head = form(field("uploadUrl", presign("progress/chunked")), file(FILE))
    with Told(service, PLAIN, None) as upload:
        half = len(head) // 2
        upload.send(chunked([head[:half]]).removesuffix(b"0\r\n\r\n"))
        assert upload.until("received")["of"] is None
        upload.send(chunked([head[half:]]))
        events = list(upload.lines())
        assert of(events, "received")[-1] == {"event": "received", "bytes": len(FILE), "of": len(FILE)}
        assert events[-1]["success"] is True


def test_each_attempt_and_each_wait_is_told(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """After a passing refusal: the wait with its reason, the next attempt, and its own count of bytes."""
    double.script("progress/retried", Reply(answer(503, xml("SlowDown"))), Reply(OK))
    body = form(field("uploadUrl", double_url("progress/retried")), field("max_retries", "2"), file(b"12345"))
    events = told(service, RETRY, body)
    names = [event.get("event") for event in events]
    assert names[names.index("waiting") :] == ["waiting", "attempt", "sent", None]
    (waiting,) = of(events, "waiting")
    assert waiting["code"] == "storage_error"
    assert 0 <= waiting["seconds"] <= 1
    assert [event["attempt"] for event in of(events, "attempt")] == [1, 2]
    assert of(events, "sent")[-1] == {"event": "sent", "bytes": 5, "of": 5}
    assert (events[-1]["success"], events[-1]["attempts"]) == (True, 2)


def test_failure_is_the_last_line(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """A refusal by storage is the whole problem document, whose status the head could not carry any more."""
    double.script("progress/refused", Reply(answer(403, xml("AccessDenied")), after="head", then="close"))
    body = form(field("uploadUrl", double_url("progress/refused")), file(FILE))
    events = told(service, PLAIN, body)
    assert (events[-1]["code"], events[-1]["status"]) == ("access_denied", 403)
    assert events[-1].keys() == MEMBERS | {"storage"}
    assert service.upload_event(events[-1]["request_id"])["code"] == "access_denied"


def test_failure_of_the_form_is_the_last_line(service: Running, presign: Callable[..., str]) -> None:
    """So is what is wrong with the form itself, and nothing of an upload is told before."""
    events = told(service, PLAIN, form(field("uploadUrl", presign("progress/no-file"))))
    assert [event["code"] for event in events] == ["missing_file"]


def test_refusal_of_the_head_has_its_own_status(service: Running) -> None:
    """What is refused before the body is read is answered as it is to everybody."""
    refused = ask(service.port, "POST", PLAIN, {"Accept": CONTENT_TYPE, "Content-Type": "text/plain"})
    assert refused.status == 400
    assert refused.json["code"] == "empty_body"


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("application/x-ndjson", True),
        ("application/json, Application/X-NDJSON;q=0.5", True),
        ("*/*", False),
        ("application/*", False),
        ("application/x-ndjson;q=0", False),
        ("application/x-ndjson-seq", False),
        ("text/html, application/json", False),
    ],
)
def test_only_who_asks_is_told(
    service: Running, presign: Callable[..., str], accept: str, *, streams: bool
) -> None:
    """Events are for callers that name the type; `*/*` and the like get the JSON as always."""
    body = form(field("uploadUrl", presign("progress/accept")), file(b"12345"))
    with Told(service, PLAIN, len(body), accept) as upload:
        upload.send(body)
        assert (upload.response.headers["Content-Type"] == CONTENT_TYPE) is streams
        *events, last = upload.response.read().splitlines()
        assert bool(events) is streams
        assert json.loads(last)["success"] is True


def test_connection_serves_on(service: Running, presign: Callable[..., str]) -> None:
    """After a stream of events the same connection takes the next request."""
    body = form(field("uploadUrl", presign("progress/again")), file(b"12345"))
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept": CONTENT_TYPE}
    sockets = set()
    for _ in range(2):
        connection.request("POST", PLAIN, body, headers)
        sockets.add(connection.sock)
        reply = connection.getresponse().read()
        assert json.loads(reply.splitlines()[-1])["success"] is True
    assert len(sockets) == 1
    connection.close()


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(OK), "ok"),
        (Reply(answer(403, xml("AccessDenied")), after=15_000_000, then="close"), "access_denied"),
    ],
    ids=["stored", "refused-in-the-middle"],
)
async def test_caller_who_reads_last_holds_nothing_up(
    double: StorageDouble,
    double_url: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    reply: Reply,
    code: str,
) -> None:
    """More lines than there is room for are not written: the upload goes on, and its end arrives whole."""
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    double.script("progress/deaf", reply)
    body = form(field("uploadUrl", double_url("progress/deaf")), file(bytes(20_000_000)))
    head = (
        f"POST {PLAIN} HTTP/1.1\r\nHost: x\r\n{ACCEPT}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n\r\n"
    )
    async with small_line(UPLOAD_DESTINATIONS=double.url, UPLOAD_EXPECT_CONTINUE_BYTES="0") as ours:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(20):
            await loop.sock_sendall(ours, head.encode())
            for start in range(0, len(body), 10_000):
                await loop.sock_sendall(ours, body[start : start + 10_000])
                await asyncio.sleep(0)
            told = b""
            while piece := await loop.sock_recv(ours, 65536):
                told += piece
    *_, last, end, _, _ = told.split(b"\r\n")
    TRANSCRIPT.hear("answer", told.decode())
    assert end == b"0"
    assert json.loads(last.splitlines()[-1]).get("code", "ok") == code


@asynccontextmanager
async def small_line(**settings: str) -> AsyncIterator[socket.socket]:
    """The near end of a connection to the app in this process, on which hardly anything fits."""
    runner = web.AppRunner(make_app(Settings.from_environment(settings)))
    await runner.setup()
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    server = runner.server
    assert server
    await loop.connect_accepted_socket(
        lambda: connection.Connection(server, Settings(), loop=loop, access_log=None, lingering_time=0),
        theirs,
    )
    with ours:
        ours.setblocking(False)
        yield ours
    await runner.cleanup()


def test_older_http_ends_with_the_connection(service: Running, presign: Callable[..., str]) -> None:
    """HTTP/1.0 has no chunks: the last line is followed by the end of the connection, kept alive or not."""
    body = form(field("uploadUrl", presign("progress/older")), file(b"12345"))
    head = (
        f"POST {PLAIN} HTTP/1.0\r\nHost: x\r\n{ACCEPT}\r\nConnection: keep-alive\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as older:
        older.sendall(head.encode() + body)
        told = b"".join(iter(lambda: older.recv(65536), b""))
    TRANSCRIPT.hear("answer", told.decode())
    assert json.loads(told.splitlines()[-1])["success"] is True


def test_caller_who_leaves_ends_the_upload(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """A caller that is gone is told nothing more, and nothing is stored."""
    puts = double.script("progress/gone")
    body = form(field("uploadUrl", double_url("progress/gone")), file(FILE))
    with Told(service, PLAIN, len(body)) as upload:
        upload.send(body[: len(body) // 2])
        upload.until("sent")
        request_id = upload.response.headers["X-Request-Id"]
    event = service.upload_event(request_id)
    assert event["stored"] is False
    assert puts[0].ended.wait(5)
    assert not puts[0].whole


def test_stop_is_told(double: StorageDouble, double_url: Callable[[str], str]) -> None:
    """When the service stops meanwhile, the last line says so."""
    double.script("progress/stopped", Reply(after="head", raw=b"", then="hang"))
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SHUTDOWN_SECONDS="0") as stopping:
        body = form(field("uploadUrl", double_url("progress/stopped")), file(b"12345"))
        with Told(stopping, PLAIN, len(body)) as upload:
            upload.send(body)
            upload.until("attempt")
            began = time.monotonic()
            stopping.process.terminate()
            assert list(upload.lines())[-1]["code"] == "shutting_down"
            assert time.monotonic() - began < 10
