"""How a setting is declared as a field of a dataclass, and how it is read from its environment variable.

Knows: how a field holds its variable's name, its default, its parser and its meaning.
Rules: a wrong value gives one plain line that names the variable and never quotes the value.
Must not know: which settings there are (settings.py), the forms of their values (parsing.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import field, fields
from typing import Any, TypeVar

T = TypeVar("T")


class SettingError(Exception):
    """A setting has a wrong value; the text is one line for the operator."""


def setting(variable: str, default: str, parse: Callable[[str], Any], meaning: str) -> Any:
    """A dataclass field for one setting. `default` is text, written as an operator would write it.

    `parse` turns the variable's text into a value, and raises ValueError for a wrong one. `meaning` is the
    sentence for `--help` and the docs.
    """
    metadata = {"variable": variable, "default": default, "parse": parse, "meaning": meaning}
    return field(default=parse(default), metadata=metadata)


def read_fields(dataclass: type[T], environment: Mapping[str, str], defaults: Mapping[str, str]) -> T:
    """An instance of `dataclass` with the values of these environment variables; raises SettingError.

    `defaults` replace the fields' own defaults. The first wrong value is reported.
    """
    values = {}
    for setting_field in fields(dataclass):  # type: ignore[arg-type]  # always a dataclass
        variable = setting_field.metadata["variable"]
        text = environment.get(variable, defaults.get(variable))
        if text is None:
            continue
        try:
            values[setting_field.name] = setting_field.metadata["parse"](text.strip())
        except ValueError as error:
            raise SettingError(f"{variable} {error}") from None
    return dataclass(**values)


def list_fields(dataclass: type) -> list[tuple[str, str, str]]:
    """Variable, default and meaning of each setting of this dataclass, in their order."""
    rows = (setting_field.metadata for setting_field in fields(dataclass))
    return [(row["variable"], row["default"], row["meaning"]) for row in rows]
