"""The environment variables of a function: merges changes into them, and hides their values in a text.

Usage: environment.py merge [NAME=VALUE | NAME | -NAME]...   < variables as AWS prints them, or null
       environment.py hide FILE                              < text
Knows: how AWS writes an environment. NAME alone takes its value from our own environment; -NAME is removed.
Must not know: how to reach AWS.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping


def merged(
    present: Mapping[str, str] | None, changes: Iterable[str], own: Mapping[str, str]
) -> dict[str, str]:
    """`present` with the changes applied; the values of bare names come from `own`."""
    variables = dict(present or {})
    for change in changes:
        name, equals, value = change.partition("=")
        if name.startswith("-"):
            variables.pop(name[1:], None)
        else:
            variables[name] = value if equals else own[name]
    return variables


def hidden(text: str, variables: Mapping[str, str]) -> str:
    """The text without the values, both plain and as JSON writes them. The longest are replaced first."""
    spellings = {spelt for value in variables.values() for spelt in (value, json.dumps(value)[1:-1])}
    for spelling in sorted(spellings, key=len, reverse=True):
        # A short value ("1", "off") is no secret, and it would match everywhere.
        if len(spelling) > 3:
            text = text.replace(spelling, "...")
    return text


def main() -> None:
    """Command line."""
    command, *words = sys.argv[1:]
    if command == "merge":
        print(json.dumps({"Variables": merged(json.load(sys.stdin), words, os.environ)}))
    else:
        with open(words[0], encoding="utf-8") as file:
            print(hidden(sys.stdin.read(), json.load(file)["Variables"]), end="")


if __name__ == "__main__":
    main()
