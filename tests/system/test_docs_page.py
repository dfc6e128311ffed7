"""The page /docs: Swagger UI from our own files, in a real browser, under a strict policy."""

import hashlib
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from local.store import Bucket

from tests.support.browser.chromium import chromium
from tests.support.browser.docs_page import OPERATIONS, PHOTO, Visit
from tests.support.client.raw_http import PLAIN, RETRY, ask
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from upload_service.pages.static_files import STATIC
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings

# Of the npm package swagger-ui-dist 5.35.0; static/swagger-ui/README.md says how to take another version.
SWAGGER_UI = {
    "LICENSE": "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
    "NOTICE": "0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2",
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui-bundle.js.LICENSE.txt": "37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
}
POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"}


def test_swagger_ui_is_the_release() -> None:
    """The files are those of the release, byte for byte, and there is no other beside what describes them."""
    folder = STATIC / "swagger-ui"
    found = {
        path.name.removesuffix(".gz"): hashlib.sha256(_unpacked(path)).hexdigest()
        for path in folder.iterdir()
        if path.name != "README.md"
    }
    assert found == SWAGGER_UI


def _unpacked(path: Path) -> bytes:
    raw = path.read_bytes()
    return zlib.decompress(raw, wbits=31) if path.suffix == ".gz" else raw


@pytest.mark.parametrize("name", ["swagger-ui-bundle.js", "swagger-ui.css"])
def test_packed_file_for_everybody(service: Running, name: str) -> None:
    """A file that is kept compressed comes so to clients that take it, and as it was to others."""
    packed = ask(service.port, "GET", f"/static/{name}", {"Accept-Encoding": "gzip, deflate, br"})
    plain = ask(service.port, "GET", f"/static/{name}", {"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert zlib.decompress(packed.body, wbits=31) == plain.body
    assert hashlib.sha256(plain.body).hexdigest() == SWAGGER_UI[name]
    assert plain.headers["content-type"].startswith(("text/javascript", "text/css"))


@pytest.mark.parametrize(
    "name",
    [
        "docs.html",
        "openapi.json",
        "LICENSE",
        "nothing.js",
        "..%2Fapp.py",
        "swagger-ui%2FLICENSE",
        "%2E%2E",
        "",
    ],
)
def test_nothing_else_is_given_away(service: Running, name: str) -> None:
    """Only what pages are made of lies under /static; every other name, climbing ones too, is unknown."""
    answer = ask(service.port, "GET", f"/static/{name}")
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_policy_is_strict(service: Running) -> None:
    """The page may run and load what this service serves, and nothing that stands in the page itself."""
    policy = ask(service.port, "GET", "/docs").headers["content-security-policy"].split("; ")
    assert set(policy) >= POLICY
    assert not [each for each in policy if "unsafe" in each or "http" in each]


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """A browser with one empty page."""
    async with chromium() as browser:
        yield Visit(await browser.new_page())


@pytest.mark.chromium
@pytest.mark.parametrize("path", [PLAIN, RETRY])
async def test_try_it_out(
    service: Running, bucket: Bucket, presign: Callable[..., str], visit: Visit, path: str
) -> None:
    """Try it out stores a real file; the page asks nobody else, breaks no policy and keeps nothing."""
    key = f"docs-page{path}.png"
    url = presign(key, content_type="image/png")
    await visit.page.goto(f"{service.url}/docs")
    before = await visit.kept()
    answer = await visit.upload(path, url)
    assert answer["success"] is True, answer
    assert bucket.get(key) == PHOTO.read_bytes()
    assert ("attempts" in answer) == (path == RETRY)
    assert visit.said == []
    assert {request.url.partition("?")[0].removeprefix(service.url) for request in visit.asked} == {
        *("/docs", "/openapi.json", path),
        *(f"/static/{name}" for name in ("docs.css", "docs.js", "swagger-ui.css", "swagger-ui-bundle.js")),
    }
    assert await visit.kept() == before
    assert before == {
        "address": f"{service.url}/docs", "history": before["history"], "local": [], "session": [],
        "databases": 0, "cookies": "",
    }  # fmt: skip
    field = visit.page.locator(OPERATIONS[path]).get_by_placeholder("uploadUrl")
    assert await field.get_attribute("autocomplete") == "off"
    TRANSCRIPT.hear("address", str(await visit.kept()))


@pytest.mark.chromium
async def test_the_url_goes_before_the_file(service: Running, visit: Visit) -> None:
    """The page sends the fields so that the file streams, and leaves out those that nobody filled in."""
    await visit.page.add_init_script(
        """const send = fetch;
        window.fetch = (url, options) => {
            if (options?.body instanceof FormData) window.sent = [...options.body.keys()];
            return send(url, options);
        };"""
    )
    await visit.page.goto(f"{service.url}/docs")
    await visit.upload(RETRY, "https://elsewhere.example/key")
    assert await visit.page.evaluate("sent") == ["uploadUrl", "max_retries", "file"]


@pytest.mark.chromium
async def test_behind_a_path_prefix(
    double: StorageDouble, double_url: Callable[[str], str], visit: Visit
) -> None:
    """Page, contract and uploads work when the service lies below another path of its host."""
    outer = web.Application()
    settings = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url})
    outer.add_subapp("/files/upload", make_app(settings))
    puts = double.script("docs-page/prefix")
    async with TestServer(outer) as server:
        root = str(server.make_url("/files/upload/"))
        await visit.page.goto(f"{root}docs")
        answer = await visit.upload(PLAIN, double_url("docs-page/prefix"))
    assert answer["success"] is True
    assert bytes(puts[0].body) == PHOTO.read_bytes()
    assert visit.said == []
    assert all(request.url.startswith(root) for request in visit.asked)


@pytest.mark.chromium
async def test_follows_the_theme(service: Running, visit: Visit) -> None:
    """What Swagger UI draws is dark where the reader wants dark, and follows when that changes."""
    colour = "getComputedStyle(document.querySelector('.opblock-tag')).color"
    await visit.page.goto(f"{service.url}/docs")
    await visit.page.locator(OPERATIONS[PLAIN]).wait_for()
    light = await visit.page.evaluate(colour)
    await visit.page.emulate_media(color_scheme="dark")
    await visit.page.locator("html.dark-mode").wait_for()
    await visit.page.wait_for_function(f"light => {colour} !== light", arg=light)  # colours may fade


@pytest.mark.chromium
async def test_without_scripts(service: Running) -> None:
    """Without JavaScript the page still tells of both endpoints and leads to the contract and the errors."""
    async with chromium() as browser:
        page = await browser.new_page(java_script_enabled=False)
        await page.goto(f"{service.url}/docs")
        text = await page.locator("body").inner_text()
        links = [await link.get_attribute("href") for link in await page.locator("a").all()]
    assert all(words in text for words in (PLAIN, RETRY, "uploadUrl", "needs JavaScript"))
    assert {"errors", "openapi.json"} <= set(links)
