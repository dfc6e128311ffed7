"""The page at / with a signer that offers parts: what is dropped, refused, forgotten or cannot be kept."""

import json
import os
import random
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from local.store import Bucket
from playwright.async_api import Browser, Route, expect

from tests.support.browser.chosen_file import change
from tests.support.browser.held_parts import HeldParts
from tests.support.browser.parts_page import NOTHING, REMEMBERED, Place, open_page_of, parts_done
from tests.support.browser.upload_page import UploadPage, picked
from tests.support.client.ask_signer import ask
from tests.system.test_page_looks import faults

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

INTERRUPTED = "Interrupted at 95%. Choose the same file again to go on."
KOREAN = "95%에서 중단됨. 같은 파일을 다시 선택하면 이어서 보냅니다."
KEPT = "What was sent is kept, and another try goes on from there."
TOKEN = "0123456789abcdef0123456789abcdef"
REFUSED = {"success": False, "code": "access_denied", "detail": "It is denied.", "retryable": False}


async def hold_last(page: UploadPage, held: HeldParts, clip: Path, url: str) -> None:
    """Send all parts of the file but the last one."""
    await page.page.goto(url)
    await held.start(2)
    await page.page.set_input_files("#pick", clip)
    await parts_done(page, 2)


async def is_gone(held: HeldParts, place: Place) -> bool:
    """Whether the signer knows the last upload no more."""
    body = json.dumps({"action": "list", "upload": held.asked("sign")[-1]["upload"]}).encode()
    port = urlsplit(place.signer).port or 0
    status, _, _ = ask(port, body, {"Origin": place.url.rstrip("/")})
    return status == 410


async def test_interrupted_upload_is_removed(browser: Browser, place: Place, clip: Path) -> None:
    """Removed from the list, it is forgotten here and dropped by storage."""
    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            await page.page.reload()
            await page.shows("clip.mp4", INTERRUPTED)
            async with page.page.expect_response("**/presign"):
                await page.row("clip.mp4").get_by_role("button", name="Remove").press("Enter")
            await expect(page.row("clip.mp4")).to_be_hidden()
            await expect(page.page.locator("#pick")).to_be_focused()
            assert await page.page.evaluate(REMEMBERED) == NOTHING
            assert await is_gone(held, place)
            await page.page.reload()
            await expect(page.page.locator("#files")).to_be_hidden()


async def test_cancelled_upload(browser: Browser, place: Place, clip: Path) -> None:
    """Cancelled on its way, it is forgotten and dropped as well."""
    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            async with page.page.expect_response("**/presign"):
                await page.row("clip.mp4").get_by_role("button", name="Cancel").click()
            await page.shows("clip.mp4", "Cancelled, nothing was stored")
            assert await page.page.evaluate(REMEMBERED) == NOTHING
            assert await is_gone(held, place)


async def test_another_file_is_another_upload(
    browser: Browser, place: Place, clip: Path, bucket: Bucket
) -> None:
    """A file of the same name and size, but of another day, goes on with nothing."""
    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            await page.page.reload()
            await held.release(3)
            os.utime(clip, (1, 1))
            await page.page.set_input_files("#pick", clip)
            await expect(page.page.get_by_role("listitem").last).to_contain_text("Stored as")
            await expect(page.page.get_by_role("listitem").first).to_contain_text(INTERRUPTED)
            assert len(held.asked("create")) == 2


async def test_small_file_loads_no_more(browser: Browser, place: Place) -> None:
    """A file below the limit goes in one piece, and the modules for parts are not even asked for."""
    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await page.page.goto(place.url)
            await held.start(0)
            await page.add(picked("a.txt", b"small"))
            await page.shows("a.txt", "Stored as")
            assert not [url for url in page.asked if "parts" in url]
            assert [each.get("action") for each in held.actions] == [None]


