"""`uploadInParts`, compiled, a service, a back end that signs, and a real store behind one who counts."""

import shutil
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from local.store import Bucket

from tests.support.examples import parts_back_end
from tests.support.examples.parts_back_end import Visitor
from tests.support.service.running_service import Running
from tests.support.storage.counting_store import Asked, CountingStore, Refusal
from tests.system.upload_client import runners
from tests.system.upload_in_parts import calls
from tests.system.upload_in_parts.calls import CHANGED, PART_BYTES, InNode

# Begins a call in Node with these options.
Begin = Callable[..., AbstractAsyncContextManager[InNode]]
# Starts a server that gives this answer to every POST: its URL, and when it was asked.
Answering = Callable[[int, object, dict[str, str]], Awaitable[tuple[str, list[float]]]]


@pytest.fixture(scope="session")
def compiled_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the client, compiled to JavaScript."""
    folder = tmp_path_factory.mktemp("upload-in-parts")
    runners.compile_into(folder)
    shutil.copy(Path(__file__).with_name("call_parts.mjs"), folder / "call_parts.js")
    (folder / "parts.html").write_text("<!doctype html><title>t</title><input type=file>")
    return folder


@pytest.fixture
def answering(aiohttp_server: Callable[[web.Application], Awaitable[TestServer]]) -> Answering:
    """Servers that read a request to its end first: one that answers and hangs up before may not be heard."""

    async def start(status: int, said: object, headers: dict[str, str]) -> tuple[str, list[float]]:
        asked = []

        async def answer(request: web.Request) -> web.Response:
            async for _ in request.content.iter_any():
                pass
            asked.append(time.monotonic())
            return web.json_response(said, status=status, headers=headers)

        app = web.Application()
        app.router.add_post("/{any}", answer)
        return str((await aiohttp_server(app)).make_url("")).rstrip("/"), asked

    return start


@dataclass
class Setting:
    """Where the parts go."""

    service: Running
    store: CountingStore
    bucket: Bucket
    back_end: str
    # The parts that have come to the store whole and wait there.
    held: set[int] = field(default_factory=set)

    def stored(self) -> list[bytes]:
        """Every object that was made of parts."""
        made = [
            each.path.removeprefix(f"/{self.bucket.name}/") for each in self.store.asked if each.completes
        ]
        return [content for key in dict.fromkeys(made) if (content := self.bucket.get(key)) is not None]

    def visitor(self, cookie: str = "") -> Visitor:
        """Somebody who asks the back end."""
        visitor = Visitor(self.back_end)
        visitor.cookie = cookie
        return visitor

    def hold_complete(self) -> threading.Event:
        """Let what makes the object wait at the store until the event is set."""
        gate = threading.Event()

        def wait(asked: Asked) -> Refusal:
            if asked.completes:
                gate.wait(60)
            return None

        self.store.refuse = wait
        return gate

    def hold(self, *parts: int, then: Refusal = "") -> threading.Event:
        """Let these parts wait at the store until the event is set; then they get no answer, or this one."""
        gate = threading.Event()

        def refuse(asked: Asked) -> Refusal:
            if asked.method == "PUT" and asked.part and asked.part in parts:
                self.held.add(asked.part)
                gate.wait(60)
                return then
            return None

        self.store.refuse = refuse
        return gate


@pytest.fixture(scope="module")
def parts_store(bucket: Bucket) -> Iterator[CountingStore]:
    """The store and its counter."""
    with CountingStore(bucket.endpoint) as store:
        yield store


@pytest.fixture(scope="module")
def parts_back_end_url(
    bucket: Bucket, parts_store: CountingStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The routes of docs/examples/python_backend.py."""
    settings = parts_back_end.environment(bucket, parts_store.endpoint, "http://127.0.0.1:1")
    with parts_back_end.started(tmp_path_factory.mktemp("back-end") / "log", settings) as url:
        yield f"{url}/api/parts"


@pytest.fixture(scope="module")
def parts_running(parts_store: CountingStore) -> Iterator[Running]:
    """The service."""
    with Running(UPLOAD_DESTINATIONS=f"{parts_store.endpoint}/", UPLOAD_CORS_ORIGINS="*") as running:
        yield running


@pytest.fixture
def setting(
    parts_running: Running, parts_store: CountingStore, bucket: Bucket, parts_back_end_url: str
) -> Iterator[Setting]:
    """All of it, with nothing counted yet, and nothing refused any more afterwards."""
    parts_store.asked.clear()
    yield Setting(parts_running, parts_store, bucket, parts_back_end_url)
    parts_store.refuse = lambda _: None
    parts_store.lose = lambda _: False


@pytest.fixture
def begin(compiled_parts: Path, setting: Setting, tmp_path: Path) -> Begin:
    """Begin a call in Node, which remembers in a file."""

    @asynccontextmanager
    async def begun(path: Path, **options: Any) -> AsyncIterator[InNode]:
        usual = {
            "path": str(path),
            "memory": str(tmp_path / "memory.json"),
            "lastModified": CHANGED,
            "backEnd": setting.back_end,
            "serviceUrl": setting.service.url,
            "partBytes": PART_BYTES,
            "firstPauseMs": 20,
        }
        async with calls.in_node(compiled_parts, usual | options) as call:
            yield call

    return begun
