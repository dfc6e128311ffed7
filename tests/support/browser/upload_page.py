"""The service's page in a browser, used as a person does, and watched.

Rules: whatever a test does, the page says nothing on the console but that a request was refused, breaks no
policy, asks nobody else, and leaves no secret in any place that outlives it.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from tests.support.service.transcript import TRANSCRIPT

# The browser's own words about an answer with a status of 400 or more.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of [45]\d\d")
# Runs before the page's own script, and records what the page shows, frees and breaks of its policy.
WATCH = """
window.seen = { states: [], values: [], busiest: 0, urls: 0, broken: [] };
document.addEventListener("securitypolicyviolation", (event) => seen.broken.push(event.violatedDirective));
for (const [name, step] of [["createObjectURL", 1], ["revokeObjectURL", -1]]) {
  const original = URL[name];
  URL[name] = (argument) => { seen.urls += step; return original.call(URL, argument); };
}
const BUSY = "[data-state=signing], [data-state=sending], [data-state^=storing], [data-state=waiting]";
// Each text that a state had, also where the next one follows at once, as when two lines come together.
function textsOf(changes) {
  const changed = changes.filter(({ target }) => target.matches?.("#rows .state"));
  const texts = changed.flatMap(({ addedNodes }) => [...addedNodes].map((node) => node.textContent));
  return [...texts, ...Array.from(document.querySelectorAll("#rows .state"), (each) => each.textContent)];
}
new MutationObserver((changes) => {
  seen.busiest = Math.max(seen.busiest, document.querySelectorAll(BUSY).length);
  for (const text of textsOf(changes)) if (!seen.states.includes(text)) seen.states.push(text);
  for (const { value } of document.querySelectorAll("progress")) {
    if (!seen.values.includes(value)) seen.values.push(value);
  }
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""
# All that a page can leave behind.
LEFT = """JSON.stringify([
  location.href, document.referrer, document.cookie, document.title, {...localStorage}, {...sessionStorage},
  history.state, navigation.entries().map((entry) => entry.url),
  performance.getEntries().map((entry) => entry.name),
])"""


class UploadPage:
    """The page at `url`."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def row(self, name: str) -> Locator:
        """The row that shows the file of this name."""
        return self.page.get_by_role("listitem").filter(
            has=self.page.get_by_role("heading", name=name, exact=True)
        )

    async def add(self, *files: FilePayload) -> None:
        """Pick these files."""
        await self.page.set_input_files("#pick", list(files))

    async def upload(self, files: Sequence[FilePayload], urls: Sequence[str]) -> None:
        """Pick files, paste a URL for each, and press the button."""
        await self.add(*files)
        await self.send(urls)

    async def send(self, urls: Sequence[str]) -> None:
        """Paste these URLs, and press the button."""
        await self.page.get_by_label("Presigned URLs").fill("\n".join(urls))
        await self.page.get_by_role("button", name="Upload").click()

    async def shows(self, name: str, text: str) -> None:
        """Wait until the file's row shows this text."""
        await expect(self.row(name)).to_contain_text(text)

    async def seen(self) -> dict[str, Any]:
        """What WATCH has seen so far."""
        return dict(await self.page.evaluate("seen"))

    async def end(self) -> None:
        """Check everything that the page has written to the console and left in the browser."""
        left = await self.page.evaluate(LEFT)
        told = f"{left} {self.said} {self.asked}"
        TRANSCRIPT.hear("browser", told)
        assert [secret for secret in TRANSCRIPT.secrets if secret in told] == []
        assert [text for text in self.said if not REFUSED.match(text)] == []
        assert (await self.seen())["broken"] == []


def picked(name: str, content: bytes, media_type: str = "application/octet-stream") -> FilePayload:
    """A file to be picked."""
    return {"name": name, "mimeType": media_type, "buffer": content}


@asynccontextmanager
async def open_page(
    browser: Browser, url: str, *, elsewhere: str = "no one else", **options: Any
) -> AsyncIterator[UploadPage]:
    """Open the page in a new context with these options. It may ask its own server and `elsewhere`."""
    context = await browser.new_context(**{"locale": "en-US"} | options)
    try:
        page = await context.new_page()
        await page.add_init_script(WATCH)
        found = UploadPage(page, url)
        await page.goto(url)
        yield found
        await found.end()
        own = ("blob:", "data:", url, elsewhere)
        assert [each for each in found.asked if not each.startswith(own)] == []
    finally:
        await context.close()
