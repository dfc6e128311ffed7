"""What is left behind after an upload: nothing, however it ended. The application runs in this process.

What is looked at: the budget of memory, running uploads, tasks, open temporary files, and, when the server
has stopped, every file descriptor.
"""

import asyncio
import os
import socket
import stat
import struct
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import psutil
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.server.moved_clock import let_pass
from tests.support.client.raw_http import PLAIN, RETRY, Connection, chunked, field, file, form
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from upload_service.pages.app_keys import CONTEXT
from upload_service.presigned.allowed_destinations import parse_destinations
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings
from upload_service.upload.app_context import AppContext

CONTENT = bytes(range(256)) * 8192  # 2 MiB
ENDING = b"------boundary7MA4YWxk--\r\n"
DENIES = Reply(answer(403, xml("AccessDenied")), after=1000, then="hang")
RESETS = Reply(b"", after=1000, then="reset")
SILENT = Reply(b"", then="hang")
HALF_AN_ANSWER = Reply(b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\n<html", then="hang")
SERVER = Callable[..., Awaitable[TestServer]]


def open_files() -> int:
    """How many regular files this process has open, also those that have no name."""
    found = 0
    for number in range(1024):
        with suppress(OSError):
            found += stat.S_ISREG(os.fstat(number).st_mode)
    return found


@dataclass
class Lab:
    """The running application, and how things were before the first request."""

    server: TestServer
    service: AppContext
    double: StorageDouble
    url: str
    key: str
    tasks: frozenset[asyncio.Task[Any]]
    files: int

    @property
    def port(self) -> int:
        """The application's port."""
        assert self.server.port
        return self.server.port

    def left(self) -> dict[str, object]:
        """What is there that was not there before."""
        here = asyncio.current_task()
        return {
            "bytes": self.service.spool_budget.memory.used_bytes + self.service.spool_budget.disk.used_bytes,
            "uploads": len(self.service.places),
            "tasks": [task for task in asyncio.all_tasks() if task not in self.tasks and task is not here],
            # Others may have closed some meanwhile.
            "files": max(0, open_files() - self.files),
        }

    async def runs(self, kept: str) -> None:
        """Wait until one upload runs, and what it keeps can be seen under this name."""
        async with asyncio.timeout(30):
            while not (self.left()["uploads"] == 1 and self.left()[kept]):  # noqa: ASYNC110  nobody tells us
                await asyncio.sleep(0.01)

    async def settle(self) -> dict[str, object]:
        """What is left when some time has passed for all to end."""
        deadline = time.monotonic() + 30
        while any(self.left().values()) and time.monotonic() < deadline:  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.01)
        return self.left()


@pytest.fixture
def start(
    aiohttp_server: SERVER, double: StorageDouble, double_url: Callable[[str], str]
) -> Callable[..., Awaitable[Lab]]:
    """Start the application with these settings, and a key at the double that plays these replies."""

    async def begin(*replies: Reply, **changes: object) -> Lab:
        settings = replace(Settings(), destinations=parse_destinations(double.url), **changes)  # type: ignore[arg-type]
        app: web.Application = make_app(settings)
        server = await aiohttp_server(app)
        key = f"hygiene/{uuid.uuid4().hex}"
        double.script(key, *replies)
        tasks = frozenset(asyncio.all_tasks())
        return Lab(server, app[CONTEXT], double, double_url(key), key, tasks, open_files())

    return begin


def url_first(url: str) -> bytes:
    """A form in the fast order."""
    return form(field("uploadUrl", url), file(CONTENT))


def file_first(url: str) -> bytes:
    """A form in the order of which everything must be kept."""
    return form(file(CONTENT), field("uploadUrl", url))


def with_a_field_after_the_file(url: str) -> bytes:
    """A form of which the file's length is predicted wrongly."""
    return form(field("uploadUrl", url), file(CONTENT), field("submit", "Send"))


def with_too_large_a_size(url: str) -> bytes:
    """A form whose file is a byte shorter than it says."""
    return form(field("size", str(len(CONTENT) + 1)), field("uploadUrl", url), file(CONTENT))


def cut_off(url: str) -> bytes:
    """A form without its closing boundary."""
    return url_first(url).removesuffix(ENDING)


