"""A real Firefox without windows, driven by WebDriver BiDi, which it speaks itself, over a WebSocket.

Rules: it reaches this machine alone: for every other host it has a proxy that is not there, and what it would
ask its makers for is turned off. Its profile is new, and gone afterwards.
"""

import asyncio
import base64
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from local.child_process import ChildProcess

from tests.support.browser.tab import (
    DEAD_PROXY_HOST,
    DEAD_PROXY_PORT,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    Actions,
    Tab,
)

NAMES = ("firefox-esr", "firefox")
STOP_SECONDS = 60
LARGEST_MESSAGE_BYTES = 64_000_000
# The first lets services.settings.server be turned off.
ENVIRONMENT = {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1", "MOZ_CRASHREPORTER_DISABLE": "1"}
# Beside what Firefox itself turns off while it is driven (remote.prefs.recommended).
PREFERENCES: dict[str, object] = {
    "network.proxy.type": 1,
    "network.proxy.http": DEAD_PROXY_HOST,
    "network.proxy.http_port": DEAD_PROXY_PORT,
    "network.proxy.ssl": DEAD_PROXY_HOST,
    "network.proxy.ssl_port": DEAD_PROXY_PORT,
    # It would go past a proxy that is not there.
    "network.proxy.failover_direct": False,
    "network.proxy.allow_bypass": False,
    "network.trr.mode": 5,
    "network.captive-portal-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "dom.push.connection.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "security.OCSP.enabled": 0,
}


@asynccontextmanager
async def firefox(*, language: str = "en-US", dark: bool = False) -> AsyncIterator[Tab]:
    """Start a browser for people of this language and taste, and end it with the block."""
    preferences = PREFERENCES | {
        "intl.accept_languages": language,
        "layout.css.prefers-color-scheme.content-override": 0 if dark else 1,
    }
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()
        ]
        (profile / "user.js").write_text("\n".join(lines))
        command = [next(filter(shutil.which, NAMES)), "--headless", "--no-remote", "--profile", folder]
        child = ChildProcess(
            [*command, "--remote-debugging-port", "0"],
            env=dict(os.environ) | {"HOME": folder} | ENVIRONMENT,
            log=profile / "output",
        )
        try:
            port = await _port(child, profile)
            async with aiohttp.ClientSession() as http:
                address = f"ws://127.0.0.1:{port}/session"
                async with http.ws_connect(address, max_msg_size=LARGEST_MESSAGE_BYTES) as wire:
                    yield await FirefoxTab.begin(wire)
        finally:
            await asyncio.to_thread(child.stop, patience_seconds=STOP_SECONDS)


async def _port(child: ChildProcess, profile: Path) -> int:
    """Where it listens; it writes that down when it does."""
    note = profile / "WebDriverBiDiServer.json"
    async with asyncio.timeout(3 * PATIENCE_SECONDS):
        while True:
            assert child.exit_code is None, (profile / "output").read_text()
            try:
                return int(json.loads(note.read_text())["ws_port"])
            except (FileNotFoundError, ValueError):
                await asyncio.sleep(PAUSE_SECONDS)


class FirefoxTab(Tab):
    """The tab that Firefox begins with."""

    def __init__(self, wire: aiohttp.ClientWebSocketResponse) -> None:
        self._wire = wire
        self._numbers = itertools.count()
        self._context = ""
        self._said: list[str] = []

    @classmethod
    async def begin(cls, wire: aiohttp.ClientWebSocketResponse) -> "FirefoxTab":
        """Begin a session."""
        tab = cls(wire)
        await tab._ask("session.new", capabilities={})
        await tab._ask("session.subscribe", events=["log.entryAdded"])
        tree = await tab._ask("browsingContext.getTree")
        tab._context = tree["contexts"][0]["context"]
        return tab

    async def _ask(self, method: str, **parameters: object) -> Any:
        """Send a command and return its result; what is said meanwhile is kept."""
        number = next(self._numbers)
        await self._wire.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            while (message := await self._wire.receive_json()).get("id") != number:
                if message.get("method") == "log.entryAdded":
                    self._said.append(str(message["params"]["text"]))
        assert message["type"] == "success", message
        return message["result"]

    async def said(self) -> list[str]:
        """From the first line of the page on: its driver tells."""
        return await super().said() + self._said

    async def go(self, url: str) -> None:
        self._said.clear()
        await self._ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def run(self, function: str, *arguments: object) -> Any:
        found = await self._ask(
            "script.callFunction",
            functionDeclaration=f"async (given) => JSON.stringify(await ({function})(...JSON.parse(given)))",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert found["type"] == "success", found
        return json.loads(found["result"].get("value", "null"))

    async def choose(self, selector: str, *files: Path) -> None:
        locator = {"type": "css", "value": selector}
        nodes = await self._ask("browsingContext.locateNodes", context=self._context, locator=locator)
        element = {"sharedId": nodes["nodes"][0]["sharedId"]}
        await self._ask(
            "input.setFiles", context=self._context, element=element, files=[str(each) for each in files]
        )

    async def perform(self, actions: Actions) -> None:
        pointer = {"type": "pointer", "id": "mouse", "actions": list(actions)}
        await self._ask("input.performActions", context=self._context, actions=[pointer])

    async def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        await self._ask("browsingContext.setViewport", context=self._context, viewport=viewport)

    async def picture(self) -> bytes:
        taken = await self._ask("browsingContext.captureScreenshot", context=self._context, origin="document")
        return base64.b64decode(taken["data"])
