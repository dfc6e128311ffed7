"""The pages of docs/examples in a browser, opened from an origin of their own, and filled in by a person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer

PAGES = ("browser-fetch.html", "browser-xhr.html")
XHR = "browser-xhr.html"
# What the page has asked for.
ASKED = "performance.getEntriesByType('resource').map((each) => each.name)"
NOTED = f"(count) => {ASKED}.length >= count"
# Keeps every text that the page has said and every value of its bar, however short they stood there.
LISTEN = """
window.heard = [];
window.drawn = [];
addEventListener("DOMContentLoaded", () => {
  const [said, bar] = [document.getElementById("said"), document.getElementById("bar")];
  const texts = ({addedNodes}) => Array.from(addedNodes, (each) => each.textContent);
  const hear = (changes) => heard.push(...changes.flatMap(texts));
  new MutationObserver(hear).observe(said, {childList: true});
  if (bar) new MutationObserver(() => drawn.push(bar.value)).observe(bar, {attributes: true});
});
"""


@asynccontextmanager
async def opened(
    browser: Browser, address: str, service_url: str, upload_url: str, file: Path, script: str = ""
) -> AsyncIterator[Page]:
    """The page with its fields filled in; what it shows and writes is listened to at the end."""
    page = await browser.new_page()
    page.on("console", lambda message: TRANSCRIPT.hear("console", message.text))
    await page.add_init_script(LISTEN + script)
    await page.goto(address)
    await page.get_by_label("Service").fill(service_url)
    await page.get_by_label("Presigned URL").fill(upload_url)
    await page.get_by_label("File").set_input_files(file)
    yield page
    kept = await page.evaluate("JSON.stringify([location.href, localStorage, sessionStorage, heard])")
    TRANSCRIPT.hear("page", f"{kept}{await page.content()}")
    await page.context.close()


async def send(page: Page) -> None:
    """Press the button."""
    await page.get_by_role("button", name="Send").click()


async def asked(page: Page, count: int) -> list[str]:
    """What the page has asked for, at least so much: it is noted a little after the answer is read."""
    await page.wait_for_function(NOTED, arg=count)
    return list(await page.evaluate(ASKED))


@asynccontextmanager
async def sent(
    browser: Browser, address: str, service_url: str, upload_url: str, file: Path, script: str = ""
) -> AsyncIterator[Page]:
    """The page, filled in and sent."""
    async with opened(browser, address, service_url, upload_url, file, script) as page:
        await send(page)
        yield page


def script_service(double: StorageDouble, name: str, status: int, body: bytes) -> list[Put]:
    """Let the double play the service for this page: it answers with this."""
    path = "upload-with-presigned-retry" if name == XHR else "upload-with-presigned"
    cors = ("Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: *")
    preflight = [Reply(answer(204, b"", *cors), after="head")] if name == XHR else []
    return double.script(path, *preflight, Reply(answer(status, body, *cors)))
