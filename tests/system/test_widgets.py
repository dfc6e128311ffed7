"""Upload widgets of npm in Chromium with the lines of docs/widgets.md, and that page.

The others of the page are tried by ./scripts/dev/widgets, which writes its tables.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from local.store import Bucket
from openapi import examples
from playwright.async_api import Browser
from widgets import snippets, table, trial
from widgets.bundle import CHUNKED, bundle
from widgets.compare import Places, compare
from widgets.outcome import LARGE, SMALL, STORED, Outcome, together
from widgets.site import Site, served
from widgets.widget import WIDGETS, Widget

from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT

PAGE = (Path(__file__).parents[2] / "docs" / "widgets.md").read_text(encoding="utf-8")
TESTED = [widget for widget in WIDGETS if widget.tested]
COMMAND = "./scripts/dev/widgets --write"


@pytest.fixture(scope="module")
def site(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages, and a service that takes calls from their origin alone."""
    bundles = tmp_path_factory.mktemp("bundles")
    bundle(TESTED, bundles, ("ours", CHUNKED))
    with (
        served(bundles, "") as pages,
        Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_CORS_ORIGINS=pages.url) as running,
    ):
        pages.service_url = running.url
        yield pages


@pytest.mark.chromium
@pytest.mark.node
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("widget", TESTED, ids=lambda widget: widget.name)
async def test_widget_works_with_our_lines(
    browser: Browser, site: Site, bucket: Bucket, tmp_path: Path, widget: Widget
) -> None:
    """Two files are stored and shown so, a refusal is shown by its own sentence, and chunks are refused."""
    places = Places(tmp_path, bucket, TRANSCRIPT.hide)
    detail = str(examples.problem("url_expired")["detail"])
    found = await compare(browser, site, places, widget, detail, ["ours"])
    assert found.strange() == []
    assert found.fields[0] == "uploadUrl"
    assert found.fields[-1] == "file"


@pytest.mark.chromium
@pytest.mark.node
@pytest.mark.asyncio(loop_scope="module")
async def test_reason_is_in_the_browsers_language(
    browser: Browser, site: Site, bucket: Bucket, tmp_path: Path
) -> None:
    """In a Korean browser the widget shows the service's sentence in Korean."""
    places = Places(tmp_path, bucket, TRANSCRIPT.hide)
    [dropzone] = [widget for widget in WIDGETS if widget.name == "dropzone"]
    site.sign = places.late_signer(places.key(dropzone))
    done = await trial.run(browser, site, "ours", dropzone, places.files[SMALL], language="ko")
    assert done.codes == ["url_expired"]
    assert "만료" in done.said


def rows(head: str) -> list[list[str]]:
    """The rows of the table with this head."""
    below = table.tried(PAGE).partition(f"| {head} |\n")[2].partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in below.splitlines()[1:]]


def test_page_has_the_versions_that_are_locked() -> None:
    """Each widget has its row, with the versions of the lock files."""
    known = table.versions()
    assert [row[0] for row in rows(table.HEAD)] == [table.named(widget, known) for widget in WIDGETS], COMMAND


def test_every_widget_works_with_the_lines_of_the_page() -> None:
    """In the tables each widget stores with our lines and shows the reason, and no chunk is stored."""
    assert {row[2] for row in rows(table.HEAD)} == {STORED}
    wanted = [
        (each.title, together({size: Outcome(each).wanted_reason(size) for size in (SMALL, LARGE)}))
        for each in WIDGETS
    ]
    assert [(row[0], row[2]) for row in rows(table.EXPIRED)] == wanted
    chunked = {row[0]: row[2] for row in rows(table.CHUNKS)}
    assert chunked.keys() == {each.title for each in WIDGETS if each.option}
    assert all(re.fullmatch(r"`(file_in_chunks|size_mismatch)`", answered) for answered in chunked.values())


def test_page_marks_the_widgets_that_are_tested() -> None:
    """The headings with a mark are those whose lines CI runs."""
    marked = re.findall(r"^## [^\n]* ✓$.*?<!-- made: (\w+) -->", PAGE, re.MULTILINE | re.DOTALL)
    assert sorted(marked) == sorted(snippets.part_name(widget) for widget in TESTED)
