"""Requests whose end is in doubt: nobody on the way may see another request than the service does.

Each row is the bytes after the request line, with `<KIND>` and `<URL>`-free heads written out. Behind every
request stands another one, GET /smuggled, which must not be answered unless the end before it is certain.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.server.hostile.target import HOST, KIND, POST, SMUGGLED, Target, converse, target
from tests.support.client.raw_http import PLAIN, Connection, chunked, field
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture(scope="module")
def aim(double: StorageDouble) -> Iterator[Target]:
    """A service to attack, which is checked for leftovers afterwards."""
    with target(double) as found:
        yield found


@pytest.fixture
def key(double: StorageDouble) -> str:
    """An object's key, at which the double stores."""
    name = f"smuggling/{uuid.uuid4().hex}"
    double.script(name)
    return name


CHUNKED = b"Transfer-Encoding: chunked\r\n"
# L stands for the form's length. The body is the form as it is.
DOUBTFUL_LENGTHS = {
    "twice the same": b"Content-Length: L\r\nContent-Length: L\r\n",
    "a list of the same": b"Content-Length: L, L\r\n",
    "two different": b"Content-Length: L\r\nContent-Length: 5\r\n",
    "plus": b"Content-Length: +L\r\n",
    "minus": b"Content-Length: -L\r\n",
    "hex": b"Content-Length: 0x10\r\n",
    "two numbers": b"Content-Length: 4 2\r\n",
    "underscore": b"Content-Length: 1_0\r\n",
    "nothing": b"Content-Length: \r\n",
    "no number": b"Content-Length: abc\r\n",
    "fraction": b"Content-Length: L.0\r\n",
    "exponent": b"Content-Length: 1e3\r\n",
    "digit of another script": b"Content-Length: \xd9\xa3\r\n",
    "beyond 64 bits": b"Content-Length: 18446744073709551617\r\n",
    "far beyond": b"Content-Length: " + b"9" * 300 + b"\r\n",
    "space before the colon": b"Content-Length : L\r\n",
    "tab before the colon": b"Content-Length\t: L\r\n",
    "folded": b"Content-Length:\r\n L\r\n",
    "another header folded": b"X-A: b\r\n c\r\nContent-Length: L\r\n",
    "bare line feed": b"X-A: b\nContent-Length: L\r\n",
    "bare carriage return": b"X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: L\r\n",
    "NUL": b"X-A: b\x00c\r\nContent-Length: L\r\n",
    "NUL in a name": b"X\x00A: b\r\nContent-Length: L\r\n",
    "no name": b": b\r\nContent-Length: L\r\n",
    "no colon": b"Content-Length L\r\n",
    "two hosts": HOST + b"Content-Length: L\r\n",
    "two types": KIND + b"Content-Length: L\r\n",
    "empty coding": b"Transfer-Encoding: \r\nContent-Length: L\r\n",
    "identity and length": b"Transfer-Encoding: identity\r\nContent-Length: L\r\n",
}
# The body is the form in chunks.
DOUBTFUL_CODINGS = {
    "length and chunked": b"Content-Length: 5\r\n" + CHUNKED,
    "chunked and length": CHUNKED + b"Content-Length: 5\r\n",
    "chunked and the same length": CHUNKED + b"Content-Length: L\r\n",
    "chunked twice": CHUNKED + CHUNKED,
    "chunked, chunked": b"Transfer-Encoding: chunked, chunked\r\n",
    "chunked, identity": b"Transfer-Encoding: chunked, identity\r\n",
    "identity, chunked": b"Transfer-Encoding: identity, chunked\r\n",
    "identity and chunked": b"Transfer-Encoding: identity\r\n" + CHUNKED,
    "gzip, chunked": b"Transfer-Encoding: gzip, chunked\r\n",
    "another word": b"Transfer-Encoding: xchunked\r\n",
    "with a parameter": b"Transfer-Encoding: chunked;q=1\r\n",
    "with something behind": b"Transfer-Encoding: chunked x\r\n",
    "in quotes": b'Transfer-Encoding: "chunked"\r\n',
    "vertical tab": b"Transfer-Encoding: \x0bchunked\r\n",
    "comma": b"Transfer-Encoding: ,chunked\r\n",
    "space before the colon": b"Transfer-Encoding : chunked\r\n",
    "tab before the colon": b"Transfer-Encoding\t: chunked\r\n",
    "space before the name": b"X-A: b\r\n Transfer-Encoding: chunked\r\n",
    "folded": b"Transfer-Encoding:\r\n chunked\r\n",
    "folded with a tab": b"Transfer-Encoding:\r\n\tchunked\r\n",
    "line feed before it": b"X-A: b\nTransfer-Encoding: chunked\r\n",
}
# C stands for the form in chunks, S for its length in hex, F for the form.
DOUBTFUL_CHUNKS = {
    "plus": b"+S\r\nF\r\n0\r\n\r\n",
    "minus": b"-S\r\nF\r\n0\r\n\r\n",
    "prefix": b"0xS\r\nF\r\n0\r\n\r\n",
    "no size": b"\r\nF\r\n0\r\n\r\n",
    "a space before": b" S\r\nF\r\n0\r\n\r\n",
    "a space behind": b"S \r\nF\r\n0\r\n\r\n",
    "underscore": b"S_0\r\nF\r\n0\r\n\r\n",
    "17 digits": b"1" + b"0" * 15 + b"S\r\nF\r\n0\r\n\r\n",
    "18 times f": b"f" * 18 + b"\r\nF\r\n0\r\n\r\n",
    "line feed": b"S\nF\n0\n\n",
    "carriage return": b"S\rF\r\n0\r\n\r\n",
    "no line break behind the bytes": b"S\r\nFXX0\r\n\r\n",
    "a byte too many": b"S\r\nFX\r\n0\r\n\r\n",
    "too short": b"5\r\nF\r\n0\r\n\r\n",
    "line feed in an extension": b"S;a\nb\r\nF\r\n0\r\n\r\n",
    "carriage return in an extension": b"S;a\rb\r\nF\r\n0\r\n\r\n",
    "length in the trailer": b"S\r\nF\r\n0\r\nContent-Length: 5\r\n\r\n",
    "coding in the trailer": b"S\r\nF\r\n0\r\nTransfer-Encoding: x\r\n\r\n",
    "2000 trailers": b"S\r\nF\r\n0\r\n" + b"X-T: 1\r\n" * 2000 + b"\r\n",
    "long trailer": b"S\r\nF\r\n0\r\nX-T: " + b"1" * 9000 + b"\r\n\r\n",
}


