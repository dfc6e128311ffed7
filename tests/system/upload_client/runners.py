"""The TypeScript client of docs/examples, compiled, and called in Node and in Chromium.

Knows: the compiler of `scripts/dev/lib/node/browser`, and `call_upload.mjs`, which both run.
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from devtools import node_packages
from docs_generator import generate
from playwright.async_api import Browser, Page

from tests.support.browser.other_origin import served
from tests.support.service.transcript import TRANSCRIPT

# For a call, and for the compiler, on a busy machine.
SECONDS = 300


class Call(Protocol):
    """One upload that runs."""

    async def abort(self) -> None:
        """Abort the upload by its signal."""

    async def outcome(self) -> dict[str, Any]:
        """`stored` or `error`, the progress that was reported, and how often a URL was asked for."""


# Runs a scenario with the client that is compiled into a folder, in a browser if there is one.
Runner = Callable[[Path, dict[str, Any], Browser | None], AbstractAsyncContextManager[Call]]


def compile_into(folder: Path) -> None:
    """Compile the client strictly, and put the script that calls it beside it."""
    tsc = node_packages.node_modules(node_packages.BROWSER) / ".bin" / "tsc"
    done = subprocess.run(
        [tsc, "-p", generate.CLIENT.parent, "--outDir", folder],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "index.html").write_text("<!doctype html><title>t</title>")
    shutil.copy(Path(__file__).with_name("call_upload.mjs"), folder / "call_upload.js")


@dataclass
class _InNode:
    process: asyncio.subprocess.Process

    async def abort(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"abort\n")
        await self.process.stdin.drain()

    async def outcome(self) -> dict[str, Any]:
        assert self.process.stdout
        async with asyncio.timeout(SECONDS):
            said = await self.process.stdout.read()
        return _heard(said.decode())


@asynccontextmanager
async def in_node(folder: Path, scenario: dict[str, Any], _: Browser | None) -> AsyncIterator[Call]:
    """In Node, by fetch."""
    pipe = asyncio.subprocess.PIPE
    script = str(folder / "call_upload.js")
    process = await asyncio.create_subprocess_exec("node", script, stdin=pipe, stdout=pipe, limit=1 << 20)
    assert process.stdin
    process.stdin.write(f"{json.dumps(scenario)}\n".encode())
    try:
        yield _InNode(process)
    finally:
        process.stdin.close()
        if process.returncode is None:
            process.kill()  # a call that has not ended, when a test fails
        await process.wait()


@dataclass
class _InChromium:
    page: Page

    async def abort(self) -> None:
        await self.page.evaluate("import('/call_upload.js').then(({abort}) => abort())")

    async def outcome(self) -> dict[str, Any]:
        asked = "import('/call_upload.js').then(({outcome}) => outcome()).then(JSON.stringify)"
        return _heard(await self.page.evaluate(asked))


@asynccontextmanager
async def in_chromium(folder: Path, scenario: dict[str, Any], browser: Browser | None) -> AsyncIterator[Call]:
    """In a page of another origin than the service, by XMLHttpRequest."""
    assert browser
    with served(folder) as origin:
        page = await browser.new_page()
        page.on("console", lambda message: TRANSCRIPT.hear("console", message.text))
        await page.goto(origin)
        await page.evaluate(
            "(scenario) => import('/call_upload.js').then(({call}) => call(scenario))", scenario
        )
        try:
            yield _InChromium(page)
        finally:
            await page.close()


def _heard(said: str) -> dict[str, Any]:
    TRANSCRIPT.hear("upload-client", said)
    found = json.loads(said)
    assert isinstance(found, dict)
    return found
