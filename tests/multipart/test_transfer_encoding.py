"""Content-Transfer-Encoding of parts: text fields are decoded, a coded file is refused."""

import base64
import quopri

import pytest

from tests.multipart.form_reading import FILE_HEAD, FORM_TYPE, parts, read
from upload_service.errors.upload_error import UploadError

URL = "https://x/?a=1&signature=%2F%3D" + "f" * 80


def field(value: bytes, *headers: str) -> bytes:
    """A form with one field and these headers in its part."""
    lines = "".join(f"{header}\r\n" for header in headers)
    return (
        f'--B\r\nContent-Disposition: form-data; name="uploadUrl"\r\n{lines}\r\n'.encode()
        + value
        + b"\r\n--B--\r\n"
    )


def refused(body: bytes) -> UploadError:
    """The refusal of a form."""
    with pytest.raises(UploadError) as caught:
        read(FORM_TYPE, [body], len(body))
    return caught.value


@pytest.mark.parametrize(
    ("coding", "value"),
    [
        ("base64", base64.b64encode(URL.encode())),
        ("BASE64", base64.encodebytes(URL.encode()).replace(b"\n", b"\r\n")),
        ("quoted-printable", quopri.encodestring(URL.encode())),
        ("Quoted-Printable", quopri.encodestring(URL.encode()).replace(b"\n", b"\r\n")),
        ("quoted-printable", URL.encode().replace(b"=", b"=3D")),
        ("7bit", URL.encode()),
        ("8BIT", URL.encode()),
        ("Binary ", URL.encode()),
        ("", URL.encode()),
    ],
)
def test_text_fields_are_decoded(coding: str, value: bytes) -> None:
    """A text field in base64 or quoted-printable, as Delphi's Indy sends it, means what was coded."""
    body = field(value, f"Content-Transfer-Encoding: {coding}")
    for chunks in ([body], [body[at : at + 1] for at in range(len(body))]):
        assert parts(read(FORM_TYPE, chunks, len(body))).fields[0].value == URL


@pytest.mark.parametrize(
    ("coding", "value"),
    [("base64", b"no base64!"), ("base64", b"YWJ"), ("x-uuencode", b"begin"), ("gzip", b"")],
)
def test_text_that_cannot_be_decoded(coding: str, value: bytes) -> None:
    """A text field that is not in the coding that it names, or in an unknown one, is refused by name."""
    error = refused(field(value, f"content-transfer-encoding: {coding}"))
    assert error.entry.code == "part_encoding_unsupported"
    assert "uploadUrl" in error.cause
    assert value.decode() not in error.cause or not value


@pytest.mark.parametrize("coding", ["base64", "Quoted-Printable", "x-uuencode", "BASE64 ; x=y"])
def test_coded_file_is_refused(coding: str) -> None:
    """A file in such a coding is refused at its head, and the sentence names the coding."""
    head = FILE_HEAD.replace(b"Content-Type", f"Content-Transfer-Encoding: {coding}\r\nContent-Type".encode())
    error = refused(head)
    assert error.entry.code == "part_encoding_unsupported"
    assert error.entry.status == 415
    assert (coding.lower() in error.cause) == (coding.lower() in ("base64", "quoted-printable"))


@pytest.mark.parametrize("coding", ["7bit", "8bit", "binary", "BINARY", "7Bit"])
def test_file_as_it_is(coding: str) -> None:
    """A file whose part says that nothing was done to its bytes passes."""
    head = FILE_HEAD.replace(b"Content-Type", f"Content-Transfer-Encoding: {coding}\r\nContent-Type".encode())
    assert parts(read(FORM_TYPE, [head + b"a=3D\r\n--B--\r\n"], None)).content == b"a=3D"


def test_coding_twice() -> None:
    """A part that names its coding twice is refused, as with other headers that must be there once."""
    lines = ["Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: base64"]
    assert refused(field(b"YQ==", *lines)).entry.code == "malformed_form"


def test_unknown_fields_are_not_decoded() -> None:
    """A field that nobody asks for may be in any coding."""
    body = field(b"???", "Content-Transfer-Encoding: x-uuencode").replace(b"uploadUrl", b"other")
    assert parts(read(FORM_TYPE, [body], None)).fields == []
