"""./scripts/screenshots: the page with a file that is stored, one under way and one that failed.

Knows: the looks that are worth a picture. Without a folder only the README's are taken.
"""

import asyncio
import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page

from devtools import signed
from devtools.store import Store
from tests.support.browser import chromium
from tests.support.service import Running

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
SAMPLE = Path(__file__).with_name("sample.png")
UNDER_WAY_BYTES = 12_000_000
SLOW_BYTES_PER_SECOND = 3_000_000
# Name, language, theme, width.
LOOKS = (
    ("page", "en", "light", 800),
    ("page-dark", "en", "dark", 800),
    ("page-ko", "ko", "light", 800),
    ("page-phone", "en", "light", 390),
    ("page-phone-ko-dark", "ko", "dark", 320),
)
README = ("page",)
HALF_WAY = re.compile(r"[56]\d%")


async def main() -> None:
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    folder = chosen or IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        store = stack.enter_context(Store(Path(data), s3_port=0))
        service = stack.enter_context(Running(UPLOAD_DESTINATIONS=store.bucket.url))
        async with chromium() as browser:
            for name, language, theme, width in LOOKS:
                if chosen or name in README:
                    await _take(browser, service, store, folder / f"{name}.png", (language, theme, width))


async def _take(
    browser: Browser, service: Running, store: Store, target: Path, look: tuple[str, str, int]
) -> None:
    language, theme, width = look
    page = await browser.new_page(
        locale=language,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 600},
    )
    await page.goto(service.url)
    await _fill(page, store)
    await page.locator("[data-state=stored]").wait_for()
    await page.locator("[data-state=failed]").wait_for()
    await page.locator("[data-state=sending] .state", has_text=HALF_WAY).wait_for()
    await page.screenshot(path=target, full_page=True)
    print(f"taken: {target}")
    await page.close()


async def _fill(page: Page, store: Store) -> None:
    """One picture, one large file over a slow line, one URL that leads elsewhere."""
    wire = await page.context.new_cdp_session(page)
    await wire.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_PER_SECOND},
    )
    files: list[FilePayload] = [
        {"name": "sunrise.png", "mimeType": "image/png", "buffer": SAMPLE.read_bytes()},
        {"name": "holiday.mp4", "mimeType": "video/mp4", "buffer": bytes(UNDER_WAY_BYTES)},
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": bytes(48_213)},
    ]
    await page.set_input_files("#pick", files)
    urls = [store.bucket.presign("sunrise.png"), store.bucket.presign("holiday.mp4")]
    await page.fill("#urls", "\n".join([*urls, f"https://example.com/report.pdf?{signed.v4()}"]))
    await page.click("#start")


if __name__ == "__main__":
    asyncio.run(main())
