"""Requests meant to hurt: limits, tiny pieces, odd names. Each has its code, and the service stays clean.

Requests whose end is in doubt are in `test_smuggling.py`. ./scripts/dev/bench-hostile measures what these
cost.
"""

import json
import socket
import time
import uuid
from collections.abc import Iterator

import pytest

from tests.support.double import StorageDouble
from tests.support.hostile import HOST, KIND, POST, Target, converse, target
from tests.support.wire import BOUNDARY, PLAIN, RETRY, Answer, Connection, chunked, field, file, form, post
from upload_service.multipart.form_reader import MAX_PARTS
from upload_service.server.read_pacing import CREDIT_BYTES, LONGEST_PAUSE_SECONDS, READ_COST_BYTES
from upload_service.telemetry.logs import scrub

DELIMITER = f"--{BOUNDARY}\r\n".encode()
END = f"--{BOUNDARY}--\r\n".encode()
OTHER = DELIMITER + b'Content-Disposition: form-data; name="other"\r\n'
LARGE = bytes(2 * 1024 * 1024)


@pytest.fixture(scope="module")
def aim(double: StorageDouble) -> Iterator[Target]:
    """A service that is looked at afterwards."""
    with target(double) as found:
        yield found


@pytest.fixture
def key(double: StorageDouble) -> str:
    """An object's key, at which the double stores."""
    name = f"hostile/{uuid.uuid4().hex}"
    double.script(name)
    return name


both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])


# Heads.


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (b"a: b\r\n" * 125, "ok"),
        (b"a: b\r\n" * 126, "bad_request"),
        (b"a: b\r\n" * 20_000, "bad_request"),
        (b"X-Long: " + b"x" * 8180 + b"\r\n", "ok"),
        (b"X-Long: " + b"x" * 8192 + b"\r\n", "bad_request"),
        (b"X" * 8190 + b": a\r\n", "bad_request"),
        (b"X" * 1_000_000 + b": a\r\n", "bad_request"),
        (b"X-Long: " + b"x" * 1_000_000 + b"\r\n", "bad_request"),
        ("X-é: a\r\n".encode(), "bad_request"),
        (b"X-A: \x01\r\n", "bad_request"),
        (b"X-A: \x7f\r\n", "bad_request"),
        ("X-A: \u202egnp.exe\r\n".encode(), "ok"),
        (b"X-A: \xff\xfe\r\n", "ok"),
        (b"Cookie: " + b"a=b; " * 1600 + b"\r\n", "ok"),
        (b"X-Forwarded-For: " + b"1.1.1.1, " * 800 + b"\r\n", "ok"),
        (b"Range: bytes=" + b"0-1," * 1500 + b"\r\n", "ok"),
        (b"Expect: 100-continue\r\nExpect: 100-continue\r\n", "ok"),
        (b"Expect: " + b"x" * 5000 + b"\r\n", "ok"),
    ],
    ids=lambda value: f"{value[:12]!r}x{len(value)}" if isinstance(value, bytes) else value,
)
def test_heads(aim: Target, key: str, lines: bytes, code: str) -> None:
    """So many header lines, and lines so long, are taken; one more, or one byte more, is refused."""
    body = aim.form(key)
    head = POST + HOST + KIND + lines + b"Content-Length: %d\r\n\r\n" % len(body)
    answers, closed = converse(aim.port, head + body)
    assert aim.codes(answers) == [code]
    assert closed is (code != "ok")
    assert aim.stored(key) == ([b"12345"] if code == "ok" else [])


def test_line_breaks_before_a_request(aim: Target, key: str) -> None:
    """Empty lines before a request are skipped, however many."""
    body = aim.form(key)
    head = b"\r\n" * 100_000 + POST + HOST + KIND + b"Content-Length: %d\r\n\r\n" % len(body)
    assert aim.codes(converse(aim.port, head + body)[0]) == ["ok"]


