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

from devtools.node_packages import NoNodePackages
from devtools.service_process import ServiceEnded, run_service
from local.store import Store, StoreError
from openapi import examples

from tests.support.browser.chromium import chromium
from upload_service import __version__
from widgets import table
from widgets.bundle import BundleFault, bundle
from widgets.compare import Places, compare
from widgets.outcome import Outcome
from widgets.site import served
from widgets.widget import WIDGETS, Widget

PAGE = Path(__file__).resolve().parents[4] / "docs" / "widgets.md"


async def outcomes(widgets: list[Widget]) -> tuple[list[Outcome], str]:
    """What became of each, and which run it was."""
    found = []
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="widgets-")))
        for name in ("service", "store", "bundles"):
            (root / name).mkdir()
        bundle(widgets, root / "bundles")
        bucket = stack.enter_context(Store(root / "store", s3_port=0)).bucket
        service = stack.enter_context(run_service(root / "service", UPLOAD_DESTINATIONS=bucket.url))
        site = stack.enter_context(served(root / "bundles", f"http://127.0.0.1:{service.port}"))
        places = Places(root, bucket)
        detail = str(examples.problem("url_expired")["detail"])
        async with chromium() as browser:
            for widget in widgets:
                print(widget.title, file=sys.stderr)
                found.append(await compare(browser, site, places, widget, detail))
            chromium_version = browser.version
    day = time.strftime("%Y-%m-%d")
    return found, f"Tried on {day} with upload-service {__version__} in Chromium {chromium_version}."


def main() -> int:
    """The exit status: 1 when a widget with our lines does not do what the page says."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    widgets = [each for each in WIDGETS if not chosen.widget or each.name in chosen.widget]
    try:
        found, run = asyncio.run(outcomes(widgets))
    except (BundleFault, NoNodePackages, ServiceEnded, StoreError) as fault:
        print(fault, file=sys.stderr)
        return 1
    text = table.tables(found, run)
    print(text)
    strange = [line for each in found for line in each.strange()]
    print("".join(f"{line}\n" for line in strange), file=sys.stderr, end="")
    if chosen.write and not strange:
        PAGE.write_text(table.page(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    elif chosen.write:
        print("Nothing is written: see above.", file=sys.stderr)
    return 1 if strange else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/dev/widgets",
        description="Upload with widgets of npm in Chromium, read each object back, and print tables.",
    )
    names = [each.name for each in WIDGETS]
    parser.add_argument(
        "widget", nargs="*", metavar="WIDGET", help=f"those to try (default: all): {', '.join(names)}"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/widgets.md")
    chosen = parser.parse_args()
    if unknown := set(chosen.widget) - set(names):
        parser.error(f"not known: {', '.join(sorted(unknown))}")
    if chosen.write and chosen.widget:
        parser.error("--write is for all widgets together")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
