"""The parser of the package `multipart`, made stricter: its result can depend on how a body is cut.

Knows: where a form begins; two private names of the package's parser (2.0): the method that gets each line of
a part's headers, and the attribute that keeps a part's Content-Length.
Rules: header lines that end with anything but CRLF, or that are folded (continued on the next line), are
refused. No client writes them, parsers disagree about them, and the package copies a folded line again for
each line that continues it.
Must not know: what the headers mean.

Source: RFC 2046 section 5.1.1, RFC 7578 section 4.8 and RFC 5322 section 4.2, which calls folding obsolete.
"""

from multipart import MultipartError, PushMultipartParser


class StrictParser(PushMultipartParser):  # type: ignore[misc]  # the package has no type information
    """Refuses folded and otherwise broken header lines. Only the boundary ends a part."""

    def _on_segment_headerline(self, line: bytes) -> None:
        if line[0] in b" \t" or b"\n" in line or b"\r" in line:
            raise MultipartError("a line that is folded or broken")
        super()._on_segment_headerline(line)
        # Some clients give a part a Content-Length. Only the boundary counts: most bytes of the file bypass
        # this parser, so it cannot compare them with a length.
        self._segment_limit = -1


class Preamble:
    """Skips the preamble: whatever comes before a form's first boundary."""

    def __init__(self, boundary: str) -> None:
        self.ended = False
        self._dash_boundary = f"--{boundary}".encode("latin-1")
        # A boundary follows a line break. The first byte of the body counts as if one came before it.
        self._held_back = b"\r\n"
        self._skipped_bytes = -len(self._held_back)

    @property
    def read_bytes(self) -> int:
        """How many bytes have come before the boundary so far."""
        return self._skipped_bytes + len(self._held_back)

    def skip(self, chunk: bytes) -> bytes:
        """The form's bytes from its first boundary on, b"" before that.

        The end of a chunk is held back while it may begin a boundary. Raises MultipartError when the boundary
        does not begin a line.
        """
        if self._skipped_bytes < 0 and self.read_bytes == 0 and chunk.startswith(self._dash_boundary):
            self._held_back, self._skipped_bytes, self.ended = b"", 0, True
            return chunk
        text = self._held_back + chunk
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
