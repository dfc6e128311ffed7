"""The page at /: what a person can do about a file that failed, and what the page asks of them."""

from collections.abc import Callable

import pytest
from devtools import signed_queries
from local.store import Bucket
from playwright.async_api import Browser, expect

from tests.support.browser.upload_page import UploadPage, open_page, picked
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

ASKED = "Paste a presigned URL for the file first."
DENIED = Reply(answer(403, xml("AccessDenied")))


async def paste(page: UploadPage, *urls: str) -> None:
    """Put these lines into the field."""
    await page.page.get_by_label("Presigned URLs").fill("\n".join(urls))


async def press(page: UploadPage, name: str, button: str) -> None:
    """A button of this file's row."""
    await page.row(name).get_by_role("button", name=button).click()


async def asks_for_url(page: UploadPage) -> None:
    """The page says what is missing, and stands where it goes."""
    await expect(page.page.get_by_role("status")).to_have_text(ASKED)
    await expect(page.page.get_by_label("Presigned URLs")).to_be_focused()


async def test_upload_gives_urls_to_what_waits_and_then_to_what_failed(
    browser: Browser, service: Running, bucket: Bucket, double: StorageDouble, presign: Callable[..., str],
    double_url: Callable[[str], str],
) -> None:  # fmt: skip
    """After failures new URLs and Upload send the file that waits first, then those that failed, in order."""
    double.script("again/denied", DENIED)
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload([picked(name, name.encode()) for name in "ab"], [double_url("again/denied")] * 2)
        for name in "ab":
            await page.shows(name, "access_denied")
        await page.add(picked("c", b"c"))
        await paste(page, *[presign(f"again/{key}") for key in "123"])
        await page.page.get_by_role("button", name="Upload").click()
        for name in "abc":
            await page.shows(name, "Stored")
        await expect(page.page.get_by_role("status")).to_be_empty()
    assert [bucket.get(f"again/{key}") for key in "123"] == [b"c", b"a", b"b"]


@pytest.mark.parametrize("button", ["Try again", "Upload"])
async def test_url_that_cannot_help_is_not_used_twice(
    browser: Browser, service: Running, bucket: Bucket, double: StorageDouble, presign: Callable[..., str],
    double_url: Callable[[str], str], button: str,
) -> None:  # fmt: skip
    """After a refusal the page asks for another URL instead of sending to the same; with one it stores."""
    puts = double.script("again/refused", DENIED)
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload([picked("a", b"a")], [double_url("again/refused")])
        await page.shows("a", "access_denied")
        await page.page.get_by_role("button", name=button).click()
        await asks_for_url(page)
        await paste(page, presign("again/mended"))
        await expect(page.page.get_by_role("status")).to_be_empty()
        await page.page.get_by_role("button", name=button).click()
        await page.shows("a", "Stored")
    assert len(puts) == 1
    assert bucket.get("again/mended") == b"a"


async def test_try_again_takes_a_new_url(
    browser: Browser, bucket: Bucket, presign: Callable[..., str], closed_port: int
) -> None:
    """After a passing failure a pasted URL is used, but not one that lies there for a file that waits."""
    wrong = TRANSCRIPT.hide(f"http://127.0.0.1:{closed_port}/wrong?{signed_queries.v4()}")
    with Running(UPLOAD_DESTINATIONS=f"{bucket.url},http://127.0.0.1:{closed_port}/") as service:
        async with open_page(browser, f"{service.url}/") as page:
            await page.page.get_by_label("up to").fill("0")
            await page.upload([picked("a", b"a")], [wrong])
            await page.shows("a", "storage_unreachable")
            await page.add(picked("waits", b"w"))
            await paste(page, presign("again/waits"), presign("again/new"))
            await press(page, "a", "Try again")
            await page.shows("a", "Stored")
            await page.shows("waits", "Ready")
            assert "again/waits" in await page.page.get_by_label("Presigned URLs").input_value()
    assert bucket.get("again/new") == b"a"
    assert bucket.get("again/waits") is None


async def test_the_same_url_is_tried_where_it_may_help(
    browser: Browser, service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """After a passing failure Try again needs no new URL."""
    puts = double.script("again/shaky", Reply(answer(503, xml("SlowDown"))), Reply())
    async with open_page(browser, f"{service.url}/") as page:
        await page.page.get_by_label("up to").fill("0")
        await page.upload([picked("a", b"a")], [double_url("again/shaky")])
        await page.shows("a", "storage_error")
        await press(page, "a", "Try again")
        await page.shows("a", "Stored")
    assert len(puts) == 2


async def test_what_has_ended_can_be_removed(
    browser: Browser, service: Running, double: StorageDouble, presign: Callable[..., str],
    double_url: Callable[[str], str],
) -> None:  # fmt: skip
    """Rows of stored and of failed files can be taken away, and the list goes with the last."""
    double.script("again/removed", DENIED)
    urls = [presign("again/kept"), double_url("again/removed")]
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload([picked("good", b"g"), picked("bad", b"b")], urls)
        await page.shows("good", "Stored")
        await page.shows("bad", "access_denied")
        for name in ("good", "bad"):
            await press(page, name, "Remove")
            await expect(page.row(name)).to_have_count(0)
        await expect(page.page.get_by_role("heading", name="Files")).to_be_hidden()
        await page.page.get_by_role("button", name="Upload").click()
        await expect(page.page.get_by_role("status")).to_have_text("Choose files first.")
        await page.add(picked("new", b"n"))
        await expect(page.page.get_by_role("status")).to_be_empty()


async def test_line_that_is_no_url(browser: Browser, service: Running, presign: Callable[..., str]) -> None:
    """A pasted line that is no http(s) URL is told at its file at once, and is not sent; the next file is."""
    wrong = "s3://bucket/key"
    async with open_page(browser, f"{service.url}/") as page:
        await page.add(picked("a", b"a"), picked("b", b"b"))
        await paste(page, wrong, presign("again/right"))
        await page.shows("a", "Its line is not an http(s) URL")
        await page.shows("b", "Ready")
        await page.page.get_by_role("button", name="Upload").click()
        await page.shows("b", "Stored")
        await asks_for_url(page)
        assert await page.page.get_by_label("Presigned URLs").input_value() == wrong
        assert len([each for each in page.asked if "upload-with" in each]) == 1


# Keeps what a button says from now on, however short it stands there.
LISTEN = """(button) => {
  window.words = [];
  new MutationObserver(() => words.push(button.textContent)).observe(button, {childList: true});
}"""


async def test_copied_goes_back(browser: Browser, service: Running, presign: Callable[..., str]) -> None:
    """The button that copies says so, and then what it does again."""
    async with open_page(browser, f"{service.url}/") as page:
        await page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.upload([picked("a", b"a")], [presign("again/copied")])
        await page.shows("a", "Stored")
        await page.row("a").get_by_text("curl", exact=True).click()
        copy = page.row("a").get_by_role("button", name="Copy")
        await copy.evaluate(LISTEN)
        await copy.click()
        await page.page.wait_for_function("() => words.length >= 2")
        assert await page.page.evaluate("words") == ["Copied", "Copy"]
