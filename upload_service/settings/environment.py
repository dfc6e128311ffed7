"""A frozen dataclass of settings, read from environment variables.

Knows: how a field says its variable, its default and its meaning.
Rules: a wrong value is one plain line that names the variable and never quotes the value.
Must not know: which settings there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, fields
from typing import Any, TypeVar

T = TypeVar("T")


class SettingError(Exception):
    """A setting that cannot be used; the text is one line for the operator."""


def setting(variable: str, default: str, parse: Callable[[str], Any], meaning: str) -> Any:
    """A field whose default is written as an operator would write it."""
    metadata = {"variable": variable, "default": default, "parse": parse, "meaning": meaning}
    return field(default=parse(default), metadata=metadata)


def read(settings: type[T], environment: Mapping[str, str], defaults: Mapping[str, str]) -> T:
    """The settings that these variables make, `defaults` before the fields' own; raises SettingError."""
    values = {}
    for each in fields(settings):  # type: ignore[arg-type]  # always a dataclass
        variable = each.metadata["variable"]
        text = environment.get(variable, defaults.get(variable, each.metadata["default"]))
        try:
            values[each.name] = each.metadata["parse"](text.strip())
        except ValueError as error:
            raise SettingError(f"{variable} {error}") from None
    return settings(**values)


def describe(settings: type) -> list[tuple[str, str, str]]:
    """Variable, default and meaning of every setting, in their order."""
    return [
        (each.metadata["variable"], each.metadata["default"], each.metadata["meaning"])
        for each in fields(settings)
    ]
