"""Upload widgets of npm that send a file in parts, with the lines of docs/widgets-in-parts.md, and that page.

The others of the page are tried by ./scripts/dev/widgets, which writes its table.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from local.store import Bucket
from playwright.async_api import Browser
from widgets import in_parts, snippets, table
from widgets.bundle import bundle_in_parts
from widgets.in_parts import FORGETFUL, IN_PARTS
from widgets.outcome import REASON, STORED
from widgets.site import Site, served
from widgets.widget import Widget

from tests.support.examples import parts_back_end
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT

PAGE = (Path(__file__).parents[2] / "docs" / "widgets-in-parts.md").read_text(encoding="utf-8")
TESTED = [widget for widget in IN_PARTS if widget.tested]
COMMAND = "./scripts/dev/widgets --write"


@pytest.fixture(scope="module")
def site(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages, and a service that takes calls from their origin alone."""
    bundles = tmp_path_factory.mktemp("bundles")
    bundle_in_parts(TESTED, bundles)
    with (
        served(bundles, "") as pages,
        Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_CORS_ORIGINS=pages.url) as running,
    ):
        pages.service_url = running.url
        yield pages


@pytest.fixture(scope="module")
def back_end(bucket: Bucket, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the pages' back end."""
    log = tmp_path_factory.mktemp("back-end") / "log"
    settings = parts_back_end.environment(bucket, bucket.endpoint, site.service_url)
    with parts_back_end.started(log, settings) as base:
        yield base


@pytest.mark.chromium
@pytest.mark.node
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("widget", TESTED, ids=lambda widget: widget.name)
async def test_widget_sends_in_parts(
    browser: Browser, site: Site, bucket: Bucket, back_end: str, tmp_path: Path, widget: Widget
) -> None:
    """A file is stored, goes on after its page was loaded again, and a refusal is shown by its sentence."""
    trials = in_parts.Trials(tmp_path, bucket, back_end, TRANSCRIPT.hide)
    found = await trials.outcome(browser, site, widget)
    assert found.strange() == []
    assert found.fields[-1] == "file"


def rows() -> list[list[str]]:
    """Those of the page's table."""
    below = table.tried(PAGE).partition(f"| {table.IN_PARTS} |\n")[2]
    return [line.strip("| ").split(" | ") for line in below.strip().splitlines()[1:]]


def test_page_has_the_versions_that_are_locked() -> None:
    """Each widget has its row, with the versions of its lock file."""
    wanted = [table.named(widget, table.versions(widget.folder)) for widget in IN_PARTS]
    assert [row[0] for row in rows()] == wanted, COMMAND


def test_every_widget_works_with_the_lines_of_the_page() -> None:
    """In the table each widget stores and shows the reason, and goes on unless it is known to begin again."""
    assert {(row[1], row[3]) for row in rows()} == {(STORED, REASON)}
    forgot = {widget.name for widget, row in zip(IN_PARTS, rows(), strict=True) if "begins again" in row[2]}
    assert forgot == FORGETFUL


def test_page_marks_the_widgets_that_are_tested() -> None:
    """The headings with a mark are those whose lines CI runs."""
    marked = re.findall(r"^## [^\n]* ✓$.*?<!-- made: (\w+) -->", PAGE, re.MULTILINE | re.DOTALL)
    assert sorted(marked) == sorted(snippets.part_name(widget) for widget in TESTED)
