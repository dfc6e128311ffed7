"""Judges the headers of a part, which the package `multipart` has parsed, and finds the form's boundary.

Knows: Content-Type with its parameters, a part's Content-Length, and which headers may come once only.
Rules: a value that cannot be used is refused, not guessed.
Must not know: framing, the file's name, the file's bytes.

Source: RFC 7578 section 4.
"""

import re

from multipart import MultipartError, MultipartSegment, parse_options_header

from upload_service.errors.upload_error import UploadError
from upload_service.multipart import transfer_encoding
from upload_service.multipart.text_decoding import has_undecoded_bytes
from upload_service.translation.phrase import Phrase

_BOUNDARY = re.compile(r"[\x20-\x7e]{0,199}[\x21-\x7e]")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]+")
# A file's name, as mail has it in this header.
_NAME_PARAMETER = re.compile(r""";\s*+name\*?\s*+=\s*+("[^"]*"|[^;"]*+)""", re.IGNORECASE)
_ONCE = ("Content-Disposition", "Content-Type", transfer_encoding.HEADER)
_LENGTH = re.compile(r"[0-9]{1,15}")


def boundary_of(content_type: str) -> str:
    """The boundary in the Content-Type of the request; raises UploadError."""
    options: dict[str, str]
    media_type, options = parse_options_header(content_type)
    if media_type != "multipart/form-data":
        raise UploadError("not_multipart")
    boundary = options.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise UploadError("missing_boundary")
    return boundary


def charset_of(content_type: str) -> str:
    """The charset that the Content-Type of the request names for the form's texts; "" if it names none."""
    if "charset" not in content_type.lower():
        return ""
    options: dict[str, str] = parse_options_header(content_type)[1]
    return options.get("charset", "")


def refuse_doubtful_headers(part: MultipartSegment) -> None:
    """Refuse a part that has the same header twice, or a name that is not UTF-8.

    Raises UploadError, because parsers disagree which one counts, or MultipartError.
    """
    names = [name for name, _ in part.headerlist]
    if len(set(names)) < len(names) and any(names.count(name) > 1 for name in _ONCE):
        raise UploadError("malformed_form", Phrase("A part of the form has the same header twice."))
    if has_undecoded_bytes(str(part.name)):
        raise MultipartError("a name that is not UTF-8")


def content_type_of(part: MultipartSegment) -> str:
    """The Content-Type of the file's part, or application/octet-stream; raises UploadError."""
    value = str(part.header("Content-Type") or "").strip()
    if not value.isascii():
        value = _NAME_PARAMETER.sub("", value)
    value = value or "application/octet-stream"
    if not _HEADER_VALUE.fullmatch(value):
        raise UploadError("invalid_content_type")
    return value


def content_length_of(part: MultipartSegment) -> int | None:
    """The part's own Content-Length in bytes; None if it has none, or more than one."""
    values = [value for name, value in part.headerlist if name == "Content-Length"]
    return int(values[0]) if len(values) == 1 and _LENGTH.fullmatch(values[0]) else None
