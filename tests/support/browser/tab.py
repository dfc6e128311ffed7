"""A browser's tab, whichever engine draws it: what a test does in it, in the terms that every driver has.

Knows: scripts, the pointer, and files that are chosen from disk. An engine's module gives the rest.
Rules: a click is the pointer's, so a button must be where a person sees it. Every wait ends at last.
Must not know: drivers, and the service's pages.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 90
PAUSE_SECONDS = 0.05
# For everything but this machine: nobody listens there (the port is "discard").
DEAD_PROXY_HOST, DEAD_PROXY_PORT = "127.0.0.1", 9

Actions = Sequence[Mapping[str, Any]]

# Where a person would click, once it has been scrolled to.
CENTRE = """(selector, text) => {
  const fits = (each) => each.checkVisibility() && each.textContent.includes(text);
  const found = [...document.querySelectorAll(selector)].find(fits);
  if (!found) return null;
  found.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = found.getBoundingClientRect();
  return [Math.round(x + width / 2), Math.round(y + height / 2)];
}"""
FILL = """(selector, text) => {
  const field = document.querySelector(selector);
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
# Listens to what the page says from now on, as not every driver tells of it.
LISTEN = """() => {
  window.heard = [];
  const hear = (...words) => heard.push(words.map(String).join(" "));
  for (const name of ["debug", "info", "log", "warn", "error"]) console[name] = hear;
  addEventListener("error", ({ message }) => hear(message));
  addEventListener("unhandledrejection", ({ reason }) => hear(reason));
  document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => hear(violatedDirective));
}"""
TEXT = """(selector) => [...document.querySelectorAll(selector)].map((each) => each.innerText).join("\\n")"""


class Tab(ABC):
    """The one tab of a browser."""

    @abstractmethod
    async def go(self, url: str) -> None:
        """Go there, and wait until it is loaded."""

    @abstractmethod
    async def run(self, function: str, *arguments: object) -> Any:
        """What a function of the page's language returns, a promise's value as well; all of it is JSON."""

    @abstractmethod
    async def choose(self, selector: str, *files: Path) -> None:
        """Choose files of the disk."""

    @abstractmethod
    async def perform(self, actions: Actions) -> None:
        """Perform the actions of a pointer, in the terms of W3C WebDriver."""

    @abstractmethod
    async def resize(self, width: int, height: int) -> None:
        """Give the page this room."""

    @abstractmethod
    async def picture(self) -> bytes:
        """The page as PNG."""

    async def open(self, url: str) -> None:
        """Go there, and listen to what the page says."""
        await self.go(url)
        await self.run(LISTEN)

    async def said(self) -> list[str]:
        """What the page wrote to its console, its errors, and what it broke of its policy."""
        return list(await self.run("() => heard"))

    async def click(self, selector: str, text: str = "") -> None:
        """Click the first that fits, has this text and can be seen."""
        await self.until(CENTRE, selector, text)
        x, y = await self.run(CENTRE, selector, text)
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        await self.perform([{"type": "pointerMove", "x": x, "y": y, "duration": 0}, down, up])

    async def fill(self, selector: str, text: str) -> None:
        """Put a text into a field."""
        await self.run(FILL, selector, text)

    async def text(self, selector: str) -> str:
        """What is to be read there."""
        return str(await self.run(TEXT, selector))

    async def shows(self, selector: str, text: str) -> None:
        """Wait until this text is to be read there."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in (shown := await self.text(selector)):
            assert time.monotonic() < deadline, f"{text!r} is not in {shown!r}"
            await asyncio.sleep(PAUSE_SECONDS)

    async def until(self, function: str, *arguments: object) -> None:
        """Wait until this is true in the page."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not await self.run(function, *arguments):
            assert time.monotonic() < deadline, (function, arguments)
            await asyncio.sleep(PAUSE_SECONDS)
