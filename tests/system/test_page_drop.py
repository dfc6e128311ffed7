"""The page at /: what is dropped or pasted and is no file. (Files: test_page_signer.py.)"""

import pytest
from playwright.async_api import Browser, expect

from tests.support.browser.upload_page import UploadPage, open_page
from tests.support.service.running_service import Running

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

NO_FILE = "The browser gave no file. Choose it with a click."
# Whether the browser is left to do with this data what it does by itself.
GIVE = """([selector, kind, data]) => {
  const given = new DataTransfer();
  for (const [type, text] of Object.entries(data)) given.setData(type, text);
  const shared = { bubbles: true, cancelable: true, dataTransfer: given, clipboardData: given };
  const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
  return document.querySelector(selector).dispatchEvent(new Kind(kind, shared));
}"""
# As WebKitGTK hands over a file of a file manager.
LINK = {"text/uri-list": "file:///home/anna/photo.png"}
TEXT = {"text/plain": "text"}


async def left_to_browser(page: UploadPage, selector: str, kind: str, data: dict[str, str]) -> bool:
    """Whether the page leaves this to the browser."""
    return bool(await page.page.evaluate(GIVE, [selector, kind, data]))


@pytest.mark.parametrize("target", ["body", "#drop", "#files"])
async def test_drop_of_a_link(browser: Browser, service: Running, target: str) -> None:
    """A dropped address is not opened in the page's place, and the page says that there was no file."""
    async with open_page(browser, f"{service.url}/") as page:
        assert not await left_to_browser(page, target, "dragover", LINK)
        await expect(page.page.locator("body")).to_have_class("over")
        assert not await left_to_browser(page, target, "drop", LINK)
        await expect(page.page.get_by_role("status")).to_have_text(NO_FILE)
        await expect(page.page.locator("body")).not_to_have_class("over")
        assert await page.page.get_by_role("listitem").count() == 0


@pytest.mark.parametrize(("target", "data"), [("#urls", LINK), ("#urls", TEXT), ("body", TEXT)])
async def test_text_is_dropped_as_everywhere(
    browser: Browser, service: Running, target: str, data: dict[str, str]
) -> None:
    """An address dropped onto a field for text, and any dragged text, is left to the browser."""
    async with open_page(browser, f"{service.url}/") as page:
        for kind in ("dragover", "drop"):
            assert await left_to_browser(page, target, kind, data)
        await expect(page.page.get_by_role("status")).to_be_empty()


@pytest.mark.parametrize("data", [{}, LINK], ids=["nothing", "link"])
@pytest.mark.parametrize("target", ["body", "#pick", "#start"])
async def test_paste_of_nothing(
    browser: Browser, service: Running, target: str, data: dict[str, str]
) -> None:
    """Pasting what the browser gives no file for says so."""
    async with open_page(browser, f"{service.url}/") as page:
        await left_to_browser(page, target, "paste", data)
        await expect(page.page.get_by_role("status")).to_have_text(NO_FILE)


@pytest.mark.parametrize("data", [{}, TEXT], ids=["nothing", "text"])
async def test_paste_into_a_field(browser: Browser, service: Running, data: dict[str, str]) -> None:
    """What is pasted into a field for text is left to the browser."""
    async with open_page(browser, f"{service.url}/") as page:
        assert await left_to_browser(page, "#urls", "paste", data)
        await expect(page.page.get_by_role("status")).to_be_empty()
