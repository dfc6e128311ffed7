"""The page with a signer that offers parts of 5 MiB: where it runs, and what it remembers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from compose.part_uploads import MIB, Rules
from local.store import Bucket
from playwright.async_api import Browser

from tests.support.browser.chromium import PATIENCE_MS
from tests.support.browser.held_parts import HeldParts
from tests.support.browser.upload_page import UploadPage, open_page
from tests.support.service.running_service import Running

PART_BYTES = 5 * MIB
RULES = Rules(from_bytes=PART_BYTES + 1, part_bytes=PART_BYTES)
REMEMBERED = "JSON.stringify({...localStorage})"
NOTHING = "{}"


class Place:
    """Where the service runs, which may be stopped and started."""

    def __init__(self, bucket: Bucket, port: int, signer: str) -> None:
        self.bucket, self.port, self.signer = bucket, port, signer

    @property
    def url(self) -> str:
        """The page."""
        return f"http://127.0.0.1:{self.port}/"

    def run(self, **settings: str) -> Running:
        """Start the service, always at the same port."""
        own = {"PORT": str(self.port), "UPLOAD_PAGE": self.signer, "UPLOAD_DESTINATIONS": self.bucket.url}
        return Running(**own | settings)


@asynccontextmanager
async def open_page_of(
    browser: Browser, place: Place, **options: str
) -> AsyncIterator[tuple[UploadPage, HeldParts]]:
    """A page whose parts are held. What the browser itself says of a service that is stopped is no fault."""
    async with open_page(browser, "about:blank", elsewhere="http://127.0.0.1:", **options) as page:
        yield page, HeldParts(page.page)
        page.said = [text for text in page.said if "net::ERR" not in text]


async def parts_done(page: UploadPage, count: int) -> None:
    """Wait until the browser remembers so many parts as sent."""
    remembered = """(count) => Object.values({...localStorage}).some(
      (text) => JSON.parse(JSON.parse(text).record).parts.length === count)"""
    await page.page.wait_for_function(remembered, arg=count, timeout=PATIENCE_MS)
