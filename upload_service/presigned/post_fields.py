"""The form fields of a presigned POST, as a caller gives them: one JSON object, or a field for each.

Knows: how both are written, and which text can be a field of the form that goes to storage.
Rules: what is doubtful is refused, and nothing is changed. Stores read names without their case, so a name
that comes twice in any case is refused. Nothing of the fields is part of a message.
Must not know: what a field means, the policy.
"""

import json
import re
from typing import NamedTuple

from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

# The whole object, as boto3 and the SDKs for JavaScript and Google return it; or a field `field:<name>` each.
FIELD = "fields"
FIELD_PREFIX = "field:"
MAX_FIELDS_BYTES = 32 * 1024
MAX_FIELDS = 100

# As in HTTP headers, without the character with which browsers escape names.
_NAME = re.compile(r"[A-Za-z0-9!#$&'*+.^_`|~-]{1,128}")
_CONTROL = re.compile("[\0-\x1f\x7f]")


class PostField(NamedTuple):
    """One field, its name as it is written."""

    name: str
    value: str

    def __repr__(self) -> str:
        return "PostField()"


def unusable_fields(cause: Phrase) -> UploadError:
    """The error for fields that no POST can carry."""
    return UploadError("invalid_fields", cause)


def too_long_fields() -> UploadError:
    """The error for fields that are longer together than MAX_FIELDS_BYTES."""
    return UploadError("field_too_long", Phrase("The fields for the POST are longer than 32 KiB together."))


def parse_fields(text: str) -> dict[str, PostField]:
    """Read the JSON object; `text` has a character for each byte. Raises UploadError."""
    try:
        pairs = json.loads(text.encode("latin-1").decode(), object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        raise unusable_fields(Phrase("The field fields is not JSON in UTF-8.")) from None
    # An object became a tuple; an array is a list.
    if not isinstance(pairs, tuple):
        raise unusable_fields(Phrase("The field fields is JSON, and no object."))
    fields: dict[str, PostField] = {}
    if {"url", "fields"} <= {name for name, _ in pairs}:
        raise unusable_fields(
            Phrase("The field fields has all that the signer returned: its url belongs in uploadUrl.")
        )
    for name, value in pairs:
        _add(fields, name, value)
    return fields


def add_field(fields: dict[str, PostField], field: str, text: str) -> None:
    """Add what came in a field `field:<name>`; `text` has a character for each byte. Raises UploadError."""
    try:
        name, value = (each.encode("latin-1").decode() for each in (field.removeprefix(FIELD_PREFIX), text))
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise unusable_fields(Phrase("A field for the POST is not text in UTF-8.")) from None
    _add(fields, name, value)
    if sum(len(each.name) + len(each.value) for each in fields.values()) > MAX_FIELDS_BYTES:
        raise too_long_fields()


def _add(fields: dict[str, PostField], name: str, value: object) -> None:
    if not isinstance(value, str):
        raise unusable_fields(Phrase("A field for the POST has a value that is no string."))
    if not _NAME.fullmatch(name):
        raise unusable_fields(Phrase("A field for the POST has a name that no form field of a store has."))
    if _CONTROL.search(value):
        raise unusable_fields(
            Phrase("A field for the POST has a line break or another control character in its value.")
        )
    if not _is_text(value):
        raise unusable_fields(Phrase("A field for the POST is not text in UTF-8."))
    if name.lower() in fields:
        raise UploadError("duplicate_field", Phrase("A field for the POST came twice."))
    if len(fields) == MAX_FIELDS:
        raise unusable_fields(Phrase("The POST has more than {most} fields.", most=MAX_FIELDS))
    fields[name.lower()] = PostField(name, value)


def _is_text(value: str) -> bool:
    """Whether it has no half of a character in it, as JSON can write one."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
