"""The outcomes as tables, for a terminal and for docs/widgets.md; and the versions of all packages.

Knows: Markdown, the page's mark of what was tried.
"""

import json
import re
from collections.abc import Mapping, Sequence

from widgets.bundle import FOLDER, MORE
from widgets.outcome import Outcome, together
from widgets.widget import Widget

HEAD = "widget | as its documentation sets it up | with the lines below | sends"
EXPIRED = "widget | as its documentation sets it up | with the lines below"
CHUNKS = "widget | option | answered"
_TRIED = re.compile(r"(<!-- tried -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def versions() -> dict[str, str]:
    """The version of every package that a page may import, out of the lock files."""
    found = {}
    for folder in (FOLDER, MORE):
        locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
        for name in locked["packages"][""]["dependencies"]:
            found[name] = str(locked["packages"][f"node_modules/{name}"]["version"])
    return found


def named(widget: Widget, known: dict[str, str]) -> str:
    """The widget with the versions of its packages."""
    packages = ", ".join(f"{name} {known[name]}" for name in widget.packages)
    return f"{widget.title} ({packages})" if packages else widget.title


def tables(outcomes: Sequence[Outcome], run: str) -> str:
    """All of them, below the line that says which run it was."""
    known = versions()
    stored = [(named(each.widget, known), *_cells(each.stored), _order(each)) for each in outcomes]
    expired = [(each.widget.title, *_cells(each.expired)) for each in outcomes]
    chunks = [
        (each.widget.title, f"`{each.widget.option}`", each.chunked) for each in outcomes if each.chunked
    ]
    return "\n".join(
        [
            run,
            "",
            *_table(HEAD, stored),
            "",
            "What the person sees of a URL that has expired:",
            "",
            *_table(EXPIRED, expired),
            "",
            "What comes of the option that cuts a file into chunks, put into the lines below:",
            "",
            *_table(CHUNKS, chunks),
        ]
    )


def page(text: str, tried: str) -> str:
    """The page with these tables in it."""
    return _TRIED.sub(lambda found: f"{found[1]}\n{tried}\n\n{found[3]}", text)


def tried(text: str) -> str:
    """What stands in the page now."""
    found = _TRIED.search(text)
    return found[2] if found else ""


def _cells(by_kind: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    return together(by_kind["documented"]), together(by_kind["ours"])


def _order(each: Outcome) -> str:
    """The fields that count, in the order of the form; the browser itself writes a plain form."""
    known = [name for name in each.fields if name in ("uploadUrl", "size", "file")]
    return ", ".join(known or ["uploadUrl", "file"])


def _table(head: str, rows: Sequence[tuple[str, ...]]) -> list[str]:
    count = head.count(" | ") + 1
    return [f"| {head} |", "|---" * count + "|", *(f"| {' | '.join(row)} |" for row in rows)]
