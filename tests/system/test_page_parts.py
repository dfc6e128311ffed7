"""The page at / with a signer that offers parts of a large file."""

import hashlib
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest
from compose.part_uploads import Rules
from local import ports
from local.page_signer import signing
from local.store import Bucket
from playwright.async_api import Browser, expect

from tests.support.browser.held_parts import HeldParts
from tests.support.browser.upload_page import UploadPage, open_page
from tests.support.service.running_service import Running

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

MIB = 1 << 20
PART_BYTES = 5 * MIB
RULES = Rules(from_bytes=PART_BYTES + 1, part_bytes=PART_BYTES)
SIZE = 24_000_000
PARTS = 5
LEFT = "JSON.stringify({...localStorage})"
# Of 24 MB, two and four parts.
TWO, FOUR = "43%", "87%"


class Place:
    """Where a service runs whose page has a signer that offers parts of 5 MiB; the service may be stopped."""

    def __init__(self, bucket: Bucket, port: int, signer: str) -> None:
        self.bucket, self.port, self.signer = bucket, port, signer

    @property
    def url(self) -> str:
        """The page."""
        return f"http://127.0.0.1:{self.port}/"

    def run(self) -> Running:
        """Start the service, always at the same port."""
        return Running(PORT=str(self.port), UPLOAD_PAGE=self.signer, UPLOAD_DESTINATIONS=self.bucket.url)


@pytest.fixture(scope="module")
def place(bucket: Bucket) -> Iterator[Place]:
    """A port and a signer. The service is for each test to start."""
    with ExitStack() as stack:
        with ExitStack() as held:
            port = ports.take_any(held)
        yield Place(bucket, port, stack.enter_context(signing(bucket, port, RULES)))


@asynccontextmanager
async def open_page_of(browser: Browser, place: Place) -> AsyncIterator[tuple[UploadPage, HeldParts]]:
    """A page whose parts are held. What the browser itself says of a service that is stopped is no fault."""
    async with open_page(browser, "about:blank", elsewhere="http://127.0.0.1:") as page:
        yield page, HeldParts(page.page)
        page.said = [text for text in page.said if "net::ERR" not in text]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 24 MB, in which each part is another."""
    file = tmp_path_factory.mktemp("large") / "film.mp4"
    file.write_bytes(random.Random(19).randbytes(SIZE))
    return file


async def parts_done(page: UploadPage, count: int) -> None:
    """Wait until the browser remembers so many parts as sent."""
    remembered = """(count) => Object.values({...localStorage}).some(
      (text) => JSON.parse(JSON.parse(text).record).parts.length === count)"""
    await page.page.wait_for_function(remembered, arg=count, timeout=30_000)


def stored_parts(*services: Running) -> int:
    """How many parts these services have stored."""
    events = [event for service in services for event in service.log]
    return len([each for each in events if each["event"] == "upload" and each["stored"]])


def sha256(content: bytes | None) -> str:
    """The checksum of what is there."""
    assert content is not None
    return hashlib.sha256(content).hexdigest()


async def interrupt(page: UploadPage, held: HeldParts, film: Path) -> None:
    """Send two parts of the file, and load the page anew."""
    await held.start(2)
    await page.page.set_input_files("#pick", film)
    await parts_done(page, 2)
    await page.page.reload()
    await page.shows("film.mp4", f"Interrupted at {TWO}. Choose the same file again to go on.")


async def test_large_file_survives_a_reload_and_a_restart(
    browser: Browser, place: Place, bucket: Bucket, film: Path
) -> None:
    """Interrupted twice, it goes on each time from what was sent, says so, and is stored as it was."""
    before = set(bucket.keys())
    async with open_page_of(browser, place) as (page, held):
        with place.run() as first:
            await page.page.goto(place.url)
            await interrupt(page, held, film)
            await expect(page.page.get_by_role("log")).to_contain_text(f"film.mp4: Interrupted at {TWO}")
            await held.release(4)
            await page.page.set_input_files("#pick", film)
            await parts_done(page, 4)
            assert f"Goes on from {TWO}" in (await page.seen())["states"]
        await held.release(PARTS)
        await page.shows("film.mp4", "Interrupted, going on soon")
        with place.run() as second:
            await page.shows("film.mp4", "Stored as")
        assert await page.page.evaluate(LEFT) == "{}"
        assert len(held.asked("create")) == 1
        # No part was sent again.
        assert (stored_parts(first), stored_parts(second)) == (4, 1)
    (key,) = set(bucket.keys()) - before
    assert key.endswith("/film.mp4")
    assert sha256(bucket.get(key)) == sha256(film.read_bytes())  # noqa: ASYNC240 - nothing else runs
    bucket.delete(key)
