"""Chromium in the terms of `tab.py`, for tests that run in every engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.browser.chromium import chromium
from tests.support.browser.tab import Actions, Tab


@asynccontextmanager
async def chromium_tab(*, language: str = "en-US", dark: bool = False) -> AsyncIterator[Tab]:
    """Start a browser for people of this language and taste, and end it with the block."""
    async with chromium() as browser:
        yield ChromiumTab(await browser.new_page(locale=language, color_scheme="dark" if dark else "light"))


class ChromiumTab(Tab):
    """A tab of a new context."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def go(self, url: str) -> None:
        await self._page.goto(url)

    async def run(self, function: str, *arguments: object) -> Any:
        return await self._page.evaluate(f"(given) => ({function})(...given)", list(arguments))

    async def choose(self, selector: str, *files: Path) -> None:
        await self._page.set_input_files(selector, list(files))

    async def perform(self, actions: Actions) -> None:
        for action in actions:
            match action["type"]:
                case "pointerMove":
                    await self._page.mouse.move(action["x"], action["y"])
                case "pointerDown":
                    await self._page.mouse.down()
                case "pointerUp":
                    await self._page.mouse.up()

    async def resize(self, width: int, height: int) -> None:
        await self._page.set_viewport_size({"width": width, "height": height})

    async def picture(self) -> bytes:
        return await self._page.screenshot(full_page=True)
