"""The boundary of a form: as the request's Content-Type names it, and where the first one stands in the body.

Rules: what comes before the first boundary is skipped. A body that begins with another boundary is refused
with words that say so. A value that cannot be used is refused, not guessed.
Must not know: parts, limits.

Source: RFC 2046 section 5.1.1.
"""

import re

from multipart import parse_options_header

from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

# As nearly every client writes it, so that nothing has to be unquoted.
_USUAL = re.compile(r"multipart/form-data; boundary=([A-Za-z0-9'+_.-]{1,199})")
_BOUNDARY = re.compile(r"[\x20-\x7e]{0,199}[\x21-\x7e]")
# A body that begins like a form, with whatever boundary; and all that may become one.
_FORM = re.compile(rb"--(?P<boundary>[^\r\n]{1,256})\r\n[A-Za-z][A-Za-z0-9-]{0,40}:")
_FORM_SO_FAR = re.compile(rb"-?|--[^\r\n]{0,256}|--[^\r\n]{1,256}\r(?:\n(?:[A-Za-z][A-Za-z0-9-]{0,40})?)?")


def boundary_of(content_type: str) -> str:
    """The boundary in the Content-Type of the request; raises UploadError."""
    if usual := _USUAL.fullmatch(content_type):
        return usual[1]
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


class Preamble:
    """Skips the preamble: whatever comes before a form's first boundary.

    `ended`: that boundary has come.
    """

    def __init__(self, boundary: str) -> None:
        self.ended = False
        self._boundary = boundary.encode("latin-1")
        self._dash_boundary = b"--" + self._boundary
        # A boundary follows a line break. The first byte of the body counts as if one came before it.
        self._held_back = b"\r\n"
        self._skipped_bytes = -len(self._held_back)
        # The body's first bytes, as long as another boundary than ours may stand there; None after that.
        self._opening: bytes | None = b""

    @property
    def read_bytes(self) -> int:
        """How many bytes have come before the boundary so far."""
        return self._skipped_bytes + len(self._held_back) + len(self._opening or b"")

    def skip(self, chunk: bytes) -> bytes:
        """The form's bytes from its first boundary on, b"" before that.

        The end of a chunk is held back while it may begin a boundary. Raises UploadError when the boundary
        does not begin a line, and when the body begins with another boundary.
        """
        if self._opening is not None:
            chunk = self._opening + chunk
            if self._begins_as_announced(chunk):
                self._held_back, self._skipped_bytes, self._opening, self.ended = b"", 0, None, True
                return chunk
            if _FORM_SO_FAR.fullmatch(chunk):
                self._opening = chunk
                return b""
            self._opening = None
            self._refuse_other_boundary(chunk)
        return self._find_boundary(self._held_back + chunk)

    def _begins_as_announced(self, body: bytes) -> bool:
        end = len(self._dash_boundary)
        return body.startswith(self._dash_boundary) and body[end : end + 2] in (b"\r\n", b"--")

    def _refuse_other_boundary(self, body: bytes) -> None:
        form = _FORM.match(body)
        if form is None or (named := form["boundary"].rstrip(b" \t")) == self._boundary:
            return
        if b"--" + named == self._boundary:
            raise UploadError(
                "boundary_mismatch", Phrase("The lines with the boundary lack the two dashes before it.")
            )
        raise UploadError(
            "boundary_mismatch", Phrase("The body begins with another boundary than Content-Type names.")
        )

    def _find_boundary(self, text: bytes) -> bytes:
        position = text.find(self._dash_boundary)
        skipped = position if position >= 0 else max(0, len(text) - len(self._dash_boundary) - 1)
        self._skipped_bytes += skipped
        if position < 0:
            self._held_back = text[skipped:]
            return b""
        if text[position - 2 : position] != b"\r\n":
            raise UploadError("malformed_form")  # it does not begin a line
        self._held_back, self.ended = b"", True
        return text[position:]