# Forms.

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
    """A boundary that is too long, or has other characters than the standard's, is refused."""
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
    """A file full of what may begin a boundary arrives as it is."""
    assert post(aim.port, PLAIN, aim.form(key, content)).status == 200
    assert aim.stored(key) == [content]


def test_file_in_almost_boundaries(aim: Target, key: str) -> None:
    """A file that consists of boundaries with their last byte wrong arrives as it is."""
    content = (b"\r\n--" + BOUNDARY[:-1].encode() + b"~\r\n") * 30_000
    assert post(aim.port, PLAIN, aim.form(key, content)).status == 200
    assert aim.stored(key) == [content]


@pytest.mark.parametrize("length", [b"5", b"4", b"6", b"0", b"99999999999"])
def test_length_of_a_part(aim: Target, key: str, length: bytes) -> None:
    """A part's own Content-Length, which some clients write, is no limit: the boundary decides."""
    body = aim.form(key).replace(b"image/png", b"image/png\r\nContent-Length: " + length)
    assert post(aim.port, PLAIN, body).status == 200
    assert aim.stored(key) == [b"12345"]


# Tiny pieces.


def in_chunks(aim: Target, body: bytes, size: int, path: str = PLAIN) -> Answer:
    """Send the body in chunks of this size."""
    with Connection(aim.port) as connection:
        connection.head(path, None)
        connection.send(chunked(body[at : at + size] for at in range(0, len(body), size)))
        return connection.answer()


@both_endpoints
@pytest.mark.parametrize("order", ["url first", "file first"])
@pytest.mark.parametrize(("size", "count"), [(1, 100_000), (7, 1_000_000), (400, 2_000_000)])
def test_tiny_chunks(aim: Target, key: str, size: int, count: int, order: str, path: str) -> None:
    """More chunks than the bytes are worth are refused while they come, and nothing is stored."""
    parts = [field("uploadUrl", aim.url(key)), file(bytes(count))]
    body = form(*(parts if order == "url first" else parts[::-1]))
    assert in_chunks(aim, body, size, path).json["code"] == "chunks_too_small"
    assert aim.stored(key) == []


