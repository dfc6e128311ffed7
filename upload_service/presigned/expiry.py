"""Reads when a signed URL expires, from the value of the parameter that tells.

Knows: the forms in which vendors write a time, and the two that say more: a JSON Web Token and a policy of
CloudFront, which also name the address that they are for.
Rules: a text that means no time is a ValueError. No signature is verified, because there are no keys here. A
value is never part of a message.
Must not know: which schemes there are, the clock.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.query import unusable_url
from upload_service.presigned.signed_operation import not_for_put
from upload_service.translation.phrase import Phrase

# Supabase's: the path of a signed upload ends with the bucket and the object that its token names.
SUPABASE_UPLOAD = "/object/upload/sign/"
# CloudFront's own parameters are no part of the address that a policy names
# (AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-custom-policy.html).
_CLOUDFRONT = frozenset(("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"))

# Each costs time.
_MOST_WILDCARDS = 16
# As many seconds, and what is no number, are no time of anybody's.
_NO_TIME = 10**11


def moment(text: str) -> float:
    """A time in epoch seconds, or in ISO 8601; without a zone it is in UTC."""
    if text.isdecimal():
        return float(text)
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def end_of_range(text: str) -> float:
    """The later end of two times in epoch seconds, with a semicolon between them."""
    return float(text.partition(";")[2])


def supabase_token(text: str, url: URL) -> float:
    """The expiry of an upload's token; raises UploadError where it is not for this object, or no upload's.

    Source: github.com/supabase/storage, src/storage/object.ts (verifyObjectSignature) and
    src/internal/auth/jwt.ts (isUploadScopedToken).
    """
    claims = _members(text.split(".")[1], "-_")
    if claims.get("scope", "upload") != "upload" or ("scope" not in claims and "upsert" not in claims):
        raise not_for_put("token")
    if claims.get("url") != unquote(url.raw_path.partition(SUPABASE_UPLOAD)[2]):
        raise _for_another_address()
    return _seconds(claims.get("exp"))


def cloudfront_policy(text: str, url: URL) -> float:
    """The expiry of a custom policy; raises UploadError where the policy is not for this address."""
    (statement,) = _list(_members(text.replace("_", "="), "-~")["Statement"])
    resource = statement.get("Resource", "*")
    if resource.count("*") + resource.count("?") > _MOST_WILDCARDS:
        raise ValueError("no pattern of a person's")
    if not any(_is_covered(each, resource) for each in _addresses(url)):
        raise _for_another_address()
    return _seconds(statement["Condition"]["DateLessThan"]["AWS:EpochTime"])


def _addresses(url: URL) -> tuple[str, ...]:
    """The address as it was signed for, with the query that is not CloudFront's own and without any."""
    front = f"{url.scheme}://{url.raw_authority}{url.raw_path}"
    pairs = url.raw_query_string.split("&")
    own = "&".join(pair for pair in pairs if pair.partition("=")[0] not in _CLOUDFRONT)
    return (f"{front}?{own}", front) if own else (front,)


def _is_covered(address: str, resource: str) -> bool:
    """Whether `*` (any text) and `?` (one character) in a policy's resource can stand for the rest of it.

    The first place that fits is taken for all that stands between two stars, so nothing is tried twice.
    """
    first, *others = resource.split("*")
    if not others:
        return len(address) == len(first) and _place(address, first, 0) == 0
    *between, last = others
    at = len(first)
    if _place(address[:at], first, 0) != 0:
        return False
    for text in between:
        if (found := _place(address, text, at)) < 0:
            return False
        at = found + len(text)
    end = len(address) - len(last)
    return end >= at and _place(address[end:], last, 0) == 0


def _place(address: str, text: str, start: int) -> int:
    """Where `text`, in which `?` is any character, stands first at or behind `start`; -1 if nowhere."""
    if "?" not in text:
        return address.find(text, start)
    found = re.compile(".".join(map(re.escape, text.split("?"))), re.S).search(address, start)
    return found.start() if found else -1


def _members(text: str, last_letters: str) -> Mapping[str, Any]:
    """The JSON object in base64 whose last two letters are these; ValueError for other text."""
    import binascii
    import json

    standard = text.translate(str.maketrans(last_letters, "+/")).rstrip("=")
    read = json.loads(binascii.a2b_base64(standard + "=" * (-len(standard) % 4)))
    if not isinstance(read, dict):
        raise ValueError("no object")
    return read


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _NO_TIME:
        raise ValueError("no time")
    return float(value)


def _for_another_address() -> UploadError:
    return unusable_url(Phrase("is signed for another address than its own"))