def fill(text: bytes, form: bytes) -> bytes:
    """The row with the form's length."""
    return text.replace(b"L\r\n", b"%d\r\n" % len(form)).replace(b"L,", b"%d," % len(form))


def assert_refused(aim: Target, key: str, request: bytes) -> None:
    """One 400, the connection closed, nothing stored, and the request behind it not executed."""
    answers, closed = converse(aim.port, request + SMUGGLED, closes=True)
    assert aim.codes(answers) == ["bad_request"]
    assert closed
    assert aim.stored(key) == []


@pytest.mark.parametrize("row", DOUBTFUL_LENGTHS)
def test_doubtful_length(aim: Target, key: str, row: str) -> None:
    """A length that two readers may read differently is refused."""
    body = aim.form(key)
    assert_refused(aim, key, POST + HOST + KIND + fill(DOUBTFUL_LENGTHS[row], body) + b"\r\n" + body)


@pytest.mark.parametrize("row", DOUBTFUL_CODINGS)
def test_doubtful_coding(aim: Target, key: str, row: str) -> None:
    """A transfer coding that is not plainly chunked, or comes with a length, is refused."""
    body = aim.form(key)
    head = POST + HOST + KIND + fill(DOUBTFUL_CODINGS[row], body) + b"\r\n"
    assert_refused(aim, key, head + chunked([body]))


@pytest.mark.parametrize("row", DOUBTFUL_CHUNKS)
def test_doubtful_chunks(aim: Target, key: str, row: str) -> None:
    """Chunked coding that two readers may read differently is refused, also behind the form's last byte."""
    body = aim.form(key)
    size, _, rest = DOUBTFUL_CHUNKS[row].partition(b"F")
    coded = size.replace(b"S", b"%x" % len(body)) + body + rest
    assert_refused(aim, key, POST + HOST + KIND + CHUNKED + b"\r\n" + coded)


def test_chunks_in_http_1_0(aim: Target, key: str) -> None:
    """HTTP/1.0 knows no chunks: who forwards such a request may not see them."""
    body = chunked([aim.form(key)])
    head = POST.replace(b"1.1", b"1.0") + HOST + KIND + CHUNKED + b"Connection: keep-alive\r\n\r\n"
    assert_refused(aim, key, head + body)


@pytest.mark.parametrize(
    "lines", [b"Transfer-Encoding: \r\nContent-Length: 9\r\n", b"Transfer-Encoding: gzip, chunked\r\n"]
)
@pytest.mark.parametrize("path", [b"/healthz", b"/nowhere"])
def test_doubt_on_every_path(aim: Target, path: bytes, lines: bytes) -> None:
    """What is in doubt is refused on every path, not only where a body is wanted."""
    request = b"GET " + path + b" HTTP/1.1\r\n" + HOST + lines + b"\r\n0\r\n\r\n1234"
    answers, closed = converse(aim.port, request + SMUGGLED, closes=True)
    assert aim.codes(answers) == ["bad_request"]
    assert closed


