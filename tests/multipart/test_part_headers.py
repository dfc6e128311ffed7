"""The headers of a part: file names and types as the sender meant them, and heads that are refused."""

import pytest

from tests.multipart.form_reading import FILE_HEAD, FORM_TYPE, parts, read, refusal


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"--B\r\nno colon here\r\n\r\nx\r\n--B--\r\n", "malformed_form"),
        (b"--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--\r\n", "malformed_form"),
        (b"--B\r\n\r\nx\r\n--B--\r\n", "malformed_form"),
        (b'--B\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--B--\r\n', "malformed_form"),
        (FILE_HEAD.replace(b"image/png", b"image/\x07png") + b"1\r\n--B--\r\n", "invalid_content_type"),
        (FILE_HEAD.replace(b"image/png", "이미지".encode()) + b"1\r\n--B--\r\n", "invalid_content_type"),
        (b"--B\r\nX-Long: " + b"x" * 9000 + b"\r\n\r\nx\r\n--B--\r\n", "part_headers_too_long"),
        (b"--B\r\n" + b"X-A: b\r\n" * 17 + b"\r\nx\r\n--B--\r\n", "part_headers_too_long"),
    ],
)
def test_broken_part_headers(body: bytes, code: str) -> None:
    """Each way to break the headers of a part has its code."""
    assert refusal(FORM_TYPE, [body], len(body)) == code


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        (b'filename="plain.png"', "plain.png"),
        (b'filename="a;b;c.png"', "a;b;c.png"),
        ('filename="고양이.png"'.encode(), "고양이.png"),
        (b'filename="say %22hi%22.png"', 'say "hi".png'),
        (b'filename="say \\"hi\\".png"', 'say "hi".png'),
        (b'filename="two%0Alines.png"', "two\nlines.png"),
        (b'filename="../../etc/passwd"', "../../etc/passwd"),
        (b"filename*=utf-8''%EA%B3%A0%EC%96%91%EC%9D%B4.png", "고양이.png"),
        (b"filename=token.png", "token.png"),
    ],
)
def test_file_names(disposition: bytes, filename: str) -> None:
    """A file name arrives as the sender meant it, in each of the ways to write one."""
    body = FILE_HEAD.replace(b'filename="a.png"', disposition) + b"1\r\n--B--\r\n"
    start = parts(read(FORM_TYPE, [body], len(body))).start
    assert start
    assert start.filename == filename


def test_no_content_type_is_octet_stream() -> None:
    """A file part without a type counts as application/octet-stream."""
    body = FILE_HEAD.replace(b"Content-Type: image/png\r\n", b"") + b"1\r\n--B--\r\n"
    start = parts(read(FORM_TYPE, [body], len(body))).start
    assert start
    assert start.content_type == "application/octet-stream"
