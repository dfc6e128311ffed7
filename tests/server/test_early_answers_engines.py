"""A refusal that comes while a browser still sends reaches the page, and the file is sent once.

No browser reads an answer before it has sent everything. When the connection breaks meanwhile, Firefox sends
the whole request again for each connection that was kept from before, and Chromium does so when the answer's
status is 200.
"""

import asyncio
import uuid
from pathlib import Path

import pytest
from devtools import signed_queries

from tests.support.browser.engines import CHROMIUM, FIREFOX, WEBKIT, Engine
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT

# Far more than is on its way at any moment.
FILE_BYTES = 400_000_000
NEW_FIELD = "() => { document.body.innerHTML = '<input type=file id=pick>'; }"
# With these lines the status is 200 from the beginning.
UPLOAD = """(url, id) => {
  const form = new FormData();
  form.append("uploadUrl", url);
  form.append("file", document.querySelector("#pick").files[0]);
  const headers = { Accept: "application/x-ndjson;direct=true", "X-Request-Id": id };
  fetch("upload-with-presigned", { method: "POST", headers, body: form })
    .then((response) => response.text())
    .catch(String)
    .then((said) => { document.body.textContent = said; });
}"""


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """A large file that takes no room on disk."""
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(FILE_BYTES)
    return path


@pytest.mark.parametrize("engine", [CHROMIUM, FIREFOX, WEBKIT])
async def test_large_file_is_sent_once(engine: Engine, sparse: Path) -> None:
    """A page whose connections are kept reads why the file was refused, and has sent it once."""
    expired = signed_queries.v4(date="20200101T000000Z")
    url = TRANSCRIPT.hide(f"https://bucket.s3.us-east-1.amazonaws.com/key?{expired}")
    name = uuid.uuid4().hex
    with Running() as service:
        async with engine() as tab:
            await tab.go(f"{service.url}/")
            await tab.run(NEW_FIELD)
            await tab.choose("#pick", sparse)
            await tab.run(UPLOAD, url, name)
            await tab.shows("body", "url_expired")
        await asyncio.to_thread(service.stop)
    assert [event["code"] for event in service.log if event.get("request_id") == name] == ["url_expired"]
