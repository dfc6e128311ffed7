"""`uploadInParts`, called in Node and in Chromium: what a call is given, and what it leads to."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.support.browser.other_origin import served
from tests.support.service.transcript import TRANSCRIPT

SECONDS = 90
MIB = 1 << 20
PART_BYTES = 5 * MIB
# The milliseconds at which the file was changed.
CHANGED = 1_700_000_000_000


class Large(NamedTuple):
    """A file of four parts, of which no two are equal."""

    path: Path
    content: bytes

    @property
    def size(self) -> int:
        """Its length."""
        return len(self.content)

    def rewritten(self, content: bytes) -> "Large":
        """The same file with other bytes."""
        self.path.write_bytes(content)
        return Large(self.path, content)


def large_in(folder: Path) -> Large:
    """Make one."""
    return Large(folder / "large.bin", b"").rewritten(os.urandom(4 * PART_BYTES - 1000))


def heard(said: str) -> dict[str, Any]:
    """The outcome that was said."""
    TRANSCRIPT.hear("upload-in-parts", said)
    found = json.loads(said)
    assert isinstance(found, dict)
    return found


@dataclass
class InNode:
    """One call in a process of its own."""

    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """Abort by the signal."""
        assert self.process.stdin
        self.process.stdin.write(b"stop\n")
        await self.process.stdin.drain()

    async def kill(self) -> None:
        """End the process as a crash does."""
        self.process.kill()
        await self.process.wait()

    async def outcome(self) -> dict[str, Any]:
        """`done` or `error`, the progress that was told, and which routes were asked."""
        assert self.process.stdout
        async with asyncio.timeout(SECONDS):
            return heard((await self.process.stdout.read()).decode())


@asynccontextmanager
async def in_node(folder: Path, scenario: dict[str, Any]) -> AsyncIterator[InNode]:
    """Begin a call, by fetch."""
    pipe = asyncio.subprocess.PIPE
    script = str(folder / "call_parts.js")
    process = await asyncio.create_subprocess_exec("node", script, stdin=pipe, stdout=pipe, limit=1 << 22)
    assert process.stdin
    process.stdin.write(f"{json.dumps(scenario)}\n".encode())
    try:
        yield InNode(process)
    finally:
        process.stdin.close()
        if process.returncode is None:
            process.kill()
        await process.wait()


@dataclass
class InChromium:
    """A page of an origin of its own, with the routes of a back end."""

    page: Page
    context: BrowserContext
    origin: str

    async def begin(self, path: Path, scenario: dict[str, Any]) -> None:
        """Pick the file and begin."""
        await self.page.set_input_files("input", path)
        await self.page.evaluate(
            "(scenario) => import('/call_parts.js')"
            ".then(({call}) => call(scenario, document.querySelector('input').files[0]))",
            scenario,
        )

    async def stop(self) -> None:
        """Abort by the signal."""
        await self.page.evaluate("import('/call_parts.js').then(({stop}) => stop())")

    async def outcome(self) -> dict[str, Any]:
        """As in Node."""
        asked = "import('/call_parts.js').then(({outcome}) => outcome()).then(JSON.stringify)"
        async with asyncio.timeout(SECONDS):
            return heard(await self.page.evaluate(asked))


@asynccontextmanager
async def in_chromium(folder: Path, browser: Browser, back_end: str) -> AsyncIterator[InChromium]:
    """Open the page."""

    async def forward(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        await route.fulfill(response=await route.fetch(url=f"{back_end}/{name}"))

    with served(folder) as origin:
        context = await browser.new_context()
        page = await context.new_page()
        page.on("console", lambda message: TRANSCRIPT.hear("console", message.text))
        await page.route("**/api/parts/*", forward)
        await page.goto(f"{origin}/parts.html")
        try:
            yield InChromium(page, context, origin)
        finally:
            await page.unroute_all(behavior="ignoreErrors")  # a call may still be on its way
            await context.close()
