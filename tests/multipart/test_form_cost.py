"""What a hostile form costs, counted in searches of the reader: a clock would depend on the machine."""

import math
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pytest

from tests.multipart.form_reading import FILE_HEAD, FORM_TYPE, URL_PART, read
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.delimiter_search import bytes_end
from upload_service.multipart.part_headers import HeadReader

P = ParamSpec("P")
T = TypeVar("T")

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
    """A form is searched a few times for each chunk and part, whatever stands in it."""
    searches = 0

    def counted(search: Callable[P, T]) -> Callable[P, T]:
        def counting(*given: P.args, **named: P.kwargs) -> T:
            nonlocal searches
            searches += 1
            return search(*given, **named)

        return counting

    monkeypatch.setattr(HeadReader, "read", counted(HeadReader.read))
    monkeypatch.setattr("upload_service.multipart.form_reader.bytes_end", counted(bytes_end))
    chunks = [body[at : at + CHUNK_BYTES] for at in range(0, len(body), CHUNK_BYTES)]
    try:
        read(FORM_TYPE, chunks, len(body))
    except UploadError:
        assert body.count(b"--B\r\n") > 64
    assert searches
    assert searches <= 3 * math.ceil(len(body) / CHUNK_BYTES) + 2 * 64


def test_heads_of_all_parts_are_bounded_together() -> None:
    """Options in heads cost most for each byte. So each part may have a long head, and not all of them."""
    options = b'--B\r\nContent-Disposition: form-data; name="other"' + b";a=b" * 1900 + b"\r\n\r\n\r\n"
    for count in range(1, 9):
        read(FORM_TYPE, [URL_PART + options * count + FILE + END], None)
    for body in (URL_PART + options * 9 + FILE + END, URL_PART + FILE + b"\r\n" + options * 9 + END[2:]):
        with pytest.raises(UploadError) as raised:
            read(FORM_TYPE, [body], len(body))
        assert raised.value.entry.code == "part_headers_too_long"
