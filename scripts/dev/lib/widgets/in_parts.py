"""Upload widgets whose files go in parts: which they are, and what became of a file with each.

Knows: how a page that is loaded again in mid-file is made. Rules: each part is a form of its own, with the
presigned URL of this part, and the object that is made of all has the file's bytes.
Must not know: the store's way to keep parts.
"""

import asyncio
import uuid
from dataclasses import dataclass
from pathlib import Path

from local.bucket import Bucket
from playwright.async_api import Browser, Page, Request, Route

from widgets import trial
from widgets.parts_back_end import PartsBackEnd
from widgets.site import Site
from widgets.widget import SAID, SAID_OTHERWISE, WIDGETS, Widget

FILE_BYTES = 12_000_000
PART_COUNT = 3  # of 5 MiB
ANSWER_SECONDS = 30
_OF = {widget.name: widget for widget in WIDGETS}


@dataclass(frozen=True)
class InParts:
    """`page`: names the files of the page, and says where it shows what. `goes_on`: sends only what is
    missing after the page was loaded again.
    """

    page: Widget
    goes_on: bool = True


def _like(name: str, *, goes_on: bool = True) -> InParts:
    """A widget of docs/widgets.md."""
    base = _OF[name]
    page = Widget(
        f"{name}-in-parts", base.title, base.packages, base.stored, base.failed, base.press, base.reason,
        tested=name == "uppy",
    )  # fmt: skip
    return InParts(page, goes_on)


def _other(name: str, title: str, *packages: str) -> InParts:
    """A widget of which docs/widgets.md knows nothing, with lines that say what came of it."""
    return InParts(Widget(f"{name}-in-parts", title, packages, SAID, SAID_OTHERWISE))


IN_PARTS = (
    _like("uppy"),
    _like("filepond"),
    _like("antd"),
    _other("flow", "Flow.js", "@flowjs/flow.js"),
    _other("resumable", "Resumable.js", "resumablejs"),
    _other("simple-uploader", "simple-uploader.js", "simple-uploader.js"),
    _other("react-uploady", "react-uploady", "@rpldy/uploader", "@rpldy/chunked-sender"),
    _like("dropzone", goes_on=False),
    _like("deltablot-dropzone", goes_on=False),
    _like("blueimp"),
    _like("plupload"),
    _like("fine-uploader"),
)


@dataclass
class Outcome:
    """`stored`: whether the object had the file's bytes and the person was told so. `again`: which parts were
    sent after the page had been loaded again, of PART_COUNT; `said`: what the person read of a refusal.
    """

    widget: InParts
    stored: str = ""
    again: int = 0
    again_stored: str = ""
    said: str = ""
    fields: tuple[str, ...] = ()

    def strange(self, detail: str) -> list[str]:
        """What is not as the page says."""
        found = []
        if self.stored != "stored":
            found.append(self.stored)
        if self.again_stored != "stored":
            found.append(f"after a reload: {self.again_stored}")
        if self.goes_on != self.widget.goes_on:
            found.append(f"after a reload: {self.again} of {PART_COUNT} parts sent")
        if detail not in self.said:
            found.append(f"of a refusal: “{self.said}”")
        return [f"{self.widget.page.name}: {each}" for each in found]

    @property
    def goes_on(self) -> bool:
        """Whether a part that was stored was not sent again."""
        return 0 < self.again < PART_COUNT


async def outcome(
    browser: Browser, site: Site, bucket: Bucket, widget: InParts, file: Path, detail: str
) -> Outcome:
    """A file that goes through at once, one whose page is loaded again, and one whose URLs have expired."""
    found = Outcome(widget)
    parts = site.parts = PartsBackEnd(bucket, f"widgets/{uuid.uuid4().hex}")
    done = await trial.run(browser, site, "ours", widget.page, file)
    found.stored = _fate(done.codes, done.shown, is_equal=bucket.get(parts.key) == file.read_bytes())
    found.fields = tuple(done.fields)
    parts = site.parts = PartsBackEnd(bucket, f"widgets/{uuid.uuid4().hex}")
    codes, shown = await _again(browser, site, widget.page, file)
    found.again = len(codes)
    found.again_stored = _fate(codes, shown, is_equal=bucket.get(parts.key) == file.read_bytes())
    site.parts = PartsBackEnd(bucket, f"widgets/{uuid.uuid4().hex}", is_late=True)
    done = await trial.run(browser, site, "ours", widget.page, file)
    found.said = detail if detail in done.said else f"{done.said} {done.codes}"
    return found


def _fate(codes: list[str], shown: str, *, is_equal: bool) -> str:
    if is_equal and shown == "stored":
        return "stored"
    return f"{'stored' if is_equal else 'not stored'}, shows {shown or 'nothing'}, answers {codes}"


async def _again(browser: Browser, site: Site, widget: Widget, file: Path) -> tuple[list[str], str]:
    """Load the page again once its first part is stored and no other; how the rest is answered."""
    page = await browser.new_page()
    try:
        await _first_part(page, site, widget, file)
        heard = trial.Heard(page, site.service_url)
        shown = await trial.choose(page, site, "ours", widget, file, heard)
        return await heard.codes(), shown
    finally:
        await page.context.close()


async def _first_part(page: Page, site: Site, widget: Widget, file: Path) -> None:
    """Let one part through, and hold the others until the page is gone."""
    stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    let: list[Request] = []

    async def gate(route: Route) -> None:
        if not let:
            let.append(route.request)
            await route.continue_()

    def finished(request: Request) -> None:
        if request in let and not stored.done():
            stored.set_result(None)

    page.on("requestfinished", finished)
    pattern = f"{site.service_url}/upload*"
    await page.route(pattern, gate)
    await page.goto(f"{site.url}/ours/{widget.name}")
    await trial.give(page, widget, file)
    async with asyncio.timeout(ANSWER_SECONDS):
        await stored
    await page.evaluate("new Promise((done) => setTimeout(done, 300))")  # what the widget writes down of it
    await page.goto("about:blank")
    await page.unroute(pattern)
