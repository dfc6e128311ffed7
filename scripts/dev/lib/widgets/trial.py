"""One file, given to one widget in a browser: what was sent, what was answered, and what the person saw.

Must not know: the store.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, Dialog, Error, Page, Request, Response

from widgets.site import SERVICE, Site
from widgets.widget import Widget

LOOK_SECONDS = 20
QUIET_SECONDS = 1.5
STEP_SECONDS = 0.1
# Until a tooltip, or a second message, is there.
APPEAR_SECONDS = 0.5
# Notes the names of each form's fields, in the order in which they are sent.
LISTEN = """
window.forms = [];
for (const [owner, name, at] of [[XMLHttpRequest.prototype, "send", 0], [window, "fetch", 1]]) {
  const plain = owner[name];
  owner[name] = function (...given) {
    const body = at ? given[1]?.body : given[0];
    if (body instanceof FormData) window.forms.push([...body.keys()]);
    return plain.apply(this, given);
  };
}
"""


@dataclass
class Trial:
    """`codes`: of each POST to the service: `ok`, the code of its refusal, or why there is no answer.
    `shown`: `stored`, `failed`, or nothing. `said`: what the person could read then. `fields`: those of the
    last form. `errors`: what the page's script threw.
    """

    codes: list[str] = field(default_factory=list)
    shown: str = ""
    said: str = ""
    fields: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Heard:
    """The POSTs of a page to the service."""

    def __init__(self, page: Page, service_url: str) -> None:
        self._service_url = service_url
        self._begun = 0
        self._codes: list[asyncio.Future[str]] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("requestfailed", self._failed)
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @property
    def is_quiet(self) -> bool:
        """Whether every POST has ended, of which there was one."""
        return self._begun > 0 and self._begun == len(self._codes)

    async def codes(self) -> list[str]:
        return list(await asyncio.gather(*self._codes))

    def _is_ours(self, request: Request) -> bool:
        return request.method == "POST" and request.url.startswith(f"{self._service_url}/upload")

    def _request(self, request: Request) -> None:
        self._begun += self._is_ours(request)

    def _response(self, response: Response) -> None:
        # At once: a page that goes elsewhere takes the answers with it.
        if self._is_ours(response.request):
            self._codes.append(asyncio.ensure_future(_code(response)))

    def _failed(self, request: Request) -> None:
        if self._is_ours(request):
            failed = asyncio.get_running_loop().create_future()
            failed.set_result(request.failure or "no answer")
            self._codes.append(failed)

    async def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()


async def run(
    browser: Browser, site: Site, kind: str, widget: Widget, file: Path, language: str = "en"
) -> Trial:
    """Open the widget's page, choose the file, send it, and look."""
    page = await browser.new_page(locale=language)
    try:
        await page.add_init_script(LISTEN)
        heard = Heard(page, site.service_url)
        shown = await choose(page, site, kind, widget, file, heard)
        forms = await page.evaluate("window.forms ?? []")
        codes = await heard.codes()
        return Trial(
            codes,
            shown,
            (await _said(page, site, shown, widget, heard)).replace(file.name, file.stem),
            forms[-1] if forms else [],
            heard.errors,
        )
    finally:
        await page.context.close()


async def choose(page: Page, site: Site, kind: str, widget: Widget, file: Path, heard: Heard) -> str:
    """Open the widget's page, and give it the file; what it shows in the end."""
    await page.goto(f"{site.url}/{kind}/{widget.name}")
    await give(page, widget, file)
    return await _wait(page, heard, widget)


async def give(page: Page, widget: Widget, file: Path) -> None:
    """Choose the file, and press the button where there is one."""
    await page.locator("input[type=file]").first.set_input_files(file)
    if widget.press:
        await page.locator(widget.press).first.click()


async def _wait(page: Page, heard: Heard, widget: Widget) -> str:
    """Until the widget shows how it went, or nothing happens any more."""
    quiet = 0.0
    for _ in range(int(LOOK_SECONDS / STEP_SECONDS)):
        for shown, selector in ("stored", widget.stored), ("failed", widget.failed):
            if await _is_visible(page, selector):
                return shown
        quiet = quiet + STEP_SECONDS if heard.is_quiet else 0
        if quiet > QUIET_SECONDS:
            break
        await asyncio.sleep(STEP_SECONDS)
    return ""


async def _is_visible(page: Page, selector: str) -> bool:
    try:
        return await page.locator(selector).first.is_visible()
    except Error:  # the page goes elsewhere just now
        return False


async def _said(page: Page, site: Site, shown: str, widget: Widget, heard: Heard) -> str:
    """The words in the widget's own place for them."""
    if shown == "":
        return " ".join(heard.dialogs)
    place = page.locator(widget.stored if shown == "stored" else widget.failed).first
    if shown == "failed":
        if widget.reason:
            await place.hover()
            place = page.locator(widget.reason).first
        await asyncio.sleep(APPEAR_SECONDS)
    text = (await place.inner_text()).replace(site.service_url, SERVICE)
    return re.sub(r"\s+", " ", text).strip()


async def _code(response: Response) -> str:
    if response.ok:
        return "ok"
    try:
        return str(json.loads(await response.text())["code"])
    except (Error, ValueError, KeyError):
        return f"status {response.status}"
