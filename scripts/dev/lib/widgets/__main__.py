"""./scripts/dev/widgets: starts store, service, pages and browser, tries every widget, prints the tables.

Knows: the order of the steps, and where the tables are kept.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from devtools.node_packages import NoNodePackages
from devtools.service_process import ServiceEnded, run_service
from local.store import Store, StoreError
from openapi import examples

from tests.support.browser.chromium import chromium
from tests.support.examples import parts_back_end
from upload_service import __version__
from widgets import in_parts, table
from widgets.bundle import BundleFault, bundle, bundle_in_parts
from widgets.compare import Places, compare
from widgets.in_parts import Outcome as OutcomeInParts
from widgets.outcome import Outcome
from widgets.site import served
from widgets.widget import WIDGETS, Widget

DOCS = Path(__file__).resolve().parents[4] / "docs"
PAGE = DOCS / "widgets.md"
PAGE_IN_PARTS = DOCS / "widgets-in-parts.md"


class Found(NamedTuple):
    """What became of each widget, whole and in parts. `run`: which run it was."""

    whole: list[Outcome]
    in_parts: list[OutcomeInParts]
    run: str

    def strange(self) -> list[str]:
        """What is not as the pages say."""
        return [line for all_ in (self.whole, self.in_parts) for each in all_ for line in each.strange()]


async def outcomes(widgets: list[Widget], widgets_in_parts: list[Widget]) -> Found:
    """Try each."""
    found = Found([], [], "")
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="widgets-")))
        for name in ("service", "store", "bundles"):
            (root / name).mkdir()
        bundle(widgets, root / "bundles")
        bundle_in_parts(widgets_in_parts, root / "bundles")
        bucket = stack.enter_context(Store(root / "store", s3_port=0)).bucket
        service = stack.enter_context(run_service(root / "service", UPLOAD_DESTINATIONS=bucket.url))
        site = stack.enter_context(served(root / "bundles", f"http://127.0.0.1:{service.port}"))
        back_end = parts_back_end.environment(bucket, bucket.endpoint, site.service_url)
        base = stack.enter_context(parts_back_end.started(root / "back-end.log", back_end))
        places, trials = Places(root, bucket), in_parts.Trials(root, bucket, base)
        detail = str(examples.problem("url_expired")["detail"])
        async with chromium() as browser:
            for widget in widgets:
                print(widget.title, file=sys.stderr)
                found.whole.append(await compare(browser, site, places, widget, detail))
            for widget in widgets_in_parts:
                print(f"{widget.title}, in parts", file=sys.stderr)
                found.in_parts.append(await trials.outcome(browser, site, widget))
            chromium_version = browser.version
    day = time.strftime("%Y-%m-%d")
    run = f"Tried on {day} with upload-service {__version__} in Chromium {chromium_version}."
    return found._replace(run=run)


def main() -> int:
    """The exit status: 1 when a widget with our lines does not do what the page says."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    widgets, widgets_in_parts = (
        [each for each in all_ if not chosen.widget or each.name in chosen.widget]
        for all_ in (WIDGETS, in_parts.IN_PARTS)
    )
    try:
        found = asyncio.run(outcomes(widgets, widgets_in_parts))
    except (BundleFault, NoNodePackages, ServiceEnded, StoreError) as fault:
        print(fault, file=sys.stderr)
        return 1
    texts = {
        PAGE: table.tables(found.whole, found.run),
        PAGE_IN_PARTS: table.in_parts(found.in_parts, found.run),
    }
    print("\n\n".join(texts.values()))
    strange = found.strange()
    print("".join(f"{line}\n" for line in strange), file=sys.stderr, end="")
    if chosen.write and not strange:
        for page, text in texts.items():
            page.write_text(table.page(page.read_text(encoding="utf-8"), text), encoding="utf-8")
    elif chosen.write:
        print("Nothing is written: see above.", file=sys.stderr)
    return 1 if strange else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/dev/widgets",
        description="Upload with widgets of npm in Chromium, read each object back, and print tables.",
    )
    names = [each.name for each in (*WIDGETS, *in_parts.IN_PARTS)]
    parser.add_argument(
        "widget", nargs="*", metavar="WIDGET", help=f"those to try (default: all): {', '.join(names)}"
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="put the tables into docs/widgets.md and docs/widgets-in-parts.md",
    )
    chosen = parser.parse_args()
    if unknown := set(chosen.widget) - set(names):
        parser.error(f"not known: {', '.join(sorted(unknown))}")
    if chosen.write and chosen.widget:
        parser.error("--write is for all widgets together")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
