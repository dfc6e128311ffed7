"""The URL and the form fields of a presigned POST, as far as they have come in the caller's form.

Knows: when enough has come to judge them: with the object `fields` at once, with single fields `field:<name>`
when the file begins, and at the latest when the form has ended.
Rules: they are judged once. What comes after that is refused.
Must not know: framing, the file's bytes.
"""

import os
from collections.abc import Mapping

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_writer import FileFrame, frame_file
from upload_service.presigned import post_destination, post_fields
from upload_service.presigned.allowed_destinations import AllowedDestinations
from upload_service.presigned.destination import Destination
from upload_service.presigned.post_fields import PostField
from upload_service.presigned.post_form import CONTENT_TYPE, FilledForm
from upload_service.presigned.post_policy import parse_policy
from upload_service.translation.phrase import Phrase
from upload_service.upload.record import UploadRecord


class PostedForm:
    """What has come so far. Each method returns where the POST goes, once that is known and it may go there.

    `put`: where a PUT goes, whose URL has come before.
    """

    def __init__(self, allowed: AllowedDestinations, put: Destination | None) -> None:
        self._allowed = allowed
        self._put = put
        self._url: str | None = None
        self._fields: dict[str, PostField] = {}
        self._has_object = False
        self._is_judged = False

    def note_url(self, text: str, now: float) -> Destination | None:
        """Take the text of uploadUrl."""
        self._url = text
        return self._judge(now) if self._has_object else None

    def note(self, name: str, text: str, now: float) -> Destination | None:
        """Take the field `fields`, or one that begins with `field:`; raises UploadError."""
        if self._put:
            raise post_destination.fields_with_put()
        if self._has_object or (self._fields and name == post_fields.FIELD):
            both = Phrase("The fields of the POST came in the field fields and in others as well.")
            raise UploadError("duplicate_field", both)
        if self._is_judged:
            late = Phrase("A field for the POST came after the file had begun to be sent.")
            raise UploadError("header_too_late", late)
        if name != post_fields.FIELD:
            post_fields.add_field(self._fields, name, text)
            return None
        self._fields, self._has_object = post_fields.parse_fields(text), True
        return self._judge(now) if self._url is not None else None

    def begin_file(self, now: float) -> Destination | None:
        """The file has begun: single fields are mostly whole by now."""
        if self._is_judged or self._url is None or not _is_whole(self._fields):
            return None
        return self._judge(now)

    def end_form(self, now: float) -> Destination | None:
        """No field follows."""
        if self._is_judged or self._url is None:
            return None
        if not (self._fields or self._has_object):
            raise post_destination.unsigned_post()
        return self._judge(now)

    def _judge(self, now: float) -> Destination:
        self._is_judged = True
        assert self._url is not None
        return post_destination.judge_post(self._url, self._fields, self._allowed, now)


def _is_whole(fields: Mapping[str, PostField]) -> bool:
    """Whether all fields have come that the policy demands. The type may be left to the file part."""
    policy = fields.get("policy")
    return (
        policy is not None and parse_policy(policy.value).demanded_names() - {CONTENT_TYPE} <= fields.keys()
    )


def framed(
    destination: Destination, filename: str, content_type: str, allowed: AllowedDestinations
) -> tuple[Destination, FilledForm, FileFrame]:
    """Where a POST goes, its form for this file, and the bytes of that around the file's.

    Raises UploadError when it must not go there.
    """
    to, form = post_destination.fill_post(destination, filename, content_type, allowed)
    frame = frame_file(form.fields, form.filename, form.content_type, lambda: os.urandom(16).hex())
    return to, form, frame


def frame_for(
    record: UploadRecord, destination: Destination, given: Mapping[str, str], allowed: AllowedDestinations
) -> tuple[Destination, FileFrame]:
    """The same for the file of this record, which gets the type that is sent. `given`: the form's headers."""
    type_ = given.get("content-type", record.content_type)
    to, form, frame = framed(destination, record.filename, type_, allowed)
    record.content_type = form.content_type
    return to, frame
