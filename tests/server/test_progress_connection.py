"""Progress on difficult connections: slow readers, older HTTP, clients that leave, a service that stops."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.server.test_progress import FILE
from tests.server.told import DIRECT, Told
from tests.support.client.raw_http import BOUNDARY, PLAIN, field, file, form
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import OK, Reply, StorageDouble, answer, xml
from upload_service.server import connection, progress
from upload_service.server.app import make_app
from upload_service.server.open_connections import OpenConnections
from upload_service.server.progress import CONTENT_TYPE
from upload_service.settings.settings import Settings

ACCEPT = f"Accept: {CONTENT_TYPE}"
ACCEPT_DIRECT = f"Accept: {DIRECT}"


def test_connection_serves_on(service: Running, presign: Callable[..., str]) -> None:
    """After a stream of events the connection takes the next request."""
    body = form(field("uploadUrl", presign("progress/again")), file(b"12345"))
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
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
    """A direct client that does not read does not hold up its upload; the last line arrives whole."""
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    double.script("progress/deaf", reply)
    body = form(field("uploadUrl", double_url("progress/deaf")), file(bytes(20_000_000)))
    head = (
        f"POST {PLAIN} HTTP/1.1\r\nHost: x\r\n{ACCEPT_DIRECT}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n\r\n"
    )
    async with small_line(UPLOAD_DESTINATIONS=double.url, UPLOAD_EXPECT_CONTINUE_BYTES="0") as ours:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(60):
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


async def test_silence_is_broken(
    double: StorageDouble, double_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While storage thinks, the last count is said again and again, so that no proxy gives the answer up."""
    monkeypatch.setattr(progress, "SILENCE_SECONDS", 0.1)
    gate = threading.Event()
    double.script("progress/silent", Reply(gate=gate))
    body = form(field("uploadUrl", double_url("progress/silent")), file(b"12345"))
    head = (
        f"POST {PLAIN} HTTP/1.1\r\nHost: x\r\n{ACCEPT}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n\r\n"
    )
    again = b'{"event": "received", "bytes": 5, "of": 5}\n'
    async with small_line(UPLOAD_DESTINATIONS=double.url, UPLOAD_EXPECT_CONTINUE_BYTES="0") as ours:
        loop, told = asyncio.get_running_loop(), b""
        async with asyncio.timeout(60):
            await loop.sock_sendall(ours, head.encode() + body)
            while piece := await loop.sock_recv(ours, 65536):
                told += piece
                if told.count(again) > 2:
                    gate.set()
    TRANSCRIPT.hear("answer", told.decode())
    assert b'"success": true' in told
    assert told.count(b'"event": "attempt"') == 1


@asynccontextmanager
async def small_line(**settings: str) -> AsyncIterator[socket.socket]:
    """The client's end of a connection to the app in this process, with almost no buffer."""
    runner = web.AppRunner(make_app(Settings.from_environment(settings)))
    await runner.setup()
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    server = runner.server
    assert server
    await loop.connect_accepted_socket(
        lambda: connection.Connection(
            server, Settings(), OpenConnections(9), loop=loop, access_log=None, lingering_time=0
        ),
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
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as older:
        older.sendall(head.encode() + body)
        told = b"".join(iter(lambda: older.recv(65536), b""))
    TRANSCRIPT.hear("answer", told.decode())
    assert json.loads(told.splitlines()[-1])["success"] is True


def test_caller_who_leaves_ends_the_upload(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """When the client leaves, its upload ends, and nothing is stored."""
    puts = double.script("progress/gone")
    body = form(field("uploadUrl", double_url("progress/gone")), file(FILE))
    with Told(service, PLAIN, len(body), DIRECT) as upload:
        upload.send(body[: len(body) // 2])
        upload.until("sent")
        request_id = upload.response.headers["X-Request-Id"]
    event = service.upload_event(request_id)
    assert event["stored"] is False
    assert puts[0].ended.wait(30)
    assert not puts[0].whole


def test_stop_is_told(double: StorageDouble, double_url: Callable[[str], str]) -> None:
    """When the service stops during an upload, the last line says so."""
    double.script("progress/stopped", Reply(after="head", raw=b"", then="hang"))
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SHUTDOWN_SECONDS="0") as stopping:
        body = form(field("uploadUrl", double_url("progress/stopped")), file(b"12345"))
        with Told(stopping, PLAIN, len(body)) as upload:
            upload.send(body)
            upload.until("attempt")
            began = time.monotonic()
            stopping.process.terminate()
            assert list(upload.lines())[-1]["code"] == "shutting_down"
            assert time.monotonic() - began < 30
