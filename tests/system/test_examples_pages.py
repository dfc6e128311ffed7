"""The pages of docs/examples in Chromium, from an origin of their own: storing, progress, refusals, CORS."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local.store import Bucket
from playwright.async_api import Browser, expect

from tests.support.browser import frequent_progress
from tests.support.browser.other_origin import served
from tests.support.examples import running_examples
from tests.support.examples.example_pages import PAGES, XHR, script_service, sent
from tests.support.examples.running_examples import CONTENT, LARGE_BYTES, NO_SPOOL
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

# Signs for the double.
Sign = Callable[[str], str]


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where the pages are served."""
    with served(running_examples.FOLDER) as url:
        yield url


@pytest.fixture(scope="module")
def listing(bucket: Bucket, double: StorageDouble, origin: str) -> Iterator[Running]:
    """A service that takes calls from pages of that origin alone, and keeps no copy that would run ahead."""
    listed = f"{bucket.url},{double.url}"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_CORS_ORIGINS=origin, **NO_SPOOL) as running:
        yield running


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file to send."""
    return running_examples.photo(tmp_path)


@pytest.mark.parametrize("name", PAGES)
async def test_page_stores(
    browser: Browser,
    listing: Running,
    bucket: Bucket,
    presign: Callable[..., str],
    origin: str,
    photo: Path,
    name: str,
) -> None:
    """The object is the picked file, and the page says so."""
    async with sent(browser, f"{origin}/{name}", listing.url, presign(f"examples/{name}"), photo) as page:
        await expect(page.get_by_role("status")).to_have_text(f"Stored: photo.png, {len(CONTENT)} bytes.")
        await expect(page.get_by_role("button", name="Send")).to_be_enabled()
    assert bucket.get(f"examples/{name}") == CONTENT


@pytest.mark.parametrize("name", PAGES)
async def test_page_says_why_not(
    browser: Browser,
    listing: Running,
    double: StorageDouble,
    double_url: Sign,
    origin: str,
    photo: Path,
    name: str,
) -> None:
    """A refusal by storage is shown with code, sentence and the request's id."""
    double.script("examples/pages-refused", Reply(answer(403, xml("AccessDenied"))))
    async with sent(
        browser, f"{origin}/{name}", listing.url, double_url("examples/pages-refused"), photo
    ) as page:
        await expect(page.get_by_role("status")).to_contain_text("access_denied: Storage denied access.")
        await expect(page.get_by_role("status")).to_contain_text("(request ")


@pytest.mark.parametrize("name", PAGES)
async def test_page_of_another_origin_hears_nothing(
    browser: Browser, listing: Running, bucket: Bucket, presign: Callable[..., str], photo: Path, name: str
) -> None:
    """From an origin that is not listed no answer is read; the page with progress even sends nothing."""
    with served(running_examples.FOLDER) as elsewhere:
        async with sent(
            browser, f"{elsewhere}/{name}", listing.url, presign(f"examples/cors-{name}"), photo
        ) as page:
            said = "The service cannot be reached from this page." if name == XHR else "Failed to fetch"
            await expect(page.get_by_role("status")).to_contain_text(said)
    if name == XHR:
        assert bucket.get(f"examples/cors-{name}") is None


@pytest.mark.parametrize("name", PAGES)
async def test_page_cancels(
    browser: Browser,
    listing: Running,
    double: StorageDouble,
    double_url: Sign,
    origin: str,
    tmp_path: Path,
    name: str,
) -> None:
    """Cancel ends the request, and with it the PUT, which is not whole."""
    gate = threading.Event()
    puts = double.script("examples/cancelled", Reply(gate=gate))
    async with sent(
        browser,
        f"{origin}/{name}",
        listing.url,
        double_url("examples/cancelled"),
        running_examples.large(tmp_path),
    ) as page:
        await running_examples.until(lambda: puts)
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_role("status")).to_have_text("Cancelled.")
        gate.set()
        assert puts[0].ended.wait(60)
    assert not puts[0].whole


@pytest.mark.parametrize("name", PAGES)
async def test_page_sends_the_size(
    browser: Browser, double: StorageDouble, origin: str, photo: Path, name: str
) -> None:
    """The file's size stands in the form, before the file."""
    asked = script_service(double, name, 200, b'{"success": true, "filename": "a", "file_size": 1}')
    async with sent(browser, f"{origin}/{name}", double.url, "https://b.example/k", photo) as page:
        await expect(page.get_by_role("status")).to_have_text("Stored: a, 1 bytes.")
    form = bytes(asked[-1].body)
    assert f'name="size"\r\n\r\n{len(CONTENT)}\r\n'.encode() in form[: form.index(b'name="file"')]


@pytest.mark.parametrize("name", PAGES)
async def test_page_survives_a_gateway(
    browser: Browser, double: StorageDouble, origin: str, photo: Path, name: str
) -> None:
    """An answer that is none of the service's ends the upload with a sentence, and another can begin."""
    script_service(double, name, 413, b"<html>\n<h1>Too large</h1>\n</html>\n")
    said = (
        "A proxy in front answered, not the service, with status 413." if name == XHR else "is not valid JSON"
    )
    async with sent(browser, f"{origin}/{name}", double.url, "https://b.example/k", photo) as page:
        await expect(page.get_by_role("status")).to_contain_text(said)
        await expect(page.get_by_role("button", name="Send")).to_be_enabled()


async def test_progress_moves(
    browser: Browser, listing: Running, double: StorageDouble, double_url: Sign, origin: str, tmp_path: Path
) -> None:
    """The bar moves while the file is sent, and the page says when all is sent and when it is stored."""
    gate = threading.Event()
    puts = double.script("examples/progress", Reply(gate=gate))
    async with sent(
        browser,
        f"{origin}/{XHR}",
        listing.url,
        double_url("examples/progress"),
        running_examples.large(tmp_path),
    ) as page:
        await page.wait_for_function("0 < bar.value && bar.value < 1")
        assert await page.get_by_role("status").text_content() == "Sending …"
        gate.set()
        await expect(page.get_by_role("status")).to_have_text(f"Stored: large.bin, {LARGE_BYTES} bytes.")
        assert "All is sent. Storing …" in await page.evaluate("heard")
    assert len(puts[0].body) == LARGE_BYTES


async def test_progress_is_drawn_at_most_ten_times_a_second(
    browser: Browser, listing: Running, origin: str, photo: Path
) -> None:
    """However often a browser tells how much is sent (WebKit), little is drawn, and the last value always."""
    async with sent(
        browser, f"{origin}/{XHR}", listing.url, "https://b.example/k", photo, frequent_progress.HOLD
    ) as page:
        seconds = await frequent_progress.report_often(page)
        await page.wait_for_function("bar.value === 0.75")
        drawn = [value for value in set(await page.evaluate("drawn")) if 0 < value < 1]
    assert 2 <= len(drawn) <= 10 * seconds + 1


async def test_page_tells_of_attempts(
    browser: Browser, service: Running, double: StorageDouble, double_url: Sign, origin: str, photo: Path
) -> None:
    """After all is sent, the page reads what the service waits for."""
    # Of lines that come together it shows the last: the next one comes so many seconds later.
    double.script("examples/waiting", Reply(answer(503, xml("SlowDown"), "Retry-After: 6")), Reply())
    async with sent(browser, f"{origin}/{XHR}", service.url, double_url("examples/waiting"), photo) as page:
        await expect(page.get_by_role("status")).to_contain_text("Stored: ")
        assert "storage_error: another attempt in 6 s …" in await page.evaluate("heard")
