"""The form reader: parts in, the same parts out, however the bytes were cut."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.multipart.form_reading import (
    CLOSING,
    FILE_HEAD,
    FORM_TYPE,
    URL_PART,
    parts,
    read,
    refusal,
    usual,
)
from upload_service.multipart.form_events import Field, FileStart


def test_every_split() -> None:
    """A form with a boundary look-alike in its file reads the same, cut in two at every offset."""
    content = b"\r\n--B\r\n-\r\n--A\r\n\r\n--\r\n--"
    content = content.replace(b"--B", b"--C")
    body = URL_PART + FILE_HEAD + content + b"\r\n--B--\r\n"
    for cut in range(len(body) + 1):
        found = parts(read(FORM_TYPE, [body[:cut], body[cut:]], len(body)))
        assert found.fields == [Field("uploadUrl", "https://x/?a")]
        assert found.content == content
        assert found.start == FileStart("a.png", "image/png", usual(len(content)))
        assert found.ended


def test_byte_by_byte() -> None:
    """A form that arrives byte by byte reads the same, and the file's length is predicted from it."""
    body = URL_PART + FILE_HEAD + b"12345\r\n--B--\r\n"
    found = parts(read(FORM_TYPE, (body[i : i + 1] for i in range(len(body))), len(body)))
    assert (found.content, found.start) == (b"12345", FileStart("a.png", "image/png", usual(5)))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=3000).filter(lambda content: b"\r\n--B" not in b"\r\n" + content),
    st.lists(st.binary(max_size=50).filter(lambda v: b"--B" not in v), max_size=3),
    st.lists(st.integers(0, 4000), max_size=8),
    st.booleans(),
)
def test_parts_come_out_as_they_went_in(
    content: bytes, values: list[bytes], cuts: list[int], file_first: bool
) -> None:
    """Generated parts, split at random places, come out the same, with the length of a last file."""
    fields = b"".join(
        b'--B\r\nContent-Disposition: form-data; name="size"\r\n\r\n' + value + b"\r\n" for value in values
    )
    upload = FILE_HEAD + content + b"\r\n"
    body = (upload + fields if file_first else fields + upload) + b"--B--\r\n"
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    found = parts(read(FORM_TYPE, (body[a:b] for a, b in pairwise(edges)), len(body)))
    assert found.content == content
    assert [field.value.encode("latin-1") for field in found.fields] == values
    assert found.start
    assert found.start.predicted
    assert found.start.predicted.file_bytes == len(content) + (len(fields) if file_first else 0)


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("", "not_multipart"),
        ("application/json", "not_multipart"),
        ("multipart/mixed; boundary=B", "not_multipart"),
        ("multipart/form-data", "missing_boundary"),
        ("multipart/form-data; boundary=", "missing_boundary"),
        ('multipart/form-data; boundary=""', "missing_boundary"),
        ("multipart/form-data; boundary=" + "b" * 201, "missing_boundary"),
    ],
)
def test_content_type(content_type: str, code: str) -> None:
    """A request that is no form, or a form without a usable boundary, is refused by its head."""
    body = URL_PART + b"--B--\r\n"
    assert refusal(content_type, [body], len(body)) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"no boundary at all, ever", "incomplete_form"),
        (b"--B", "incomplete_form"),
        (URL_PART, "incomplete_form"),
        (URL_PART + FILE_HEAD + b"123", "incomplete_form"),
        (URL_PART + FILE_HEAD + b"123\r\n--B", "incomplete_form"),
        (URL_PART + FILE_HEAD + b"123\r\n--B-", "incomplete_form"),
        (URL_PART + FILE_HEAD + b"123\r\n--B\r\n", "incomplete_form"),
        (URL_PART + FILE_HEAD + b"123\r\n--BX\r\n--B--\r\n", "malformed_form"),
        (b"junk--B\r\n" + URL_PART[5:] + b"--B--\r\n", "malformed_form"),
        (
            b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--B--\r\n',
            "missing_file",
        ),
        (FILE_HEAD + b"1\r\n" + FILE_HEAD + b"2\r\n--B--\r\n", "multiple_files"),
        (URL_PART.replace(b"https://x/", b"u" * 8193) + b"--B--\r\n", "field_too_long"),
        (
            URL_PART.replace(b"uploadUrl", b"other").replace(b"/x", b"u" * 1_100_000) + b"--B--\r\n",
            "field_too_long",
        ),
        (b"p" * 1_100_000 + b"\r\n" + URL_PART + b"--B--\r\n", "boundary_mismatch"),
        (URL_PART + b"--B--\r\n" + b"e" * 1_100_000, "field_too_long"),
        (URL_PART.replace(b"uploadUrl", b"other") * 65 + b"--B--\r\n", "too_many_parts"),
    ],
)
def test_broken_forms(body: bytes, code: str) -> None:
    """Each way to break a form has its code."""
    assert refusal(FORM_TYPE, [body], len(body)) == code


def test_preamble_and_epilogue_are_tolerated() -> None:
    """Text before the first and after the last boundary is no part of the form."""
    body = b"preamble\r\n" + URL_PART + FILE_HEAD + b"123\r\n--B--\r\nepilogue"
    assert parts(read(FORM_TYPE, [body], None)).content == b"123"


def test_prediction_needs_a_length() -> None:
    """Without the request's length, or with one too small for any file, nothing is predicted."""
    body = FILE_HEAD + b"123" + CLOSING
    for length in (None, 10):
        start = parts(read(FORM_TYPE, [body], length)).start
        assert start
        assert start.predicted is None
