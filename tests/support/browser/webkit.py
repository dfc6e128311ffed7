"""A real WebKitGTK: its MiniBrowser on a display that nobody sees, driven by W3C WebDriver (WebKitWebDriver).

Rules: it reaches this machine alone: for every other host it has a proxy that is not there. Its home folder
is new, and gone afterwards.
"""

import asyncio
import base64
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from local import ports
from local.child_process import ChildProcess

from tests.support.browser.tab import (
    DEAD_PROXY_HOST,
    DEAD_PROXY_PORT,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    Actions,
    Tab,
)

STOP_SECONDS = 60
SCREEN = "1400x2400x24"
# Where Debian and Ubuntu have it; not on the PATH.
BROWSERS = "usr/lib/*/webkit2gtk-4.*/MiniBrowser"
# Else the browser's own buttons would keep its window from being as narrow as a phone.
NARROW = """
window box, window button, window entry, window image {
  min-width: 0; min-height: 0; margin: 0; padding: 0; border: 0; font-size: 1px;
}"""
C_LOCALE = "/usr/lib/locale/C.utf8"
# A window that has just become larger is black where nothing has been painted yet.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
LOADED = "(url) => location.href === new URL(url).href && document.readyState === 'complete'"
# The W3C's name for what stands for an element.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def is_there() -> bool:
    """Whether all that it needs is installed."""
    return bool(_program() and shutil.which("WebKitWebDriver") and shutil.which("Xvfb"))


def _program() -> Path | None:
    return max(Path("/").glob(BROWSERS), default=None)


@contextmanager
def _display(folder: Path) -> Iterator[str]:
    """A display that nobody sees, under a number that was free."""
    reading, writing = os.pipe()
    with open(reading) as said:
        try:
            child = ChildProcess(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
                env=os.environ,
                log=folder / "display",
                inherit=[writing],
            )
        finally:
            os.close(writing)
        try:
            number = said.readline().strip()
            assert number, (folder / "display").read_text()
            yield f":{number}"
        finally:
            child.stop(patience_seconds=STOP_SECONDS)


def _locale(folder: Path, language: str) -> str:
    """A locale of this language for programs that read no more than its name; only C need be installed."""
    name = f"{language.replace('-', '_')}.UTF-8"
    (folder / name).symlink_to(C_LOCALE)
    return name


@asynccontextmanager
async def webkit(*, language: str = "en-US", dark: bool = False) -> AsyncIterator[Tab]:
    """Start a browser for people of this language and taste, and end it with the block."""
    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="webkit-", ignore_cleanup_errors=True)
        home = Path(stack.enter_context(folder))
        port = await asyncio.to_thread(_driver, stack, home, _environment(stack, home, language))
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
            tab = await WebKitTab.begin(http, ["--dark-mode"] if dark else [])
            try:
                yield tab
            finally:
                await tab.end()


def _environment(stack: ExitStack, home: Path, language: str) -> dict[str, str]:
    """What the browser knows of the machine and of the person."""
    style = home / ".config" / "gtk-3.0" / "gtk.css"
    style.parent.mkdir(parents=True)
    style.write_text(NARROW)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "DISPLAY": stack.enter_context(_display(home)),
        "LC_ALL": _locale(home, language),
        "LOCPATH": str(home),
        "NO_AT_BRIDGE": "1",
        "GSETTINGS_BACKEND": "memory",
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }


def _driver(stack: ExitStack, home: Path, environment: dict[str, str]) -> int:
    """Start the driver, which the stack ends, and return the port at which it listens."""
    port = ports.free_port()
    output = home / "output"
    child = ChildProcess(["WebKitWebDriver", f"--port={port}"], env=environment, log=output)
    stack.callback(child.stop, patience_seconds=STOP_SECONDS)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ports.answers(port):
        assert child.exit_code is None, output.read_text()
        assert time.monotonic() < deadline
        time.sleep(PAUSE_SECONDS)
    return port


class WebKitTab(Tab):
    """The tab that the browser begins with."""

    def __init__(self, http: aiohttp.ClientSession, session: str) -> None:
        self._http = http
        self._session = session

    @classmethod
    async def begin(cls, http: aiohttp.ClientSession, more: list[str]) -> "WebKitTab":
        """Begin a session: the driver starts the browser."""
        arguments = [
            "--automation",
            f"--proxy=http://{DEAD_PROXY_HOST}:{DEAD_PROXY_PORT}",
            "--ignore-host=127.0.0.1",
            "--ignore-host=localhost",
            *more,
        ]
        options = {"binary": str(_program()), "args": arguments}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        begun = await _ask(http, "POST", "/session", capabilities=wanted)
        return cls(http, f"/session/{begun['sessionId']}")

    async def end(self) -> None:
        """End the session, and the browser with it."""
        await _ask(self._http, "DELETE", self._session)

    async def _ask(self, command: str, **parameters: object) -> Any:
        return await _ask(self._http, "POST", f"{self._session}/{command}", **parameters)

    async def go(self, url: str) -> None:
        await self._ask("url", url=url)
        await self.until(LOADED, url)  # the driver may answer before that

    async def run(self, function: str, *arguments: object) -> Any:
        script = f"""const [given, done] = arguments;
          (async () => ({{ found: await ({function})(...JSON.parse(given)) }}))()
            .catch((error) => ({{ error: String(error) }})).then((end) => done(JSON.stringify(end)));"""
        end = json.loads(await self._ask("execute/async", script=script, args=[json.dumps(arguments)]))
        assert "error" not in end, end
        return end.get("found")

    async def choose(self, selector: str, *files: Path) -> None:
        element = await self._ask("element", using="css selector", value=selector)
        await self._ask(f"element/{element[ELEMENT]}/value", text="\n".join(map(str, files)))
        # Another process looks at the files, a little later, and reads this afterwards.
        await self.run("() => new Blob(['seen']).text()")

    async def perform(self, actions: Actions) -> None:
        await self._ask("actions", actions=[{"type": "pointer", "id": "mouse", "actions": list(actions)}])

    async def resize(self, width: int, height: int) -> None:
        bars = await self.run("() => outerHeight - innerHeight")
        await self._ask("window/rect", width=width, height=height + bars)
        await self.until("(width, height) => innerWidth === width && innerHeight === height", width, height)

    async def picture(self) -> bytes:
        await self.run(PAINTED)
        taken = await _ask(self._http, "GET", f"{self._session}/screenshot")
        return base64.b64decode(taken)


async def _ask(http: aiohttp.ClientSession, method: str, path: str, **parameters: object) -> Any:
    body = None if method != "POST" else parameters
    async with asyncio.timeout(2 * PATIENCE_SECONDS), http.request(method, path, json=body) as response:
        answer = await response.json(content_type=None)
    assert response.status == 200, answer
    return answer["value"]
