"""The page at / in Firefox and WebKitGTK, in Korean: its main journey. Chromium's tests have the rest."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from devtools import signed_queries
from local.start_message import SAMPLE
from local.store import Bucket

from tests.support.browser.engines import FIREFOX, WEBKIT
from tests.support.browser.tab import Tab
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from upload_service.errors.upload_error import CATALOGUE

pytestmark = pytest.mark.asyncio(loop_scope="module")

BIG = bytes(range(256)) * 12_000  # 3 MB


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
    """After an expired URL the reason is shown; Try again sends the same file to the next URL."""
    expired = f"{double.url}engines/expired?{signed_queries.v4(date='20200101T000000Z')}"
    await tab.open(f"{serving.url}/")
    await tab.choose("#pick", files(tmp_path)[1])
    await tab.fill("#urls", TRANSCRIPT.hide(expired))
    await tab.click("#start")
    await tab.shows("#rows .failure", CATALOGUE["url_expired"].cure)
    await tab.shows("#rows .failure", "url_expired")
    await tab.fill("#urls", presign("engines/fresh"))
    await tab.click("#rows button", "다시 시도")
    await tab.shows("#rows .state", "저장됨")
    await quiet(tab)
    assert bucket.get("engines/fresh") == BIG
