"""The page for large files of the Next.js example in Chromium."""

import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.examples.running_examples import until
from tests.support.service.transcript import TRANSCRIPT
from tests.system.upload_in_parts.calls import Large, large_in
from tests.system.upload_in_parts.conftest import Setting
from tests.system.upload_in_parts.next_parts import next_origin

__all__ = ["next_origin"]
pytestmark = [pytest.mark.node, pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture
def large(tmp_path: Path) -> Large:
    """A file of two parts of 16 MiB, as the page makes them."""
    return large_in(tmp_path)


async def press(page: Page, button: str, large: Large) -> None:
    """Pick the file and press a button."""
    await page.get_by_label("Your file").set_input_files(large.path)
    await page.get_by_role("button", name=button).click()


async def test_page_goes_on_after_a_reload(
    browser: Browser, next_origin: str, setting: Setting, large: Large
) -> None:
    """The first part is not sent again; the object is the file. A paused upload can be discarded."""
    page = await browser.new_page()
    page.on("console", lambda message: TRANSCRIPT.hear("console", message.text))
    await page.goto(f"{next_origin}/large")
    gate = setting.hold(2)
    await press(page, "Send", large)
    await until(lambda: setting.held == {2})
    await expect(page.get_by_text("1 of 2 parts")).to_be_visible()
    await page.reload()
    gate.set()
    setting.store.refuse = lambda _: None
    setting.store.asked.clear()
    await press(page, "Send", large)
    said = f"large.bin is stored, all {large.size} bytes of it."
    await expect(page.get_by_role("status")).to_have_text(said)
    assert setting.store.parts() == Counter({2: 1})
    assert setting.stored() == [large.content]
    await page.context.close()


async def test_page_pauses_and_discards(
    browser: Browser, next_origin: str, setting: Setting, large: Large
) -> None:
    """Pause keeps what is stored, and Discard drops it, once."""
    page = await browser.new_page()
    await page.goto(f"{next_origin}/large")
    gate = setting.hold(2)
    await press(page, "Send", large)
    await until(lambda: setting.held == {2})
    await expect(page.get_by_text("1 of 2 parts")).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    status = page.get_by_role("status")
    await expect(status).to_have_text("Paused. Send goes on.")
    gate.set()
    assert not [each for each in setting.store.asked if each.method == "DELETE"]
    await page.get_by_role("button", name="Discard").click()
    await expect(status).to_have_text("What was stored is dropped.")
    assert [each for each in setting.store.asked if each.method == "DELETE"]
    await page.get_by_role("button", name="Discard").click()
    await expect(status).to_have_text("Nothing of this file was stored.")
    await page.context.close()


async def test_second_click_begins_nothing(
    browser: Browser, next_origin: str, setting: Setting, large: Large
) -> None:
    """Who clicks Send twice sends one file, and makes one object."""
    page = await browser.new_page()
    begun: list[str] = []
    page.on("request", lambda request: begun.append(request.url.rpartition("/")[2]))
    await page.goto(f"{next_origin}/large")
    await page.get_by_label("Your file").set_input_files(large.path)
    await page.get_by_role("button", name="Send").dblclick(force=True)
    await expect(page.get_by_role("status")).to_have_text(re.compile("is stored"))
    assert begun.count("create") == 1
    assert setting.stored() == [large.content]
    await page.context.close()
