"""Heads of parts near those that one pattern reads, and what each reading makes of them.

Knows: how a usual head is written, and what is nearly written so.
Rules: as a program, `python -m tests.multipart.generated_heads COUNT` compares so many; the tests do a few of
them in each run.
"""

import random
import sys

from multipart import MultipartError, PushMultipartParser

from upload_service.errors.upload_error import UploadError
from upload_service.multipart import part_headers
from upload_service.multipart.file_names import filename_of, has_filename
from upload_service.multipart.form_endings import FormEnding, ending_of
from upload_service.multipart.part_headers import HeadReader, Part
from upload_service.multipart.transfer_encoding import transfer_encoding_of

MOST_BYTES, MOST_LINES = 8192, 16
# Ruby's httpclient has such boundaries, and is known by what else stands in Content-Disposition.
BOUNDARY = "0123456789" * 4
_LETTERS = "aZ09._-:;,=*'()[]{}<>@/&$#!+~|^` "
_PIECES = (
    *_LETTERS, *'?"\\%', "%22", "=?", "?=", "C:\\",
    "\t", "\0", "\x1f", "\x7f", "\r", "\n", "\r\n", "é", "고", "𝄞", "\u2028",
    "; filename=", '; filename="', "; filename*=", "filename", "; modification-date=", "name=",
)  # fmt: skip
_NOT_UTF8 = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80", b"\xf4\x90\x80\x80")
_BYTES = (*(piece.encode() for piece in _PIECES), *_NOT_UTF8)
_PLAIN = _BYTES[: len(_LETTERS)]
_TYPES = (
    b"image/png",
    b"text/plain; charset=utf-8",
    b"a",
    b"",
    b" ",
    b"x/y ",
    b" x/y",
    b"x\t",
    b"\xc3\xa9/x",
)
_LINES = (
    b"Content-Length: 5",
    b"X-A: b",
    b"Content-Type: a/b",
    b"Content-Transfer-Encoding: 8bit",
    b" folded",
)

Meaning = tuple[object, ...]


def head(chance: random.Random) -> bytes:
    """One head, with the empty line behind it."""
    lines = [b'Content-Disposition: form-data; name="' + _text(chance, 100) + b'"']
    if chance.random() < 0.7:
        lines[0] += b'; filename="' + _text(chance, 255) + b'"'
    if chance.random() < 0.7:
        lines.append(b"Content-Type: " + chance.choice(_TYPES))
    if chance.random() < 0.05:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(_LINES))
    written = b"\r\n".join(lines)
    if chance.random() < 0.3:
        at = chance.randrange(len(written))
        written = written[:at] + chance.choice(_BYTES) + written[at + chance.randrange(2) :]
    return written + b"\r\n\r\n"


def _text(chance: random.Random, most: int) -> bytes:
    kind = chance.random()
    if kind < 0.3:
        return chance.choice(
            (b"file", b"uploadUrl", b"header:content-type", b"", "고양이.png".encode(), b"a b.png")
        )
    if kind < 0.4:
        return b"n" * chance.randrange(most - 2, most + 3)
    pieces = _PLAIN if kind < 0.8 else _BYTES
    return b"".join(chance.choices(pieces, k=chance.randrange(8)))


def by_pattern(written: bytes) -> Meaning | None:
    """What a head means that the pattern reads; None for others."""
    usual = part_headers._USUAL.match(written)
    part = part_headers._usual_part(*usual.groups()) if usual else None
    return _meaning(part) if part else None


def whole(written: bytes) -> Meaning | str:
    """What the reader makes of a head that comes at once."""
    return _read([written])


def by_lines(written: bytes) -> Meaning | str:
    """What the reader makes of a head whose lines come one by one, so that it never sees a usual one."""
    return _read([line + b"\n" for line in written[:-1].split(b"\n")])


def by_package(written: bytes) -> Meaning | None:
    """Name, file name and type in the words of the package; None if it refuses the head."""
    parser = PushMultipartParser("B", max_header_size=MOST_BYTES, max_header_count=MOST_LINES)
    try:
        part = next(iter(parser.parse(b"--B\r\n" + written)), None)
    except MultipartError:
        return None
    return None if part is None else (part.name, part.filename, part.header("Content-Type"))


def _read(chunks: list[bytes]) -> Meaning | str:
    reader, left = HeadReader(MOST_BYTES, MOST_LINES), b""
    try:
        for chunk in chunks:
            part, at = reader.read(left + chunk, 0)
            if part:
                return _meaning(part)
            left = (left + chunk)[at:]
    except UploadError as error:
        return error.entry.code
    return "unfinished"


def _meaning(part: Part) -> Meaning:
    """All that the service asks of a part."""
    try:
        content_type = part_headers.content_type_of(part)
    except UploadError as error:
        content_type = error.entry.code
    filename = filename_of(part) if has_filename(part) else None
    ending: FormEnding = ending_of(BOUNDARY, part.disposition)
    length, coding = part_headers.content_length_of(part), transfer_encoding_of(part)
    return (part.name, filename, part.content_type, content_type, length, coding, ending)


def compare(count: int, seed: int) -> int:
    """Compare so many heads; how many of them the pattern reads."""
    chance, usual = random.Random(seed), 0
    for _ in range(count):
        written = head(chance)
        expected = by_lines(written)
        assert whole(written) == expected, written
        if (found := by_pattern(written)) is not None:
            usual += 1
            assert found == expected, written
            assert (found[0], found[1], found[2]) == by_package(written), written
    return usual


if __name__ == "__main__":
    print(compare(int(sys.argv[1]), seed=int(sys.argv[2]) if sys.argv[2:] else 0), "of them usual")
