"""The headers of a PUT: those that the URL is signed with, with the values that the form gives.

Knows: the form fields for headers, which headers may be sent, and how signed names and given values must fit.
Rules: where the URL tells its signed headers, no other is sent. What does not fit is refused before a byte is
sent. A header that would make storage do anything else than store this file is never sent. A value is never
part of a message.
Must not know: framing, HTTP libraries, the request that brought the form.

Source: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html,
cloud.google.com/storage/docs/xml-api/reference-headers, learn.microsoft.com/rest/api/storageservices/put-blob
"""

import re
from collections.abc import Mapping, Sequence

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import Destination

# A field `header:<name>` gives the header <name>; the field `contentType` means `header:content-type`.
FIELD_PREFIX = "header:"
CONTENT_TYPE_FIELD = "contentType"
MAX_HEADERS_BYTES = 16 * 1024

STANDARD_HEADERS = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-md5",
        "content-type",
        "expires",
        "if-match",
        "if-none-match",
    }
)
VENDOR_PREFIXES = ("x-amz-", "x-goog-", "x-ms-")
# Prefixes of headers that make storage copy another object, begin another kind of upload, or read the body in
# another framing.
NEVER_SENT = (
    "x-amz-copy-source",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
    "x-goog-copy-source",
    "x-goog-resumable",
    "x-ms-blob-type",
    "x-ms-copy-source",
    "x-ms-page-write",
)
# They set the Content-Type with which storage serves the object; on Azure the second one wins.
TYPE_HEADERS = ("content-type", "x-ms-blob-content-type")
# The HTTP client sends these with every PUT; the Content-Type is the file part's, or a default.
ALWAYS_SENT = frozenset({"host", "content-length", "content-type"})

_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE = re.compile(r"[\x20-\x7e]*")


def header_of_field(field: str) -> str | None:
    """The name of the header that a form field gives, in lower case; None for other fields.

    Raises UploadError for a header that is never sent.
    """
    if field == CONTENT_TYPE_FIELD:
        return "content-type"
    if not field.startswith(FIELD_PREFIX):
        return None
    name = field.removeprefix(FIELD_PREFIX).strip().lower()
    if not _is_sendable(name):
        shown = f"The header {name}" if _NAME.fullmatch(name) else "A header with an unusable name"
        raise UploadError("header_not_allowed", f"{shown} is none that goes with an upload.")
    return name


def check_value(name: str, value: str) -> None:
    """Raise UploadError when `value` cannot be sent as the value of a header."""
    if not _VALUE.fullmatch(value):
        raise UploadError(
            "invalid_header_value", f"The value of the header {name} has a character outside printable ASCII."
        )


def check_fits_url(destination: Destination, given: Mapping[str, str]) -> None:
    """Raise UploadError when the URL signs a header that is never sent, or does not sign a given one."""
    signed = destination.signed_headers
    if signed is None:
        return  # the URL does not tell, so storage decides
    if signed <= ALWAYS_SENT and given.keys() <= ALWAYS_SENT:
        return
    for name in sorted(signed - ALWAYS_SENT):
        if not _is_sendable(name):
            raise UploadError(
                "header_not_allowed", f"The URL is signed with the header {name}, which is never sent here."
            )
    for name in sorted(given.keys() - signed - ALWAYS_SENT):
        raise UploadError("header_not_signed", f"The URL is not signed with the header {name}.")


def missing_headers(destination: Destination, given: Mapping[str, str]) -> list[str]:
    """The signed headers whose values are still missing, in the order of their names."""
    signed = destination.signed_headers
    if not signed or signed <= ALWAYS_SENT:
        return []
    set_by_scheme = {name for name, _ in destination.required_headers}
    return sorted(signed - ALWAYS_SENT - set_by_scheme - given.keys())


def missing_error(names: Sequence[str]) -> UploadError:
    """The error for signed headers whose values did not come."""
    said = (
        f"header {names[0]}, whose value" if len(names) == 1 else f"headers {', '.join(names)}, whose values"
    )
    return UploadError("missing_signed_header", f"The URL is signed with the {said} did not come.")


def put_headers(destination: Destination, given: Mapping[str, str], content_type: str) -> dict[str, str]:
    """The headers of the PUT except for Host and Content-Length. `content_type` is that of the file part."""
    return {"content-type": content_type, **given, **dict(destination.required_headers)}


def _is_sendable(name: str) -> bool:
    if not _NAME.fullmatch(name) or name.startswith(NEVER_SENT):
        return False
    return name in STANDARD_HEADERS or name.startswith(VENDOR_PREFIXES)