async def test_refused_part(browser: Browser, place: Place, clip: Path) -> None:
    """What the service refuses is shown in its words; another try goes on with the parts that are there."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, json=REFUSED)

    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            await page.page.route("**/upload-with-presigned*", refuse)
            await held.release(3)
            await page.shows("clip.mp4", f"It is denied. {KEPT}")
            await page.page.unroute("**/upload-with-presigned*")
            await page.row("clip.mp4").get_by_role("button", name="Try again").click()
            await page.shows("clip.mp4", "Stored as")
            assert "Goes on from 95%" in (await page.seen())["states"]
            assert [each["number"] for each in held.asked("sign")] == [1, 2, 3, 3]


@pytest.mark.parametrize(("action", "kept"), [("create", False), ("sign", True), ("complete", True)])
async def test_signer_refuses(browser: Browser, place: Place, clip: Path, action: str, *, kept: bool) -> None:
    """A signer that refuses is named with its status, and what was sent is not lost."""

    async def refuse(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        if asked.get("action") == action:
            await route.fulfill(status=403, headers={"Access-Control-Allow-Origin": "*"}, json={})
        else:
            await route.fallback()

    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await page.page.goto(place.url)
            await held.start(3)
            await page.page.route("**/presign", refuse)
            await page.page.set_input_files("#pick", clip)
            end = KEPT if kept else "Nothing was stored."
            await page.shows("clip.mp4", f"The helper gave no place for the file (status 403). {end}")
            await page.page.unroute("**/presign", refuse)
            await page.row("clip.mp4").get_by_role("button", name="Try again").click()
            await page.shows("clip.mp4", "Stored as")


async def test_upload_that_storage_has_dropped(browser: Browser, place: Place, clip: Path) -> None:
    """An upload that is no more in storage begins anew, and needs nothing of the person."""
    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            await page.page.reload()
            await page.shows("clip.mp4", INTERRUPTED)
            abort = json.dumps({"action": "abort", "upload": held.asked("sign")[-1]["upload"]}).encode()
            ask(urlsplit(place.signer).port or 0, abort, {"Origin": place.url.rstrip("/")})
            await held.release(3)
            await page.page.set_input_files("#pick", clip)
            await page.shows("clip.mp4", "Stored as")
            assert len(held.asked("create")) == 2
            assert await page.page.evaluate(REMEMBERED) == NOTHING


async def test_file_that_changes(browser: Browser, place: Place, clip: Path) -> None:
    """A file that changes on the way is told as that, and its upload is dropped."""
    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            change(clip, random.Random(21).randbytes(11_000_000))
            await held.release(3)
            await page.shows("clip.mp4", "The file has changed since it was chosen, or is a folder.")
            assert await page.page.evaluate(REMEMBERED) == NOTHING


async def test_token_is_asked_for(browser: Browser, place: Place, clip: Path) -> None:
    """A service with tokens asks for one before the first part, and gets it with each."""
    async with open_page_of(browser, place) as (page, held):
        with place.run(UPLOAD_API_TOKENS=TOKEN):
            await page.page.goto(place.url)
            await held.start(3)
            await page.page.set_input_files("#pick", clip)
            await page.shows("clip.mp4", "Waits for the token")
            await page.page.get_by_label("Token of this service").fill(TOKEN)
            await page.page.get_by_role("button", name="Continue").click()
            await page.shows("clip.mp4", "Stored as")


async def test_browser_that_keeps_nothing(browser: Browser, place: Place, clip: Path) -> None:
    """Where there is no room to remember anything, a large file is sent all the same."""
    async with open_page_of(browser, place) as (page, held):
        await page.page.add_init_script(
            "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
        )
        with place.run():
            await page.page.goto(place.url)
            await held.start(3)
            await page.page.set_input_files("#pick", clip)
            await page.shows("clip.mp4", "Stored as")


@pytest.mark.parametrize(
    "kept",
    [
        *["{", "null", "5", '{"signer": "%s", "record": "{}"}', '{"record": 5}'],
        '{"signer": "%s", "record": "{\\"parts\\": []}"}',
        '{"signer": "%s", "name": "a", "size": 0, "record": "{\\"parts\\": []}"}',
        '{"signer": "%s", "name": "a", "size": 1, "record": "{\\"parts\\": [{\\"size\\": 2}]}"}',
        '{"signer": "%s", "name": 5, "size": 1, "record": "{\\"parts\\": []}"}',
    ],
)
async def test_what_somebody_else_wrote(browser: Browser, place: Place, clip: Path, kept: str) -> None:
    """One entry that is none hides no other: the interrupted upload is shown, and goes on."""
    async with open_page_of(browser, place) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            entry = kept.replace("%s", place.signer)
            await page.page.evaluate("(kept) => localStorage.setItem('upload-in-parts x', kept)", entry)
            await page.page.reload()
            await page.shows("clip.mp4", INTERRUPTED)
            await expect(page.page.locator("#rows > li")).to_have_count(1)


@pytest.mark.node
@pytest.mark.parametrize(
    ("locale", "scheme", "said"),
    [
        ("ko-KR", "dark", KOREAN),
        ("en-US", "light", INTERRUPTED),
    ],
)
async def test_interrupted_upload_can_be_read(
    browser: Browser, place: Place, clip: Path, locale: str, scheme: str, said: str
) -> None:
    """In both languages and themes, on a phone's screen; axe-core finds nothing in it."""
    async with open_page_of(browser, place, locale=locale, color_scheme=scheme) as (page, held):
        with place.run():
            await hold_last(page, held, clip, place.url)
            await page.page.set_viewport_size({"width": 320, "height": 600})
            await page.page.reload()
            await page.shows("clip.mp4", said)
            await expect(page.page.get_by_role("log")).to_contain_text(f"clip.mp4: {said}")
            assert await faults(page) == []
            assert await page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