def broken_after_the_file(url: str) -> bytes:
    """A form with a second file part."""
    return form(field("uploadUrl", url), file(CONTENT), file(b"another"))


def send(port: int, path: str, body: bytes, *, in_chunks: bool = False) -> tuple[int, str]:
    """Send the whole form, in two halves; status and code of the answer."""
    with Connection(port) as connection:
        connection.head(path, None if in_chunks else len(body))
        halves = [body[: len(body) // 2], body[len(body) // 2 :]]
        connection.send(*([chunked(halves)] if in_chunks else halves), pause=0.02)
        answered = connection.answer()
        return answered.status, answered.json.get("code", "ok")


MEMORY = pytest.mark.parametrize(
    "memory", [64 << 20, 100_000, 0], ids=["in-memory", "small-memory", "no-memory"]
)
BOTH = pytest.mark.parametrize("path", [PLAIN, RETRY])


@MEMORY
@BOTH
@pytest.mark.parametrize("in_chunks", [False, True], ids=["with-length", "chunked"])
@pytest.mark.parametrize("make", [url_first, file_first])
async def test_after_a_success(
    start: Callable[..., Awaitable[Lab]],
    make: Callable[[str], bytes],
    in_chunks: bool,
    path: str,
    memory: int,
) -> None:
    """After a success nothing is left, whatever the order, and whether the file fitted into memory or not."""
    lab = await start(Reply(), spool_memory_bytes=memory)
    sent = await asyncio.to_thread(send, lab.port, path, make(lab.url), in_chunks=in_chunks)
    assert sent == (200, "ok")
    assert not any((left := await lab.settle()).values()), left


@MEMORY
@BOTH
@pytest.mark.parametrize(
    ("make", "reply", "expected"),
    [
        pytest.param(url_first, DENIES, (403, "access_denied"), id="early-403"),
        pytest.param(file_first, DENIES, (403, "access_denied"), id="early-403-file-first"),
        pytest.param(url_first, RESETS, (502, "storage_disconnected"), id="reset"),
        pytest.param(file_first, RESETS, (502, "storage_disconnected"), id="reset-file-first"),
        pytest.param(url_first, SILENT, (504, "storage_timeout"), id="hang"),
        pytest.param(url_first, HALF_AN_ANSWER, (502, "storage_error"), id="half-an-answer"),
        pytest.param(with_too_large_a_size, Reply(), (422, "size_mismatch"), id="size"),
        pytest.param(cut_off, Reply(), (400, "incomplete_form"), id="cut-off"),
        pytest.param(broken_after_the_file, Reply(), (422, "multiple_files"), id="two-files"),
    ],
)
async def test_after_a_failure(
    start: Callable[..., Awaitable[Lab]],
    make: Callable[[str], bytes],
    reply: Reply,
    expected: tuple[int, str],
    path: str,
    memory: int,
) -> None:
    """After a refusal or a failure of either side nothing is left."""
    limits = {"timeout_seconds": 2.0} if reply == SILENT else {}
    lab = await start(reply, spool_memory_bytes=memory, **limits)
    body = field("max_retries", "0") + make(lab.url)
    sending = asyncio.create_task(asyncio.to_thread(send, lab.port, path, body))
    while reply == HALF_AN_ANSWER and not sending.done():
        if any(put.answered for put in lab.double.puts[f"/{lab.key}"]):
            await let_pass(31)  # so long nothing more of it comes
        await asyncio.sleep(0.05)
    sent = await sending
    if path == PLAIN and make is cut_off and sent[1] == "length_unpredictable":
        expected = (422, "length_unpredictable")  # a file that is cut off ends later than predicted, too
    assert sent == expected
    assert not any((left := await lab.settle()).values()), left


@MEMORY
@pytest.mark.parametrize(
    ("path", "expected"),
    [(PLAIN, (422, "length_unpredictable")), (RETRY, (200, "ok"))],
    ids=["plain", "retry"],
)
async def test_after_a_wrong_prediction(
    start: Callable[..., Awaitable[Lab]], path: str, expected: tuple[int, str], memory: int
) -> None:
    """After a length that was predicted wrongly nothing is left, whether that was put right or not."""
    lab = await start(Reply(), spool_memory_bytes=memory)
    if path == PLAIN and memory == 64 << 20:
        expected = (200, "ok")  # the plain endpoint has kept it, because memory had room
    assert await asyncio.to_thread(send, lab.port, path, with_a_field_after_the_file(lab.url)) == expected
    assert not any((left := await lab.settle()).values()), left


@MEMORY
async def test_after_tries_that_ran_out(start: Callable[..., Awaitable[Lab]], memory: int) -> None:
    """After a failure that was tried again nothing is left."""
    lab = await start(Reply(answer(503)), spool_memory_bytes=memory)
    body = field("max_retries", "1") + url_first(lab.url)
    assert await asyncio.to_thread(send, lab.port, RETRY, body) == (502, "storage_error")
    assert len(lab.double.puts[f"/{lab.key}"]) == 2
    assert not any((left := await lab.settle()).values()), left


@MEMORY
@BOTH
@pytest.mark.parametrize("make", [url_first, file_first])
async def test_after_a_file_that_is_too_large(
    start: Callable[..., Awaitable[Lab]], make: Callable[[str], bytes], path: str, memory: int
) -> None:
    """After a file that grew over the limit nothing is left."""
    lab = await start(Reply(), spool_memory_bytes=memory, max_file_bytes=1_900_000)
    assert await asyncio.to_thread(send, lab.port, path, make(lab.url)) == (413, "file_too_large")
    assert not any((left := await lab.settle()).values()), left


@MEMORY
@BOTH
@pytest.mark.parametrize("make", [url_first, file_first])
@pytest.mark.parametrize("how", ["closes", "resets", "stalls"])
async def test_after_a_client_that_left(
    start: Callable[..., Awaitable[Lab]], make: Callable[[str], bytes], how: str, path: str, memory: int
) -> None:
    """When a client leaves or stalls in the middle of a file, what was kept until then is given back."""
    lab = await start(Reply(), spool_memory_bytes=memory)
    body = make(lab.url)
    with Connection(lab.port) as connection:
        connection.head(path, len(body))
        await asyncio.to_thread(connection.send, body[:1_500_000])
        kept = path == RETRY or make is file_first
        where = "bytes" if memory > len(body) else "files"
        await lab.runs(where if kept else "uploads")
        if how == "stalls":
            answered = asyncio.create_task(asyncio.to_thread(connection.answer))
            while not answered.done():
                await let_pass(31)
                await asyncio.sleep(0.05)
            assert (await answered).status == 408
        if how == "resets":
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert not any((left := await lab.settle()).values()), left


@MEMORY
async def test_descriptors(
    aiohttp_server: SERVER, double: StorageDouble, double_url: Callable[[str], str], memory: int
) -> None:
    """After many uploads, good and bad side by side, and a stop, there are as many descriptors as before."""
    process = psutil.Process()
    before = process.num_fds()
    listed = parse_destinations(double.url)
    app = make_app(replace(Settings(), destinations=listed, spool_memory_bytes=memory, stall_seconds=30.0))
    server = await aiohttp_server(app)
    assert server.port
    key, good = (f"hygiene/{uuid.uuid4().hex}" for _ in range(2))
    double.script(key, *[RESETS, Reply(answer(403)), Reply()] * 4)
    double.script(good, Reply(), Reply())  # of the others nobody knows which upload gets which answer
    makers = (url_first, file_first, cut_off, broken_after_the_file, with_a_field_after_the_file)
    loop = asyncio.get_running_loop()
    forms = [url_first(double_url(good)), *(make(double_url(key)) for make in makers)]
    # Threads of their own: the application needs the loop's for its files.
    with ThreadPoolExecutor(2 * len(forms)) as pool:
        uploads = [
            loop.run_in_executor(pool, send, server.port, path, body)
            for body in forms
            for path in (PLAIN, RETRY)
        ]
        codes = {code for _, code in await asyncio.gather(*uploads)}
    assert {"ok", "multiple_files"} <= codes
    await server.close()
    deadline = time.monotonic() + 30
    while process.num_fds() > before and time.monotonic() < deadline:  # noqa: ASYNC110  nobody tells us
        await asyncio.sleep(0.01)
    assert process.num_fds() <= before
