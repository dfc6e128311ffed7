"""The page at /, used in a browser: files go through the service into the store."""

import re
from collections.abc import Awaitable, Callable

import pytest
from local.start_message import SAMPLE
from local.store import Bucket
from playwright.async_api import Browser, Route, expect

from tests.support.browser import frequent_progress
from tests.support.browser.upload_page import UploadPage, open_page, picked
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from upload_service.errors.upload_error import CATALOGUE

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

PHOTO = SAMPLE.read_bytes()
BIG = bytes(range(256)) * 12_000  # 3 MB
ASKED = "Paste a presigned URL for the file first."
DENIED = Reply(answer(403, xml("AccessDenied")))


# BIG takes minutes, so that what a test does meanwhile does not come too late, however slow the machine is.
SLOW = 30_000
TOLD = r"Sending \d+% · .* [kM]B/s · .* left"
MOVED = """(told) => seen.values.filter((value) => 0 < value && value < 1).length >= 4
  && seen.states.filter((state) => new RegExp(`^${told}$`).test(state)).length >= 3"""


# Lets the browser send no faster than so many bytes a second; -1 for as fast as it can.
Limit = Callable[[int], Awaitable[None]]


async def limit_of(page: UploadPage) -> Limit:
    """The limit of this page; it also holds for what is being sent."""
    wire = await page.page.context.new_cdp_session(page.page)

    async def limit(bytes_per_second: int) -> None:
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
        await wire.send(
            "Network.emulateNetworkConditions", conditions | {"uploadThroughput": bytes_per_second}
        )

    return limit


async def test_three_files_at_once(
    browser: Browser, service: Running, bucket: Bucket, double: StorageDouble, presign: Callable[..., str],
    double_url: Callable[[str], str],
) -> None:  # fmt: skip
    """Two of three files are stored byte for byte; the third is refused, and the page says why in words."""
    double.script("page/denied", DENIED)
    urls = [
        presign("page/photo.png"),
        double_url("page/denied"),
        presign("page/big.bin"),
        presign("page/unused"),
    ]
    files = [picked("photo.png", PHOTO, "image/png"), picked("denied.txt", b"no"), picked("big.bin", BIG)]
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload(files, urls)
        await page.shows("photo.png", "Stored")
        await page.shows("big.bin", "Stored")
        await page.shows("denied.txt", "Not stored")
        failed = page.row("denied.txt")
        await expect(failed).to_contain_text(CATALOGUE["access_denied"].cure)
        await expect(failed).to_contain_text(re.compile("Request [0-9a-f]{32}"))
        async with page.page.context.expect_page() as opened:
            await failed.get_by_role("link", name="access_denied").click()
        await expect(await opened.value).to_have_url(f"{service.url}/errors/access_denied")
        assert await page.page.get_by_label("Presigned URLs").input_value() == urls[-1]
        assert await page.row("photo.png").locator("img").evaluate("(image) => image.naturalWidth") > 0
        assert (await page.seen())["urls"] == 0  # every object URL was given back
    assert bucket.get("page/photo.png") == PHOTO
    assert bucket.get("page/big.bin") == BIG
    head = bucket.head("page/photo.png")
    assert head
    assert head.content_type == "image/png"
    assert bucket.get("page/unused") is None


async def test_progress_moves(browser: Browser, service: Running, presign: Callable[..., str]) -> None:
    """While a file is sent the bar grows and speed and time left are told; then it is being stored."""
    async with open_page(browser, f"{service.url}/") as page:
        limit = await limit_of(page)
        await limit(SLOW)
        await page.upload([picked("slow.bin", BIG)], [presign("page/slow")])
        await page.page.wait_for_function(MOVED, arg=TOLD)
        await limit(-1)
        await page.shows("slow.bin", "Stored")
        seen = await page.seen()
    values = [value for value in seen["values"] if 0 < value < 1]
    assert len(values) >= 4
    assert values == sorted(values)
    assert len([state for state in seen["states"] if re.fullmatch(TOLD, state)]) >= 3
    assert seen["states"].index("Storing…") == len(seen["states"]) - 2


async def test_progress_is_drawn_at_most_ten_times_a_second(
    browser: Browser, service: Running, presign: Callable[..., str]
) -> None:
    """However often a browser tells how much is sent (WebKit), little is drawn, and the last value always."""
    async with open_page(browser, f"{service.url}/") as page:
        await page.page.add_init_script(frequent_progress.HOLD)
        await page.page.reload()
        await page.upload([picked("often.bin", BIG)], [presign("page/often")])
        seconds = await frequent_progress.report_often(page.page)
        bar = page.row("often.bin").get_by_role("progressbar")
        await expect(bar).to_have_js_property("value", 0.75)
        drawn = len([value for value in (await page.seen())["values"] if 0 < value < 1])
    assert 2 <= drawn <= 10 * seconds + 1


