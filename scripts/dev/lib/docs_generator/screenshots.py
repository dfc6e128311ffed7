"""./scripts/dev/screenshots: the page of ./scripts/local with one file stored, one under way and one refused.

Knows: the looks that are worth a picture. Without a folder only the README's are taken.
"""

import asyncio
import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from local import ports
from local.page_signer import signing
from local.start_message import SAMPLE
from local.store import Store
from playwright.async_api import Browser, FilePayload, Page

from tests.support.browser.chromium import chromium
from tests.support.service.running_service import Running

IMAGES = Path(__file__).resolve().parents[4] / "docs" / "images"
VIDEO = b"\0\0\0\x20ftypmp42"
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
        service = stack.enter_context(_service(stack, store))
        async with chromium() as browser:
            for name, language, theme, width in LOOKS:
                if chosen or name in README:
                    await _take(browser, service, folder / f"{name}.png", (language, theme, width))


def _service(stack: ExitStack, store: Store) -> Running:
    with ExitStack() as held:
        port = ports.take_any(held)
    return Running(
        PORT=str(port),
        UPLOAD_PAGE=stack.enter_context(signing(store.bucket, port)),
        UPLOAD_DESTINATIONS=store.bucket.url,
        UPLOAD_ALLOWED_TYPES="image/*,video/*",
    )


async def _take(browser: Browser, service: Running, target: Path, look: tuple[str, str, int]) -> None:
    language, theme, width = look
    page = await browser.new_page(
        locale=language,
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": width, "height": 600},
    )
    await page.goto(service.url)
    await _fill(page)
    await page.locator("[data-state=stored]").wait_for()
    await page.locator("[data-state=failed]").wait_for()
    await page.locator("[data-state=sending] .state", has_text=HALF_WAY).wait_for()
    await page.screenshot(path=target, full_page=True)
    print(f"taken: {target}")
    await page.close()


async def _fill(page: Page) -> None:
    """One picture, one large file over a slow line, one of a type that is not taken."""
    wire = await page.context.new_cdp_session(page)
    await wire.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_PER_SECOND},
    )
    files: list[FilePayload] = [
        {"name": "sunrise.png", "mimeType": "image/png", "buffer": SAMPLE.read_bytes()},
        {"name": "holiday.mp4", "mimeType": "video/mp4", "buffer": VIDEO.ljust(UNDER_WAY_BYTES)},
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n".ljust(48_213)},
    ]
    await page.set_input_files("#pick", files)


if __name__ == "__main__":
    asyncio.run(main())
