"""The page at /: files that are no longer as they were when they were chosen."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from local.store import Bucket
from playwright.async_api import Browser, Route, expect

from tests.support.browser.chosen_file import change, make
from tests.support.browser.upload_page import UploadPage, open_page
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

CHANGED = "The file has changed since it was chosen, or is a folder. Choose it again. Nothing was stored."
CHOSEN = b"chosen" * 1000
MISMATCH = {"success": False, "code": "size_mismatch", "detail": "d", "retryable": False, "stored": False}


def uploads(page: UploadPage) -> list[str]:
    """What was asked of the endpoints that take a file."""
    return [each for each in page.asked if "upload-with" in each]


async def choose(page: UploadPage, file: Path, url: str) -> None:
    """Pick a file, and paste its URL."""
    await page.page.set_input_files("#pick", file)
    await page.page.get_by_label("Presigned URLs").fill(url)


@pytest.mark.parametrize(
    ("chosen", "sent"),
    [
        pytest.param(CHOSEN, CHOSEN * 2, id="grown"),
        pytest.param(CHOSEN, CHOSEN[:-1], id="shortened"),
        pytest.param(CHOSEN, b"", id="emptied"),
        pytest.param(CHOSEN, CHOSEN.upper(), id="replaced"),
        pytest.param(CHOSEN, None, id="deleted"),
        pytest.param(b"", CHOSEN, id="empty and grown"),
        pytest.param(b"", None, id="empty and deleted"),
    ],
)
async def test_file_that_has_changed(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path,
    chosen: bytes, sent: bytes | None,
) -> None:  # fmt: skip
    """A file that was changed or deleted after it was chosen is told as that, and nothing is sent."""
    async with open_page(browser, f"{service.url}/") as page:
        await choose(page, make(tmp_path / "draft.bin", chosen), presign("files/changed"))
        change(tmp_path / "draft.bin", sent)
        await page.page.get_by_role("button", name="Upload").click()
        await page.shows("draft.bin", CHANGED)
        assert uploads(page) == []
    assert bucket.get("files/changed") is None


async def test_empty_file(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path
) -> None:
    """An empty file that is still empty is stored."""
    async with open_page(browser, f"{service.url}/") as page:
        await choose(page, make(tmp_path / "empty.bin", b""), presign("files/empty"))
        await page.page.get_by_role("button", name="Upload").click()
        await page.shows("empty.bin", "Stored")
    assert bucket.get("files/empty") == b""


async def test_each_try_looks_anew(
    browser: Browser, service: Running, double: StorageDouble, double_url: Callable[[str], str],
    tmp_path: Path,
) -> None:  # fmt: skip
    """Before another try the file is looked at again: changed, it is told; as it was, it is sent."""
    puts = double.script("files/anew", Reply(answer(503, xml("SlowDown"))), Reply())
    file = tmp_path / "draft.bin"
    async with open_page(browser, f"{service.url}/") as page:
        await choose(page, make(file, CHOSEN), double_url("files/anew"))
        before = file.stat()
        await page.page.get_by_label("up to").fill("0")
        await page.page.get_by_role("button", name="Upload").click()
        await page.shows("draft.bin", "storage_error")
        again = page.row("draft.bin").get_by_role("button", name="Try again")
        for _ in range(2):
            change(file, CHOSEN.upper())
            await again.click()
            await page.shows("draft.bin", CHANGED)
        assert len(uploads(page)) == 1
        make(file, CHOSEN)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        await again.click()
        await page.shows("draft.bin", "Stored")
    assert [bytes(put.body) for put in puts] == [CHOSEN, CHOSEN]


@pytest.mark.parametrize("content", [CHOSEN[:10], None], ids=["shortened", "deleted"])
async def test_file_that_changes_while_it_is_sent(
    browser: Browser, service: Running, presign: Callable[..., str], tmp_path: Path, content: bytes | None
) -> None:
    """When a request broke, and the file has changed by then, that is the reason that is told."""
    file = tmp_path / "draft.bin"

    async def broken(route: Route) -> None:
        change(file, content)
        await route.abort()

    async with open_page(browser, f"{service.url}/") as page:
        await page.page.route("**/upload-with-presigned*", broken)
        await choose(page, make(file, CHOSEN), presign("files/while"))
        await page.page.get_by_role("button", name="Upload").click()
        await page.shows("draft.bin", CHANGED)
        page.said = [text for text in page.said if "net::ERR" not in text]


async def test_service_that_counted_other_bytes(
    browser: Browser, service: Running, presign: Callable[..., str], tmp_path: Path
) -> None:
    """A browser that sends what is on disk (WebKit): the service's `size_mismatch` is told as that."""

    async def counted(route: Route) -> None:
        await route.fulfill(status=422, json=MISMATCH | {"request_id": "5f0c6a3e"})

    async with open_page(browser, f"{service.url}/") as page:
        await page.page.route("**/upload-with-presigned*", counted)
        await choose(page, make(tmp_path / "draft.bin", CHOSEN), presign("files/counted"))
        await page.page.get_by_role("button", name="Upload").click()
        await page.shows("draft.bin", CHANGED)
        await page.shows("draft.bin", "Request 5f0c6a3e")
        code = page.row("draft.bin").get_by_role("link", name="size_mismatch")
        await expect(code).to_have_attribute("href", "errors/size_mismatch")
