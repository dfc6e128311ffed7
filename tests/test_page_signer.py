"""The page at / with a signer, as ./scripts/local runs it: a file that comes in any way is sent at once."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from devtools import ports
from devtools.signer import signing
from devtools.store import Bucket
from playwright.async_api import Browser, expect

from tests.support.opened import opened, picked
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

PHOTO = (Path(__file__).parent.parent / "scripts" / "devtools" / "sample.png").read_bytes()


@pytest.fixture(scope="module")
def signed(bucket: Bucket) -> Iterator[Running]:
    """A service whose page has a signer, as ./scripts/local runs it."""
    with ExitStack() as stack:
        with ExitStack() as held:
            port = ports.take_any(held)
        signer = stack.enter_context(signing(bucket, port))
        yield stack.enter_context(Running(PORT=str(port), UPLOAD_PAGE=signer, UPLOAD_DESTINATIONS=bucket.url))


@pytest.mark.parametrize("event", ["drop", "paste"])
async def test_drop_and_paste(browser: Browser, signed: Running, bucket: Bucket, event: str) -> None:
    """Files dropped anywhere on the page or pasted into it are sent at once when there is a signer."""
    make = """(kind) => {
      const data = new DataTransfer();
      data.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }));
      data.items.add(new File(["also"], "also.txt"));
      const shared = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
      const Kind = kind === "drop" ? DragEvent : ClipboardEvent;
      return document.body.dispatchEvent(new Kind(kind, shared));
    }"""
    before = set(bucket.keys())
    async with opened(browser, f"{signed.url}/", elsewhere="http://127.0.0.1:") as page:
        assert await page.page.evaluate(make, event) is False  # the browser does not open them itself
        await page.shows("dropped.txt", "Stored")
        await page.shows("also.txt", "Stored")
    new = {key.partition("/")[2]: bucket.get(key) for key in set(bucket.keys()) - before}
    assert new == {"dropped.txt": b"dropped", "also.txt": b"also"}


async def test_signer_gives_what_to_look_at(browser: Browser, signed: Running) -> None:
    """With a signer there is no field for URLs, and what is stored can be looked at."""
    async with opened(browser, f"{signed.url}/", elsewhere="http://127.0.0.1:") as page:
        await expect(page.page.get_by_label("Presigned URLs")).to_be_hidden()
        async with page.page.expect_response("**/presign") as asking:
            await page.add(picked("사진 1.png", PHOTO, "image/png"))
        given = await (await asking.value).json()
        TRANSCRIPT.hide(given["uploadUrl"])
        await page.shows("사진 1.png", "Stored")
        link = page.row("사진 1.png").get_by_role("link", name="View")
        assert await link.get_attribute("href") == given["viewUrl"]
        look = await page.page.context.request.get(given["viewUrl"])
        assert hashlib.sha256(await look.body()).digest() == hashlib.sha256(PHOTO).digest()
