"""JSON that means one thing only: what a token, a grant or a provider sends, read without leniency.

Rules: a member that comes twice, a number that is none or has no end, or nesting without end is a ValueError;
so is whatever is not an object. Two readers of such text could see two different tokens.
"""

import base64
import binascii
import json
import math
from collections.abc import Sequence


def json_object(text: bytes) -> dict[str, object]:
    """The members of the object that this UTF-8 text is. Raises ValueError, whose text quotes nothing."""
    try:
        told = json.loads(
            text.decode(), object_pairs_hook=_members, parse_constant=_refuse, parse_float=_finite
        )
    except (ValueError, RecursionError):
        raise ValueError("not one JSON object") from None
    if not isinstance(told, dict):
        raise ValueError("not one JSON object")
    return told


def encoded_object(segment: str) -> dict[str, object]:
    """The object in a segment of a token (RFC 7515 section 3.1). Raises ValueError as above."""
    try:
        return json_object(base64.b64decode(segment + "=" * (-len(segment) % 4), b"-_", validate=True))
    except binascii.Error:
        raise ValueError("not base64url") from None


def _members(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member came twice")
    return members


def _refuse(_name: str) -> object:
    raise ValueError("NaN and Infinity are not JSON")


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("a number without end")
    return number
