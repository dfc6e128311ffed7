"""What the fields of one form say, as far as they have come.

Knows: the names of the contract's text fields and what each may hold.
Rules: a field comes once; a wrong one is refused when it comes, the URL judged before a byte of the file
that follows it is read.
Must not know: framing, bytes, the PUT.
"""

import re

from upload_service.config import Settings
from upload_service.destination import Destination, judge
from upload_service.errors import UploadError
from upload_service.retry import DEFAULT_RETRIES, MAX_RETRIES

PLAIN_FIELDS = frozenset({"uploadUrl", "size"})
RETRY_FIELDS = PLAIN_FIELDS | {"max_retries"}


class Fields:
    """The fields so far. `size` is the file's size in bytes as the caller declares it."""

    def __init__(self, settings: Settings) -> None:
        self.destination: Destination | None = None
        self.size: int | None = None
        self.max_retries = DEFAULT_RETRIES
        self._settings = settings
        self._seen: set[str] = set()

    def note(self, name: str, value: str, now: float) -> None:
        """Take one field in; raises UploadError when it cannot be used. `now` is in epoch seconds."""
        if name in self._seen:
            raise UploadError("duplicate_field", f"The field {name} came twice.")
        self._seen.add(name)
        if name == "uploadUrl":
            self.destination = judge(value, self._settings.destinations, now)
        elif name == "size":
            self.size = _size(value, self._settings.max_file_bytes)
        elif name == "max_retries":
            self.max_retries = _retries(value)

    def has(self, name: str) -> bool:
        """Whether the field has come."""
        return name in self._seen


def _size(value: str, most: int) -> int:
    if not re.fullmatch(r"\d{1,15}", value, re.ASCII):
        raise UploadError("invalid_size")
    if int(value) > most:
        raise UploadError("file_too_large")
    return int(value)


def _retries(value: str) -> int:
    if not re.fullmatch(r"\d{1,2}", value, re.ASCII) or int(value) > MAX_RETRIES:
        raise UploadError("invalid_max_retries")
    return int(value)