@pytest.mark.parametrize(
    ("size", "count"), [(3, 200), (600, 1_000_000), (4096, 2_000_000), (100_000, 2_000_000)]
)
def test_small_chunks(aim: Target, key: str, size: int, count: int) -> None:
    """A small form may come in chunks of any size, a larger one in chunks of some hundred bytes and more."""
    content = bytes(range(250)) * (count // 250)
    assert in_chunks(aim, aim.form(key, content), size).json.get("code", "ok") == "ok"
    assert aim.stored(key) == [content]


def test_tiny_chunks_of_what_is_refused(aim: Target) -> None:
    """Nobody waits for the end of a refused body that comes in tiny chunks."""
    body, began = chunked([b"x"] * 500_000), time.monotonic()
    with Connection(aim.port) as connection:
        connection.head(PLAIN, None, content_type="text/plain")
        with pytest.raises(OSError, match=r"reset|pipe"):
            connection.send(*[body[:-5]] * 100)
    assert time.monotonic() - began < 10


def test_large_chunk_extension(aim: Target, key: str) -> None:
    """Chunk extensions without end bring no byte of the form: that is silence, which has an end."""
    with Connection(aim.port) as connection:
        connection.head(PLAIN, None)
        connection.send(b"5;", *[b"a" * 1000] * 25, pause=0.1)
        assert connection.answer().json["code"] == "client_stalled"


@pytest.mark.parametrize("count", [300, 3000])
def test_byte_by_byte(aim: Target, key: str, count: int) -> None:
    """A form that comes in segments of one byte is stored, and read only so often."""
    content = bytes(range(250)) * (count // 250)
    body = aim.form(key, content)
    began = time.monotonic()
    with Connection(aim.port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.head(PLAIN, len(body))
        connection.send(*[body[at : at + 1] for at in range(len(body))], pause=0.0005)
        assert connection.answer().status == 200
    assert aim.stored(key) == [content]
    assert time.monotonic() - began < 10


def test_keep_alive_is_not_slowed_down(aim: Target) -> None:
    """Many small requests on one connection are no tiny pieces of one."""
    began, requests = time.monotonic(), 9 * CREDIT_BYTES // READ_COST_BYTES
    with Connection(aim.port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(requests):
            connection.send(b"GET /healthz HTTP/1.1\r\n", HOST + b"\r\n", pause=0.001)
            assert connection.answer().status == 200
    assert time.monotonic() - began < requests * LONGEST_PAUSE_SECONDS / 2


def test_head_byte_by_byte(aim: Target) -> None:
    """A head in segments of one byte is understood, and no more often read than a body is."""
    head = b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * 1000 + b"\r\n\r\n"
    with Connection(aim.port) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.send(*[head[at : at + 1] for at in range(len(head))], pause=0.0002)
        assert connection.answer().status == 200


def test_many_half_heads(aim: Target) -> None:
    """Two hundred connections with half a head each keep nobody else waiting."""
    connections = [Connection(aim.port) for _ in range(200)]
    try:
        for connection in connections:
            connection.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Half: ")
        began = time.monotonic()
        assert converse(aim.port, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")[0][0].status == 200
        assert time.monotonic() - began < 2
    finally:
        for connection in connections:
            connection.socket.close()


# Names.

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
    """Whatever a file is called, its name is JSON text in the answer and nowhere else: no header, no log."""
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
        (b'form-data; name="file"; filename="\xc0\xae\xc0\xae/x"', "malformed_form"),  # overlong dots
        (b'form-data; name="file"; filename="\xed\xa0\x80"', "malformed_form"),  # half a pair
        (b'form-data; name="file"; filename="\xff"', "malformed_form"),
        (b"form-data; name=\"file\"; filename*=utf-8''%c0%ae%c0%ae%2fx", "\ufffd\ufffd\ufffd\ufffd/x"),
        (b"form-data; name=\"file\"; filename*=utf-8''%0d%0aX-Evil%3a1", "\r\nX-Evil:1"),
        (b"form-data; name=\"file\"; filename*=utf-8''%00", "\x00"),
        (b"form-data; name=\"file\"; filename*=utf-7''+ADw-", "+ADw-"),
        (b"form-data; name=\"file\"; filename*=idna''xn--a", "xn--a"),
        (b'form-data; name="file"; filename="a.png"; filename*=utf-8\'\'b.png', "a.png"),
        (b'form-data; name="file"; filename*0=a; filename*1=b', "file_is_text"),
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
    """What names a part twice, half or wrongly is read in one way, or refused with a code."""
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
    """A field with control characters is refused, and its value is said nowhere."""
    answered = post(aim.port, PLAIN, form(field(name, value), file(b"12345")))
    assert answered.status == 422
    assert json.dumps(value)[1:-1].encode() not in answered.body
    assert answered.body.isascii()
    line = json.dumps(aim.service.upload_event(answered.request_id))
    assert json.dumps(value)[1:-1] not in line


def test_type_full_of_addresses(aim: Target, key: str) -> None:
    """A file type that looks like a thousand addresses is logged without a search from each of them on."""
    began = time.monotonic()
    assert scrub("=" + "http://" * 20_000).endswith("http://")
    assert time.monotonic() - began < 1
    kind = "=" + "http://" * 1100
    answered = post(aim.port, PLAIN, form(field("uploadUrl", aim.url(key)), file(b"1", content_type=kind)))
    assert answered.status == 200
    assert aim.service.upload_event(answered.request_id)["content_type"] == kind


def test_nothing_unexpected_was_logged(aim: Target) -> None:
    """No request of this file has made the service fail in a way that it does not know."""
    strange = {"internal_error", "library_log"}
    assert [event for event in aim.service.log if event["event"] in strange] == []