CERTAIN_CODINGS = {
    "capitals": (b"Transfer-Encoding: ChUnKeD\r\n", b"S\r\nF\r\n0\r\n\r\n"),
    "an extension": (CHUNKED, b'S;a=b;c="d;e"\r\nF\r\n0;x\r\n\r\n'),
    "leading zeros": (CHUNKED, b"0000000000S\r\nF\r\n000\r\n\r\n"),
    "a trailer": (CHUNKED, b"S\r\nF\r\n0\r\nX-T: 1\r\n\r\n"),
}


@pytest.mark.parametrize("row", CERTAIN_CODINGS)
def test_what_is_certain(aim: Target, key: str, row: str) -> None:
    """Chunks as the standard has them are taken, and the next request begins behind them."""
    head, coded = CERTAIN_CODINGS[row]
    body = aim.form(key)
    size, _, rest = coded.partition(b"F")
    request = POST + HOST + KIND + head + b"\r\n" + size.replace(b"S", b"%x" % len(body)) + body + rest
    answers, _ = converse(aim.port, request + SMUGGLED, count=2)
    assert aim.codes(answers) == ["ok", "not_found"]
    assert aim.stored(key) == [b"12345"]


def test_two_uploads_at_once(aim: Target, double: StorageDouble, key: str) -> None:
    """Two uploads in one segment are answered in order, by name, and each is stored in its place."""
    double.script(f"{key}-2")
    bodies = [aim.form(key), aim.form(f"{key}-2", b"67890").replace(b"photo.png", b"other.png")]
    heads = [POST + HOST + KIND + b"Content-Length: %d\r\n\r\n" % len(body) for body in bodies]
    answers, _ = converse(aim.port, heads[0] + bodies[0] + heads[1] + bodies[1], count=2)
    assert [answer.json["filename"] for answer in answers] == ["photo.png", "other.png"]
    assert (aim.stored(key), aim.stored(f"{key}-2")) == ([b"12345"], [b"67890"])


def test_two_uploads_cut_at_every_byte(aim: Target, double: StorageDouble, key: str) -> None:
    """Two uploads and a GET behind them are answered in order, wherever two segments part them."""
    double.script(f"{key}-2")
    bodies = [aim.form(key), aim.form(f"{key}-2", b"67890").replace(b"photo.png", b"other.png")]
    requests = b"".join(
        POST + HOST + KIND + b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies
    )
    requests += SMUGGLED
    for cut in range(1, len(requests)):
        with Connection(aim.port) as connection:
            connection.send(requests[:cut], requests[cut:], pause=0.001)
            answers = [connection.answer().json for _ in range(3)]
        assert [each.get("filename") for each in answers] == ["photo.png", "other.png", None], cut
        assert answers[2]["code"] == "not_found"
    assert aim.stored(key) == [b"12345"] * (len(requests) - 1)
    assert aim.stored(f"{key}-2") == [b"67890"] * (len(requests) - 1)


@pytest.mark.parametrize("size", [0, 100_000], ids=["small", "large"])
@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "multipart/mixed; boundary=B"])
def test_request_in_a_refused_body(aim: Target, kind: str, size: int) -> None:
    """A request that stands in the body of a refused one is thrown away with it."""
    body = SMUGGLED + bytes(size)
    head = POST + HOST + f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    answers, _ = converse(aim.port, head, body)
    assert len(answers) == 1
    assert answers[0].status in (400, 415)


def test_request_in_a_form(aim: Target, key: str) -> None:
    """A request that stands behind the form's end, within the body, is thrown away as its epilogue."""
    body = aim.form(key) + SMUGGLED
    head = POST + HOST + KIND + b"Content-Length: %d\r\n\r\n" % len(body)
    answers, _ = converse(aim.port, head + body)
    assert aim.codes(answers) == ["ok"]
    assert aim.stored(key) == [b"12345"]


@pytest.mark.parametrize(("missing", "codes"), [(1, ["ok", "not_found"]), (30, ["incomplete_form"])])
def test_length_too_small(aim: Target, key: str, missing: int, codes: list[str]) -> None:
    """The length decides where the form ends: a line feed more is skipped, a form's rest is no request."""
    body = aim.form(key)
    head = POST + HOST + KIND + b"Content-Length: %d\r\n\r\n" % (len(body) - missing)
    answers, closed = converse(aim.port, head + body + SMUGGLED, count=len(codes), closes=missing > 1)
    assert aim.codes(answers) == codes
    assert closed is (missing > 1)
    assert aim.stored(key) == ([b"12345"] if missing == 1 else [])


