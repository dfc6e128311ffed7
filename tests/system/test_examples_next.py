"""The Next.js example, built and started, in Chromium: another origin than the service, under its CORS."""

import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from devtools import signed_queries
from docs_generator import generate
from local import ports
from local.store import Bucket
from playwright.async_api import Browser, Page, Response, Route, expect

from tests.support.browser.chosen_file import change
from tests.support.examples import next_app, running_examples
from tests.support.examples.example_pages import ASKED
from tests.support.examples.running_examples import CONTENT, LARGE_BYTES
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

pytestmark = [pytest.mark.node, pytest.mark.chromium]
asynchronous = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def port() -> int:
    """Where the app will listen; the service lists its origin before it starts."""
    return ports.free_port()


@pytest.fixture(scope="module")
def listing(bucket: Bucket, double: StorageDouble, port: int) -> Iterator[Running]:
    """A service that takes calls from the app's pages alone."""
    origin, listed = f"http://{ports.HOST}:{port}", f"{bucket.url},{double.url}"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_CORS_ORIGINS=origin) as running:
        yield running


@pytest.fixture(scope="module")
def app(
    bucket: Bucket, listing: Running, port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The origin of the app, which signs for the real store."""
    log = tmp_path_factory.mktemp("next") / "log"
    settings = {
        "UPLOAD_SERVICE_URL": listing.url,
        "S3_BUCKET": bucket.name,
        "AWS_ENDPOINT_URL_S3": bucket.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
    }
    with next_app.started(port, log, **settings) as origin:
        yield origin
    TRANSCRIPT.hear("next", log.read_text())


@asynccontextmanager
async def opened(browser: Browser, origin: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page, and at the end the URLs that it was given; what it showed and wrote is listened to then."""
    page, signed, responses = await browser.new_page(), list[str](), list[Response]()

    def note(response: Response) -> None:
        responses.append(response)

    page.on("response", note)
    page.on("console", lambda message: TRANSCRIPT.hear("console", message.text))
    await page.goto(f"{origin}/complete")
    yield page, signed
    for response in responses:
        if response.url.endswith("/api/presign"):
            signed.append(TRANSCRIPT.hide((await response.json())["uploadUrl"]))
    TRANSCRIPT.hear("page", await page.content())
    await page.context.close()


async def send(page: Page, file: Path) -> None:
    """Pick the file and press the button."""
    await page.get_by_label("Your file").set_input_files(file)
    await page.get_by_role("button", name="Send").click()


async def sign_with(page: Page, upload_url: str, service: Running) -> None:
    """Let the app's back end sign for another store from now on."""
    signed = json.dumps({"uploadUrl": upload_url, "serviceUrl": service.url})

    async def fulfil(route: Route) -> None:
        await route.fulfill(body=signed, content_type="application/json")

    await page.route("**/api/presign", fulfil)


def test_client_is_the_published_one() -> None:
    """The app's copy of the TypeScript client is the file; `./scripts/dev/docs` makes it anew."""
    assert generate.CLIENT_COPY.read_bytes() == generate.CLIENT.read_bytes()


def test_lock_names_no_registry() -> None:
    """The lock file leaves it to the reader's npm where packages come from."""
    lock = json.loads((next_app.SOURCE / "package-lock.json").read_text())
    assert len(lock["packages"]) > 20
    assert not any("resolved" in package for package in lock["packages"].values())


@asynchronous
async def test_page_stores(browser: Browser, bucket: Bucket, app: str, tmp_path: Path) -> None:
    """The file goes through the service into the real store, under the key and type that the app signed."""
    async with opened(browser, app) as (page, signed):
        await send(page, running_examples.photo(tmp_path))
        said = f"photo.png is stored, all {len(CONTENT)} bytes of it."
        await expect(page.get_by_role("status")).to_have_text(said)
    key = unquote(urlsplit(signed[0]).path).removeprefix(f"/{bucket.name}/")
    assert key.startswith("applications/")
    assert bucket.get(key) == CONTENT
    head = bucket.head(key)
    assert head
    assert head.content_type == "image/png"


@asynchronous
async def test_page_shows_progress(
    browser: Browser,
    app: str,
    listing: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """A number between 0 and 100 stands there while the file is sent, and then that it is stored."""
    gate = threading.Event()
    puts = double.script("next/progress", Reply(gate=gate))
    async with opened(browser, app) as (page, _):
        await sign_with(page, double_url("next/progress"), listing)
        await send(page, running_examples.large(tmp_path))
        bar = page.get_by_role("progressbar", name="Sending")
        await bar.wait_for()
        await page.wait_for_function("(v => 0 < v && v < 100)(document.querySelector('progress').value)")
        gate.set()
        await expect(page.get_by_role("status")).to_contain_text("large.bin is stored")
    assert len(puts[0].body) == LARGE_BYTES


@asynchronous
async def test_page_says_a_failure_in_words(
    browser: Browser,
    app: str,
    listing: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """A refusal by storage is told in a sentence, with the number that the log knows."""
    double.script("next/refused", Reply(answer(403, xml("AccessDenied"))))
    async with opened(browser, app) as (page, _):
        await sign_with(page, double_url("next/refused"), listing)
        await send(page, running_examples.photo(tmp_path))
        status = page.get_by_role("status")
        await expect(status).to_contain_text("The file could not be stored (access_denied).")
        said = await status.text_content()
    assert said
    request_id = said.rstrip(".").rpartition(" ")[2]
    assert listing.upload_event(request_id)["code"] == "access_denied"


@asynchronous
@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT.swapcase(), None], ids=["cut", "replaced", "gone"])
async def test_page_says_that_the_file_has_changed(
    browser: Browser, app: str, bucket: Bucket, tmp_path: Path, content: bytes | None
) -> None:
    """A file that was changed or deleted after it was chosen is told as that, and nothing is sent."""
    photo = running_examples.photo(tmp_path)
    async with opened(browser, app) as (page, signed):
        await page.get_by_label("Your file").set_input_files(photo)
        change(photo, content)
        await page.get_by_role("button", name="Send").click()
        said = "The file has changed since you chose it. Choose it again."
        await expect(page.get_by_role("status")).to_have_text(said)
        asked = await page.evaluate(ASKED)
        assert not [each for each in asked if "upload-with" in each]
    assert bucket.get(unquote(urlsplit(signed[0]).path).removeprefix(f"/{bucket.name}/")) is None


@asynchronous
async def test_refusal_is_heard_before_a_large_file_is_sent(
    browser: Browser, app: str, listing: Running, double: StorageDouble, tmp_path: Path
) -> None:
    """An expired URL is told of as soon as the service was asked; nothing of the file is sent."""
    expired = TRANSCRIPT.hide(f"{double.url}next/x?{signed_queries.v4(date='20200101T000000Z')}")
    async with opened(browser, app) as (page, _):
        await sign_with(page, expired, listing)
        await send(page, running_examples.large(tmp_path))
        status = page.get_by_role("status")
        await expect(status).to_contain_text("The file could not be stored (url_expired).")
        noted = f"(url) => {ASKED}.includes(url)"  # a little after the answer is read
        await page.wait_for_function(noted, arg=f"{listing.url}/check")
        asked = await page.evaluate(ASKED)
        assert [each for each in asked if each.startswith(listing.url)] == [f"{listing.url}/check"]


@asynchronous
async def test_page_cancels(
    browser: Browser,
    app: str,
    listing: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    tmp_path: Path,
) -> None:
    """Cancel ends the upload, whose PUT is never whole."""
    gate = threading.Event()
    puts = double.script("next/cancelled", Reply(gate=gate))
    async with opened(browser, app) as (page, _):
        await sign_with(page, double_url("next/cancelled"), listing)
        await send(page, running_examples.large(tmp_path))
        await running_examples.until(lambda: puts)
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_role("status")).to_have_text("Cancelled.")
        gate.set()
        assert puts[0].ended.wait(60)
    assert not puts[0].whole


@asynchronous
async def test_origin_that_is_not_listed(browser: Browser, bucket: Bucket, app: str, tmp_path: Path) -> None:
    """The same page under another name of this computer is another origin: the browser sends nothing."""
    async with opened(browser, app.replace(ports.HOST, "localhost")) as (page, signed):
        await send(page, running_examples.photo(tmp_path))
        failed = page.get_by_role("status").and_(page.locator(".failed"))
        await expect(failed).to_contain_text("something is in its way")
    assert bucket.get(unquote(urlsplit(signed[0]).path).removeprefix(f"/{bucket.name}/")) is None
