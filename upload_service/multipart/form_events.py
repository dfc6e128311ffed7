"""What a form is, piece by piece: a text field, the file's beginning, its bytes, its end.

Must not know: framing, what the fields mean.
"""

from dataclasses import dataclass
from typing import NamedTuple

from upload_service.multipart.length_prediction import LengthPrediction


class Field(NamedTuple):
    """A text field. `value` has one character for each byte of the field; it may be the presigned URL."""

    name: str
    value: str

    def __repr__(self) -> str:
        return f"Field({self.name!r})"


class FileStart(NamedTuple):
    """The file part has begun: its name and type, as its headers give them.

    `predicted` is its length, None if nothing tells it.
    """

    filename: str
    content_type: str
    predicted: LengthPrediction | None


@dataclass(frozen=True, slots=True)
class FileEnd:
    """The file part has ended: the boundary after it has come."""


# Between FileStart and FileEnd come the file's bytes.
Event = Field | FileStart | bytes | FileEnd
