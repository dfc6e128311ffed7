"""Hostile forms: parts, boundaries, nesting, and files full of beginnings of a boundary."""

import pytest

from tests.server.hostile.parts import OTHER, both_endpoints
from tests.server.hostile.target import HOST, POST, Target
from tests.support.client.raw_http import BOUNDARY, PLAIN, Connection, field, file, form, post
from upload_service.multipart.form_reader import MAX_PARTS

HEADS_TOO_LONG = "part_headers_too_long"


@both_endpoints
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(OTHER * 2, "malformed_form", id="boundary-in-a-head"),
        pytest.param(OTHER[:-2] + b"; x=" + b"y" * 9000 + b"\r\n\r\n\r\n", HEADS_TOO_LONG, id="option"),
        pytest.param(OTHER.replace(b"other", b"n" * 9000) + b"\r\n\r\n", HEADS_TOO_LONG, id="name"),
        pytest.param(OTHER.replace(b"other", b"n" * 1_000_000) + b"\r\n\r\n", HEADS_TOO_LONG, id="1-MB-name"),
        pytest.param(OTHER + b"X" * 9000 + b": a\r\n\r\n\r\n", HEADS_TOO_LONG, id="header-name"),
        pytest.param(OTHER + b"X-A: b\r\n" * 16 + b"\r\n\r\n", HEADS_TOO_LONG, id="17-lines"),
        pytest.param(OTHER + b"X-A: b\r\n c\r\n\r\n\r\n", "malformed_form", id="folded"),
        pytest.param(
            OTHER + b"X-A: b\r\n" + b" c\r\n" * 2000 + b"\r\n\r\n", "malformed_form", id="folded-often"
        ),
        pytest.param(OTHER + b"X-A: b\nX-B: c\r\n\r\n\r\n", "malformed_form", id="line-feed"),
        pytest.param(OTHER + b"X-A: b\rX-B: c\r\n\r\n\r\n", "malformed_form", id="carriage-return"),
        pytest.param(OTHER + b"X A: b\r\n\r\n\r\n", "malformed_form", id="space-in-a-name"),
        pytest.param(
            OTHER + b"Content-Length: -5\r\n\r\n\r\n", "malformed_form", id="negative-length-of-a-part"
        ),
        pytest.param(
            OTHER + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n\r\n", "malformed_form", id="huge-length"
        ),
        pytest.param((OTHER + b"\r\n\r\n") * (MAX_PARTS + 1), "too_many_parts", id="65-parts"),
        pytest.param((OTHER + b"\r\n\r\n") * 10_000, "too_many_parts", id="10000-parts"),
        pytest.param(OTHER + b"\r\n" + b"x" * 1_100_000 + b"\r\n", "field_too_long", id="1-MB-of-another"),
        pytest.param(b"\r\n" * 600_000, "field_too_long", id="1-MB-before"),
        pytest.param(field("uploadUrl", "u" * 8193), "field_too_long", id="url"),
        pytest.param(field("size", "1" * 8193), "field_too_long", id="size"),
        pytest.param(field("size", "1" * 5000), "invalid_size", id="5000-digits"),
    ],
)
def test_forms(aim: Target, key: str, body: bytes, code: str, path: str) -> None:
    """A part, a name or a number of parts beyond the limits is refused before a PUT."""
    answered = post(aim.port, path, body + aim.form(key))
    assert (answered.json["code"], answered.json["attempts"]) == (code, 0)
    assert aim.stored(key) == []


@pytest.mark.parametrize("parts", [MAX_PARTS - 1, 10_000])
def test_parts_behind_the_file(aim: Target, key: str, parts: int) -> None:
    """Parts behind the file are counted, too."""
    body = form(field("uploadUrl", aim.url(key)), file(b"12345"), *[OTHER + b"\r\n\r\n"] * parts)
    assert post(aim.port, PLAIN, body).json["code"] == "too_many_parts"
    assert aim.stored(key) == []


