"""./scripts/dev/screenshots: the page of ./scripts/local with one file stored, one under way and one refused.

Knows: the looks that are worth a picture. Without a folder only the README's are taken. In Firefox and
WebKitGTK, whose lines cannot be slowed down, no file is under way.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from local import ports
from local.page_signer import signing
from local.start_message import SAMPLE
from local.store import Store
from playwright.async_api import Browser, FilePayload, Page

from tests.support.browser.chromium import chromium
from tests.support.browser.engines import Engine
from tests.support.browser.firefox import firefox
from tests.support.browser.webkit import webkit
from tests.support.service.running_service import Running

IMAGES = Path(__file__).resolve().parents[4] / "docs" / "images"
VIDEO = b"\0\0\0\x20ftypmp42"
REPORT = b"%PDF-1.7\n".ljust(48_213)
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
OTHER_ENGINES = {"firefox": firefox, "webkit": webkit}
LEAST_HEIGHT = 600
HEIGHT = "() => Math.ceil(document.querySelector('footer').getBoundingClientRect().bottom + scrollY) + 24"
HALF_WAY = re.compile(r"[56]\d%")


async def main() -> None:
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    folder = chosen or IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        store = stack.enter_context(Store(Path(data), s3_port=0))
        service = stack.enter_context(_service(stack, store))
        if len(sys.argv) > 2:
            await _take_all_in(OTHER_ENGINES[sys.argv[2]], service, folder, Path(data))
        else:
            await _take_in_chromium(service, folder, [look for look in LOOKS if chosen or look[0] in README])


async def _take_in_chromium(
    service: Running, folder: Path, looks: Sequence[tuple[str, str, str, int]]
) -> None:
    async with chromium() as browser:
        for name, language, theme, width in looks:
            await _take(browser, service, folder / f"{name}.png", (language, theme, width))


def _service(stack: ExitStack, store: Store) -> Running:
    port = ports.free_port()
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


async def _take_all_in(engine: Engine, service: Running, folder: Path, data: Path) -> None:
    """Take all looks in another engine than Chromium, with a browser for each."""
    files = [data / "sunrise.png", data / "report.pdf"]
    files[0].write_bytes(SAMPLE.read_bytes())
    files[1].write_bytes(REPORT)
    for name, language, theme, width in LOOKS:
        async with engine(language=language, dark=theme == "dark") as tab:
            await tab.open(service.url)
            await tab.choose("#pick", *files)
            for state in ("stored", "failed"):
                await tab.until("(state) => document.querySelector(`[data-state=${state}]`) !== null", state)
            await tab.resize(width, LEAST_HEIGHT)
            await tab.resize(width, await tab.run(HEIGHT))
            (folder / f"{name}.png").write_bytes(await tab.picture())
            print(f"taken: {folder / name}.png")


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
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": REPORT},
    ]
    await page.set_input_files("#pick", files)


if __name__ == "__main__":
    asyncio.run(main())
