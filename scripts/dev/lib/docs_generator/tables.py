"""The tables of settings and errors, in English and in translation.

Knows: the columns of both.
Rules: names, defaults, statuses and faults are the code's; only a meaning or a cause is ever translated.
"""

from collections.abc import Callable, Iterable, Sequence

from upload_service.errors.upload_error import CATALOGUE
from upload_service.settings.settings import list_settings

# Gives the text of a setting or an error in another language; takes its name and its English text.
Translate = Callable[[str, str], str]


def english() -> dict[str, str]:
    """What is translated: the meaning of each setting and the cause of each error, by their names."""
    meanings = {name: meaning for name, _, meaning in list_settings()}
    return meanings | {entry.code: entry.cause for entry in CATALOGUE.values()}


def setting_rows(names: Iterable[str] = (), translate: Translate | None = None) -> list[list[str]]:
    """Variable, default and meaning: of these settings, or of all in the order of the code."""
    known = {name: (default, meaning) for name, default, meaning in list_settings()}
    return [_setting_row(name, *known[name], translate) for name in names or known]


def _setting_row(name: str, default: str, meaning: str, translate: Translate | None) -> list[str]:
    return [f"`{name}`", f"`{default}`" if default else "(not set)", _in(translate, name, meaning)]


def error_rows(translate: Translate | None = None) -> list[list[str]]:
    """Code, status, fault, whether the same request may succeed later, and what happened."""
    return [
        [
            f"[`{entry.code}`](errors.md#{entry.code})",
            str(entry.status),
            entry.fault,
            "yes" if entry.retryable else "no",
            _in(translate, entry.code, entry.cause),
        ]
        for entry in CATALOGUE.values()
    ]


def _in(translate: Translate | None, name: str, text: str) -> str:
    return translate(name, text) if translate else text


def table(head: str, rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; `head` has the names of the columns, separated by |."""
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
