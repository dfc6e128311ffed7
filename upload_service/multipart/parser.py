"""The parser of the package `multipart`, made stricter: its result can depend on how a body is cut.

Knows: where a form begins, and how to tell that its boundary is not the one that Content-Type names; three
private names of the package's parser (2.0): the method that gets each line of a part's headers, the list in
which it keeps them, and the attribute that keeps a part's Content-Length.
Rules: header lines that end with anything but CRLF, or that are folded (continued on the next line), are
refused. No client writes them, parsers disagree about them, and the package copies a folded line again for
each line that continues it. A header that may name the file and is not UTF-8 is kept byte for byte
(surrogateescape); all others must be UTF-8.
Must not know: what the headers mean.

Source: RFC 2046 section 5.1.1, RFC 7578 section 4.8 and RFC 5322 section 4.2, which calls folding obsolete.
"""

import re

from multipart import MultipartError, ParserLimitReached, PushMultipartParser

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.text_decoding import has_undecoded_bytes
from upload_service.translation.phrase import Phrase

# Of all parts together. Options in them, such as a=b;a=b, cost 25 times as much CPU as bytes of a file.
MAX_HEADS_BYTES = 64 * 1024

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# Headers that may name the file in whatever charset.
_NAMING_HEADERS = frozenset({"Content-Disposition", "Content-Type"})
# A body that begins like a form, with whatever boundary; and all that may become one.
_FORM = re.compile(rb"--(?P<boundary>[^\r\n]{1,256})\r\n[A-Za-z][A-Za-z0-9-]{0,40}:")
_FORM_SO_FAR = re.compile(rb"-?|--[^\r\n]{0,256}|--[^\r\n]{1,256}\r(?:\n(?:[A-Za-z][A-Za-z0-9-]{0,40})?)?")


class StrictParser(PushMultipartParser):  # type: ignore[misc]  # the package has no type information
    """Refuses header lines that are folded, broken or too many. Only the boundary ends a part."""

    _heads_bytes = 0

    def _on_segment_headerline(self, line: bytes) -> None:
        if line[0] in b" \t" or b"\n" in line or b"\r" in line:
            raise MultipartError("a line that is folded or broken")
        self._heads_bytes += len(line)
        if self._heads_bytes > MAX_HEADS_BYTES:
            raise ParserLimitReached("heads that are too long together")
        try:
            super()._on_segment_headerline(line)
        except MultipartError:
            if not self._keep_undecoded(line):
                raise
        # Some clients give a part a Content-Length. Only the boundary counts: most bytes of the file bypass
        # this parser, so it cannot compare them with a length.
        self._segment_limit = -1

    def _keep_undecoded(self, line: bytes) -> bool:
        """Take a header that names the file and is not UTF-8; False if the line is something else."""
        name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
        name = name.strip().title()
        if name not in _NAMING_HEADERS or not has_undecoded_bytes(value):
            return False
        super()._on_segment_headerline(_NOT_ASCII.sub(b"?", line))
        self._segment_headerlist[-1] = (name, value.lstrip(" \t"))
        return True


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

        The end of a chunk is held back while it may begin a boundary. Raises MultipartError when the boundary
        does not begin a line, and UploadError when the body begins with another boundary.
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
            raise MultipartError("a boundary that does not begin a line")
        self._held_back, self.ended = b"", True
        return text[position:]
