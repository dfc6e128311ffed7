"""Rates over real sockets: uploads are counted by address, and refused before the body is read."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

from aiohttp import web

from tests.server.access_control_http.callers import BOTH, OLD, PAGES, WRONG, bearer, stranger
from tests.support.client.raw_http import PLAIN, Answer, Connection, ask, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings


@BOTH
def test_rate_per_address(counted: Running, body: bytes, path: str) -> None:
    """Beyond the rate an address is told how long to wait. Other addresses are not affected."""
    address, began = stranger(), time.monotonic()
    for _ in range(2):
        assert post(counted.port, path, body, bearer(OLD), address).status == 200
    refused = post(counted.port, path, body, bearer(OLD), address)
    event = assert_refused(counted, refused, "rate_limited", path)
    assert 30 - (time.monotonic() - began) <= int(refused.headers["retry-after"]) <= 30
    assert event["client"] == address.split()[-1]
    assert post(counted.port, path, body, bearer(OLD), stranger()).status == 200


@BOTH
def test_guessed_tokens_count(counted: Running, body: bytes, path: str) -> None:
    """A refused token counts, so guessing is slow; beyond the rate a right token has to wait as well."""
    address = stranger()
    codes = [post(counted.port, path, body, bearer(WRONG), address).status for _ in range(3)]
    assert codes == [401, 401, 429]
    assert post(counted.port, path, body, bearer(OLD), address).status == 429


def test_rate_is_judged_before_the_body(counted: Running) -> None:
    """Beyond the rate, a client that waits for 100 gets the refusal and no 100."""
    address = stranger()
    for status in (b"401", b"401", b"429"):
        with Connection(counted.port) as connection:
            connection.head(PLAIN, 1000, address, "Expect: 100-continue")
            assert connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 " + status
            connection.answer()


def test_pages_count_for_nothing(counted: Running, body: bytes) -> None:
    """Pages, preflights and wrong paths are not counted, however many."""
    address = stranger()
    name, _, value = address.partition(": ")
    for path in (*PAGES, PLAIN) * 2:
        assert ask(counted.port, "OPTIONS", path, {name: value}).status == 204
        assert ask(counted.port, "GET", path, {name: value}).status in (200, 404, 405)
    assert post(counted.port, PLAIN, body, bearer(OLD), address).status == 200


def test_retry_after_is_true(double: StorageDouble, body: bytes) -> None:
    """A client that waits as long as Retry-After says may go on."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_RATE_PER_MINUTE="60") as running:
        answered = _until_refused(running, body)
        assert answered.headers["retry-after"] == "1"
        time.sleep(1)
        assert post(running.port, PLAIN, body).status == 200


def _until_refused(running: Running, body: bytes) -> Answer:
    for _ in range(1000):  # some are given back meanwhile
        answered = post(running.port, PLAIN, body)
        if answered.status != 200:
            assert answered.json["code"] == "rate_limited"
            return answered
    raise AssertionError("no rate")


async def test_peers_without_an_address(tmp_path: Path) -> None:
    """All clients of a Unix socket count as one, whatever X-Forwarded-For says."""
    runner = web.AppRunner(make_app(Settings.from_environment({"UPLOAD_RATE_PER_MINUTE": "1"})))
    await runner.setup()
    await web.UnixSite(runner, tmp_path / "socket").start()
    lines = []
    for _ in range(2):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(f"POST {PLAIN} HTTP/1.1\r\nHost: a\r\n{stranger()}\r\n\r\n".encode())
        lines.append(await reader.readline())
        writer.close()
    await runner.cleanup()
    assert lines == [b"HTTP/1.1 400 Bad Request\r\n", b"HTTP/1.1 429 Too Many Requests\r\n"]


def test_counting_is_imported_only_when_it_is_set() -> None:
    """Without a rate the library that counts is not loaded, because it would slow cold starts."""
    code = (
        "import sys, json;"
        "from upload_service.settings.settings import Settings;"
        "from upload_service.server.app import make_app;"
        "make_app(Settings.from_environment(dict(UPLOAD_RATE_PER_MINUTE=sys.argv[1])));"
        "print(json.dumps('throttled' in sys.modules))"
    )
    loaded = [
        json.loads(subprocess.run([sys.executable, "-c", code, rate], capture_output=True, check=True).stdout)
        for rate in ("0", "1")
    ]
    assert loaded == [False, True]
