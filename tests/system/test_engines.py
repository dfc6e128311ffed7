"""Firefox and WebKitGTK: the page's main journey, in Korean, and files that change before they are sent, from
the page and the browser examples. Chromium's tests have the rest.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from devtools import signed_queries
from local.start_message import SAMPLE
from local.store import Bucket

from tests.support.browser import chosen_file
from tests.support.browser.engines import FIREFOX, WEBKIT
from tests.support.browser.firefox import FirefoxTab
from tests.support.browser.other_origin import served
from tests.support.browser.tab import Tab
from tests.support.examples import running_examples
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from tests.system.upload_client import runners
from upload_service.errors.upload_error import CATALOGUE
from upload_service.translation.phrase import translated

pytestmark = pytest.mark.asyncio(loop_scope="module")

BIG = bytes(range(256)) * 12_000  # 3 MB
CHOSEN = b"chosen" * 1000
CHANGES = {"grown": CHOSEN * 2, "shortened": CHOSEN[:-1], "replaced": CHOSEN.upper(), "deleted": None}
PAGES = ("browser-fetch.html", "browser-xhr.html")
CHANGED = "선택한 뒤에 파일이 바뀌었거나 폴더입니다. 다시 선택해 주세요. 저장되지 않았습니다."
# A file of a file manager, as WebKitGTK hands it over; whether the browser is left to open it.
DROP_LINK = """(kind) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.setData("text/uri-list", "file:///home/anna/photo.png");
  return document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
}"""
CALL_CLIENT = """async (serviceUrl, uploadUrl) => {
  const { upload } = await import("/upload-client.js");
  const [file] = document.getElementById("file").files;
  return upload(file, { serviceUrl, uploadUrl }).then(() => "Stored", ({ code }) => code);
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[FIREFOX, WEBKIT])
async def tab(request: pytest.FixtureRequest) -> AsyncIterator[Tab]:
    """A browser for the tests of this file, whose person prefers Korean."""
    async with request.param(language="ko-KR") as running:
        yield running


