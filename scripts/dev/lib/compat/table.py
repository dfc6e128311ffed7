"""The results as a table, for a terminal and for docs/compatibility.md.

Knows: Markdown.
Rules: what one store does differently stands in its cell, with the number of the reason below the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from compat.case import NOT_THERE, Case, Cell

INTRODUCTION = """\
# Compatibility

How the service works with real stores. `./scripts/dev/compat` runs each row against each store through
`python -m upload_service`, and then reads the object back.

- `ok`: the object has exactly the bytes of the file (compared by SHA-256), and the headers and tags that the
  row names.
- a status and a [code](errors.md): this is what the caller gets, and nothing at the key has changed.
- `gone` and `no answer`: nothing at the key has changed. The caller has left, or the service was killed.
- `n/a`: the store does not have this.

A number leads to the reason why a store differs from the others. Azure signs no headers; there they are only
sent.

Some stores keep a file under another key than the signed one, or without its bytes, and call it a success:
see the rows `key a//b` to `key a\\b`. `./scripts/local` runs SeaweedFS, so it does the same. versitygw 1.8.0
drops empty segments, resolves `.` and `..`, and refuses a file at a key that ends with a slash. Sign other
keys; `--check` warns of these.

In the rows `given up`, an old object lies under the key, and an upload of 20 MiB or more ends in mid-body.
Afterwards the old object is still there, byte for byte. With versitygw that is so because the service resets
the connection: versitygw takes an orderly close for the end of the file, and keeps the part that came. No
row has a file whose type is refused: the service knows the type before a PUT begins.

Google's store does not run on one's own computer. Its resumable sessions are tested against a double that
google-resumable-media accepts as Google. With fake-gcs-server 1.56.1, whole files and pieces in their order
are stored right; what it does with resent bytes and with questions is not what Google documents
([seen](../findings/fake-gcs-server-sessions.sh)).
"""


@dataclass
class Outcome:
    """All cells, by case and store. `left_out`: stores that could not be had, and why."""

    versions: dict[str, str] = field(default_factory=dict)
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def strange(self) -> list[str]:
        """The cells that are not as they should be."""
        return [
            f"{store}: {case}: {cell.seen} (expected: {cell.wanted})"
            for case, row in self.cells.items()
            for store, cell in row.items()
            if not cell.is_as_wanted
        ]


def page(cases: Sequence[Case], outcome: Outcome, date: str, service: str) -> str:
    """The whole page."""
    stores = [f"{name} {version}" for name, version in outcome.versions.items()]
    run = f"Run on {date} with upload-service {service}, {', '.join(stores)}."
    return "\n".join([INTRODUCTION, run, "", *table(cases, outcome), ""])


def table(cases: Sequence[Case], outcome: Outcome) -> list[str]:
    """The table and its footnotes."""
    stores, reasons = list(outcome.versions), _reasons(cases, outcome)
    lines = [f"| | {' | '.join(stores)} |", "|---" * (len(stores) + 1) + "|"]
    for case in cases:
        cells = [_cell(case, store, outcome.cells[case.name][store], reasons) for store in stores]
        lines.append(f"| {case.name} | {' | '.join(cells)} |")
    notes = [f"{number}. {reason}" for reason, number in reasons.items()]
    return [*lines, "", *notes]


def _cell(case: Case, store: str, cell: Cell, reasons: Mapping[str, int]) -> str:
    if not cell.is_as_wanted:
        return f"**{cell.seen}**, expected: {cell.wanted}"
    difference = case.differences.get(store)
    if difference is None or cell.seen == NOT_THERE:
        return cell.seen
    return f"{cell.seen} ({reasons[difference.why]})"


def _reasons(cases: Sequence[Case], outcome: Outcome) -> Mapping[str, int]:
    """Each reason with its number, in the order in which the table has them."""
    found = [
        case.differences[store].why
        for case in cases
        for store in outcome.versions
        if store in case.differences
    ]
    return {reason: number for number, reason in enumerate(dict.fromkeys(found), 1)}
