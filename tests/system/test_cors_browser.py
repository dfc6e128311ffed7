"""CORS in Chromium: pages of another origin, whose libraries add headers of their own to the form."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.support.browser.other_origin import served
from tests.support.client.raw_http import CHECK, PLAIN
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

# Dropzone, antd, Fine Uploader and Vaadin add the first two, htmx the next ones, tracers the rest.
ADDED = {
    "Cache-Control": "no-cache",
    "X-Requested-With": "XMLHttpRequest",
    "HX-Request": "true",
    "HX-Current-URL": "https://app.example.com/",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "sentry-trace": "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
    "baggage": "sentry-environment=production",
    "Authorization": "Bearer of-some-gateway",
}
SEND = """async ([address, uploadUrl, headers]) => {
  const form = new FormData();
  form.append("uploadUrl", uploadUrl);
  form.append("file", new File(["12345"], "photo.png", {type: "image/png"}));
  try {
    const answer = await fetch(address, {method: "POST", body: form, headers});
    return {status: answer.status, id: answer.headers.get("X-Request-Id"), ...await answer.json()};
  } catch (error) {
    return {status: 0, detail: String(error)};
  }
}"""

ASK = """async ([address, uploadUrl]) => {
  const form = new FormData();
  form.append("uploadUrl", uploadUrl);
  form.append("size", "400000000");
  const answer = await fetch(address, {method: "POST", body: form});
  return {status: answer.status, ...await answer.json()};
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    """A page of another origin."""
    folder: Path = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title>", encoding="utf-8")
    with served(folder) as origin:
        opened = await browser.new_page()
        await opened.goto(f"{origin}/index.html")
        yield opened
        await opened.context.close()


async def sent(page: Page, service: Running, url: str, headers: dict[str, str]) -> dict[str, object]:
    """What the page is told of an upload with these headers."""
    told = await page.evaluate(SEND, [f"{service.url}{PLAIN}", url, headers])
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize("name", ADDED)
async def test_added_header_passes(
    page: Page, service: Running, double_url: Callable[[str], str], name: str
) -> None:
    """A form with one more header is stored, and the page reads the answer."""
    told = await sent(page, service, double_url(f"cors/{name}"), {name: ADDED[name], "X-Request-Id": "mine"})
    assert (told["status"], told["success"], told["id"]) == (200, True, "mine")


async def test_added_headers_stay_here(
    page: Page, service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """All of them together pass, and storage sees none of them."""
    puts = double.script("cors/all")
    told = await sent(page, service, double_url("cors/all"), ADDED)
    assert told["status"] == 200
    (put,) = puts
    assert [name for name in ADDED if put.header(name) is not None] == []


async def test_check_is_heard_before_the_file_is_sent(
    page: Page, service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """A page asks /check with the form that it is about to send, and reads the refusal or the consent."""
    url = double_url("cors/check")
    urls = url, f"{url}&x-id=GetObject"
    heard = [await page.evaluate(ASK, [f"{service.url}{CHECK}", each]) for each in urls]
    assert (heard[0]["status"], heard[0]["ok"]) == (200, True)
    assert (heard[1]["status"], heard[1]["code"]) == (422, "url_not_for_put")
    assert heard[1]["success"] is False
    assert "/cors/check" not in double.puts
