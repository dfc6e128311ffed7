"""A real browser: Debian's Chromium, driven by Playwright.

Where its headless shell is installed (Debian: chromium-headless-shell) that is taken, as Playwright does by
default: the same engine without the browser's own windows, for 0.6 of the CPU time.
Rules: it reaches this machine alone, and asks nobody but the pages' own servers.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)

# How long a test waits for what a page should show, for a click or a navigation to end, and for the browser
# to start. Playwright's own 5 and 30 seconds are too few on a busy machine, for 64 MB or for the long page
# /docs; what is right is not made wrong by being late.
PATIENCE_MS = 90_000
expect.set_options(timeout=PATIENCE_MS)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser, and close it when the block ends."""
    async with async_playwright() as playwright:
        program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS, timeout=PATIENCE_MS)
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
        try:
            yield browser
        finally:
            await browser.close()
