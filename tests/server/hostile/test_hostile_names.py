"""Hostile file names, dispositions and values, which could hurt whoever reads them."""

import json
import time

import pytest

from tests.server.hostile.parts import DELIMITER, END
from tests.server.hostile.target import Target
from tests.support.client.raw_http import PLAIN, field, file, form, post
from upload_service.telemetry.logs import scrub

NAMES = {
    "right to left": "photo\u202egnp.exe",
    "invisible": "a\u200b\u2060\ufeffb",
    "NUL": "a\x00.png",
    "encoded line break": 'a%0D%0ASet-Cookie: a=b%0D%0A".png',
    "path": "../../etc/passwd",
    "windows path": "..\\..\\boot.ini",
    "absolute": "/etc/passwd",
    "terminal colours": "\x1b[2J\x1b]0;owned\x07\x1b[31mred",
    "backspaces": "good\x08\x08\x08\x08evil",
    "one-byte control": "\u009b31m",
    "script": "<script>alert(1)</script>",
    "JSON": '%22, "success": true, "x": %22',
    "format": "%s%n{0}{self.__class__}",
    "log line": '{"event": "stopped"}',
    "line separator": "a\u2028b\u2029c\u0085d",
    "many marks": "a" + "\u0301" * 2000,
    "not in Unicode": "a\U0010fffeb",
    "emoji": "👩‍👩‍👧‍👦.png",
    "signature": "https://a.example/k?X-Amz-Signature=0123",
    "nothing but dots": "..",
    "long": "n" * 8000,
}


@pytest.mark.parametrize("row", NAMES)
def test_odd_names(aim: Target, key: str, row: str) -> None:
    """Any file name is JSON text in the answer, and appears in no header and no log line."""
    name = NAMES[row]
    body = form(field("uploadUrl", aim.url(key)), file(b"12345", name.replace('"', "%22")))
    answered = post(aim.port, PLAIN, body)
    meant = name.replace('"', "%22").replace("%0D", "\r").replace("%0A", "\n").replace("%22", '"')
    assert answered.json["filename"] == meant
    assert answered.body.isascii()
    assert not [byte for byte in answered.body if byte < 32]
    assert set(answered.headers) <= USUAL
    event = aim.service.upload_event(answered.request_id)
    line = aim.service.raw_log[aim.service.log.index(event)]
    assert line.isascii()
    assert not [letter for letter in line[:-1] if ord(letter) < 32]
    assert aim.double.puts[f"/{key}"][0].head.isascii()
    assert name[:100].encode() not in aim.double.puts[f"/{key}"][0].head


