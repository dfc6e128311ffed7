"""The policy of a presigned POST: until when it holds, and what the form must be like.

Knows: the document of S3 and Google (JSON in base64), its conditions, and how a value meets one.
Rules: a document that could be read in two ways is refused. A message never has a value, and names a field
only if its name is short and plain; of the bounds of the file's length it has the one that was missed.
Must not know: hosts, the file, the clock.

Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html,
docs.cloud.google.com/storage/docs/authentication/signatures#policy-document
"""

import binascii
import json
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.post_fields import unusable_fields
from upload_service.translation.phrase import Phrase

EQUALS, STARTS_WITH, LENGTH_RANGE = "eq", "starts-with", "content-length-range"
# The fields that no policy has to cover, beside x-ignore-…: those that authenticate the form, and the file.
UNCOVERED = frozenset(
    (
        "awsaccesskeyid", "file", "googleaccessid", "policy", "signature", "x-amz-signature",
        "x-goog-signature",
    )
)  # fmt: skip
IGNORED_PREFIX = "x-ignore-"
# Not a form field of most signers: it stands in the URL.
BUCKET = "bucket"
_PLAIN_NAME = re.compile(r"[a-z0-9-]{1,40}(?:_[a-z]{1,10}){0,2}")


class Condition(NamedTuple):
    """What a form field, its name in lower case, must be or begin with."""

    operator: str
    name: str
    value: str

    def __repr__(self) -> str:
        return "Condition()"

    def is_met_by(self, value: str) -> bool:
        """Whether a field with this value meets it."""
        return value == self.value if self.operator == EQUALS else value.startswith(self.value)


class PostPolicy(NamedTuple):
    """`conditions` by the names of their fields; there can be thousands. `expires_at` is in epoch seconds;
    `shortest` and `longest` are the bounds of the file's length.
    """

    expires_at: float
    conditions: Mapping[str, tuple[Condition, ...]]
    shortest: int = 0
    longest: int | None = None

    def __repr__(self) -> str:
        return "PostPolicy()"

    def about(self, name: str) -> tuple[Condition, ...]:
        """The conditions on one field."""
        return self.conditions.get(name, ())

    def demanded_names(self) -> frozenset[str]:
        """The fields without which the policy cannot be met; the bucket stands in the URL."""
        demanded = (name for name, about in self.conditions.items() if any(each.value for each in about))
        return frozenset(demanded) - {BUCKET}

    def require_covered(self, names: Collection[str]) -> None:
        """Raise UploadError for a field that no condition mentions: S3, MinIO and Google refuse it."""
        for name in names:
            if name not in self.conditions and name not in UNCOVERED and not name.startswith(IGNORED_PREFIX):
                raise _not_met(Phrase("The policy does not cover {field}.", field=shown_post_field(name)))

    def require_met(self, name: str, values: Collection[str]) -> None:
        """Raise UploadError unless each condition on the field is met by one of its possible values."""
        for condition in self.about(name):
            if not any(map(condition.is_met_by, values)):
                raise unmet(condition)

    def require_length(self, count: int, *, more_follows: bool = False) -> None:
        """Raise UploadError if a file of so many bytes is not what the policy takes."""
        if self.longest is not None and count > self.longest:
            raise UploadError(
                "entity_too_large", Phrase("The policy takes at most {most} bytes.", most=self.longest)
            )
        if count < self.shortest and not more_follows:
            raise UploadError(
                "file_too_small", Phrase("The policy takes no less than {least} bytes.", least=self.shortest)
            )

    def takes(self, count: int) -> bool:
        """Whether it takes a file of so many bytes."""
        return self.shortest <= count and (self.longest is None or count <= self.longest)

    def require_possible_length(self, least: int, most: int) -> None:
        """The same for a file whose length is not known better than this."""
        self.require_length(max(least, 0), more_follows=True)
        if most < self.shortest:
            self.require_length(max(most, 0))


def unmet(condition: Condition) -> UploadError:
    """The error for a condition that the form does not meet."""
    field = shown_post_field(condition.name)
    if condition.operator == EQUALS:
        return _not_met(Phrase("The policy demands another value of {field}.", field=field))
    return _not_met(Phrase("The policy demands another beginning of {field}.", field=field))


def _not_met(cause: Phrase) -> UploadError:
    return UploadError("policy_not_met", cause)


def shown_post_field(name: str) -> Phrase:
    """How a sentence calls a field. A name of unusual shape may be anything."""
    if _PLAIN_NAME.fullmatch(name) and not name.startswith(("x-amz-meta-", "x-goog-meta-")):
        return Phrase("the field {name}", name=name)
    return Phrase("a field whose name is not repeated here")


def parse_policy(text: str) -> PostPolicy:
    """Read the value of the field `policy`; raises UploadError."""
    try:
        document = json.loads(binascii.a2b_base64(text, strict_mode=True).decode(), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(document, dict) or set(document) - {"expiration", "conditions"}:
        raise _unreadable()
    conditions = document.get("conditions")
    if not isinstance(conditions, list):
        raise _unreadable()
    bounds = [each for each in conditions if _is_length_range(each)]
    others: dict[str, list[Condition]] = {}
    for each in conditions:
        for found in () if _is_length_range(each) else _conditions(each):
            others.setdefault(found.name, []).append(found)
    shortest, longest = _bounds(bounds)
    by_name = {name: tuple(found) for name, found in others.items()}
    return PostPolicy(_moment(document.get("expiration")), by_name, shortest, longest)


def _unreadable() -> UploadError:
    return unusable_fields(Phrase("The policy is not a policy document: JSON in base64."))


def _unique(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    """An object; of two members with one name readers take either the first or the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _moment(text: object) -> float:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise unusable_fields(Phrase("The policy has no expiration such as 2026-11-23T12:00:00Z."))
    return moment.timestamp()


def _conditions(given: object) -> Iterator[Condition]:
    """The conditions that stand in one entry of the list."""
    if isinstance(given, dict) and all(isinstance(value, str) for value in given.values()):
        for name, value in given.items():
            yield Condition(EQUALS, name.lower(), value)
        return
    if not isinstance(given, list) or len(given) != 3 or not all(isinstance(each, str) for each in given):
        raise _unknown_condition()
    operator, name, value = given[0].lower(), given[1].lower(), given[2]
    if operator not in (EQUALS, STARTS_WITH) or not name.startswith("$"):
        raise _unknown_condition()
    yield Condition(operator, name[1:], value)


def _unknown_condition() -> UploadError:
    return unusable_fields(
        Phrase(
            "The policy has a condition that is none of {known}.",
            known=", ".join((EQUALS, STARTS_WITH, LENGTH_RANGE)),
        )
    )


def _is_length_range(given: object) -> bool:
    return (
        isinstance(given, list)
        and len(given) == 3
        and isinstance(given[0], str)
        and given[0].lower() == LENGTH_RANGE
    )


def _bounds(ranges: list[list[object]]) -> tuple[int, int | None]:
    """The least and the most that all of them take."""
    pairs = [(_count(each[1]), _count(each[2])) for each in ranges]
    return max((least for least, _ in pairs), default=0), min((most for _, most in pairs), default=None)


def _count(given: object) -> int:
    if isinstance(given, str) and re.fullmatch(r"\d{1,18}", given, re.ASCII):
        return int(given)
    if type(given) is not int or not 0 <= given < 10**18:
        raise unusable_fields(Phrase("The policy has a content-length-range that is no range of bytes."))
    return given
