"""What a form consists of, in the order in which it comes: fields, the file's head, its bytes, its end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A text field; `value` has one character for each byte."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FileStart:
    """The file part's head. `predicted_bytes`: the file's length if it is the form's last part."""

    filename: str
    content_type: str
    predicted_bytes: int | None


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The boundary after the file has come."""


Event = Field | FileStart | bytes | FileEnd
