"""The fields that the form of a POST may carry.

Knows: the form fields on the pages of S3's and Google's POST, and the headers of their PUT, which come as
fields.
Rules: a name that stands on none of these pages is not sent. No field makes storage do anything else than
keep this file, and none asks for a redirect.
Must not know: the policy's conditions, where a POST may go.
"""

from collections.abc import Mapping

from upload_service.presigned import sendable_headers
from upload_service.presigned.post_fields import PostField, unusable_fields
from upload_service.presigned.post_form import KEY
from upload_service.presigned.post_policy import BUCKET, IGNORED_PREFIX, UNCOVERED, shown_post_field
from upload_service.presigned.signed_operation import refuse_empty_body_checksum, refuse_framed_body
from upload_service.translation.phrase import Phrase

_REDIRECTS = ("success_action_redirect", "redirect")
_STATUS = "success_action_status"
# docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html and
# docs.cloud.google.com/storage/docs/xml-api/post-object-forms: the fields that are no headers of a PUT.
# MinIO's x-minio-fanout-list, which would make objects under other keys, is none of them.
_FORM_FIELDS = (
    frozenset(
        (
            "acl", BUCKET, KEY, "tagging", _STATUS, *_REDIRECTS, "x-amz-algorithm", "x-amz-credential",
            "x-goog-algorithm", "x-goog-credential",
        )
    )
    | UNCOVERED
) - {"file"}  # fmt: skip
_SENDABLE = sendable_headers.GOOGLE_AND_S3


def require_sendable_fields(fields: Mapping[str, PostField]) -> None:
    """Raise UploadError for a field that no POST of a file carries, or that asks for something else."""
    for name in _REDIRECTS:
        if name in fields:
            raise unusable_fields(
                Phrase("The field {name} asks for a redirect, which is not followed here.", name=name)
            )
    if _STATUS in fields and fields[_STATUS].value not in ("200", "201", "204"):
        raise unusable_fields(Phrase("The field {name} must be 200, 201 or 204.", name=_STATUS))
    for name in fields:
        if name not in _FORM_FIELDS and not name.startswith(IGNORED_PREFIX) and not _SENDABLE.include(name):
            raise unusable_fields(Phrase("No POST of a file carries {field}.", field=shown_post_field(name)))
    values = {name: field.value for name, field in fields.items()}
    refuse_framed_body(values)
    refuse_empty_body_checksum(values)
