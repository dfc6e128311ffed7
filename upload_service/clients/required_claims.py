"""Claims that a caller's token must hold, such as `scope=uploads:write`.

Knows: how an operator writes them, and how identity providers write what they compare with.
Rules: a value is compared as a whole; text never matches a part of text, except for a word of a scope. Text
that cannot be used is a ValueError that completes the sentence "VARIABLE …".
Must not know: how a token is verified.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Their text is a list (RFC 8693 section 4.2; `scp` is Microsoft's). In any other claim a word is a part of a
# name: a provider that writes the only group as text writes "Former editors".
_LISTS_OF_WORDS = frozenset(("scope", "scp"))
GENERAL = "must hold claims such as scope=uploads:write or groups=editors, separated by commas"


class RequiredClaim(NamedTuple):
    """A claim's name, and the value that it must have, or have among others."""

    name: str
    value: str

    def holds(self, claims: Mapping[str, object]) -> bool:
        """Whether a token with these claims has it."""
        told = _claim(claims, self.name)
        if isinstance(told, str) and self.name.rpartition(".")[2] in _LISTS_OF_WORDS:
            return self.value in told.split(" ")
        return self.value in _values(told)


def parse_required(text: str) -> tuple[RequiredClaim, ...]:
    """Claims separated by commas, each `name=value`; () when empty."""
    entries = [entry.strip() for entry in text.split(",")] if text else []
    if not all(re.fullmatch(r"[!-<>-~]+=[!-~]+", entry) for entry in entries):
        raise ValueError(GENERAL)
    return tuple(RequiredClaim(*entry.split("=", 1)) for entry in entries)


def missing_claim(required: Sequence[RequiredClaim], claims: Mapping[str, object]) -> RequiredClaim | None:
    """The first of these claims that a token does not hold; None if it holds all."""
    return next((each for each in required if not each.holds(claims)), None)


def _claim(claims: Mapping[str, object], name: str) -> object:
    """The claim of this name, or what a path of names leads to: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    first, dot, rest = name.partition(".")
    inner = claims.get(first)
    return _claim(inner, rest) if dot and isinstance(inner, dict) else None


def _values(told: object) -> Sequence[str]:
    """The values of a claim: each text of a list, a text, true or false."""
    if isinstance(told, list):
        return [each for each in told if isinstance(each, str)]
    if isinstance(told, bool):
        return [str(told).lower()]
    return [told] if isinstance(told, str) else []
