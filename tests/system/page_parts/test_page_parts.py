"""The page at / with a signer that offers parts of a large file."""

import hashlib
from pathlib import Path

import pytest
from local.store import Bucket
from playwright.async_api import Browser, expect

from tests.support.browser.held_parts import HeldParts
from tests.support.browser.parts_page import NOTHING, REMEMBERED, Place, open_page_of, parts_done
from tests.support.browser.upload_page import UploadPage
from tests.support.service.running_service import Running

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

PARTS = 5
# Of 24 MB, two parts.
TWO = "43%"


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
        assert await page.page.evaluate(REMEMBERED) == NOTHING
        assert len(held.asked("create")) == 1
        # No part was sent again.
        assert (stored_parts(first), stored_parts(second)) == (4, 1)
    (key,) = set(bucket.keys()) - before
    assert key.endswith("/film.mp4")
    assert sha256(bucket.get(key)) == sha256(film.read_bytes())  # noqa: ASYNC240 - nothing else runs
    bucket.delete(key)
