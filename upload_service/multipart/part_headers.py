"""Judges the headers of a part, which the package `multipart` has parsed, and finds the form's boundary.

Knows: the parameters of Content-Type and Content-Disposition.
Rules: a value that cannot be used is refused, not guessed.
Must not know: framing, the file's bytes.

Source: RFC 7578 section 4, RFC 8187 for names outside ASCII.
"""

import re
from urllib.parse import unquote

from multipart import MultipartSegment, parse_options_header

from upload_service.errors.upload_error import UploadError

_BOUNDARY = re.compile(r"[\x20-\x7e]{0,199}[\x21-\x7e]")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]+")
_EXTENDED_NAME = re.compile(r";\s*filename\*\s*=\s*([\w.-]+)'[^']*'([^;\s]*)", re.IGNORECASE | re.ASCII)
_LATIN_1_NAMES = frozenset({"iso-8859-1", "latin1", "latin-1"})


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


def refuse_repeated_headers(part: MultipartSegment) -> None:
    """Raise UploadError when a part has the same header twice: parsers disagree which one counts."""
    names = [name for name, _ in part.headerlist]
    if names.count("Content-Disposition") > 1 or names.count("Content-Type") > 1:
        raise UploadError("malformed_form", "A part of the form has the same header twice.")


def filename_of(part: MultipartSegment) -> str:
    """The file's name, also in the form `filename*=utf-8''…` that some clients use outside ASCII.

    Raises UploadError when the part has no name, because it is a text field then.
    """
    if part.filename is not None:
        return str(part.filename)
    extended = _EXTENDED_NAME.search(str(part.header("Content-Disposition") or ""))
    if extended is None:
        raise UploadError("file_is_text")
    return unquote(extended[2], "latin-1" if extended[1].lower() in _LATIN_1_NAMES else "utf-8", "replace")


def content_type_of(part: MultipartSegment) -> str:
    """The Content-Type of the file's part, or application/octet-stream; raises UploadError."""
    value = str(part.header("Content-Type") or "").strip() or "application/octet-stream"
    if not _HEADER_VALUE.fullmatch(value):
        raise UploadError("invalid_content_type")
    return value
