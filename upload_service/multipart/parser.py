"""A form's framing where the package `multipart` reads it in more than one way, according to how it is cut.

Knows: where a form begins; two private names of the parser (2.0): what is given each line of a part's head,
and what a part's Content-Length is kept in.
Rules: a line break that is no CRLF, and a line that goes on with the next, are refused: no client
writes them, readers disagree about them, and a line that is folded a thousand times is put together as often.
Must not know: what the lines mean.

Source: RFC 2046 section 5.1.1, RFC 7578 section 4.8 and RFC 5322 section 4.2, which calls folding obsolete.
"""

from multipart import MultipartError, PushMultipartParser


class StrictParser(PushMultipartParser):  # type: ignore[misc]  # the package has no type information
    """Refuses a head's line that is folded or broken otherwise, and lets the boundary alone end a part."""

    def _on_segment_headerline(self, line: bytes) -> None:
        if line[0] in b" \t" or b"\n" in line or b"\r" in line:
            raise MultipartError("a line that is folded or broken")
        super()._on_segment_headerline(line)
        # A part's Content-Length, which some clients write. The boundary decides: not all bytes come here.
        self._segment_limit = -1


class Preamble:
    """What stands before a form's first boundary, and is skipped."""

    def __init__(self, boundary: str) -> None:
        self.ended = False
        self._dash_boundary = f"--{boundary}".encode("latin-1")
        # The boundary begins a line; before the first byte there is none.
        self._held_back = b"\r\n"
        self._skipped_bytes = -len(self._held_back)

    @property
    def read_bytes(self) -> int:
        """How many bytes came before the boundary so far."""
        return self._skipped_bytes + len(self._held_back)

    def skip(self, chunk: bytes) -> bytes:
        """What of `chunk`, and of what was held back, is the form's; b"" before it. Raises MultipartError."""
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
