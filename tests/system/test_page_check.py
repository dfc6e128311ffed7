"""The page at /: of a large file the service is asked first, and says at once what is against the upload."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from devtools import signed_queries
from local.store import Bucket
from playwright.async_api import Browser, Route, expect

from tests.support.browser.upload_page import UploadPage, open_page
from tests.support.examples import running_examples
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from upload_service.errors.upload_error import CATALOGUE

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

ASKED_ABOVE = 4_000_000
TOKEN = "0123456789abcdef0123456789abcdef"
NOT_FOUND = json.dumps({"success": False, "code": "not_found", "detail": "d"})
# Ends a wait for the service after a tenth of its time.
SOONER = """{
  const timeout = AbortSignal.timeout;
  AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 10);
}"""
# Waits for the service long enough for a slow machine to press Cancel.
LATER = SOONER.replace("/ 10", "* 60")
# What comes in place of the service's own answer.
Answer = Callable[[Route], Awaitable[None]]


def sparse(folder: Path, size: int = ASKED_ABOVE + 1) -> Path:
    """A file of this size that takes no room."""
    path = folder / "large.bin"
    with path.open("wb") as file:
        file.truncate(size)
    return path


def posts(page: UploadPage) -> list[str]:
    """The last words of the addresses that the page sent forms to."""
    found = [each.rpartition("/")[2] for each in page.asked]
    return [each for each in found if each == "check" or each.startswith("upload-with")]


async def send(page: UploadPage, file: Path, url: str) -> None:
    """Pick this file, paste its URL, and press the button."""
    await page.page.set_input_files("#pick", file)
    await page.send([url])


def fulfil(status: int, body: str) -> Answer:
    """Answer with this."""

    async def answer(route: Route) -> None:
        await route.fulfill(status=status, body=body)

    return answer


async def break_off(route: Route) -> None:
    """Answer nothing."""
    await route.abort()


async def hang(route: Route) -> None:
    """Answer never."""


async def test_refusal_is_heard_before_a_byte_is_sent(
    browser: Browser, service: Running, double: StorageDouble, tmp_path: Path
) -> None:
    """An expired URL of a large file is told of after one POST to /check, and none to the upload endpoint."""
    expired = TRANSCRIPT.hide(f"{double.url}page/x?{signed_queries.v4(date='20200101T000000Z')}")
    async with open_page(browser, f"{service.url}/") as page:
        await send(page, running_examples.large(tmp_path), expired)
        await page.shows("large.bin", CATALOGUE["url_expired"].cure)
        await page.shows("large.bin", "Not stored")
        assert posts(page) == ["check"]
        row = await page.row("large.bin").inner_text()
    request_id = row.partition("Request ")[2][:32]
    assert service.upload_event(request_id)["code"] == "url_expired"


@pytest.mark.parametrize("more", [0, 1])
async def test_only_a_large_file_is_asked_about(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path, more: int
) -> None:
    """Up to 4,000,000 bytes a file is sent at once; from there on it is asked about, and then stored."""
    async with open_page(browser, f"{service.url}/") as page:
        await send(page, sparse(tmp_path, ASKED_ABOVE + more), presign(f"check/size-{more}"))
        await page.shows("large.bin", "Stored")
        assert posts(page) == ["check"] * more + ["upload-with-presigned-retry"]
        seen = await page.seen()
    assert seen["states"][-1] == "Stored"
    assert bucket.get(f"check/size-{more}") == bytes(ASKED_ABOVE + more)


async def test_what_is_asked(browser: Browser, service: Running, tmp_path: Path) -> None:
    """The service is asked with the form of the upload, but without the file."""
    forms: list[str] = []

    async def note(route: Route) -> None:
        forms.append(route.request.post_data or "")
        await route.fulfill(status=403, json=json.loads(NOT_FOUND))

    async with open_page(browser, f"{service.url}/") as page:
        await page.page.route("**/check", note)
        await send(page, sparse(tmp_path), "https://b.example/k")
        await page.shows("large.bin", "Not stored")
    assert [part.partition('"')[0] for part in forms[0].split('name="')[1:]] == [
        "uploadUrl",
        "max_retries",
        "size",
    ]
    assert f"\r\n\r\n{ASKED_ABOVE + 1}\r\n" in forms[0]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(fulfil(404, NOT_FOUND), id="404 of a service without it"),
        pytest.param(fulfil(405, NOT_FOUND), id="405"),
        pytest.param(fulfil(403, "<h1>No</h1>"), id="foreign text"),
        pytest.param(fulfil(403, '{"message": "Forbidden"}'), id="foreign JSON"),
        pytest.param(break_off, id="no answer"),
        pytest.param(hang, id="never"),
    ],
)
async def test_whatever_else_answers(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path,
    answer: Answer,
) -> None:  # fmt: skip
    """Where the service itself does not refuse, the file is sent."""
    key = f"check/{tmp_path.name}"
    async with open_page(browser, f"{service.url}/") as page:
        await page.page.add_init_script(SOONER)
        await page.page.reload()
        await page.page.route("**/check", answer)
        await send(page, sparse(tmp_path), presign(key))
        await page.shows("large.bin", "Stored")
        page.said = [text for text in page.said if "net::ERR" not in text]
        assert posts(page) == ["check", "upload-with-presigned-retry"]
    assert bucket.get(key) == bytes(ASKED_ABOVE + 1)


async def test_cancel_while_it_asks(
    browser: Browser, service: Running, presign: Callable[..., str], tmp_path: Path
) -> None:
    """While the service is asked the row says so, and Cancel ends it; it can be sent again."""
    async with open_page(browser, f"{service.url}/") as page:
        await page.page.add_init_script(LATER)
        await page.page.reload()
        await page.page.route("**/check", hang)
        await send(page, sparse(tmp_path), presign("check/cancelled"))
        await page.shows("large.bin", "Checking…")
        await page.row("large.bin").get_by_role("button", name="Cancel").click()
        await page.shows("large.bin", "Cancelled, nothing was stored")
        assert posts(page) == ["check"]
        await page.page.unroute("**/check")
        await page.row("large.bin").get_by_role("button", name="Try again").click()
        await page.shows("large.bin", "Stored")
        page.said = [text for text in page.said if "net::ERR" not in text]


async def test_token_is_asked_for(browser: Browser, bucket: Bucket, tmp_path: Path) -> None:
    """A 401 of the question brings the field for a token; with the right one the file is sent once."""
    with Running(UPLOAD_API_TOKENS=TOKEN, UPLOAD_DESTINATIONS=bucket.url) as service:
        async with open_page(browser, f"{service.url}/") as page:
            await send(page, sparse(tmp_path), TRANSCRIPT.hide(bucket.presign("check/token")))
            await page.shows("large.bin", "Waits for the token")
            field = page.page.get_by_label("Token of this service")
            await expect(field).to_be_focused()
            await field.fill(TOKEN)
            await field.press("Enter")
            await page.shows("large.bin", "Stored")
            assert posts(page) == ["check", "check", "upload-with-presigned-retry"]
