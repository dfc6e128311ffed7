"""Refusals through a proxy: the service's own are heard early, the proxy's own are told apart from them."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@pytest.mark.parametrize("version", ["1.1", "2"])
@pytest.mark.curl
def test_curl_hears_an_early_refusal(
    behind: Behind, expired: str, curl: Callable[..., Done], large: Path, version: str
) -> None:
    """The answer is the service's own; but behind Apache, which listens last, the file is not sent whole.

    Over HTTP/1.1 Caddy may close the connection before curl has read it.
    """
    done = curl(behind.proxy, PLAIN, expired, f"--http{version}", "--form", f"file=@{large}")
    if (behind.proxy.kind, version) == (CADDY, "1.1") and "failure" in done.error:
        assert done.lines == []
        return
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
    await expect(page.locator("body")).to_contain_text("url_expired")
    await page.close()
    behind.service.upload_event(name)
    await asyncio.sleep(0.5)  # in which another one would come
    asked = [event for event in behind.service.log if event.get("request_id") == name]
    assert [event["code"] for event in asked] == ["url_expired"]


@dataclass(frozen=True)
class Refusal:
    """Why a proxy refuses by itself, with which status, and what of the page's lines is otherwise for it."""

    kind: Kind
    why: str
    status: int
    otherwise: Mapping[str, str]


# Too late is what takes 5 seconds: long enough for the page itself on a busy machine.
REFUSALS = [
    Refusal(NGINX, "too large", 413, {"client_max_body_size 0": "client_max_body_size 1k"}),
    Refusal(NGINX, "stopped", 502, {}),
    Refusal(NGINX, "too late", 504, {"proxy_read_timeout 330s": "proxy_read_timeout 5s"}),
    Refusal(CADDY, "stopped", 502, {}),
    Refusal(HAPROXY, "stopped", 503, {"retries 15": "retries 1"}),
    Refusal(HAPROXY, "too late", 504, {"timeout server 330s": "timeout server 5s"}),
    Refusal(APACHE, "stopped", 503, {}),
    Refusal(APACHE, "too late", 502, {"ProxyTimeout 330": "ProxyTimeout 5"}),
]
ON_THE_PAGE = {
    "too large": "The proxy in front refuses files of this size, with status {}. Nothing was stored.",
    "stopped": "The proxy in front gets no answer from the service, status {}. Whether the file",
    # The page has asked for lines, and they had begun.
    "too late": "The connection to the service broke. Whether the file was stored is not known.",
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the TypeScript client, compiled to JavaScript."""
    folder = tmp_path_factory.mktemp("upload-client")
    runners.compile_into(folder)
    return folder


@IN_BROWSER
@pytest.mark.chromium
@pytest.mark.node
@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(each, marks=getattr(pytest.mark, each.kind.name), id=f"{each.kind}-{each.why}")
        for each in REFUSALS
    ],
)
async def test_refusal_of_the_proxys_own(
    refusal: Refusal,
    browser: Browser,
    compiled: Path,
    double: StorageDouble,
    double_url: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page and the TypeScript client say that it is the proxy's, with its status."""
    key, gate = f"proxies/refused-{refusal.kind}-{refusal.status}", threading.Event()
    double.script(key, Reply(gate=gate))
    url = double_url(key)
    with (
        Running(UPLOAD_DESTINATIONS=double.url) as service,
        Proxy(refusal.kind, tmp_path, service.port, refusal.otherwise) as proxy,
    ):
        async with open_page(browser, f"{proxy.url}/", ignore_https_errors=True) as page:
            if refusal.why == "stopped":
                service.stop()
            await page.upload([picked("a.bin", bytes(2000))], [url])
            await page.shows("a.bin", ON_THE_PAGE[refusal.why].format(refusal.status))
            page.said = [text for text in page.said if not text.startswith("Failed to load resource")]
        monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(proxy.ca_file))
        asked = {"serviceUrl": proxy.url, "bytes": 2000, "urls": url, "maxRetries": 0}
        async with runners.in_node(compiled, asked, None) as call:
            error = (await call.outcome())["error"]
        gate.set()
    assert (error["code"], error["status"]) == ("foreign_answer", refusal.status)
    assert error["mayBeStored"] is (refusal.why != "too large")
    assert error["detail"].startswith("The proxy in front ")