@pytest.fixture(scope="module")
def serving(bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """A service of this file alone, so that browsers are started once a run, and not for each image again."""
    with Running(UPLOAD_DESTINATIONS=f"{bucket.url},{double.url}") as running:
        yield running


def files(folder: Path) -> tuple[Path, Path]:
    """A picture and a larger file, on disk as a person's are."""
    picture, large = folder / "사진 1.png", folder / "large.bin"
    picture.write_bytes(SAMPLE.read_bytes())
    large.write_bytes(BIG)
    return picture, large


async def quiet(tab: Tab) -> None:
    """The page has said nothing, has broken no policy, and shows no secret."""
    assert await tab.said() == []
    TRANSCRIPT.hear("page", await tab.run("() => location.href + document.body.innerText"))


async def test_files_are_stored(
    tab: Tab, serving: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path
) -> None:
    """Two files are chosen and sent to two pasted URLs; the objects are the files, and the page says so."""
    await tab.open(f"{serving.url}/")
    assert await tab.run("() => document.documentElement.lang") == "ko"
    assert await tab.text("#start") == "업로드"
    await tab.choose("#pick", *files(tmp_path))
    await tab.fill("#urls", f"{presign('engines/picture')}\n{presign('engines/large')}")
    await tab.click("#start")
    for row in ("#rows li:first-child", "#rows li:last-child"):
        await tab.shows(f"{row} .state", "저장됨")
    assert await tab.text("#rows .name") == "사진 1.png\nlarge.bin"
    await tab.until("() => document.querySelector('#rows .picture img').naturalWidth > 0")
    await quiet(tab)
    assert bucket.get("engines/picture") == SAMPLE.read_bytes()
    assert bucket.get("engines/large") == BIG
    head = bucket.head("engines/picture")
    assert head
    assert head.content_type == "image/png"


async def test_expired_url_says_why_and_can_be_replaced(
    tab: Tab, serving: Running, bucket: Bucket, double: StorageDouble, presign: Callable[..., str],
    tmp_path: Path,
) -> None:  # fmt: skip
    """After an expired URL the reason is shown in Korean; Try again sends the file to the next URL."""
    expired = f"{double.url}engines/expired?{signed_queries.v4(date='20200101T000000Z')}"
    await tab.open(f"{serving.url}/")
    await tab.choose("#pick", files(tmp_path)[1])
    await tab.fill("#urls", TRANSCRIPT.hide(expired))
    await tab.click("#start")
    await tab.shows("#rows .failure", translated(CATALOGUE["url_expired"].cure, "ko"))
    await tab.shows("#rows .failure", "url_expired")
    await tab.fill("#urls", presign("engines/fresh"))
    await tab.click("#rows button", "다시 시도")
    await tab.shows("#rows .state", "저장됨")
    await quiet(tab)
    assert bucket.get("engines/fresh") == BIG


async def test_refusal_of_a_large_file_is_heard_at_once(
    tab: Tab, double: StorageDouble, tmp_path: Path
) -> None:
    """Of a large file the page asks first: an expired URL is told of, and no byte of the file is sent."""
    url = f"{double.url}engines/large?{signed_queries.v4(date='20200101T000000Z')}"
    # A service of its own: into the log of the other the last lines of an earlier test may still come.
    with Running(UPLOAD_DESTINATIONS=double.url) as service:
        await tab.open(f"{service.url}/")
        await tab.choose("#pick", running_examples.large(tmp_path))
        await tab.fill("#urls", TRANSCRIPT.hide(url))
        await tab.click("#start")
        await tab.shows("#rows .failure", "url_expired")
        await quiet(tab)
    assert [event["event"] for event in service.log if "code" in event] == ["check"]


async def test_dropped_link_is_not_opened(tab: Tab, serving: Running) -> None:
    """What is dropped without a file does not take the page's place, and the page says so."""
    await tab.open(f"{serving.url}/")
    for kind in ("dragover", "drop"):
        assert await tab.run(DROP_LINK, kind) is False
    await tab.shows("#notice", "브라우저가 파일을 넘겨주지 않았습니다. 클릭해서 선택해 주세요.")
    await quiet(tab)


@pytest.fixture(scope="module")
def examples() -> Iterator[str]:
    """Where the examples are served."""
    with served(running_examples.FOLDER) as origin:
        yield origin


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the TypeScript client is served, compiled, with a page that has a field for a file."""
    folder = tmp_path_factory.mktemp("upload-client")
    runners.compile_into(folder)
    (folder / "index.html").write_text("<!doctype html><input id=file type=file>")
    with served(folder) as origin:
        yield origin


@dataclass
class Draft:
    """A file that is chosen, and changes before it is sent."""

    tab: Tab
    bucket: Bucket
    path: Path
    content: bytes | None
    key: str

    async def choose(self, field: str) -> None:
        """Choose the file; then it changes."""
        await self.tab.choose(field, chosen_file.make(self.path, CHOSEN))
        chosen_file.change(self.path, self.content)

    async def ends(self, said: Callable[[str], Awaitable[object]], stored: str, changed: str) -> None:
        """This is said, and nothing is stored. Firefox takes one of the same length for the same file."""
        unseen = isinstance(self.tab, FirefoxTab) and self.content == CHANGES["replaced"]
        await said(stored if unseen else changed)
        assert self.bucket.get(self.key) == (self.content if unseen else None)


@pytest.fixture(params=CHANGES)
def draft(request: pytest.FixtureRequest, tab: Tab, bucket: Bucket, tmp_path: Path) -> Draft:
    """A file that changes in this way."""
    return Draft(tab, bucket, tmp_path / "draft.txt", CHANGES[request.param], f"engines/{request.node.name}")


async def test_page_tells_of_a_changed_file(
    tab: Tab, serving: Running, presign: Callable[..., str], draft: Draft
) -> None:
    """The page tells of a file that was changed or deleted after it was chosen, and stores nothing."""
    await tab.open(f"{serving.url}/")
    await draft.choose("#pick")
    await tab.fill("#urls", presign(draft.key))
    await tab.click("#start")
    await draft.ends(lambda text: tab.shows("#rows li", text), "저장됨", CHANGED)
    await quiet(tab)


async def test_large_file_that_has_grown(
    tab: Tab, serving: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path
) -> None:
    """The page tells of a large file as well, which Firefox sends: the service counts other bytes."""
    await tab.open(f"{serving.url}/")
    await tab.choose("#pick", chosen_file.make(tmp_path / "large.bin", BIG))
    chosen_file.change(tmp_path / "large.bin", BIG * 2)
    await tab.fill("#urls", presign("engines/large-and-grown"))
    await tab.click("#start")
    await tab.shows("#rows li", CHANGED)
    assert bucket.get("engines/large-and-grown") is None


@pytest.mark.parametrize("name", PAGES)
async def test_example_tells_of_a_changed_file(
    tab: Tab, serving: Running, presign: Callable[..., str], draft: Draft, examples: str, name: str
) -> None:
    """The examples tell of a file that was changed or deleted after it was chosen, and store nothing."""
    await tab.open(f"{examples}/{name}")
    await tab.fill("#service", serving.url)
    await tab.fill("#url", presign(draft.key))
    await draft.choose("#file")
    await tab.click("#send")
    said = "The file has changed since it was chosen. Choose it again."
    await draft.ends(lambda text: tab.shows("#said", text), "Stored: draft.txt", said)
    await quiet(tab)


@pytest.mark.node
async def test_client_tells_of_a_changed_file(
    tab: Tab, serving: Running, presign: Callable[..., str], draft: Draft, client: str
) -> None:
    """The TypeScript client fails with `file_changed`, and stores nothing."""
    await tab.open(client)
    await draft.choose("#file")
    said = await tab.run(CALL_CLIENT, serving.url, presign(draft.key))

    async def is_said(text: str) -> None:
        assert said == text

    await draft.ends(is_said, "Stored", "file_changed")
    await quiet(tab)
