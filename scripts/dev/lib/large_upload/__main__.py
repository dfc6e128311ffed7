"""Uploads the file, and prints what a reader wants to know of it.

Rules: the page is used as a person does. The file is chosen by its path, so that no program holds it in
memory. The service is killed by SIGKILL: it cannot finish anything.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from compose.part_uploads import MIB, Rules
from local import ports
from local.bucket import Bucket
from local.page_signer import signing
from local.store import Store
from playwright.async_api import Page, Request, expect

from large_upload import sparse_file
from tests.support.browser.chromium import chromium
from tests.support.service.peak_memory import Peak
from tests.support.service.running_service import Running

NAME = "film.mp4"
HOUR_MS = 3_600_000
# Chromium keeps nothing of the file, but SeaweedFS all of it, and some more.
ROOM = 1.3
DONE = """(count) => Object.values({...localStorage}).some(
  (text) => JSON.parse(JSON.parse(text).record).parts.length >= count)"""


class Upload:
    """One file on its way, the two services that carry it, and what was seen of them."""

    def __init__(self, bucket: Bucket, file: Path, part_bytes: int) -> None:
        self.bucket, self.file = bucket, file
        self.rules = Rules(from_bytes=part_bytes + 1, part_bytes=part_bytes)
        self.parts = -(-file.stat().st_size // part_bytes)
        self.tries: Counter[int] = Counter()
        self.peaks: list[int] = []
        self._started = time.monotonic()

    async def run(self) -> None:
        """Upload it, with a reload after a third and a killed service after two thirds."""
        with ExitStack() as stack:
            port = ports.free_port()
            signer = stack.enter_context(signing(self.bucket, port, self.rules))
            settings = {"PORT": str(port), "UPLOAD_PAGE": signer, "UPLOAD_DESTINATIONS": self.bucket.url}
            service = stack.enter_context(Running(**settings))
            async with chromium() as browser:
                page = await browser.new_page(locale="en-US")
                page.on("request", self._count)
                await self._to_reload(page, service)
                await page.wait_for_function(DONE, arg=2 * self.parts // 3, timeout=HOUR_MS)
                self._say(f"the service is killed: {await self._state(page)}")
                self._end(service, signal.SIGKILL)
                service = stack.enter_context(Running(**settings))
                await expect(page.get_by_role("listitem")).to_contain_text("Stored as", timeout=HOUR_MS)
                self._say(await self._state(page))
            self._end(service, signal.SIGTERM)

    async def _to_reload(self, page: Page, service: Running) -> None:
        await page.goto(service.url)
        await page.set_input_files("#pick", self.file)
        await page.wait_for_function(DONE, arg=self.parts // 3, timeout=HOUR_MS)
        self._say(f"the page is reloaded: {await self._state(page)}")
        await page.reload()
        self._say(await self._state(page))
        await page.set_input_files("#pick", self.file)

    async def _state(self, page: Page) -> str:
        return await page.locator("#rows .state").inner_text()

    def _say(self, text: str) -> None:
        print(f"{time.monotonic() - self._started:7.1f} s  {text}", flush=True)

    def _end(self, service: Running, number: signal.Signals) -> None:
        self.peaks.append(Peak(service.process.pid).bytes)
        service.stop(number)

    def _count(self, request: Request) -> None:
        asked = request.post_data_json if request.url.endswith("/presign") else None
        if isinstance(asked, dict) and asked.get("action") == "sign":
            self.tries[asked["number"]] += 1


def _report(upload: Upload) -> bool:
    """Print the figures; whether the object is the file."""
    (key,) = upload.bucket.keys()
    stored = sparse_file.Digest()
    upload.bucket.copy_to(key, stored)
    checksums = [sparse_file.sha256(upload.file), stored.hexdigest()]
    again = sorted(number for number, tries in upload.tries.items() if tries > 1)
    print(f"parts in all: {upload.parts}; begun again: {len(again)} {again}")
    print(f"SHA-256 of the file:   {checksums[0]}  {upload.file.stat().st_size} bytes")
    print(f"SHA-256 of the object: {checksums[1]}  {stored.length} bytes")
    peaks = " and ".join(f"{peak / MIB:.1f} MiB" for peak in upload.peaks)
    print(f"peak memory (VmHWM) of the two services: {peaks}")
    return checksums[0] == checksums[1]


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/large-upload", description=__doc__)
    parser.add_argument("mib", nargs="?", type=int, default=6144)
    parser.add_argument("part_mib", nargs="?", type=int, default=64)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        size = chosen.mib * MIB
        if shutil.disk_usage(folder).free < ROOM * size:
            print(f"{folder} has too little room.", file=sys.stderr)
            return 1
        file = sparse_file.make(Path(folder) / NAME, size, chosen.part_mib * MIB)
        with Store(Path(folder) / "store", s3_port=0) as store:
            upload = Upload(store.bucket, file, chosen.part_mib * MIB)
            asyncio.run(upload.run())
            return 0 if _report(upload) else 1


if __name__ == "__main__":
    sys.exit(main())
