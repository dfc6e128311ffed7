"""Writes a multipart/form-data body around a file: what stands before its bytes, and what behind them.

Knows: how browsers write fields and a file's name.
Rules: the caller's text cannot make a part of its own: line breaks and quotation marks are refused where they
would end something, and the boundary is in none of the text.
Must not know: what the fields mean, the file's bytes, where randomness comes from.

Source: RFC 7578 and RFC 2046 section 5.1; html.spec.whatwg.org, "multipart form data"
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

_ENDS_A_LINE = re.compile("[\r\n\0]")
_ENDS_A_NAME = re.compile('[\r\n\0"]')


class FileFrame(NamedTuple):
    """The bytes around a file's, and the Content-Type of the whole body."""

    before: bytes
    after: bytes
    content_type: str

    def __repr__(self) -> str:
        return f"FileFrame({len(self.before)}, {len(self.after)})"


def frame_file(
    fields: Iterable[tuple[str, str]], filename: str, content_type: str, new_boundary: Callable[[], str]
) -> FileFrame:
    """The frame of a form with these fields, and the file behind them. Raises ValueError for unsafe text."""
    fields = tuple(fields)
    _require_safe(_ENDS_A_NAME, filename, *(name for name, _ in fields))
    _require_safe(_ENDS_A_LINE, content_type, *(value for _, value in fields))
    texts = (filename, content_type, *(text for field in fields for text in field))
    boundary = new_boundary()
    while any(boundary in text for text in texts):
        boundary = new_boundary()
    heads = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    ]
    heads.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return FileFrame(
        "".join(heads).encode(),
        f"\r\n--{boundary}--\r\n".encode(),
        f"multipart/form-data; boundary={boundary}",
    )


def _require_safe(unsafe: re.Pattern[str], *texts: str) -> None:
    if any(map(unsafe.search, texts)):
        raise ValueError("text that would end a line or a name")
