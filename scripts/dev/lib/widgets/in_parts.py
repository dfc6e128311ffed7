"""Upload widgets whose files go in parts: which they are, and what became of a file with each.

Knows: how a page is loaded again in mid-file.
Rules: each part is a form of its own, with the presigned URL of this part; the object that is made of all has
the file's bytes.
Must not know: how a store keeps parts, what the tables look like.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from local.bucket import Bucket
from playwright.async_api import Browser, Error, Page, Request, Route

from widgets import trial
from widgets.outcome import REASON, STORED
from widgets.parts_back_end import PartsBackEnd
from widgets.site import Site
from widgets.widget import SAID, SAID_OTHERWISE, WIDGETS, Widget

FILE_BYTES = 12_000_000
PART_COUNT = 3  # of 5 MiB
PART_SECONDS = 30
# Until a widget has written down what is stored.
SETTLE_SECONDS = 0.3
# How the service refuses a URL of a host that it does not know.
REFUSAL = "This service does not upload to"


def _like(name: str, *packages: str) -> Widget:
    """A widget of docs/widgets.md, with other packages where there are any."""
    [base] = [widget for widget in WIDGETS if widget.name == name]
    return Widget(
        f"{name}-in-parts",
        base.title,
        packages or base.packages,
        base.stored,
        base.failed,
        base.press,
        base.reason,
        tested=name == "uppy",
    )


def _other(name: str, title: str, *packages: str) -> Widget:
    """A widget that docs/widgets.md does not have."""
    return Widget(f"{name}-in-parts", title, packages, SAID, SAID_OTHERWISE)


IN_PARTS = (
    _like("uppy", "@uppy/core", "@uppy/dashboard"),
    Widget(
        "uppy-5-in-parts",
        "Uppy 5 with @uppy/aws-s3",
        ("@uppy/aws-s3", "@uppy/core", "@uppy/dashboard"),
        stored=".uppy-StatusBar.is-complete",
        failed=".uppy-Informer:has(p)",
        press=".uppy-StatusBar-actionBtn--upload",
        folder="uppy-5",
    ),
    _like("filepond"),
    _like("antd"),
    _like("dropzone"),
    _like("deltablot-dropzone"),
    _like("blueimp"),
    _like("plupload"),
    _like("fine-uploader"),
    _other("flow", "Flow.js", "@flowjs/flow.js"),
    _other("resumable", "Resumable.js", "resumablejs"),
    _other("simple-uploader", "simple-uploader.js", "simple-uploader.js"),
    _other("react-uploady", "react-uploady", "@rpldy/uploader", "@rpldy/chunked-sender"),
)
# These send every part again.
FORGETFUL = frozenset({"dropzone-in-parts", "deltablot-dropzone-in-parts"})


@dataclass
class Outcome:
    """What came of a file, of one whose page was loaded again after its first part, and of refused parts.

    `sent`: how many parts were sent after that. `fields`: those of a form that count, in their order.
    """

    widget: Widget
    stored: str = ""
    stored_again: str = ""
    sent: int = 0
    said: str = ""
    fields: list[str] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether only what was missing was sent again."""
        return self.sent < PART_COUNT

    def strange(self) -> list[str]:
        """What is not as it should be."""
        should = {
            "at once": (self.stored, STORED),
            "page loaded again": (self.stored_again, STORED),
            "refused": (self.said, REASON),
            "goes on": (self.goes_on, self.widget.name not in FORGETFUL),
        }
        return [
            f"{self.widget.name}, {case}: {was}" for case, (was, wanted) in should.items() if was != wanted
        ]


class Trials:
    """A file, the bucket where it is to be stored, and the address of a back end that signs its parts.

    Every URL goes through `noted`.
    """

    def __init__(
        self, folder: Path, bucket: Bucket, back_end: str, noted: Callable[[str], str] = str
    ) -> None:
        self.file = folder / "film.mp4"
        self._content = random.Random(FILE_BYTES).randbytes(FILE_BYTES)  # noqa: S311 - the same each time
        self.file.write_bytes(self._content)
        self._bucket, self._back_end, self._noted = bucket, back_end, noted

    async def outcome(self, browser: Browser, site: Site, widget: Widget) -> Outcome:
        """All three trials of one widget."""
        found = Outcome(widget)
        parts = self._begin(site)
        done = await trial.run(browser, site, "ours", widget, self.file)
        found.stored = self._fate(parts, done.shown, done.codes)
        found.fields = [name for name in done.fields if name in ("uploadUrl", "size", "file")]
        parts = self._begin(site)
        shown, codes = await _loaded_again(browser, site, widget, self.file)
        found.stored_again, found.sent = self._fate(parts, shown, codes), len(codes)
        self._begin(site, is_elsewhere=True)
        done = await trial.run(browser, site, "ours", widget, self.file)
        found.said = REASON if REFUSAL in done.said else f"{done.said} {done.codes}"
        return found

    def _begin(self, site: Site, *, is_elsewhere: bool = False) -> PartsBackEnd:
        site.parts = PartsBackEnd(self._back_end, is_elsewhere=is_elsewhere, noted=self._noted)
        return site.parts

    def _fate(self, parts: PartsBackEnd, shown: str, codes: list[str]) -> str:
        is_equal = parts.key != "" and self._bucket.get(parts.key) == self._content
        if is_equal and shown == "stored" and set(codes) == {"ok"}:
            return STORED
        return f"{'equal' if is_equal else 'other'} bytes, shows {shown or 'nothing'}, answers {codes}"


async def _loaded_again(browser: Browser, site: Site, widget: Widget, file: Path) -> tuple[str, list[str]]:
    """Load the page again once one part is stored: what it shows in the end, and the answers to the rest."""
    page = await browser.new_page()
    try:
        await _store_one_part(page, site, widget, file)
        heard = trial.Heard(page, site.service_url)
        shown = await trial.choose(page, site, "ours", widget, file, heard)
        return shown, await heard.codes()
    finally:
        await page.context.close()


async def _store_one_part(page: Page, site: Site, widget: Widget, file: Path) -> None:
    """Let one part through, and hold the others until the page is gone."""
    stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    routes: list[Route] = []

    async def gate(route: Route) -> None:
        routes.append(route)
        if route is routes[0]:
            await route.continue_()

    def finished(request: Request) -> None:
        if routes and request == routes[0].request and not stored.done():
            stored.set_result(None)

    page.on("requestfinished", finished)
    forms = f"{site.service_url}/upload*"
    await page.route(forms, gate)
    await page.goto(f"{site.url}/ours/{widget.name}")
    await trial.give(page, widget, file)
    async with asyncio.timeout(PART_SECONDS):
        await stored
    await asyncio.sleep(SETTLE_SECONDS)
    await page.goto("about:blank")
    for route in routes[1:]:
        with suppress(Error):  # it is gone with its page
            await route.abort()
    await page.unroute(forms)
