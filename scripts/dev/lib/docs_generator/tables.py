"""The tables of settings, errors and known stores; the first two in English and in translation.

Knows: the columns of both.
Rules: names, defaults, statuses and faults are the code's; only a meaning or a cause is ever translated. The
service itself translates causes, so their Korean is its own.
"""

from collections.abc import Callable, Iterable, Sequence

from upload_service.errors.upload_error import CATALOGUE
from upload_service.presigned.providers import PROVIDERS
from upload_service.settings.settings import list_settings
from upload_service.translation.phrase import Language, translated

# Gives the meaning of a setting in another language; takes its name and the English meaning.
Translate = Callable[[str, str], str]


def english() -> dict[str, str]:
    """What is translated here: the meaning of each setting, by its name."""
    return {name: meaning for name, _, meaning in list_settings()}


def setting_rows(names: Iterable[str] = (), translate: Translate | None = None) -> list[list[str]]:
    """Variable, default and meaning: of these settings, or of all in the order of the code."""
    known = {name: (default, meaning) for name, default, meaning in list_settings()}
    return [_setting_row(name, *known[name], translate) for name in names or known]


def _setting_row(name: str, default: str, meaning: str, translate: Translate | None) -> list[str]:
    told = translate(name, meaning) if translate else meaning
    return [f"`{name}`", f"`{default}`" if default else "(not set)", told]


def error_rows(language: Language) -> list[list[str]]:
    """Code, status, fault, whether the same request may succeed later, and what happened."""
    return [
        [
            f"[`{entry.code}`](errors.md#{entry.code})",
            str(entry.status),
            entry.fault,
            "yes" if entry.retryable else "no",
            translated(entry.cause, language),
        ]
        for entry in CATALOGUE.values()
    ]


def store_rows() -> list[list[str]]:
    """Title, name, domains and ways to sign of each known store, in the order of the code."""
    return [
        [
            provider.title,
            f"`{provider.name}`",
            ", ".join(f"`{suffix}`" for suffix in provider.suffixes),
            ", ".join(dict.fromkeys(f"`{scheme.name}`" for scheme in provider.signature_schemes)),
        ]
        for provider in PROVIDERS
    ]


def table(head: str, rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; `head` has the names of the columns, separated by |."""
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])
