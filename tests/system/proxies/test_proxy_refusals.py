"""Refusals through a proxy: the service's own are heard early, and the proxy's own are told apart from them."""

import asyncio
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from devtools import signed_queries
from playwright.async_api import Browser, expect

from tests.support.browser.upload_page import open_page, picked
from tests.support.client.raw_http import PLAIN
from tests.support.proxies.running_proxy import APACHE, CADDY, HAPROXY, NGINX, Kind, Proxy
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble
from tests.system.proxies.conftest import LARGE_BYTES, Behind, Done
from tests.system.upload_client import runners

# As the browser's, which all of them share.
IN_BROWSER = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("version", ["1.1", "2"])
UPLOAD = """([url, id]) => {
  const form = new FormData();
  form.append("uploadUrl", url);
  form.append("file", document.querySelector("#pick").files[0]);
  fetch("upload-with-presigned", { method: "POST", headers: { "X-Request-Id": id }, body: form })
    .then((response) => response.text())
    .catch(String)
    .then((said) => { document.body.textContent = said; });
}"""


@pytest.fixture
def expired(double: StorageDouble) -> str:
    """A URL that the service refuses when it has read it."""
    return TRANSCRIPT.hide(f"{double.url}proxies/expired?{signed_queries.v4(date='20200101T000000Z')}")


@BOTH
@pytest.mark.curl
def test_curl_hears_an_early_refusal(
    behind: Behind, expired: str, curl: Callable[..., Done], large: Path, version: str
) -> None:
    """The answer is the service's own; but behind Apache, which listens last, the file is not sent whole."""
    done = curl(behind.proxy, PLAIN, expired, f"--http{version}", "--form", f"file=@{large}")
    assert (done.status, done.version, done.lines[-1]["code"]) == (403, version, "url_expired"), done
    assert (done.sent_bytes > LARGE_BYTES) is (behind.proxy.kind == APACHE)


@IN_BROWSER
@pytest.mark.chromium
async def test_chromium_hears_an_early_refusal(
    behind: Behind, expired: str, browser: Browser, large: Path
) -> None:
    """A page reads why a large file was refused, and has sent it once."""
    name = uuid.uuid4().hex
    page = await browser.new_page(ignore_https_errors=True)
    await page.goto(f"{behind.proxy.url}/")
    await page.evaluate("document.body.innerHTML = '<input type=file id=pick>'")
    await page.set_input_files("#pick", large)
    await page.evaluate(UPLOAD, [expired, name])
    await expect(page.locator("body")).to_contain_text("url_expired", timeout=60_000)
    await page.close()
    await asyncio.sleep(0.5)
    asked = [event for event in behind.service.log if event.get("request_id") == name]
    assert [event["code"] for event in asked] == ["url_expired"]


# Each refusal of a proxy's own, and the lines of the page that are otherwise for it.
REFUSALS = [
    (NGINX, 413, {"client_max_body_size 0": "client_max_body_size 1k"}),
    (NGINX, 502, {}),
    (NGINX, 504, {"proxy_read_timeout 330s": "proxy_read_timeout 1s"}),
    (CADDY, 502, {}),
    (HAPROXY, 503, {"retries 15": "retries 1"}),
    (HAPROXY, 504, {"timeout server 330s": "timeout server 1s"}),
    (APACHE, 503, {}),
    (APACHE, 504, {"ProxyTimeout 330": "ProxyTimeout 1"}),
]
ON_THE_PAGE = {
    413: "The proxy in front refuses files of this size, with status 413. Nothing was stored.",
    502: "The proxy in front gets no answer from the service, status 502.",
    503: "The proxy in front gets no answer from the service, status 503.",
    # The page has asked for lines, and they had begun.
    504: "The connection to the service broke. Whether the file was stored is not known.",
}


@IN_BROWSER
@pytest.mark.chromium
@pytest.mark.node
@pytest.mark.parametrize(
    ("refusing", "status", "otherwise"),
    [
        pytest.param(*row, marks=getattr(pytest.mark, row[0].name), id=f"{row[0]}-{row[1]}")
        for row in REFUSALS
    ],
)
async def test_refusal_of_the_proxys_own(
    refusing: Kind, status: int, otherwise: dict[str, str], browser: Browser, double: StorageDouble,
    double_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The page and the TypeScript client say that it is the proxy's, with its status."""
    key, gate = f"proxies/refused-{refusing}-{status}", threading.Event()
    double.script(key, Reply(gate=gate))
    runners.compile_into(tmp_path)
    with Running(UPLOAD_DESTINATIONS=double.url) as service:
        with Proxy(refusing, tmp_path, service.port, otherwise) as proxy:
            async with open_page(browser, f"{proxy.url}/", ignore_https_errors=True) as page:
                if status in (502, 503):
                    service.stop()
                await page.upload([picked("a.bin", bytes(2000))], [double_url(key)])
                await page.shows("a.bin", ON_THE_PAGE[status])
                page.said = [text for text in page.said if not text.startswith("Failed to load resource")]
            monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(proxy.ca_file))
            asked = {"serviceUrl": proxy.url, "bytes": 2000, "urls": double_url(key), "maxRetries": 0}
            async with runners.in_node(tmp_path, asked, None) as call:
                error = (await call.outcome())["error"]
            gate.set()
    assert (error["code"], error["status"]) == ("foreign_answer", status)
    assert error["mayBeStored"] is (status != 413)
    assert error["detail"].startswith("The proxy in front ")
