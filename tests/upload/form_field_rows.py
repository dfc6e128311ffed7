"""Forms whose fields are wrong, and the code of each."""

import pytest

from tests.support.client.written_forms import (
    END,
    FILE,
    LARGE,
    OTHER,
    SIZE,
    SMALL,
    URL,
    file,
)

# Refused before a PUT is sent.
WRONG_FIELDS = [
    pytest.param(URL + END, "missing_file", id="no-file"),
    pytest.param(END, "missing_file", id="no-parts"),
    pytest.param(FILE + END, "missing_upload_url", id="no-url"),
    pytest.param(URL + URL + FILE + END, "duplicate_field", id="two-urls"),
    pytest.param(URL + FILE + FILE + END, "multiple_files", id="two-files"),
    pytest.param(FILE + FILE + URL + END, "multiple_files", id="two-files-before-url"),
    pytest.param(
        URL + b'--B\r\nContent-Disposition: form-data; name="file"\r\n\r\nphoto.png\r\n' + END,
        "file_is_text",
        id="text",
    ),
    pytest.param(
        URL + b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n" + END,
        "missing_file",
        id="no-file-chosen",
    ),
    pytest.param(
        b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n" + URL + END,
        "missing_file",
        id="no-file-chosen-before-url",
    ),
    pytest.param(
        URL + b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"Content-Type: image/\x07png\r\n\r\n12345\r\n" + END,
        "invalid_content_type",
        id="type-with-bell",
    ),
    pytest.param(
        URL + b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"Content-Type: image/png\nX-Evil: 1\r\n\r\n12345\r\n" + END,
        "malformed_form",
        id="type-with-line-feed",
    ),
    pytest.param(
        URL + b'--B\r\nContent-Disposition: form-data; filename="a.png"\r\n\r\n12345\r\n' + END,
        "missing_file",
        id="no-name",
    ),
    pytest.param(
        URL + b'--B\r\nContent-Disposition: form-data; name="File"; filename="a.png"\r\n\r\n12345\r\n' + END,
        "missing_file",
        id="capital-letter",
    ),
    pytest.param(SIZE % b"-1" + URL + FILE + END, "invalid_size", id="size--1"),
    pytest.param(SIZE % b"abc" + URL + FILE + END, "invalid_size", id="size-abc"),
    pytest.param(SIZE % b"" + URL + FILE + END, "invalid_size", id="size-empty"),
    pytest.param(SIZE % b"5.0" + URL + FILE + END, "invalid_size", id="size-5.0"),
    pytest.param(SIZE % b"9" * 2 + URL + FILE + END, "duplicate_field", id="size-twice"),
    pytest.param(FILE + SIZE % b"-1" + URL + END, "invalid_size", id="size--1-after"),
    pytest.param(FILE + SIZE % b"abc" + URL + END, "invalid_size", id="size-abc-after"),
    pytest.param(SIZE % b"4" + FILE + URL + END, "size_mismatch", id="size-too-small"),
    pytest.param(SIZE % b"6" + FILE + URL + END, "size_mismatch", id="size-too-large"),
    pytest.param(SIZE % b"600" + FILE + END, "size_mismatch", id="size-larger-than-the-request"),
    pytest.param(FILE + SIZE % b"5368709121" + URL + END, "file_too_large", id="size-over-5-GiB"),
    pytest.param(SIZE % b"5368709121" + URL + FILE + END, "file_too_large", id="size-over-5-GiB-first"),
]

# Found out when a PUT may have begun.
WRONG_LATE_FIELDS = [
    pytest.param(URL + FILE + URL + END, "duplicate_field", id="url-again-after"),
    pytest.param(URL + FILE + SIZE % b"-1" + END, "invalid_size", id="size--1-after"),
    pytest.param(URL + FILE + SIZE % b"4" + END, "size_mismatch", id="size-too-small-after"),
    pytest.param(URL + FILE + SIZE % b"6" + END, "size_mismatch", id="size-too-large-after"),
    pytest.param(FILE + URL + SIZE % b"4" + END, "size_mismatch", id="size-too-small-last"),
    pytest.param(FILE + URL + SIZE % b"6" + END, "size_mismatch", id="size-too-large-last"),
    pytest.param(URL + SIZE % b"4" + FILE + END, "size_mismatch", id="size-too-small"),
    pytest.param(URL + SIZE % b"0" + FILE + END, "size_mismatch", id="size-0"),
    pytest.param(URL + SIZE % b"6" + FILE + END, "size_mismatch", id="size-too-large"),
    pytest.param(URL + SIZE % b"99999" + file(SMALL) + END, "size_mismatch", id="size-of-a-part"),
    pytest.param(URL + file(SMALL) + SIZE % b"102401" + END, "size_mismatch", id="one-byte-missing"),
    pytest.param(URL + SIZE % b"99999" + file(LARGE) + END, "size_mismatch", id="size-of-a-part-large"),
]

# Stored: a file of five bytes.
ODD_AND_RIGHT = [
    pytest.param(OTHER % b"value" + URL + FILE + END, id="other"),
    pytest.param(OTHER % b"1" * 62 + URL + FILE + END, id="64-parts"),
    pytest.param(OTHER % (b"x" * 1_000_000) + URL + FILE + END, id="a-megabyte"),
    pytest.param(
        b'--B\r\nContent-Disposition: form-data; name="thumbnail"; filename="t.png"\r\n'
        b"Content-Type: image/png\r\n\r\nnot this one\r\n" + URL + FILE + END,
        id="other-file",
    ),
    pytest.param(
        FILE + b'--B\r\nContent-Disposition: form-data; name="thumbnail"; filename="t.png"\r\n'
        b"Content-Type: image/png\r\n\r\nnot this one\r\n" + URL + END,
        id="other-file-after",
    ),
    pytest.param(b"a preamble\r\n" + URL + FILE + END, id="preamble"),
    pytest.param(URL + FILE + END + b"an epilogue", id="epilogue"),
    pytest.param(SIZE % b"5" + URL + FILE + END, id="size"),
    pytest.param(FILE + URL + SIZE % b"5" + END, id="size-last"),
    pytest.param(SIZE % b"005" + URL + FILE + END, id="size-with-zeros"),
]

# How a form writes a file's name, and the name that is meant.
FILE_NAMES = [
    (b'filename="plain.png"', "plain.png"),
    (b'filename="say %22hi%22.png"', 'say "hi".png'),
    (b'filename="say \\"hi\\".png"', 'say "hi".png'),
    ('filename="고양이 사진.png"'.encode(), "고양이 사진.png"),
    (b'filename="two%0Alines.png"', "two\nlines.png"),
    (b'filename="two%0D%0Alines.png"', "two\r\nlines.png"),
    (b'filename="../../etc/passwd"', "../../etc/passwd"),
    (rb'filename="photos\a.png"', r"photos\a.png"),
    (rb'filename="C:\photos\a.png"', "a.png"),  # a whole path, as only very old browsers send it
    (b'filename="a;b; c=d.png"', "a;b; c=d.png"),
    (b"filename*=UTF-8''%EA%B3%A0%EC%96%91%EC%9D%B4.png", "고양이.png"),
    (b"filename*=utf-8'ko'%22.png", '".png'),
    (b"filename=token.png", "token.png"),
    (b'filename="<script>.png"', "<script>.png"),
    (b'filename="' + b"n" * 4000 + b'"', "n" * 4000),
]
