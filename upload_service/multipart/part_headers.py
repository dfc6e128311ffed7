"""Reads the head of a part: the lines between a boundary and the part's content.

Knows: how browsers, curl and most libraries write it; all of that one pattern reads at once. Every other head
is read line by line, and its Content-Disposition by the package `multipart`.
Rules: a head means the same whichever of the two reads it. Lines that end with anything but CRLF, or that are
folded (continued on the next line), are refused: no client writes them, and parsers disagree about them. A
header that may name the file and is not UTF-8 is kept byte for byte (surrogateescape); all others must be
UTF-8. Of headers that decide something, none comes twice.
Must not know: where a part begins and ends, what its name and its type are used for.

Source: RFC 7578 section 4 and RFC 5322 section 4.2, which calls folding obsolete.
"""

import re
from typing import NamedTuple

from multipart import parse_content_disposition

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.text_decoding import has_undecoded_bytes
from upload_service.translation.phrase import Phrase

# Of all parts together. Options in them, such as a=b;a=b, cost 25 times as much CPU as bytes of a file.
MAX_HEADS_BYTES = 64 * 1024

# The names have nothing in them that might be an escape (%, a backslash, a word of RFC 2047: =?…?=), and
# the field's has no semicolon. They are short: a head that comes byte by byte is tried at each byte.
_USUAL = re.compile(
    rb'Content-Disposition: form-data; name="([ !#$&-:<->@-\[\]-~]{0,100}+)"'
    rb'(?:; filename="([ !#$&->@-\[\]-~\x80-\xff]{0,255}+)")?+\r\n'
    rb"(?:Content-Type: ([!-~][ -~]{0,100}+(?<! ))\r\n)?+\r\n"
)
_HEADER_NAME = re.compile("[A-Za-z0-9_-]+")
_LENGTH = re.compile("0|[1-9][0-9]{0,99}")
_PLAUSIBLE_LENGTH = re.compile("[0-9]{1,15}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]+")
# A file's name, as mail has it in Content-Type.
_NAME_PARAMETER = re.compile(r""";\s*+name\*?\s*+=\s*+("[^"]*"|[^;"]*+)""", re.IGNORECASE)
# Headers that may name the file in whatever charset.
_NAMING = frozenset({"Content-Disposition", "Content-Type"})
TRANSFER_ENCODING = "Content-Transfer-Encoding"
_ONCE = ("Content-Disposition", "Content-Type", TRANSFER_ENCODING)


class Part(NamedTuple):
    """What the head of a part says.

    `filename`: as the header has it, its escapes undone as browsers write them; None if there is none.
    `content_type`: None if there is none. `disposition`: the value of Content-Disposition; "" where it has
    only the two names, as they are here. `others`: the other headers, their names in title case.
    """

    name: str
    filename: str | None
    content_type: str | None
    disposition: str = ""
    others: tuple[tuple[str, str], ...] = ()


class HeadReader:
    """Reads one head after another; raises UploadError. `most_bytes` of a line, `most_lines` of a head."""

    def __init__(self, most_bytes: int, most_lines: int) -> None:
        self._most_bytes = most_bytes
        self._most_lines = most_lines
        self._all_bytes = 0
        # Of the head that is being read.
        self._lines: list[tuple[str, str]] = []

    def read(self, chunk: bytes, start: int) -> tuple[Part | None, int]:
        """The part whose head ends in `chunk`, and where; None, and where the next chunk has to go on.

        What is in `chunk` before `start` has been read.
        """
        if not self._lines and (usual := _USUAL.match(chunk, start)):
            end = usual.end()
            if end - start <= self._most_bytes and (part := _usual_part(*usual.groups())):
                self._count(end - start)
                return part, end
        while (end := chunk.find(b"\r\n", start)) > start:
            self._add(chunk[start:end])
            start = end + len(b"\r\n")
        if end == start:
            self._count(len(b"\r\n"))
            lines, self._lines = self._lines, []
            return _part_of(lines), start + len(b"\r\n")
        if chunk.find(b"\n", start) >= 0:
            raise UploadError("malformed_form")
        if len(chunk) - start > self._most_bytes + len(b"\r"):
            raise UploadError("part_headers_too_long")
        return None, start

    def _count(self, count: int) -> None:
        self._all_bytes += count
        if self._all_bytes > MAX_HEADS_BYTES:
            raise UploadError("part_headers_too_long")

    def _add(self, line: bytes) -> None:
        if line[0] in b" \t" or b"\n" in line or b"\r" in line:
            raise UploadError("malformed_form")
        self._count(len(line) + len(b"\r\n"))
        if len(line) > self._most_bytes or len(self._lines) >= self._most_lines:
            raise UploadError("part_headers_too_long")
        name, colon, value = line.decode("utf-8", "surrogateescape").partition(":")
        name, value = name.strip().title(), value.lstrip(" \t")
        if not colon or not _HEADER_NAME.fullmatch(name):
            raise UploadError("malformed_form")
        if name not in _NAMING and has_undecoded_bytes(value):
            raise UploadError("malformed_form")
        if name == "Content-Length" and not _LENGTH.fullmatch(value):
            raise UploadError("malformed_form")
        self._lines.append((name, value))


def _usual_part(name: bytes, filename: bytes | None, content_type: bytes | None) -> Part | None:
    """What a usual head says; None if the file's name is not UTF-8."""
    try:
        decoded = None if filename is None else filename.decode()
    except UnicodeDecodeError:
        return None
    return Part(name.decode(), decoded, None if content_type is None else content_type.decode())


def _part_of(lines: list[tuple[str, str]]) -> Part:
    """What a head says that was read line by line; raises UploadError."""
    names = [name for name, _ in lines]
    if any(names.count(name) > 1 for name in _ONCE):
        # Parsers disagree which one counts.
        raise UploadError("malformed_form", Phrase("A part of the form has the same header twice."))
    headers = dict(lines)
    disposition = headers.get("Content-Disposition", "")
    kind, name, filename = parse_content_disposition(disposition)
    if kind != "form-data" or has_undecoded_bytes(name or ""):
        raise UploadError("malformed_form")
    others = tuple(line for line in lines if line[0] not in _NAMING)
    return Part(name or "", filename, headers.get("Content-Type"), disposition, others)


def content_type_of(part: Part) -> str:
    """The Content-Type of the file's part, or application/octet-stream; raises UploadError."""
    value = (part.content_type or "").strip()
    if not value.isascii():
        value = _NAME_PARAMETER.sub("", value)
    value = value or "application/octet-stream"
    if not _HEADER_VALUE.fullmatch(value):
        raise UploadError("invalid_content_type")
    return value


def content_length_of(part: Part) -> int | None:
    """The part's own Content-Length in bytes; None if it has none, or more than one."""
    if not part.others:
        return None
    values = [value for name, value in part.others if name == "Content-Length"]
    return int(values[0]) if len(values) == 1 and _PLAUSIBLE_LENGTH.fullmatch(values[0]) else None
