"""Which parts a form has had, for the sentence that says why none of them is the file.

Knows: the names of the parts, and which had a file name or a type.
Rules: names are the caller's own text, so only short, plain ones are repeated, and few of them. A part's
contents are never repeated.
Must not know: framing, what the fields mean.
"""

import re

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.file_names import has_filename
from upload_service.multipart.part_headers import Part
from upload_service.translation.phrase import Phrase

MOST_NAMES = 8
# No name that could be a URL, a path or a query.
_PLAIN_NAME = re.compile(r"[\w.$:\[\]-]{1,40}")


class SeenParts:
    """The parts so far."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._files: list[str] = []
        self._text_file: Part | None = None

    def note(self, part: Part) -> None:
        """Take one part that is not the file."""
        (self._files if has_filename(part) else self._text).append(part.name)
        if part.name == "file":
            self._text_file = part

    @property
    def have_file(self) -> bool:
        """Whether one of them has a file's contents, though none is a file named file."""
        return bool(self._files) or self._text_file is not None

    def no_file_error(self) -> UploadError:
        """The failure of a form in which none of these parts is the file."""
        if self._text_file is not None and not self._files:
            if self._text_file.content_type is None:
                return UploadError("file_is_text")
            return UploadError(
                "file_is_text",
                Phrase("The part named file has a Content-Type and no file name: give it a file name."),
            )
        if self._files:
            return UploadError(
                "missing_file",
                Phrase(
                    "The form has a file in {fields}, and none in a field named file.",
                    fields=_listed(self._files),
                ),
            )
        if self._text:
            return UploadError(
                "missing_file",
                Phrase(
                    "The form has no file in a field named file; it has {fields}.", fields=_listed(self._text)
                ),
            )
        return UploadError("missing_file")

    def too_long_error(self) -> UploadError:
        """The failure of a form in which these parts are too long and the file has not come."""
        return self.no_file_error() if self.have_file else UploadError("field_too_long")


def shown_field(name: str) -> Phrase:
    """How a sentence calls the field of this name."""
    if _PLAIN_NAME.fullmatch(name):
        return Phrase("The field {name}", name=name)
    return Phrase("A field whose name is not repeated here")


def _listed(names: list[str]) -> str:
    plain = [name for name in dict.fromkeys(names) if _PLAIN_NAME.fullmatch(name)][:MOST_NAMES]
    more = len(set(names)) - len(plain)
    if not plain:
        return Phrase("{count} with a name that is not repeated here", count=more)
    named = ", ".join(plain)
    return Phrase("{names} and {count} more", names=named, count=more) if more else named
