"""The outcomes as tables, for a terminal and for the two pages; and the versions of all packages.

Knows: Markdown, the page's mark of what was tried.
"""

import json
import re
from collections.abc import Mapping, Sequence

from widgets.bundle import FOLDER, MORE
from widgets.in_parts import PART_COUNT
from widgets.in_parts import Outcome as InParts
from widgets.outcome import STORED, Outcome, together
from widgets.widget import Widget

HEAD = "widget | as its documentation sets it up | with the lines below | sends"
EXPIRED = "widget | as its documentation sets it up | with the lines below"
IN_PARTS = "widget | with the lines below | when the page is loaded again | a refusal"
CHUNKS = "widget | option | answered"
_TRIED = re.compile(r"(<!-- tried -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def versions(own: str = "") -> dict[str, str]:
    """The version of every package that a page may import, by the lock files; those of folder `own` count."""
    found = {}
    for folder in (FOLDER, MORE, *([FOLDER / own] if own else ())):
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


def in_parts(outcomes: Sequence[InParts], run: str) -> str:
    """What became of files in parts, below the line that says which run it was."""
    rows = [
        (named(each.widget, versions(each.widget.folder)), each.stored, again(each), each.said)
        for each in outcomes
    ]
    return "\n".join([run, "", *_table(IN_PARTS, rows)])


def again(each: InParts) -> str:
    """What became of a file whose page was loaded again after one of its parts."""
    if each.stored_again != STORED:
        return each.stored_again
    way = "goes on" if each.goes_on else "begins again"
    return f"{way}, {each.sent} of {PART_COUNT} parts sent"


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
