"""JSON that means one thing only: what a token or a provider sends, read without leniency.

Rules: a member that comes twice, a number that is none, or nesting without end is a ValueError; so is
whatever is not an object. Two readers of such text could see two different tokens.
"""

import json
from collections.abc import Sequence


def json_object(text: bytes) -> dict[str, object]:
    """The members of the object that this UTF-8 text is. Raises ValueError, whose text quotes nothing."""
    try:
        told = json.loads(text.decode(), object_pairs_hook=_members, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError("not one JSON object") from None
    if not isinstance(told, dict):
        raise ValueError("not one JSON object")
    return told


def _members(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member came twice")
    return members


def _refuse(_name: str) -> object:
    raise ValueError("NaN and Infinity are not JSON")
