"""The push parser of the package `multipart`, which takes a line of a part's head in one way only.

Knows: one private name of the parser (2.0), which is given each line of a part's head.
Rules: a line break that is no CRLF, and a line that goes on with the next, are refused: no client writes them,
readers disagree about them, and a line that is folded a thousand times is put together a thousand times.
Must not know: what the lines mean.

Source: RFC 7578 section 4.8 and RFC 5322 section 4.2, which calls folding obsolete.
"""

from multipart import MultipartError, PushMultipartParser


class Parser(PushMultipartParser):  # type: ignore[misc]  # the package has no type information
    """Refuses a head's line that is folded or broken otherwise."""

    def _on_segment_headerline(self, line: bytes) -> None:
        if line[0] in b" \t" or b"\n" in line or b"\r" in line:
            raise MultipartError("a line that is folded or broken")
        super()._on_segment_headerline(line)
