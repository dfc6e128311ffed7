"""The header Content-Range of a piece of a file that goes to a resumable session.

Knows: its forms, `bytes 0-262143/1000000` and `bytes 0-262143/*`, and for a question how far the session is
`bytes */1000000` or `bytes */*`.
Rules: what the session would refuse is refused before a byte is sent; a value is never part of a message.
Must not know: framing, the file's bytes, HTTP libraries.

Source: docs.cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload and #status-check
"""

import re
from typing import NamedTuple

from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

HEADER = "content-range"
# All pieces but the last one are a multiple of it.
UNIT_BYTES = 256 * 1024
_FORM = r"bytes (?:(?P<first>\d{1,15})-(?P<last>\d{1,15})|\*)/(?:(?P<total>\d{1,15})|\*)"


class ContentRange(NamedTuple):
    """Which bytes of the object a piece has, and how many the object will have.

    `first`: None where the piece has no bytes and asks how far the session is. `length`: that of the piece.
    """

    first: int | None
    length: int
    total: int | None

    @property
    def is_all(self) -> bool:
        """Whether the piece is all of the object."""
        return self.first == 0 and self.length == self.total

    @property
    def least_object_bytes(self) -> int | None:
        """How many bytes the object has at least; None where that is not said."""
        return self.total if self.total is not None or self.first is None else self.first + self.length


def parse_content_range(text: str) -> ContentRange:
    """Read the header; raises UploadError when a session would refuse it."""
    match = re.fullmatch(_FORM, text, re.ASCII)
    if match is None:
        raise UploadError("invalid_content_range")
    first, last, total = (
        None if text is None else int(text) for text in match.group("first", "last", "total")
    )
    if first is None or last is None:
        return ContentRange(None, 0, total)
    if last < first or (total is not None and last >= total):
        raise UploadError(
            "invalid_content_range",
            Phrase("The header Content-Range ends before it begins, or behind the end of the object."),
        )
    length = last - first + 1
    if length % UNIT_BYTES and last + 1 != total:
        raise UploadError(
            "invalid_content_range",
            Phrase("Only the last piece may have a length that is not a multiple of 256 KiB."),
        )
    return ContentRange(first, length, total)