async def test_a_file_that_is_being_stored_shows_that(
    browser: Browser, service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """While storage takes its time the row says so, whatever else the service reports of the upload."""
    double.script("page/pause", Reply(pause=2))
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload([picked("pause.bin", BIG)], [double_url("page/pause")])
        await page.shows("pause.bin", "Stored")
        states = (await page.seen())["states"]
    assert states[-2:] == ["Storing…", "Stored"]
    assert [state for state in states if "NaN" in state] == []


async def test_cancel_cancels(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str]
) -> None:
    """A cancelled file is not stored, the service knows that its sender left, and it can be sent again."""
    async with open_page(browser, f"{service.url}/") as page:
        limit = await limit_of(page)
        await limit(SLOW)
        before = len(service.log)
        await page.upload([picked("long.bin", BIG)], [presign("page/long")])
        await page.shows("long.bin", "left")
        await page.row("long.bin").get_by_role("button", name="Cancel").click()
        await page.shows("long.bin", "Cancelled, nothing was stored")
        service.wait_for(lambda event: event in service.log[before:] and event.get("code") == "client_gone")
        assert bucket.get("page/long") is None
        again = page.row("long.bin").get_by_role("button", name="Try again")
        await expect(again).to_be_focused()
        await limit(-1)
        await again.click()
        await page.shows("long.bin", "Stored")
    assert bucket.get("page/long") == BIG


async def test_waiting_files_can_be_taken_out(browser: Browser, service: Running) -> None:
    """A file without a URL waits for one, and can be taken out of the list; the service is asked nothing."""
    async with open_page(browser, f"{service.url}/") as page:
        await page.add(picked("a.txt", b"a"), picked("b.txt", b"b"))
        await page.page.get_by_role("button", name="Upload").click()
        await page.shows("a.txt", "Needs a presigned URL")
        await expect(page.page.get_by_label("Presigned URLs")).to_be_focused()
        await expect(page.page.get_by_role("status")).to_have_text(ASKED)
        await page.row("a.txt").get_by_role("button", name="Remove").click()
        await expect(page.page.get_by_role("listitem")).to_have_count(1)
        assert not [each for each in page.asked if "upload-with" in each]


@pytest.mark.parametrize("retries", [None, "2"])
async def test_retry_switch(
    browser: Browser, service: Running, double: StorageDouble, double_url: Callable[[str], str],
    retries: str | None,
) -> None:  # fmt: skip
    """The switch chooses the endpoint and how often; what is tried again is told while it is."""
    puts = double.script(
        "page/shaky",
        Reply(answer(503, xml("SlowDown"), "Retry-After: 1")),
        Reply(answer(503, xml("SlowDown"))),
    )
    async with open_page(browser, f"{service.url}/") as page:
        if retries is None:
            await page.page.get_by_role("switch", name="Try again when storage fails").click()
            await expect(page.page.get_by_label("up to")).to_be_disabled()
        else:
            await page.page.get_by_label("up to").fill(retries)
        await page.upload([picked("shaky.bin", b"x" * 5000)], [double_url("page/shaky")])
        await page.shows("shaky.bin", "storage_error")
        seen = await page.seen()
        curl = await page.row("shaky.bin").locator("code").text_content()
    path = "/upload-with-presigned" + ("" if retries is None else "-retry")
    assert [each for each in page.asked if "upload-with" in each] == [service.url + path]
    assert len(puts) == (1 if retries is None else 3)
    assert ("Storage failed, trying again in 1 sec" in seen["states"]) == (retries is not None)
    assert ("Storing, try 3…" in seen["states"]) == (retries is not None)
    assert curl
    assert ("-F max_retries=2" in curl) == (retries is not None)
    assert curl.endswith(path)


async def test_plain_json_is_understood_too(
    browser: Browser, service: Running, presign: Callable[..., str], double: StorageDouble,
    double_url: Callable[[str], str],
) -> None:  # fmt: skip
    """Where the answer is one JSON document, as before there was progress, the page shows the same."""

    async def without_accept(route: Route) -> None:
        await route.continue_(headers=route.request.headers | {"accept": "*/*"})

    double.script("page/plain-denied", DENIED)
    async with open_page(browser, f"{service.url}/") as page:
        await page.page.route("**/upload-with-presigned*", without_accept)
        files = [picked("plain.txt", b"plain"), picked("denied.txt", b"no")]
        await page.upload(files, [presign("page/plain"), double_url("page/plain-denied")])
        await page.shows("plain.txt", "Stored")
        await page.shows("denied.txt", CATALOGUE["access_denied"].cure)
