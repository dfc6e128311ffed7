"""docs/korean.toml: the Korean of each setting's meaning.

Knows: beside each Korean text stands the English one that it translates.
Rules: a Korean text counts as seen only for that very English text. When the English changes, somebody has to
look at the Korean and to write the new English beside it.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).resolve().parents[4] / "docs" / "korean.toml"


class Korean:
    """The translations, by the name of a setting."""

    def __init__(self, toml: str) -> None:
        self._entries: dict[str, dict[str, str]] = tomllib.loads(toml)

    def of(self, name: str, english: str) -> str:
        """The Korean text, or the English one where there is none yet."""
        return self._entries.get(name, {}).get("ko", english)

    def gaps(self, english: Mapping[str, str]) -> list[str]:
        """What somebody who knows Korean has to do; `english` has all texts by their names."""
        gone = [
            f"{name} is not in the code any more: take it out"
            for name in self._entries
            if name not in english
        ]
        found = gone + [gap for name, text in english.items() if (gap := self._gap(name, text))]
        return [f"docs/{FILE.name}: {gap}" for gap in found]

    def _gap(self, name: str, english: str) -> str | None:
        entry, wanted = self._entries.get(name, {}), f"en = {json.dumps(english)}"
        if not entry.get("ko"):
            return f"{name} has no Korean text; write\n[{name}]\n{wanted}\nko = …"
        if entry.get("en") != english:
            return f"the English text of {name} has changed; look at its Korean, then write\n{wanted}"
        return None


def read() -> Korean:
    """The translations of the file."""
    return Korean(FILE.read_text(encoding="utf-8"))
