"""The page at / with a signer, as ./scripts/local runs it: a file that comes in any way is sent at once."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from local import ports
from local.page_signer import signing
from local.start_message import SAMPLE
from local.store import Bucket
from playwright.async_api import Browser, Route, expect

from tests.support.browser.upload_page import open_page, picked
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

PHOTO = SAMPLE.read_bytes()

GONE = (
    "The helper that gives a place for the file cannot be reached. "
    "If it was restarted, reload this page; or paste a URL."
)
EXPIRED = {"success": False, "code": "url_expired", "detail": "It has expired.", "retryable": False}


async def refuse(route: Route) -> None:
    """Answer as the service does when a URL has expired."""
    await route.fulfill(status=422, json=EXPIRED)


@pytest.fixture(scope="module")
def signed(bucket: Bucket) -> Iterator[Running]:
    """A service whose page has a signer, as ./scripts/local runs it."""
    with ExitStack() as stack:
        port = ports.free_port()
        signer = stack.enter_context(signing(bucket, port))
        yield stack.enter_context(Running(PORT=str(port), UPLOAD_PAGE=signer, UPLOAD_DESTINATIONS=bucket.url))


@pytest.mark.parametrize("event", ["drop", "paste"])
async def test_drop_and_paste(browser: Browser, signed: Running, bucket: Bucket, event: str) -> None:
    """Files dropped anywhere on the page or pasted into it are sent at once when there is a signer."""
    make = """(kind) => {
      const data = new DataTransfer();
      data.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }));
      data.items.add(new File(["also"], "also.txt"));
      const shared = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
      const Kind = kind === "drop" ? DragEvent : ClipboardEvent;
      return document.body.dispatchEvent(new Kind(kind, shared));
    }"""
    before = set(bucket.keys())
    async with open_page(browser, f"{signed.url}/", elsewhere="http://127.0.0.1:") as page:
        assert await page.page.evaluate(make, event) is False  # the browser does not open them itself
        await page.shows("dropped.txt", "Stored")
        await page.shows("also.txt", "Stored")
    new = {key.partition("/")[2]: bucket.get(key) for key in set(bucket.keys()) - before}
    assert new == {"dropped.txt": b"dropped", "also.txt": b"also"}


async def test_signer_gives_what_to_look_at(browser: Browser, signed: Running) -> None:
    """With a signer there is no field for URLs, and what is stored can be looked at."""
    async with open_page(browser, f"{signed.url}/", elsewhere="http://127.0.0.1:") as page:
        await expect(page.page.get_by_label("Presigned URLs")).to_be_hidden()
        async with page.page.expect_response("**/presign") as asking:
            await page.add(picked("사진 1.png", PHOTO, "image/png"))
        given = await (await asking.value).json()
        TRANSCRIPT.hide(given["uploadUrl"])
        await page.shows("사진 1.png", f"Stored as {given['key']}")
        link = page.row("사진 1.png").get_by_role("link", name="View")
        assert await link.get_attribute("href") == given["viewUrl"]
        look = await page.page.context.request.get(given["viewUrl"])
        assert hashlib.sha256(await look.body()).digest() == hashlib.sha256(PHOTO).digest()


async def test_names_are_no_markup_and_no_pattern(browser: Browser, signed: Running) -> None:
    """What a file is called, and what its signer calls it, stands on the page as it is."""
    name, key = "<img src=x onerror=alert(1)>$&.txt", "a/$&$'<b>$$"

    async def give(route: Route) -> None:
        given = await (await route.fetch()).json()
        TRANSCRIPT.hide(given["uploadUrl"])
        await route.fulfill(json=given | {"key": key, "viewUrl": "javascript:alert(1)"})

    async with open_page(browser, f"{signed.url}/", elsewhere="http://127.0.0.1:") as page:
        await page.page.route("**/presign", give)
        await page.add(picked(name, b"text"))
        await page.shows(name, f"Stored as {key}")
        await expect(page.row(name).get_by_role("link", name="View")).to_be_hidden()
        assert await page.page.locator("#rows img").count() == 0


async def test_how_often_is_judged_before_anything_starts(
    browser: Browser, signed: Running, bucket: Bucket
) -> None:
    """With a number of tries that cannot be, nothing is sent until it is mended; empty means three."""
    async with open_page(browser, f"{signed.url}/", elsewhere="http://127.0.0.1:") as page:
        field = page.page.get_by_label("up to")
        for number, wrong in enumerate(("999", "-1", "2.5")):
            await field.fill(wrong)
            await page.add(picked(f"{number}.txt", b"often"))
            await page.shows(f"{number}.txt", "Waits for its turn")
            await expect(field).to_be_focused()
        assert [each for each in page.asked if each != f"{signed.url}/" and "static" not in each] == []
        await field.fill("")
        await field.press("Tab")
        for number in range(3):
            await page.shows(f"{number}.txt", "Stored")
            assert "-F max_retries=3" in (
                await page.row(f"{number}.txt").locator("code").text_content() or ""
            )


@pytest.mark.parametrize("offline", [False, True])
async def test_signer_that_is_gone(
    browser: Browser, bucket: Bucket, presign: Callable[..., str], closed_port: int, *, offline: bool
) -> None:
    """Without its signer the page says so in plain words, sends nothing, and takes a URL by hand."""
    signer = f"http://127.0.0.1:{closed_port}/presign"
    with Running(UPLOAD_PAGE=signer, UPLOAD_DESTINATIONS=bucket.url) as service:
        async with open_page(browser, f"{service.url}/", elsewhere=signer) as page:
            await page.page.context.set_offline(offline)
            await page.add(picked("a.txt", b"by hand"))
            why = "This computer is offline." if offline else GONE
            await page.shows("a.txt", f"{why} Nothing was stored.")
            assert "signer" not in await page.page.locator("main").inner_text()
            assert not [each for each in page.asked if "upload-with" in each]
            await page.page.context.set_offline(False)
            await page.upload([], [presign("page/by-hand")])
            await page.shows("a.txt", "Stored")
            await expect(page.row("a.txt").get_by_role("link", name="View")).to_be_hidden()
            page.said = [text for text in page.said if "net::ERR" not in text]
    assert bucket.get("page/by-hand") == b"by hand"


async def test_signer_gives_a_fresh_url(browser: Browser, signed: Running, bucket: Bucket) -> None:
    """Trying again asks the signer once more, and needs nothing of the person."""
    async with open_page(browser, f"{signed.url}/", elsewhere="http://127.0.0.1:") as page:
        await page.page.route("**/upload-with-presigned*", refuse)
        await page.add(picked("a.txt", b"fresh"))
        await page.shows("a.txt", "url_expired")
        await page.page.unroute("**/upload-with-presigned*")
        await page.row("a.txt").get_by_role("button", name="Try again").click()
        await page.shows("a.txt", "Stored")
    assert len([each for each in page.asked if each.endswith("/presign")]) == 2
