"""The pages of docs/examples in Chromium: what they find out before they send a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from devtools import signed_queries
from local.store import Bucket
from playwright.async_api import Browser, Route, expect

from tests.support.browser.chosen_file import change
from tests.support.browser.other_origin import served
from tests.support.examples import example_pages, running_examples
from tests.support.examples.example_pages import ASKED, PAGES
from tests.support.examples.running_examples import CONTENT, LARGE_BYTES
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where the pages are served."""
    with served(running_examples.FOLDER) as url:
        yield url


@pytest.fixture(scope="module")
def listing(bucket: Bucket, double: StorageDouble, origin: str) -> Iterator[Running]:
    """A service that takes calls from pages of that origin alone."""
    with Running(UPLOAD_DESTINATIONS=f"{bucket.url},{double.url}", UPLOAD_CORS_ORIGINS=origin) as running:
        yield running


async def missing(route: Route) -> None:
    """Answer as a service without /check."""
    body = {"success": False, "code": "not_found", "detail": "d"}
    await route.fulfill(status=404, json=body, headers={"Access-Control-Allow-Origin": "*"})


@pytest.mark.parametrize(
    "content", [CONTENT[:-1], b"", CONTENT.swapcase(), None], ids=["cut", "emptied", "replaced", "gone"]
)
@pytest.mark.parametrize("name", PAGES)
async def test_page_says_that_the_file_has_changed(
    browser: Browser,
    listing: Running,
    bucket: Bucket,
    presign: Callable[..., str],
    origin: str,
    tmp_path: Path,
    name: str,
    content: bytes | None,
) -> None:
    """A file that was changed or deleted after it was chosen is told as that, and nothing is sent."""
    key, photo = f"examples/changed-{name}", running_examples.photo(tmp_path)
    async with example_pages.opened(browser, f"{origin}/{name}", listing.url, presign(key), photo) as page:
        change(photo, content)
        await example_pages.send(page)
        await expect(page.get_by_role("status")).to_contain_text("The file has changed since it was chosen.")
        await expect(page.get_by_role("button", name="Send")).to_be_enabled()
        assert await page.evaluate(ASKED) == []
    assert bucket.get(key) is None


@pytest.mark.parametrize("name", PAGES)
async def test_page_asks_first_about_a_large_file(
    browser: Browser, listing: Running, double: StorageDouble, origin: str, tmp_path: Path, name: str
) -> None:
    """An expired URL of a large file is told of before a byte is sent: only /check was asked."""
    url = TRANSCRIPT.hide(f"{double.url}examples/x?{signed_queries.v4(date='20200101T000000Z')}")
    file = running_examples.large(tmp_path)
    async with example_pages.sent(browser, f"{origin}/{name}", listing.url, url, file) as page:
        await expect(page.get_by_role("status")).to_contain_text(
            "url_expired: The presigned URL has expired."
        )
        await expect(page.get_by_role("status")).to_contain_text("(request ")
        assert await example_pages.asked(page, 1) == [f"{listing.url}/check"]


@pytest.mark.parametrize("name", PAGES)
async def test_page_sends_a_large_file_to_a_service_without_check(
    browser: Browser,
    listing: Running,
    bucket: Bucket,
    presign: Callable[..., str],
    origin: str,
    tmp_path: Path,
    name: str,
) -> None:
    """Where /check is not there, the file is sent."""
    key, file = f"examples/unchecked-{name}", running_examples.large(tmp_path)
    async with example_pages.opened(browser, f"{origin}/{name}", listing.url, presign(key), file) as page:
        await page.route("**/check", missing)
        await example_pages.send(page)
        await expect(page.get_by_role("status")).to_have_text(f"Stored: large.bin, {LARGE_BYTES} bytes.")
        assert len(await example_pages.asked(page, 2)) == 2
    assert bucket.get(key) == bytes(LARGE_BYTES)
