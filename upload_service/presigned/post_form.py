"""The form of a POST to storage: its fields, with the file's name and type where the policy wants them.

Knows: the variable `${filename}`, and the field Content-Type.
Rules: the service puts the file's name in itself, so that the key that is judged is the key that is sent.
Only where a condition of the policy has the variable in it, it is left to the store; the file part then has
the same name. The object's type is that of the field, and the file part says the same.
Must not know: hosts, where a POST may go, framing.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.post_fields import MAX_FIELDS_BYTES, PostField, too_long_fields, unusable_fields
from upload_service.presigned.post_policy import BUCKET, EQUALS, PostPolicy
from upload_service.translation.phrase import Phrase

KEY, CONTENT_TYPE = "key", "content-type"
FILENAME_VARIABLE = "${filename}"
# What a quoted string cannot carry, or what readers take for the end of a folder's name.
_NOT_IN_A_NAME = re.compile(r'[\0-\x1f\x7f"]')
# Stands for the file's name until that is known: whatever it is, it adds no folder.
_SOME_NAME = "x"
DEFAULT_NAME = "file"
_TYPE_FIELD = PostField("Content-Type", "")


class FilledForm(NamedTuple):
    """The form as it is sent: names and values in their order, the object's key, the file part's head."""

    fields: tuple[tuple[str, str], ...]
    key: str
    filename: str
    content_type: str

    def __repr__(self) -> str:
        return "FilledForm()"


class PostForm(NamedTuple):
    """The fields by their names in lower case, and the policy that signs them."""

    fields: Mapping[str, PostField]
    policy: PostPolicy

    def __repr__(self) -> str:
        return "PostForm()"

    @property
    def needs_filename(self) -> bool:
        """Whether the file's name is a part of a field."""
        return any(FILENAME_VARIABLE in each.value for each in self.fields.values())

    @property
    def content_type(self) -> str | None:
        """The type that the fields give the object; None where they give none, or an empty one."""
        field = self.fields.get(CONTENT_TYPE)
        return (field.value or None) if field else None

    @property
    def wants_content_type(self) -> bool:
        """Whether the policy has a condition on a field Content-Type."""
        return bool(self.policy.about(CONTENT_TYPE))

    def some_key(self) -> str:
        """The key, with some name in the place of the file's."""
        return self.fields[KEY].value.replace(FILENAME_VARIABLE, _SOME_NAME)

    def require_possible(self) -> None:
        """Raise UploadError for a condition that the form does not meet, whatever the file is."""
        for name in self.policy.conditions:
            if name == BUCKET and BUCKET not in self.fields:
                continue
            value = self.fields[name].value if name in self.fields else ""
            if FILENAME_VARIABLE in value or (name == CONTENT_TYPE and not self.content_type):
                continue
            self.policy.require_met(name, (value,))

    def require_fit(self, size: int | None, given_type: str | None) -> None:
        """Raise UploadError for what the caller says of the file beside this form, if it is not the same."""
        if size is not None:
            self.policy.require_length(size)
        if given_type is not None:
            self._require_type(given_type)

    def _require_type(self, given: str) -> None:
        if self.content_type is not None and self.content_type != given:
            raise UploadError(
                "duplicate_field", Phrase("contentType and the fields of the POST give different types.")
            )
        if self.content_type is None:
            self.policy.require_met(CONTENT_TYPE, (given,))

    def fill(self, filename: str, content_type: str) -> FilledForm:
        """The form for a file with this name and type; raises UploadError if its policy does not take them.

        `content_type` counts where the fields give none.
        """
        name = sent_name(filename)
        if self.needs_filename and name in (".", "..", ""):
            raise UploadError(
                "object_key_refused", Phrase("The object key takes the file's name, and the file has none.")
            )
        self._require_short(name, content_type)
        fields, key = {}, ""
        for small, field in self.fields.items():
            fields[field.name], expanded = self._expand(small, field.value, name)
            if small == KEY:
                key = expanded
        type_ = (self.content_type or content_type).replace(FILENAME_VARIABLE, name)
        if self.content_type is None and self.wants_content_type:
            self.policy.require_met(CONTENT_TYPE, (type_,))
            fields[self.fields.get(CONTENT_TYPE, _TYPE_FIELD).name] = type_
        return FilledForm(tuple(fields.items()), key, name or DEFAULT_NAME, type_)

    def _require_short(self, name: str, content_type: str) -> None:
        """Refuse a form that is long only with the file's name in each of thousands of places."""
        values = (content_type, *(field.value for field in self.fields.values()))
        if sum(len(each) + each.count(FILENAME_VARIABLE) * len(name) for each in values) > MAX_FIELDS_BYTES:
            raise too_long_fields()

    def _expand(self, small: str, value: str, name: str) -> tuple[str, str]:
        """What to send for a field, and what the store will make of that."""
        if FILENAME_VARIABLE not in value:
            return value, value
        expanded = value.replace(FILENAME_VARIABLE, name)
        if FILENAME_VARIABLE in expanded:
            raise UploadError(
                "object_key_refused", Phrase("The file's name has the variable of POST policies in it.")
            )
        self.policy.require_met(small, (value, expanded))
        exact = [each.value for each in self.policy.about(small) if each.operator == EQUALS]
        return (value if value in exact else expanded), expanded


def sent_name(filename: str) -> str:
    """The file's name as stores get it: what follows the last slash or backslash, without quotation marks."""
    return _NOT_IN_A_NAME.sub("_", re.split(r"[/\\]", filename)[-1])


def require_fields(fields: Mapping[str, PostField]) -> None:
    """Raise UploadError unless there are a policy and a key."""
    for name in ("policy", KEY):
        if name not in fields or not fields[name].value:
            raise unusable_fields(Phrase("The POST has no field {name}.", name=name))
