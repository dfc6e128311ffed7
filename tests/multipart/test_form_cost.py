"""What a hostile form costs, counted in pieces that the parser gets: a clock would depend on the machine."""

import math
from collections.abc import Iterator

import pytest

from tests.multipart.form_reading import FILE_HEAD, FORM_TYPE, URL_PART, read
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.parser import StrictParser

CHUNK_BYTES = 64 * 1024
SIZE = 1_000_000
FIELD = b'--B\r\nContent-Disposition: form-data; name="other"\r\n\r\n'
FILE = FILE_HEAD + b"12345"
END = b"\r\n--B--\r\n"
FORMS = {
    "a field of line breaks": URL_PART + FIELD + b"\r\n" * (SIZE // 2) + b"\r\n" + FILE + END,
    "a field of other boundaries": URL_PART + FIELD + b"\r\n--A\r\n\r\n" * (SIZE // 9) + b"\r\n" + FILE + END,
    "a field of carriage returns": URL_PART + FIELD + b"\r" * SIZE + b"\r\n" + FILE + END,
    "line breaks before the form": b"\r\n" * (SIZE // 2) + URL_PART + FILE + END,
    "line breaks behind the form": URL_PART + FILE + END + b"\r\n" * (SIZE // 2),
    "parts behind the end, and no file": URL_PART + b"--B--\r\n\r\n" + b"\r\n--B\r\n\r\n" * (SIZE // 9),
    "a file of line breaks": URL_PART + FILE_HEAD + b"\r\n" * (SIZE // 2) + END,
    "a field of line breaks behind the file": URL_PART + FILE + b"\r\n" + FIELD + b"\r\n" * (SIZE // 2) + END,
    "parts behind the file": URL_PART + FILE + b"\r\n" + (FIELD + b"\r\n") * (SIZE // 60) + END,
    "parts before the file": URL_PART + (FIELD + b"\r\n") * (SIZE // 60) + FILE + END,
}  # fmt: skip


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
def test_form_is_cut_into_few_pieces(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """The parser gets a form in a few pieces for each chunk and part, whatever stands in it."""
    pieces = 0
    parse = StrictParser.parse

    def counted(parser: StrictParser, piece: bytes) -> Iterator[object]:
        nonlocal pieces
        pieces += 1
        return iter(parse(parser, piece))

    monkeypatch.setattr(StrictParser, "parse", counted)
    chunks = [body[at : at + CHUNK_BYTES] for at in range(0, len(body), CHUNK_BYTES)]
    try:
        read(FORM_TYPE, chunks, len(body))
    except UploadError:
        assert body.count(b"--B\r\n") > 64
    assert pieces <= 3 * math.ceil(len(body) / CHUNK_BYTES) + 2 * 64


def test_heads_of_all_parts_are_bounded_together() -> None:
    """Options in heads cost most for each byte. So each part may have a long head, and not all of them."""
    options = b'--B\r\nContent-Disposition: form-data; name="other"' + b";a=b" * 1900 + b"\r\n\r\n\r\n"
    for count in range(1, 9):
        read(FORM_TYPE, [URL_PART + options * count + FILE + END], None)
    for body in (URL_PART + options * 9 + FILE + END, URL_PART + FILE + b"\r\n" + options * 9 + END[2:]):
        with pytest.raises(UploadError) as raised:
            read(FORM_TYPE, [body], len(body))
        assert raised.value.entry.code == "part_headers_too_long"