USUAL = {
    "content-type",
    "content-length",
    "date",
    "x-request-id",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "connection",
}


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        (b'form-data; name="file"; filename="\xc0\xae\xc0\xae/x"', "윙윙/x"),  # overlong dots are none
        (b'form-data; name="file"; filename="\xed\xa0\x80"', "í\xa0€"),  # half a pair
        (b'form-data; name="file"; filename="\xff"', "ÿ"),
        (b"form-data; name=\"file\"; filename*=utf-8''%c0%ae%c0%ae%2fx", "\ufffd\ufffd\ufffd\ufffd/x"),
        (b"form-data; name=\"file\"; filename*=utf-8''%0d%0aX-Evil%3a1", "\r\nX-Evil:1"),
        (b"form-data; name=\"file\"; filename*=utf-8''%00", "\x00"),
        (b"form-data; name=\"file\"; filename*=utf-7''+ADw-", "+ADw-"),
        (b"form-data; name=\"file\"; filename*=idna''xn--a", "xn--a"),
        (b'form-data; name="file"; filename="a.png"; filename*=utf-8\'\'b.png', "b.png"),
        (b'form-data; name="file"; filename*0=a; filename*1=b', "ab"),
        (b'form-data; name="file"; filename="a"; filename="b"', "b"),
        (b'form-data; name="other"; name="file"; filename="a"', "a"),
        (b'form-data; name="file"; name="other"; filename="a"', "missing_file"),
        (b"form-data; name*=utf-8''file; filename=\"a\"", "missing_file"),
        (b'form-data; name="f\\ile"; filename="a"', "missing_file"),
        (b'form-data; name=" file"; filename="a"', "missing_file"),
        (b'form-data; name="file\x00"; filename="a"', "missing_file"),
        ('form-data; name="ﬁle"; filename="a"'.encode(), "missing_file"),
        ('form-data; name="fi\u200ble"; filename="a"'.encode(), "missing_file"),
        (b'attachment; name="file"; filename="a"', "malformed_form"),
        (
            b'form-data; name="file"; filename="a"\r\nContent-Disposition: form-data; name="other"',
            "malformed_form",
        ),
        (
            b'form-data; name="o"\r\nContent-Disposition: form-data; name="file"; filename="a"',
            "malformed_form",
        ),
        (b'form-data; name="file"; filename="a"\r\nContent-Type: a/b\r\nContent-Type: c/d', "malformed_form"),
    ],
)
def test_odd_dispositions(aim: Target, key: str, disposition: bytes, expected: str) -> None:
    """A part that is named twice, incompletely or wrongly is read in one way, or refused with a code."""
    part = DELIMITER + b"Content-Disposition: " + disposition + b"\r\n\r\n12345\r\n"
    answered = post(aim.port, PLAIN, field("uploadUrl", aim.url(key)) + part + END)
    told = answered.json
    assert told.get("code", told.get("filename")) == expected
    assert aim.stored(key) == ([b"12345"] if answered.status == 200 else [])


@pytest.mark.parametrize("name", ["uploadUrl", "size"])
@pytest.mark.parametrize(
    "value", ["\x1b[31mred", "a\r\nX-Evil: 1", "\u202e", "\x00", "%00", "https://\u2025/"]
)
def test_odd_values(aim: Target, key: str, name: str, value: str) -> None:
    """A field with control characters is refused, and its value is repeated nowhere."""
    answered = post(aim.port, PLAIN, form(field(name, value), file(b"12345")))
    assert answered.status == 422
    assert json.dumps(value)[1:-1].encode() not in answered.body
    assert answered.body.isascii()
    line = json.dumps(aim.service.upload_event(answered.request_id))
    assert json.dumps(value)[1:-1] not in line


def test_type_full_of_addresses(aim: Target, key: str) -> None:
    """A file type with a thousand addresses in it is logged in time that grows with its length alone."""
    began = time.process_time()
    assert scrub("=" + "http://" * 20_000).endswith("http://")
    assert time.process_time() - began < 1
    kind = "=" + "http://" * 1100
    answered = post(aim.port, PLAIN, form(field("uploadUrl", aim.url(key)), file(b"1", content_type=kind)))
    assert answered.status == 200
    assert aim.service.upload_event(answered.request_id)["content_type"] is None


@pytest.mark.parametrize(
    ("kind", "logged"),
    [
        ("Text/Plain; charset=utf-8", "Text/Plain"),
        ("image/svg+xml", "image/svg+xml"),
        ('a/b; url="https%3A%2F%2Fh%2Fk%3FX-Amz-Signature%3D5ec2"', "a/b"),
        ("a/b; Bearer 5ec25ec2", "a/b"),
        ("5ec2", None),
        ("a/" + "b" * 100, None),
    ],
)
def test_no_more_of_a_type_is_logged_than_its_name(
    aim: Target, key: str, kind: str, logged: str | None
) -> None:
    """What stands in a type's parameters, or in the place of a type, may be anything, so it is not logged."""
    answered = post(aim.port, PLAIN, form(field("uploadUrl", aim.url(key)), file(b"1", content_type=kind)))
    assert answered.status == 200
    event = aim.service.upload_event(answered.request_id)
    assert event["content_type"] == logged
    assert "5ec2" not in json.dumps(event)


def test_nothing_unexpected_was_logged(aim: Target) -> None:
    """No request in this file has caused an internal error or a complaint of a library."""
    assert aim.unexpected() == []
