"""The page at /: languages, themes, narrow screens, the keyboard, and what axe-core says of all of it."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from devtools import node_packages
from playwright.async_api import Browser, expect

from tests.support.browser.upload_page import UploadPage, open_page, picked
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from upload_service.errors.upload_error import CATALOGUE
from upload_service.translation.phrase import Language, translated

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

LONG_NAME = f"{'a-rather-long-name-' * 6}.png"
HANGUL = re.compile("[가-힣]")
FITS = "document.documentElement.scrollWidth <= innerWidth"
FOCUSED = """(() => {
  const held = document.activeElement;
  return [held.id, getComputedStyle(held.closest("#drop") ?? held).outlineStyle];
})()"""


async def faults(page: UploadPage) -> list[str]:
    """What axe-core finds serious or critical."""
    source = (node_packages.node_modules(node_packages.BROWSER) / "axe-core" / "axe.min.js").read_text(
        encoding="utf-8"
    )
    await page.page.evaluate(f"{source}; undefined")
    found: dict[str, Any] = await page.page.evaluate("axe.run()")
    assert found["passes"]
    return [
        f"{each['id']}: {[node['html'] for node in each['nodes']]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("locale", "language"), [("ko-KR", "ko"), ("en-GB", "en"), ("de-DE", "en")])
async def test_language(
    browser: Browser, service: Running, double: StorageDouble, double_url: Callable[[str], str], locale: str,
    language: Language,
) -> None:  # fmt: skip
    """The page speaks the browser's language, and shows a refusal in the service's own words."""
    double.script("page/language", Reply(answer(403, xml("AccessDenied"))))
    async with open_page(browser, f"{service.url}/", locale=locale) as page:
        await page.add(picked("a.txt", b"a"))
        await page.page.fill("#urls", double_url("page/language"))
        await page.page.click("#start")
        entry = CATALOGUE["access_denied"]
        detail = f"{translated(entry.cause, language)} {translated(entry.cure, language)}"
        await expect(page.row("a.txt").locator(".why")).to_have_text(detail)
        await page.shows("a.txt", "저장되지 않음" if language == "ko" else "Not stored")
        assert await page.page.evaluate("document.documentElement.lang") == language
        words = await page.page.locator("[data-word]:not(#asking *, noscript *)").all_inner_texts()
        assert [bool(HANGUL.search(word)) for word in words] == [language == "ko"] * len(words)
        async with page.page.context.expect_page() as opened:
            await page.row("a.txt").get_by_role("link", name="access_denied").click()
        explained = await opened.value
        await expect(explained.locator("h2")).to_contain_text(translated(entry.title, language))


async def test_korean_page_needs_no_script(browser: Browser, service: Running) -> None:
    """Where scripts are off, a Korean browser is told in Korean that the page needs them."""
    context = await browser.new_context(locale="ko-KR", java_script_enabled=False)
    try:
        page = await context.new_page()
        await page.goto(f"{service.url}/")
        await expect(page.locator("noscript p")).to_have_text(
            "이 페이지를 사용하려면 JavaScript가 필요합니다."
        )
        await expect(page.locator("html")).to_have_attribute("lang", "ko")
        await expect(page.locator("h2[data-word]")).to_have_text("파일")
    finally:
        await context.close()


@pytest.mark.node
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious(
    browser: Browser, service: Running, double: StorageDouble, presign: Callable[..., str],
    double_url: Callable[[str], str], theme: Any,
) -> None:  # fmt: skip
    """In every state, theme and width, axe-core finds nothing serious or critical, and nothing overflows."""
    double.script("page/axe-running", Reply(then="hang", raw=b""))
    double.script("page/axe-failed", Reply(answer(403, xml("AccessDenied"))))
    files = [picked(name, b"x" * 2000) for name in ("running.bin", LONG_NAME, "done.txt", "waits.txt")]
    urls = [double_url("page/axe-running"), double_url("page/axe-failed"), presign("page/axe-done")]
    async with open_page(browser, f"{service.url}/", color_scheme=theme) as page:
        assert await faults(page) == []
        await page.upload(files, urls)
        await page.shows("done.txt", "Stored")
        await page.shows(LONG_NAME, "access_denied")
        await page.shows("running.bin", "Storing…")
        await page.row(LONG_NAME).get_by_text("curl", exact=True).click()
        await page.page.evaluate("document.getElementById('asking').hidden = false")
        for width in (1280, 390, 320):
            await page.page.set_viewport_size({"width": width, "height": 800})
            assert await page.page.evaluate(FITS)
            assert await faults(page) == []
        dark = (
            await page.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 18, 23)"
        )
        assert dark == (theme == "dark")


async def test_keyboard_alone(browser: Browser, service: Running, presign: Callable[..., str]) -> None:
    """Without a mouse: everything is reached with Tab, the focus is always seen, and a file is stored."""
    async with open_page(browser, f"{service.url}/") as page:
        press = page.page.keyboard.press
        choosing = asyncio.create_task(page.page.wait_for_event("filechooser"))
        for wanted in ("pick", "urls", "retry", "retries", "start"):
            await press("Tab")
            assert await page.page.evaluate(FOCUSED) == [wanted, "solid"]
        await press("Shift+Tab")
        await press("Shift+Tab")
        await press("Space")
        assert not await page.page.get_by_role("switch").is_checked()
        await press("Shift+Tab")
        await page.page.keyboard.insert_text(presign("page/keyboard"))
        await press("Shift+Tab")
        await press("Enter")
        await (await choosing).set_files([picked("keys.txt", b"keys")])
        await page.page.get_by_role("button", name="Upload").focus()
        await press("Enter")
        await page.shows("keys.txt", "Stored")
        news = page.page.get_by_role("log")
        await expect(news).to_have_text(re.compile("keys.txt: Sending .*keys.txt: Stored", re.DOTALL))


async def test_still_for_those_who_ask(browser: Browser, service: Running) -> None:
    """With reduced motion nothing moves by itself."""
    async with open_page(browser, f"{service.url}/", reduced_motion="reduce") as page:
        await page.add(picked("a.txt", b"a"))
        await page.page.evaluate("document.querySelector('#rows progress').hidden = false")
        bar = page.page.locator("#rows progress")
        assert await bar.evaluate("(each) => getComputedStyle(each).animationName") == "none"
        await page.page.emulate_media(reduced_motion="no-preference")
        assert await bar.evaluate("(each) => getComputedStyle(each).animationName") == "flow"
