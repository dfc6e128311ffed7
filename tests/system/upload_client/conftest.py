"""The TypeScript client, compiled, and begun in Node (fetch) and in Chromium (XMLHttpRequest)."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from local.store import Bucket

from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Put, Reply, StorageDouble
from tests.system.upload_client import runners
from tests.system.upload_client.calls import PREFLIGHT, RUNNERS, TOKEN, Upload
from tests.system.upload_client.runners import Call, Runner


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the client, compiled to JavaScript."""
    folder = tmp_path_factory.mktemp("upload-client")
    runners.compile_into(folder)
    return folder


@pytest.fixture(scope="module")
def guarded(bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """A service that asks for a token."""
    listed = f"{bucket.url},{double.url}"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_API_TOKENS=TOKEN) as running:
        yield running


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> Runner:
    """Where the client runs."""
    found: Runner = request.param
    return found


@pytest.fixture
def begin(
    request: pytest.FixtureRequest, compiled: Path, guarded: Running, runner: Runner
) -> Callable[..., Any]:
    """Begin an upload with these options."""
    browser = request.getfixturevalue("browser") if runner is runners.in_chromium else None

    @asynccontextmanager
    async def begun(urls: str | list[str], **options: object) -> AsyncIterator[Call]:
        usual = {"bytes": 100_000, "name": "사진.png", "type": "image/png", "firstPauseMs": 20}
        asked = {"serviceUrl": guarded.url, "token": TOKEN, "urls": urls}
        async with runner(compiled, usual | asked | options, browser) as call:
            yield call

    return begun


@pytest.fixture
def upload(begin: Callable[..., Any]) -> Upload:
    """Upload with these options."""

    async def uploaded(urls: str | list[str], **options: object) -> dict[str, Any]:
        async with begin(urls, **options) as call:
            found: dict[str, Any] = await call.outcome()
            return found

    return uploaded


@pytest.fixture
def front(double: StorageDouble, runner: Runner) -> Callable[..., list[Put]]:
    """Let the double play the service, with these replies; in Chromium a preflight comes before them."""

    def script(*replies: Reply, path: str = "upload-with-presigned") -> list[Put]:
        first = [] if runner is runners.in_node else [PREFLIGHT]
        return double.script(f"front/{path}", *first, *replies)

    return script
