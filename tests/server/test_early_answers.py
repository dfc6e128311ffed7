"""A refusal that comes while the client still sends reaches it whole, with all usual HTTP clients.

The rest of the body is read as long as its end can come within `DRAIN_SECONDS`. Files here end long before.
"""

import http.server
import json
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from devtools import signed_queries

from tests.support.client.http_clients import Form
from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from tests.system.test_clients import CLIENTS

FILE_BYTES = 200_000_000
REFUSALS = {
    "before-the-file": Reply(answer(403, xml("AccessDenied")), after="head", then="close"),
    "in-the-file": Reply(answer(403, xml("AccessDenied")), after=5_000_000, then="close"),
}
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = """<!doctype html><title>t</title><pre id="out">waiting</pre><script>
const form = new FormData();
form.append("uploadUrl", UPLOAD_URL);
form.append("file", new Blob([new Uint8Array(SIZE)], {type: "image/png"}), "photo.png");
fetch(ENDPOINT, {method: "POST", body: form})
  .then(async (response) => JSON.stringify({status: response.status, code: (await response.json()).code}))
  .catch((error) => String(error))
  .then((said) => fetch("/said", {method: "POST", body: said}));
</script>"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is still being sent when the answer comes."""
    path = tmp_path_factory.mktemp("early") / "large.bin"
    with path.open("wb") as file:
        file.truncate(FILE_BYTES)
    return path


@pytest.mark.parametrize("reply", REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("client", CLIENTS)
def test_refusal_by_storage(
    service: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    large: Path,
    client: Callable[[Form], object],
    path: str,
    reply: Reply,
) -> None:
    """Storage refuses and hangs up; the caller hears it, and the rest of its file is dropped."""
    double.script("early/refused", reply)
    answered = client(Form(f"{service.url}{path}", double_url("early/refused"), large))
    assert (answered.status, answered.json["code"]) == (403, "access_denied")  # type: ignore[attr-defined]


@pytest.mark.parametrize("client", CLIENTS)
def test_refusal_by_the_service(service: Running, large: Path, client: Callable[[Form], object]) -> None:
    """A URL that cannot be used is refused at once, and the caller hears why."""
    url = TRANSCRIPT.hide(f"https://elsewhere.example/k?{signed_queries.v2('0badcafe')}")
    answered = client(Form(f"{service.url}{PLAIN}", url, large))
    assert (answered.status, answered.json["code"]) == (403, "destination_not_allowed")  # type: ignore[attr-defined]


class _Page(http.server.BaseHTTPRequestHandler):
    """Serves one page, and keeps what it posts."""

    page = b""
    said: queue.Queue[str] = queue.Queue()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def do_POST(self) -> None:
        self.said.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def browse(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Open a page in a browser, and wait for what it posts to its own origin."""
    started: list[subprocess.Popen[bytes]] = []

    def run(page: str) -> str:
        assert BROWSER
        _Page.page = page.encode()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                   "--no-first-run", "--disable-background-networking", "--disable-component-update",
                   "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                   f"--user-data-dir={tmp_path}", f"http://127.0.0.1:{server.server_port}/"]  # fmt: skip
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        try:
            return _Page.said.get(timeout=180)
        finally:
            server.shutdown()
            server.server_close()

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.chromium
@pytest.mark.parametrize("reply", REFUSALS.values(), ids=REFUSALS.keys())
def test_browser_hears_a_refusal(
    service: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    browse: Callable[[str], str],
    reply: Reply,
) -> None:
    """A page of another origin reads status and code, though the browser had not sent all of the file."""
    double.script("early/browser", reply)
    values = {
        "UPLOAD_URL": json.dumps(double_url("early/browser")),
        "ENDPOINT": json.dumps(f"{service.url}{PLAIN}"),
        "SIZE": str(FILE_BYTES),
    }
    said = browse(re.sub("|".join(values), lambda found: values[found[0]], PAGE))
    assert json.loads(said) == {"status": 403, "code": "access_denied"}