@pytest.mark.parametrize("accept", [b"", b"Accept: application/x-ndjson\r\n"], ids=["answer", "progress"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda form: field("size", "4") + form, "size_mismatch"),
        (lambda form: form.replace(b"--\r\n", b"xx"), "malformed_form"),
        (lambda form: form.replace(b"--\r\n", b""), "incomplete_form"),
        (lambda form: b"--other\r\n" + form.partition(b"\r\n")[2], "boundary_mismatch"),
    ],
    ids=["size", "malformed", "cut", "boundary"],
)
def test_behind_a_form_that_is_not_what_it_said(
    aim: Target, key: str, change: Callable[[bytes], bytes], code: str, accept: bytes
) -> None:
    """Behind a form that was not what its head said nothing is taken for a request: a file may have grown."""
    body = change(aim.form(key))
    head = POST + HOST + KIND + accept + b"Content-Length: %d\r\n\r\n" % len(body)
    said = b""
    with Connection(aim.port) as connection:
        connection.send(head + body + SMUGGLED)
        with suppress(ConnectionError):  # bytes that are not read reset it
            while received := connection.socket.recv(65536):
                said += received
    TRANSCRIPT.hear("answer", said.decode())
    assert said.count(b"HTTP/1.1 ") == 1
    assert f'"code": "{code}"'.encode() in said
    assert aim.stored(key) == []


def test_length_too_large(aim: Target, key: str) -> None:
    """A request that promises more than it sends ends with the silence, and stores nothing."""
    body = aim.form(key)
    head = POST + HOST + KIND + b"Content-Length: %d\r\n\r\n" % (len(body) + 30)
    answers, _ = converse(aim.port, head + body)
    assert aim.codes(answers) == ["client_stalled"]
    assert aim.stored(key) == []


@pytest.mark.parametrize(
    "lines",
    [
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        b"Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n",
    ],
    ids=["websocket", "h2c", "tls"],
)
def test_no_other_protocol(aim: Target, key: str, lines: bytes) -> None:
    """A wish for another protocol is not granted, and nothing that follows it is taken for a request."""
    body = aim.form(key)
    head = POST + HOST + KIND + lines + b"Content-Length: %d\r\n\r\n" % len(body)
    answers, closed = converse(aim.port, head + body + SMUGGLED, closes=True)
    assert aim.codes(answers) == ["ok"]
    assert closed
    assert aim.stored(key) == [b"12345"]


@pytest.mark.parametrize("lines", [b"", b"Content-Length: 5\r\n", CHUNKED])
def test_no_tunnel(aim: Target, lines: bytes) -> None:
    """CONNECT is refused, whatever its head says about a body, and nothing goes through."""
    head = b"CONNECT localhost:22 HTTP/1.1\r\n" + HOST + lines + b"\r\n"
    answers, closed = converse(aim.port, head + SMUGGLED, closes=True)
    assert aim.codes(answers) == ["not_found"]
    assert closed


@pytest.mark.parametrize(
    "start", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" " + POST, b"POST /\r\n", b"\x00" * 20]
)
def test_no_other_first_line(aim: Target, start: bytes) -> None:
    """What does not begin as a request of HTTP/1 is refused."""
    answers, closed = converse(aim.port, start + HOST + b"\r\n" + SMUGGLED, closes=True)
    assert aim.codes(answers) == ["bad_request"]
    assert closed


@pytest.mark.parametrize(
    "lines", [b"identity\r\nContent-Encoding: gzip", b"gzip", b"identity, gzip", b"Identity,identity"]
)
def test_every_content_encoding_counts(aim: Target, key: str, lines: bytes) -> None:
    """A second Content-Encoding is not overlooked."""
    body = aim.form(key)
    head = POST + HOST + KIND + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (lines, len(body))
    answers, _ = converse(aim.port, head + body)
    assert aim.codes(answers) == ["content_encoding_unsupported"]
    assert aim.stored(key) == []


def test_path_is_the_path(aim: Target, key: str) -> None:
    """No header and no other host in the target leads to another endpoint or method."""
    body = aim.form(key)
    lines = b"X-HTTP-Method-Override: GET\r\nX-Original-URL: /healthz\r\nX-Rewrite-URL: /healthz\r\n"
    target = POST.replace(PLAIN.encode(), b"http://elsewhere.example" + PLAIN.encode())
    answers, _ = converse(
        aim.port, target + HOST + KIND + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )
    assert aim.codes(answers) == ["ok"]
    assert aim.stored(key) == [b"12345"]