@pytest.mark.parametrize(
    ("boundary", "code"),
    [
        ("b" * 200, "ok"),
        ("b" * 201, "missing_boundary"),
        ("b" * 8000, "missing_boundary"),
        ("-", "ok"),
        ('"' + "=?" * 30 + '"', "ok"),
        ('"a b"', "ok"),
        ('"a "', "missing_boundary"),
        ('"a\tb"', "missing_boundary"),
        ('"é"', "missing_boundary"),
        ('"a\\"b"', "ok"),
        ("a; boundary=b", "malformed_form"),
    ],
)
def test_boundaries(aim: Target, key: str, boundary: str, code: str) -> None:
    """A boundary that is too long, or has characters that the standard does not allow, is refused."""
    plain = boundary.partition(";")[0].strip('"').replace('\\"', '"')
    body = aim.form(key).replace(BOUNDARY.encode(), plain.encode("latin-1"))
    with Connection(aim.port) as connection:
        head = POST + HOST + f"Content-Type: multipart/form-data; boundary={boundary}\r\n".encode("latin-1")
        connection.send(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answered = connection.answer()
    assert answered.json.get("code", "ok") in (code, "incomplete_form" if ";" in boundary else code)
    assert aim.stored(key) == ([b"12345"] if code == "ok" else [])


def test_nested_forms(aim: Target, key: str) -> None:
    """Forms within forms, a thousand deep, are bytes of the file and nothing else."""
    content = b"12345"
    for depth in range(1000):
        inner = f"--b{depth}\r\nContent-Type: multipart/mixed; boundary=b{depth + 1}\r\n\r\n".encode()
        content = inner + content + f"\r\n--b{depth}--".encode()
    assert post(aim.port, PLAIN, aim.form(key, content)).status == 200
    assert aim.stored(key) == [content]


def test_nested_part(aim: Target, key: str) -> None:
    """A part of several files, as RFC 2388 had them, is stored as it is and not opened."""
    content = b'--C\r\nContent-Disposition: file; filename="evil.sh"\r\n\r\nx\r\n--C--\r\n'
    whole = aim.form(key, content).replace(b"image/png", b"multipart/mixed; boundary=C")
    answered = post(aim.port, PLAIN, whole)
    assert answered.json["filename"] == "photo.png"
    assert aim.stored(key) == [content]


@pytest.mark.parametrize(
    ("content", "id_"),
    [(b"\r\n--" * 300_000, "dashes"), (b"\r" * 600_000, "returns"), (b"\r\n\r\n" * 200_000, "line-breaks")],
)
def test_files_full_of_beginnings(aim: Target, key: str, content: bytes, id_: str) -> None:
    """A file full of beginnings of a boundary arrives unchanged."""
    assert post(aim.port, PLAIN, aim.form(key, content)).status == 200
    assert aim.stored(key) == [content]


def test_file_in_almost_boundaries(aim: Target, key: str) -> None:
    """A file of boundaries whose last byte is wrong arrives unchanged."""
    content = (b"\r\n--" + BOUNDARY[:-1].encode() + b"~\r\n") * 30_000
    assert post(aim.port, PLAIN, aim.form(key, content)).status == 200
    assert aim.stored(key) == [content]


@pytest.mark.parametrize("length", [b"5", b"4", b"6", b"0", b"99999999999"])
def test_length_of_a_part(aim: Target, key: str, length: bytes) -> None:
    """A part's own Content-Length, which some clients write, is no limit: the boundary decides."""
    body = aim.form(key).replace(b"image/png", b"image/png\r\nContent-Length: " + length)
    assert post(aim.port, PLAIN, body).status == 200
    assert aim.stored(key) == [b"12345"]


def test_nothing_unexpected_was_logged(aim: Target) -> None:
    """No request in this file has caused an internal error or a complaint of a library."""
    assert aim.unexpected() == []
