"""What the client leg hands to the storage leg.

Knows: everything that a PUT needs, and what becomes known only while it runs.
Rules: a plan is made once, at the moment when a PUT can begin, and never changes.
Must not know: forms, HTTP libraries.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from upload_service.body.checksums import RunningChecksums
from upload_service.body.file_body import Body
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.length_prediction import FROM_REQUEST
from upload_service.presigned.destination import Destination
from upload_service.translation.phrase import Phrase

if TYPE_CHECKING:
    from upload_service.multipart.form_writer import FileFrame


class FormProgress:
    """What the client leg learns while a PUT may already run.

    `file_bytes`: the file's true length, once its part has ended. `max_retries` is known when its field has
    come or the form has ended. `deadline`: when storage must be done, on the clock `time.monotonic`; known
    once the form has ended and is sound. `scans`: a malware scanner has still to say that it may be stored.
    """

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.file_bytes: int | None = None
        self.scans = False
        self.max_retries: asyncio.Future[int] = loop.create_future()
        self.deadline: asyncio.Future[float] = loop.create_future()

    def note_max_retries(self, number: int) -> None:
        """The number is known now. The first one counts."""
        if not self.max_retries.done():
            self.max_retries.set_result(number)

    def note_end(self, deadline: float) -> None:
        """The form has ended, and it is sound."""
        if not self.deadline.done():
            self.deadline.set_result(deadline)


@dataclass(frozen=True, slots=True, eq=False)
class PutPlan:
    """All that a PUT needs beside the bytes: where to, with which headers, and which length to announce.

    `length` in bytes is predicted, unless it is certain; `predicted_from` says in words what from.
    `checksums` run over the file. `other_headers`: what to send instead of `headers`, one after another,
    while storage says that the signature does not match; only where the URL leaves open what was signed.
    `frame`: the form around the file, where it is sent with a POST.
    """

    body: Body
    destination: Destination = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    length: int
    length_is_certain: bool
    checksums: RunningChecksums
    form: FormProgress
    predicted_from: Phrase = FROM_REQUEST
    other_headers: Sequence[Mapping[str, str]] = field(default=(), repr=False)
    frame: "FileFrame | None" = None

    @property
    def awaits_verdict(self) -> bool:
        """Whether the file has come, and the malware scanner is still to say that it may be stored."""
        return self.form.scans and self.form.file_bytes is not None

    def file_length(self) -> tuple[int, bool]:
        """The length to announce now, in bytes, and whether it is certain."""
        if self.form.file_bytes is not None:
            return self.form.file_bytes, True
        return self.length, self.length_is_certain

    def wrong_length(self) -> UploadError:
        """The error for a file of another length than was announced, once the form has ended."""
        count = self.form.file_bytes
        if count is None:
            return UploadError("length_unpredictable")
        off = count - self.length
        if self.predicted_from == FROM_REQUEST:
            cause = Phrase(
                "The file has {count} bytes, {off} than {source} lets expect: {reason}; nothing was stored.",
                count=count, off=_bytes_off(off), source=self.predicted_from, reason=_reason(off),
            )  # fmt: skip
        else:
            cause = Phrase(
                "The file has {count} bytes, {off} than {source} lets expect; nothing was stored.",
                count=count, off=_bytes_off(off), source=self.predicted_from,
            )  # fmt: skip
        return UploadError("length_unpredictable", cause)


def _bytes_off(off: int) -> Phrase:
    if abs(off) == 1:
        return Phrase("1 byte more") if off > 0 else Phrase("1 byte fewer")
    count = abs(off)
    return (
        Phrase("{count} bytes more", count=count) if off > 0 else Phrase("{count} bytes fewer", count=count)
    )


def _reason(off: int) -> Phrase:
    """What in the form makes the file `off` bytes longer than the usual form would."""
    if off > 0:
        return Phrase("the form ends without the usual line break")
    if off == -len("\r\n"):
        return Phrase("the form ends with one line break more than usual")
    return Phrase("a field, or other text, follows it in the form")
