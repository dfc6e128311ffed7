"""The URL and the form fields of a presigned POST, as far as they have come in the caller's form.

Knows: when enough has come to judge them: with the object `fields` at once, with single fields `field:<name>`
when the file begins, and at the latest when the form has ended.
Rules: they are judged once. What comes after that is refused.
Must not know: framing, the file's bytes.
"""

import os

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_writer import FileFrame, frame_file
from upload_service.presigned import post_destination, post_fields
from upload_service.presigned.allowed_destinations import AllowedDestinations
from upload_service.presigned.destination import Destination
from upload_service.presigned.post_fields import PostField
from upload_service.presigned.post_form import CONTENT_TYPE, FilledForm
from upload_service.presigned.post_policy import parse_policy
from upload_service.translation.phrase import Phrase


class PostedForm:
    """`url`: the text of uploadUrl, once it has come. `is_judged`: its destination is known."""

    def __init__(self, allowed: AllowedDestinations) -> None:
        self.url: str | None = None
        self.is_judged = False
        self._allowed = allowed
        self._fields: dict[str, PostField] = {}
        self._is_object = False

    def note(self, name: str, text: str) -> None:
        """Take the field `fields`, or one that begins with `field:`; raises UploadError."""
        is_object = name == post_fields.FIELD
        if self._fields and is_object | self._is_object:
            both = Phrase("The fields of the POST came in the field fields and in others as well.")
            raise UploadError("duplicate_field", both)
        if self.is_judged:
            late = Phrase("A field for the POST came after the file had begun to be sent.")
            raise UploadError("header_too_late", late)
        if is_object:
            self._fields, self._is_object = post_fields.parse_fields(text), True
        else:
            post_fields.add_field(self._fields, name, text)

    def judge(self, now: float, *, file_begins: bool = False, form_ended: bool = False) -> Destination | None:
        """Where it goes, if enough has come to judge that; raises UploadError when it must not go there."""
        if self.url is None or self.is_judged:
            return None
        if form_ended and not self._has_fields:
            raise post_destination.unsigned_post()
        if not (form_ended or self._is_object or (file_begins and self._is_whole())):
            return None
        self.is_judged = True
        return post_destination.judge_post(self.url, self._fields, self._allowed, now)

    @property
    def _has_fields(self) -> bool:
        return self._is_object or bool(self._fields)

    def _is_whole(self) -> bool:
        """Whether all single fields have come that the policy demands."""
        policy = self._fields.get("policy")
        if policy is None:
            return False
        # The type may be left to the file part.
        return parse_policy(policy.value).demanded_names() - {CONTENT_TYPE} <= self._fields.keys()


def fill(
    destination: Destination, filename: str, content_type: str, allowed: AllowedDestinations
) -> tuple[Destination, FilledForm]:
    """See `post_destination.fill_post`."""
    return post_destination.fill_post(destination, filename, content_type, allowed)


def frame(form: FilledForm) -> FileFrame:
    """The body of the POST around the file."""
    return frame_file(form.fields, form.filename, form.content_type, lambda: os.urandom(16).hex())
