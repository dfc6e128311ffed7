"""Everything that can go wrong: what is answered, what is logged, and that nothing is stored.

A malformed form is written out, with the boundary B, and `<URL>` where the presigned URL stands. Keys tell
what must come to them: under `untouched/` no PUT at all, under `refused/` none that is whole.
"""

import gzip
import socket
import struct
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support import wire
from tests.support.double import OK, Put, Reply, StorageDouble, answer, xml
from tests.support.problems import MESSAGE, assert_refused
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import PLAIN, RETRY, Answer, Connection, chunked
from upload_service.presigned.providers import REFUSALS

FORM = "multipart/form-data; boundary=B"
URL = b'--B\r\nContent-Disposition: form-data; name="uploadUrl"\r\n\r\n<URL>\r\n'
FILE_HEAD = (
    b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
)
FILE = FILE_HEAD + b"12345\r\n"
END = b"--B--\r\n"
SIZE = b'--B\r\nContent-Disposition: form-data; name="size"\r\n\r\n%b\r\n'
RETRIES = b'--B\r\nContent-Disposition: form-data; name="max_retries"\r\n\r\n%b\r\n'
OTHER = b'--B\r\nContent-Disposition: form-data; name="other"\r\n\r\n%b\r\n'

SMALL = bytes(range(256)) * 400
LARGE = bytes(range(256)) * 8192  # 2 MiB: more than the plain endpoint keeps
LIMIT = 100_000
GIB = 1 << 30

both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])


def file(content: bytes) -> bytes:
    """The file part with this content."""
    return FILE_HEAD + content + b"\r\n"


def post(service: Running, path: str, body: bytes, *headers: str, content_type: str = FORM) -> Answer:
    """Send this form."""
    return wire.post(service.port, path, body, *headers, content_type=content_type)


def post_chunked(service: Running, path: str, body: bytes) -> Answer:
    """Send this form in chunked coding, so that nobody knows its length."""
    with Connection(service.port) as connection:
        connection.head(path, None, content_type=FORM)
        connection.send(chunked(body[at : at + 30_000] for at in range(0, len(body), 30_000)))
        return connection.answer()


def whole(puts: list[Put]) -> list[bytes]:
    """What a store would have kept: the bodies of the PUTs that came whole."""
    return [bytes(put.body) for put in puts if put.ended.wait(5) and put.whole]


@dataclass(frozen=True)
class Place:
    """Where an upload is to go, and what has come there: all PUTs when it is the double."""

    url: str
    stored: Callable[[], bytes | None]
    puts: list[Put] = field(default_factory=list)

    def fill(self, body: bytes) -> bytes:
        """The form with this place's URL."""
        return body.replace(b"<URL>", self.url.encode())


@pytest.fixture
def at_double(double: StorageDouble, double_url: Callable[[str], str]) -> Callable[..., Place]:
    """Make a new place at the double, which plays these replies."""

    def make(*replies: Reply, prefix: str = "refused") -> Place:
        key = f"{prefix}/{uuid.uuid4().hex}"
        puts = double.script(key, *replies)
        return Place(double_url(key), lambda: next(iter(whole(puts)), None), puts)

    return make


@pytest.fixture(scope="module")
def never_stored(bucket: Bucket) -> dict[str, Place]:
    """A place in the real store for all cases that must leave it empty, and one for those without a PUT."""

    def make(prefix: str) -> Place:
        key = f"{prefix}/never"
        return Place(TRANSCRIPT.hide(bucket.presign(key)), lambda: bucket.get(key))

    return {prefix: make(prefix) for prefix in ("untouched", "refused")}


@pytest.fixture
def in_store(bucket: Bucket, presign: Callable[..., str]) -> Callable[[], Place]:
    """Make a new place in the real store, for what is to be stored."""

    def make() -> Place:
        key = f"stored/{uuid.uuid4().hex}"
        return Place(presign(key), lambda: bucket.get(key))

    return make


@pytest.fixture(params=["double", "store"])
def untouched(
    request: pytest.FixtureRequest, at_double: Callable[..., Place], never_stored: dict[str, Place]
) -> Place:
    """A place, at the double and in the store in turn, to which no PUT must come."""
    return at_double(prefix="untouched") if request.param == "double" else never_stored["untouched"]


@pytest.fixture(params=["double", "store"])
def refused(
    request: pytest.FixtureRequest, at_double: Callable[..., Place], never_stored: dict[str, Place]
) -> Place:
    """A place, at the double and in the store in turn, where nothing must be stored."""
    return at_double() if request.param == "double" else never_stored["refused"]


@pytest.fixture(scope="module", autouse=True)
def nothing_came_late(double: StorageDouble, bucket: Bucket) -> Iterator[None]:
    """After all cases, nothing has been stored, or even sent, where it must not be."""
    yield
    assert bucket.keys("untouched/") == []
    assert bucket.keys("refused/") == []
    assert not any(puts for path, puts in double.puts.items() if path.startswith("/untouched/"))
    assert not any(whole(puts) for path, puts in double.puts.items() if path.startswith("/refused/"))


@pytest.fixture(scope="module")
def hasty(double: StorageDouble, bucket: Bucket) -> Iterator[Running]:
    """A service that waits half a second for either side to move, and a second for storage at the end."""
    with Running(
        UPLOAD_DESTINATIONS=f"{double.url},{bucket.url}", UPLOAD_STALL_SECONDS="0.5", TIMEOUT_SECONDS="1"
    ) as running:
        yield running


# What the form says.


@both_endpoints
@pytest.mark.parametrize(
    ("body", "code"),
    [
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
            URL
            + b'--B\r\nContent-Disposition: form-data; name="File"; filename="a.png"\r\n\r\n12345\r\n'
            + END,
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
    ],
)
def test_wrong_field(service: Running, untouched: Place, body: bytes, code: str, path: str) -> None:
    """A field or file that is missing, doubled or unusable is refused before a PUT is sent."""
    assert_refused(service, post(service, path, untouched.fill(body)), code, path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
@pytest.mark.parametrize(
    ("body", "code"),
    [
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
    ],
)
def test_wrong_field_once_a_put_may_have_begun(
    service: Running, refused: Place, body: bytes, code: str, path: str
) -> None:
    """A field that turns out wrong when a PUT may have begun is refused, and no PUT becomes whole."""
    assert_refused(service, post(service, path, refused.fill(body)), code, path)
    assert refused.stored() is None


@pytest.mark.parametrize("value", [b"-1", b"11", b"abc", b"", b"1.5", b"\xd9\xa3", b"1e1", b" 3"])
@pytest.mark.parametrize("parts", [[RETRIES, URL, FILE], [FILE, RETRIES, URL]], ids=["before", "after"])
def test_wrong_max_retries(service: Running, untouched: Place, parts: list[bytes], value: bytes) -> None:
    """The retry endpoint refuses a max_retries that is no number from 0 to 10, wherever it stands."""
    body = untouched.fill(b"".join(part.replace(b"%b", value) for part in parts) + END)
    assert_refused(service, post(service, RETRY, body), "invalid_max_retries", RETRY)
    assert untouched.stored() is None
    assert untouched.puts == []


@pytest.mark.parametrize("value", [b"-1", b"11", b"abc", b""])
def test_plain_endpoint_ignores_max_retries(
    service: Running, at_double: Callable[..., Place], value: bytes
) -> None:
    """On the plain endpoint max_retries is a field like any other that is not known."""
    place = at_double(prefix="stored")
    assert post(service, PLAIN, place.fill(RETRIES % value + URL + FILE + END)).status == 200
    assert whole(place.puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize(
    "body",
    [
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
    ],
)
def test_what_else_a_form_may_have(
    service: Running, at_double: Callable[..., Place], body: bytes, path: str
) -> None:
    """Unknown fields, other files, text around the form and a right size do no harm."""
    place = at_double(prefix="stored")
    answered = post(service, path, place.fill(body))
    assert answered.status == 200, answered.json
    assert answered.json["file_size"] == 5
    assert whole(place.puts) == [b"12345"]


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
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
    ],
)
def test_file_names(
    service: Running, at_double: Callable[..., Place], disposition: bytes, filename: str
) -> None:
    """Whatever a file is called, it is stored, and the answer has its name as it was meant."""
    place = at_double(prefix="stored")
    head = b'--B\r\nContent-Disposition: form-data; name="file"; %b\r\n\r\n' % disposition
    answered = post(service, PLAIN, place.fill(URL + head + b"12345\r\n" + END))
    assert answered.status == 200, answered.json
    assert answered.json["filename"] == filename
    assert whole(place.puts) == [b"12345"]


# How the form is framed.


@both_endpoints
@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("application/json", "not_multipart"),
        ("application/x-www-form-urlencoded", "not_multipart"),
        ("multipart/mixed; boundary=B", "not_multipart"),
        ("image/png", "not_multipart"),
        ("", "not_multipart"),
        ("multipart/form-data", "missing_boundary"),
        ("multipart/form-data; boundary=", "missing_boundary"),
        ("multipart/form-data; charset=utf-8", "missing_boundary"),
        (f"multipart/form-data; boundary={'B' * 201}", "missing_boundary"),
    ],
)
def test_wrong_content_type(
    service: Running, untouched: Place, content_type: str, code: str, path: str
) -> None:
    """A body that is no form, or has no boundary, is refused by its head."""
    answered = post(service, path, untouched.fill(URL + FILE + END), content_type=content_type)
    assert_refused(service, answered, code, path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
def test_json_instead_of_a_form(service: Running, untouched: Place, path: str) -> None:
    """JSON with the right names in it is refused as no form."""
    body = untouched.fill(b'{"file": "MTIzNDU=", "uploadUrl": "<URL>"}')
    assert_refused(service, post(service, path, body, content_type="application/json"), "not_multipart", path)
    assert untouched.stored() is None


@both_endpoints
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "GZIP", "gzip, identity"])
def test_content_encoding(service: Running, untouched: Place, coding: str, path: str) -> None:
    """A compressed request is refused by its head."""
    answered = post(service, path, untouched.fill(URL + FILE + END), f"Content-Encoding: {coding}")
    assert_refused(service, answered, "content_encoding_unsupported", path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
def test_empty_body(service: Running, path: str) -> None:
    """A request without a body is refused as empty, with a length of 0 or chunked with nothing."""
    assert_refused(service, post(service, path, b""), "empty_body", path)
    assert_refused(service, post_chunked(service, path, b""), "empty_body", path)


@both_endpoints
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"--X\r\n" + URL[5:] + FILE + b"--X--\r\n", "incomplete_form", id="other-boundary"),
        pytest.param(b"no boundary at all, ever", "incomplete_form", id="no-boundary"),
        pytest.param(b"file=12345&uploadUrl=<URL>", "incomplete_form", id="urlencoded"),
        pytest.param(URL, "incomplete_form", id="only-url"),
        pytest.param(URL + FILE_HEAD, "incomplete_form", id="no-content"),
        pytest.param(URL + FILE_HEAD + b"123", "incomplete_form", id="cut-in-file"),
        pytest.param(URL + FILE, "incomplete_form", id="no-closing-boundary"),
        pytest.param(URL + FILE + b"--", "incomplete_form", id="cut-in-boundary"),
        pytest.param(URL + FILE + b"--B", "incomplete_form", id="boundary-without-dashes"),
        pytest.param(URL + FILE + b"--B-", "incomplete_form", id="boundary-with-one-dash"),
        pytest.param(URL + FILE + b"--B\r\n", "incomplete_form", id="boundary-of-a-part"),
        pytest.param(FILE + URL + b"--B", "incomplete_form", id="url-last-without-dashes"),
        pytest.param(FILE + URL, "incomplete_form", id="url-last-without-boundary"),
        pytest.param(URL + FILE_HEAD + b"12345\n--B--\n", "incomplete_form", id="bare-line-feeds"),
        pytest.param(URL + FILE_HEAD + b"12345--B--\r\n", "incomplete_form", id="boundary-in-a-line"),
        pytest.param(URL + FILE + b"--BX\r\n" + END, "malformed_form", id="boundary-and-a-letter"),
        pytest.param(b"junk" + URL + FILE + END, "malformed_form", id="bytes-before-first-boundary"),
        pytest.param(b"--B\n" + URL[5:] + FILE + END, "malformed_form", id="first-line-feed"),
        pytest.param(
            URL + b"--B\r\nno colon here\r\n\r\n12345\r\n" + END, "malformed_form", id="header-without-colon"
        ),
        pytest.param(
            URL + b"--B\r\nContent-Type: image/png\r\n\r\n12345\r\n" + END,
            "malformed_form",
            id="no-disposition",
        ),
        pytest.param(URL + b"--B\r\n\r\n12345\r\n" + END, "malformed_form", id="no-headers"),
        pytest.param(
            URL + b'--B\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n12345\r\n' + END,
            "malformed_form",
            id="name-not-utf-8",
        ),
        pytest.param(
            URL
            + b'--B\r\nContent-Disposition: form-data; name="file"; filename="'
            + b"n" * 9000
            + b'"\r\n\r\n12345\r\n'
            + END,
            "part_headers_too_long",
            id="header-too-long",
        ),
        pytest.param(
            URL
            + b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
            + b"X-Header: 1\r\n" * 16
            + b"\r\n12345\r\n"
            + END,
            "part_headers_too_long",
            id="17-headers",
        ),
        pytest.param(
            URL.replace(b"<URL>", b"u" * 8193) + FILE + END, "field_too_long", id="url-of-8193-bytes"
        ),
        pytest.param(SIZE % (b"1" * 8193) + URL + FILE + END, "field_too_long", id="size-of-8193-bytes"),
        pytest.param(OTHER % (b"x" * 1_048_576) + URL + FILE + END, "field_too_long", id="a-MiB-of-other"),
        pytest.param(OTHER % (b"x" * 20_000) * 53 + URL + FILE + END, "field_too_long", id="a-MiB-of-others"),
        pytest.param(b"p" * 1_048_576 + b"\r\n" + URL + FILE + END, "field_too_long", id="a-MiB-of-preamble"),
        pytest.param(OTHER % b"1" * 63 + URL + FILE + END, "too_many_parts", id="65-parts"),
        pytest.param(FILE + OTHER % b"1" * 63 + URL + END, "too_many_parts", id="65-parts-after-file"),
    ],
)
def test_wrong_framing(service: Running, untouched: Place, body: bytes, code: str, path: str) -> None:
    """A form that is broken, cut off or beyond a limit is refused before a PUT is sent."""
    assert_refused(service, post(service, path, untouched.fill(body)), code, path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
@pytest.mark.parametrize(
    ("ending", "code"),
    [
        pytest.param(b"", "incomplete_form", id="no-closing-boundary"),
        pytest.param(b"\r\n--B", "incomplete_form", id="boundary-without-dashes"),
        pytest.param(b"\r\n--B-", "incomplete_form", id="boundary-with-one-dash"),
        pytest.param(b"\r\n--BX--\r\n", "malformed_form", id="boundary-and-a-letter"),
        pytest.param(b"\r\n" + END + b"e" * 1_048_576, "field_too_long", id="a-MiB-of-epilogue"),
        pytest.param(b"\r\n" + OTHER % b"1" * 63 + END, "too_many_parts", id="65-parts"),
    ],
)
def test_wrong_framing_after_a_large_file(
    service: Running, refused: Place, ending: bytes, code: str, path: str
) -> None:
    """Though the PUT of a large file has long begun, a form that does not end well stores nothing."""
    body = refused.fill(URL + FILE_HEAD + LARGE + ending)
    with Connection(service.port) as connection:
        connection.head(path, len(body), content_type=FORM)
        connection.send(body[:-40], body[-40:], pause=0.05)
        answered = connection.answer()
    # A file that is cut off ends later than predicted, and either may be seen first.
    seen_first = (
        path == PLAIN and code == "incomplete_form" and answered.json["code"] == "length_unpredictable"
    )
    assert_refused(service, answered, "length_unpredictable" if seen_first else code, path)
    assert refused.stored() is None


BROKEN_CHUNKS = pytest.mark.parametrize(
    "coding",
    [
        pytest.param(b"zz\r\n", id="no-number"),
        pytest.param(b"-5\r\nhello\r\n", id="negative"),
        pytest.param(b"5\r\nhelloXX5\r\n", id="no-line-break"),
    ],
)


@both_endpoints
@BROKEN_CHUNKS
@pytest.mark.parametrize("begun", [b"", URL + FILE_HEAD + SMALL], ids=["at-once", "in-the-file"])
def test_broken_chunked_coding(
    hasty: Running, at_double: Callable[..., Place], begun: bytes, coding: bytes, path: str
) -> None:
    """A request whose chunks are broken is refused as such, at its beginning and in the file."""
    place = at_double()
    opening = place.fill(begun)
    with Connection(hasty.port) as connection:
        connection.head(path, None, content_type=FORM)
        if opening:
            connection.send(b"%x\r\n%b\r\n" % (len(opening), opening))
        time.sleep(0.05)  # so that this much has been read
        connection.send(coding)
        assert_refused(hasty, connection.answer(), "bad_request", path)
    assert place.stored() is None


@both_endpoints
@BROKEN_CHUNKS
def test_broken_chunked_coding_with_the_head(service: Running, coding: bytes, path: str) -> None:
    """Broken chunks that come in one piece with the head make it a head that is refused."""
    with Connection(service.port) as connection:
        connection.send(
            b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\nTransfer-Encoding: chunked\r\n\r\n"
            % (path.encode(), FORM.encode())
            + coding
        )
        answered = connection.answer()
    assert (answered.status, answered.json["code"]) == (400, "bad_request")
    event = service.wait_for(lambda event: event.get("request_id") == answered.request_id)
    assert (event["event"], event["status"]) == ("bad_request_head", 400)


# Where the URL leads.

OLD = signed_queries.v4(date="20200101T000000Z")
V2 = signed_queries.v2()


@pytest.fixture(scope="module")
def choosy(double: StorageDouble, closed_port: int) -> Iterator[Running]:
    """A service that may only PUT under one path of the double, and to another port over https."""
    listed = f"{double.url}listed/in/,https://127.0.0.1:{closed_port}/"
    with Running(UPLOAD_DESTINATIONS=listed) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize("order", ["url-first", "file-first"])
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "invalid_upload_url"),
        ("a photo", "invalid_upload_url"),
        ("photo.png", "invalid_upload_url"),
        (f"/listed/in/k?{V2}", "invalid_upload_url"),
        (f"//<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/?{V2}", "invalid_upload_url"),
        (f"http:///listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/a b?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2} ", "invalid_upload_url"),
        (f" http://<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/a\nb?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}\r\n", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}\r\nX-Evil: 1", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/사진.png?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k\0?{V2}", "invalid_upload_url"),
        (f"ftp://<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"file:///listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://user:password@<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>@127.0.0.2/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}#fragment", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}#", "invalid_upload_url"),
        (f"http://<HOST>/listed/in\\k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>\\@127.0.0.2/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>0000/listed/in/k?{V2}", "invalid_upload_url"),
        (f"https://<HOST>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://<CLOSED>/k?{V2}", "destination_not_allowed"),
        (f"http://127.0.0.1/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://127.0.0.2:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://localhost:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://[::1]:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://2130706433:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://store.example/listed/in/k?{V2}", "destination_not_allowed"),
        (f"https://bucket.s3.eu-west-1.amazonaws.com/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/inside/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/LISTED/in/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>//listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed%2Fin/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in%2Fk?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/../out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/./k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/%2e%2e/out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/.%2E/out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/%2e%2e%2fout/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/..%5cout/k?{V2}", "destination_not_allowed"),
        ("http://<HOST>/listed/in/k", "url_not_signed"),
        ("http://<HOST>/listed/in/k?partNumber=1", "url_not_signed"),
        ("http://<HOST>/listed/in/k?X-Amz-Signature=", "url_not_signed"),
        (f"http://<HOST>/listed/in/k?{OLD}", "url_expired"),
        (f"http://<HOST>/listed/in/k?{signed_queries.v2(expires=1)}", "url_expired"),
        (
            f"http://<HOST>/listed/in/k?{signed_queries.sas(expires='2020-01-01T00%3A00%3A00Z')}",
            "url_expired",
        ),
        (f"http://<HOST>/listed/in/k?{V2}&acl", "url_not_for_put"),
        (f"http://<HOST>/listed/in/k?{V2}&x-amz-checksum-crc32=AAAAAA%3D%3D", "url_signed_for_empty_body"),
        (f"http://<HOST>/listed/in/k?{OLD.replace('20200101T', 'tomorrow')}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{OLD.replace('=600', '=long')}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2[:-1]}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{signed_queries.v2(expires='soon')}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{signed_queries.sas(expires='tomorrow')}", "invalid_upload_url"),
    ],
)
def test_wrong_url(
    choosy: Running, double: StorageDouble, closed_port: int, url: str, code: str, order: str, path: str
) -> None:
    """A URL that is none, leads elsewhere, is not signed or has expired is refused before a PUT is sent."""
    port = str(double.server_address[1])
    url = url.replace("<HOST>", f"127.0.0.1:{port}").replace("<PORT>", port)
    url = TRANSCRIPT.hide(url.replace("<CLOSED>", f"127.0.0.1:{closed_port}"))
    before = {path: len(puts) for path, puts in double.puts.items()}
    parts = [URL.replace(b"<URL>", url.encode()), FILE]
    answered = post(choosy, path, b"".join(parts if order == "url-first" else parts[::-1]) + END)
    event = assert_refused(choosy, answered, code, path)
    assert event["attempts"] == 0
    assert {path: len(puts) for path, puts in double.puts.items()} == before


@both_endpoints
def test_listed_url(choosy: Running, double: StorageDouble, path: str) -> None:
    """The same service does PUT to a key under the listed path, so the refusals are not for want of a way."""
    puts = double.script("listed/in/k")
    url = f"{double.url}listed/in/k?{V2}"
    answered = post(choosy, path, URL.replace(b"<URL>", url.encode()) + FILE + END)
    assert answered.status == 200, answered.json
    assert whole(puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize(
    ("part", "code"),
    [
        (URL.replace(b"<URL>", b"http://127.0.0.2/k?" + V2.encode()), "destination_not_allowed"),
        (URL.replace(b"<URL>", b"<KEY>?" + OLD.encode()), "url_expired"),
        (SIZE % b"-1", "invalid_size"),
    ],
    ids=["destination", "expired", "size"],
)
def test_refused_before_the_file_is_sent(
    service: Running, double: StorageDouble, part: bytes, code: str, path: str
) -> None:
    """A field that cannot be used is refused when it comes: the client need not send the file for it."""
    part = part.replace(b"<KEY>", double.url.encode() + b"k")
    with Connection(service.port) as connection:
        connection.head(path, 1_000_000_000, content_type=FORM)
        connection.send(part + FILE_HEAD)
        assert_refused(service, connection.answer(), code, path)


# How large the file may be.


@pytest.fixture(scope="module")
def frugal(bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """A service that takes files of at most 100,000 bytes."""
    with Running(
        UPLOAD_DESTINATIONS=f"{bucket.url},{double.url}", UPLOAD_MAX_FILE_BYTES=str(LIMIT)
    ) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize("send", [post, post_chunked], ids=["with-length", "chunked"])
@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
@pytest.mark.parametrize("over", [1, 2_000_000])
def test_file_larger_than_the_limit(
    frugal: Running,
    refused: Place,
    send: Callable[[Running, str, bytes], Answer],
    url_first: bool,
    over: int,
    path: str,
) -> None:
    """A file over the limit, by one byte or far, is refused with and without a length, in both orders."""
    content = bytes(LIMIT + over)
    body = URL + file(content) + END if url_first else file(content) + URL + END
    assert_refused(frugal, send(frugal, path, refused.fill(body)), "file_too_large", path)
    assert refused.stored() is None


@both_endpoints
@pytest.mark.parametrize("send", [post, post_chunked], ids=["with-length", "chunked"])
@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
def test_file_as_large_as_the_limit(
    frugal: Running,
    in_store: Callable[[], Place],
    send: Callable[[Running, str, bytes], Answer],
    url_first: bool,
    path: str,
) -> None:
    """A file of exactly the limit is stored, with a megabyte of other fields around it too."""
    place, content = in_store(), SMALL[:LIMIT]
    parts = [URL, OTHER % bytes(900_000), file(content)]
    answered = send(frugal, path, place.fill(b"".join(parts if url_first else parts[::-1]) + END))
    assert answered.status == 200, answered.json
    assert place.stored() == content


@both_endpoints
@pytest.mark.parametrize("length", [5 * GIB + 1_048_577, 1 << 60])
def test_more_than_five_gib_is_refused_by_the_head(service: Running, length: int, path: str) -> None:
    """A request too long for any file is refused before a byte of its body, and never told to continue."""
    assert_refused_by_head(service, path, length)


@both_endpoints
def test_request_over_the_limit_is_refused_by_the_head(frugal: Running, path: str) -> None:
    """So is a request that is longer than the service's own limit and all that may stand beside a file."""
    assert_refused_by_head(frugal, path, LIMIT + 1_048_577)


def assert_refused_by_head(service: Running, path: str, length: int) -> None:
    """The first thing that a client hears which waits for 100 is 413."""
    with Connection(service.port) as connection:
        connection.head(path, length, "Expect: 100-continue", content_type=FORM)
        assert connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 413"
        event = assert_refused(service, connection.answer(), "file_too_large", path)
    assert event.get("file_size", 0) == 0


@both_endpoints
def test_size_over_the_limit(frugal: Running, untouched: Place, path: str) -> None:
    """A size over the limit is refused when it comes, before a PUT."""
    body = untouched.fill(URL + SIZE % b"100001" + file(bytes(LIMIT + 1)) + END)
    assert_refused(frugal, post(frugal, path, body), "file_too_large", path)
    assert untouched.stored() is None
    assert untouched.puts == []


# A client that stops or leaves.


@dataclass(frozen=True)
class Stop:
    """How far a client gets. `chunked`: it sends no length."""

    body: bytes
    chunked: bool = False
    length: int = 10_000_000

    def begin(self, connection: Connection, path: str, place: Place, *headers: str) -> None:
        """Send this much."""
        body = place.fill(self.body)
        connection.head(path, None if self.chunked else self.length, *headers, content_type=FORM)
        if body:
            connection.send(b"%x\r\n%b\r\n" % (len(body), body) if self.chunked else body)


STOPS = {
    "after-the-head": Stop(b""),
    "in-the-boundary": Stop(b"--"),
    "in-a-field": Stop(URL[:-40]),
    "before-the-file": Stop(URL),
    "in-the-head-of-the-file": Stop(URL + FILE_HEAD[:-2]),
    "in-the-file": Stop(URL + FILE_HEAD + SMALL),
    "in-a-large-file": Stop(URL + FILE_HEAD + LARGE),
    "in-the-file-before-the-url": Stop(FILE_HEAD + SMALL),
    "before-the-closing-boundary": Stop(URL + file(SMALL)),
    "after-the-closing-boundary": Stop(URL + file(SMALL) + END),
    "in-the-file-of-known-size": Stop(SIZE % b"102400" + URL + FILE_HEAD + SMALL[:-1]),
    "with-the-whole-file-of-known-size": Stop(SIZE % b"102400" + URL + FILE_HEAD + SMALL),
    "chunked-in-the-file": Stop(URL + FILE_HEAD + SMALL, chunked=True),
    "chunked-before-the-last-chunk": Stop(URL + file(SMALL) + END, chunked=True),
}
in_each_stop = pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)


@both_endpoints
def test_client_that_stops(
    service: Running, at_double: Callable[..., Place], never_stored: dict[str, Place], path: str
) -> None:
    """Wherever a client falls silent, it is told so after the stall time, and nothing is stored."""
    cases = [(stop, place) for stop in STOPS.values() for place in (at_double(), never_stored["refused"])]

    def stall(case: tuple[Stop, Place]) -> tuple[Answer, float]:
        stop, place = case
        with Connection(service.port) as connection:
            began = time.monotonic()
            stop.begin(connection, path, place)
            return connection.answer(), time.monotonic() - began

    with ThreadPoolExecutor(len(cases)) as pool:
        for (_, place), (answered, seconds) in zip(cases, pool.map(stall, cases), strict=True):
            assert_refused(service, answered, "client_stalled", path)
            assert 1.9 < seconds < 4
            assert place.stored() is None


@both_endpoints
@in_each_stop
@pytest.mark.parametrize("how", ["closes", "resets"])
def test_client_that_leaves(service: Running, refused: Place, stop: Stop, how: str, path: str) -> None:
    """Wherever a client leaves, the log says so, and nothing is stored."""
    name = uuid.uuid4().hex
    with Connection(service.port) as connection:
        stop.begin(connection, path, refused, f"X-Request-Id: {name}")
        time.sleep(0.02)
        if how == "resets":
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    event = service.upload_event(name)
    assert (event["code"], event["retrying"]) == ("client_gone", path == RETRY)
    assert refused.stored() is None


@both_endpoints
def test_client_that_leaves_breaks_its_put_off(
    service: Running, at_double: Callable[..., Place], path: str
) -> None:
    """When the client leaves in the middle of a file, storage sees its connection close there as well."""
    place, name = at_double(), uuid.uuid4().hex
    with Connection(service.port) as connection:
        STOPS["in-a-large-file"].begin(connection, path, place, f"X-Request-Id: {name}")
        while not (place.puts and place.puts[0].body):
            time.sleep(0.005)
    assert service.upload_event(name)["code"] == "client_gone"
    assert place.puts[0].ended.wait(5)
    assert 0 < len(place.puts[0].body) < place.puts[0].length
    assert LARGE.startswith(bytes(place.puts[0].body))


# Storage that refuses, fails or breaks.

# What each code of a store's means: S3's and Google's in XML, Azure's in a header as well.
MEANINGS = {
    "access_denied": (
        "AccessDenied AllAccessDisabled AccountProblem AuthorizationPermissionMismatch AuthorizationFailure "
        "AuthorizationResourceTypeMismatch InsufficientAccountPermissions"
    ),
    "credentials_expired": "ExpiredToken TokenRefreshRequired InvalidToken InvalidAccessKeyId",
    "signature_mismatch": "SignatureDoesNotMatch AuthenticationFailed",
    "clock_skewed": "RequestTimeTooSkewed",
    "no_such_bucket": "NoSuchBucket ContainerNotFound",
    "entity_too_large": "EntityTooLarge MaxMessageLengthExceeded RequestBodyTooLarge",
    "checksum_mismatch": (
        "BadDigest InvalidDigest Md5Mismatch XAmzContentSHA256Mismatch XAmzContentChecksumMismatch"
    ),
    "precondition_failed": "PreconditionFailed ConditionNotMet BlobAlreadyExists UnauthorizedBlobOverwrite",
    "storage_conflict": "ConditionalRequestConflict OperationAborted",
    "storage_timeout": "RequestTimeout",
    "storage_redirected": (
        "PermanentRedirect TemporaryRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException"
    ),
}
REFUSAL_ROWS = [(word, code) for code, words in MEANINGS.items() for word in words.split()]


def test_every_known_code_of_storage_is_tried() -> None:
    """The table of this test has every code that the service knows."""
    assert {word for word, _ in REFUSAL_ROWS} == set(REFUSALS)


@both_endpoints
@pytest.mark.parametrize("in_header", [False, True], ids=["xml", "header"])
@pytest.mark.parametrize(("word", "code"), REFUSAL_ROWS)
def test_storage_refuses_with_a_known_code(
    service: Running, at_double: Callable[..., Place], word: str, code: str, in_header: bool, path: str
) -> None:
    """Each code of a store has its code here, is passed on with storage's status, and with nothing else."""
    status = 403
    reply = (
        answer(status, b"", f"x-ms-error-code: {word}") if in_header else answer(status, xml(word, MESSAGE))
    )
    place = at_double(Reply(reply), prefix="answered")
    answered = post(service, path, place.fill(URL + RETRIES % b"0" + FILE + END))
    event = assert_refused(service, answered, code, path, (status, word))
    assert event["attempts"] == 1
    assert len(place.puts) == 1


@both_endpoints
@pytest.mark.parametrize(
    ("status", "body", "code", "word"),
    [
        (403, xml("AccessDenied", f"Request has expired. {MESSAGE}"), "url_expired", "AccessDenied"),
        (403, b"<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Signature not valid in "
              b"the specified time frame: Start [x] - Expiry [x]</AuthenticationErrorDetail></Error>",
         "url_expired", "AuthenticationFailed"),
        (400, xml("ExpiredToken", MESSAGE), "credentials_expired", "ExpiredToken"),
        (400, xml("PermanentRedirect", MESSAGE), "storage_redirected", "PermanentRedirect"),
        (400, xml("EntityTooLarge", MESSAGE), "entity_too_large", "EntityTooLarge"),
        (400, xml("SomethingNew", MESSAGE), "storage_rejected", "SomethingNew"),
        (400, xml("Not a word & StringToSign", MESSAGE), "storage_rejected", None),
        (400, xml("x" * 65, MESSAGE), "storage_rejected", None),
        (400, MESSAGE.encode(), "storage_rejected", None),
        (401, b"", "access_denied", None),
        (403, b"", "access_denied", None),
        (403, MESSAGE.encode(), "access_denied", None),
        (404, b"", "storage_rejected", None),
        (404, xml("NoSuchBucket", MESSAGE), "no_such_bucket", "NoSuchBucket"),
        (404, xml("NoSuchKey", MESSAGE), "storage_rejected", "NoSuchKey"),
        (405, xml("MethodNotAllowed", MESSAGE), "storage_rejected", "MethodNotAllowed"),
        (409, b"", "storage_conflict", None),
        (411, xml("MissingContentLength", MESSAGE), "storage_rejected", "MissingContentLength"),
        (412, b"", "precondition_failed", None),
        (412, xml("PreconditionFailed", MESSAGE), "precondition_failed", "PreconditionFailed"),
        (413, b"<html>too large</html>", "entity_too_large", None),
    ],
)  # fmt: skip
def test_storage_refuses(
    service: Running,
    at_double: Callable[..., Place],
    status: int,
    body: bytes,
    code: str,
    word: str | None,
    path: str,
) -> None:
    """What storage refuses for good has its code here, on both endpoints after one PUT."""
    place = at_double(Reply(answer(status, body)), prefix="answered")
    answered = post(service, path, place.fill(URL + FILE + END))
    event = assert_refused(service, answered, code, path, (status, word))
    assert event["attempts"] == 1
    assert len(place.puts) == 1


@pytest.mark.parametrize(
    ("status", "body", "code", "word"),
    [
        (408, b"", "storage_timeout", None),
        (408, xml("RequestTimeout", MESSAGE), "storage_timeout", "RequestTimeout"),
        (429, b"", "storage_throttled", None),
        (429, xml("AccessDenied", MESSAGE), "storage_throttled", "AccessDenied"),
        (500, xml("InternalError", MESSAGE), "storage_error", "InternalError"),
        (500, xml("AccessDenied", f"Request has expired. {MESSAGE}"), "storage_error", "AccessDenied"),
        (501, xml("NotImplemented", MESSAGE), "storage_error", "NotImplemented"),
        (502, b"<html>bad gateway</html>", "storage_error", None),
        (503, xml("SlowDown", MESSAGE), "storage_error", "SlowDown"),
        (504, b"", "storage_error", None),
        (507, b"", "storage_error", None),
    ],
)
def test_storage_fails(
    service: Running,
    at_double: Callable[..., Place],
    status: int,
    body: bytes,
    code: str,
    word: str | None,
) -> None:
    """Storage's own failures are storage's fault, and worth another try by the caller."""
    place = at_double(Reply(answer(status, body)), prefix="answered")
    answered = post(service, PLAIN, place.fill(URL + FILE + END))
    event = assert_refused(service, answered, code, PLAIN, (status, word))
    assert event["attempts"] == 1
    assert len(place.puts) == 1


@both_endpoints
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("word", [None, "TemporaryRedirect"])
def test_redirect_is_never_followed(
    service: Running, at_double: Callable[..., Place], status: int, word: str | None, path: str
) -> None:
    """A redirect is reported, and the place that it points at sees no request, with the URL first or last."""
    elsewhere = at_double(prefix="untouched")
    body = xml(word, MESSAGE) if word and status != 304 else b""
    location = f"Location: {elsewhere.url}"
    for parts in ([URL, FILE], [FILE, URL]):
        place = at_double(Reply(answer(status, body, location)), prefix="answered")
        answered = post(service, path, place.fill(b"".join(parts) + END))
        assert_refused(service, answered, "storage_redirected", path, (status, word if body else None))
        assert elsewhere.url not in f"{answered.headers}{answered.body!r}"
        assert len(place.puts) == 1
    assert elsewhere.puts == []


@pytest.mark.parametrize("body", [URL + FILE + END, FILE + URL + END], ids=["url-first", "file-first"])
@pytest.mark.parametrize(
    ("reply", "code", "storage"),
    [
        pytest.param(Reply(b"", then="close"), "storage_disconnected", None, id="no-answer"),
        pytest.param(Reply(b"", then="reset"), "storage_disconnected", None, id="reset"),
        pytest.param(Reply(b"", after="head", then="reset"), "storage_disconnected", None, id="early-reset"),
        pytest.param(Reply(b"HTTP/1.1 200 O", then="close"), "storage_disconnected", None, id="half-a-head"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Le", then="reset"), "storage_disconnected", None,
                     id="half-a-head-and-reset"),
        pytest.param(Reply(MESSAGE.encode() + b"\r\n\r\n", then="close"), "storage_bad_answer", None,
                     id="garbage"),
        pytest.param(Reply(b"SSH-2.0-OpenSSH_9.6\r\n", then="close"), "storage_bad_answer", None, id="ssh"),
        pytest.param(Reply(b"HTTP/1.1 twohundred OK\r\n\r\n", then="close"), "storage_bad_answer", None,
                     id="status-in-words"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", then="close"),
                     "storage_bad_answer", None, id="length-in-words"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", then="close"),
                     "storage_bad_answer", None, id="head-without-bounds"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>", then="close"),
                     "storage_bad_answer", None, id="half-a-body"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>", then="reset"),
                     "storage_bad_answer", None, id="half-a-body-and-reset"),
        pytest.param(Reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", then="close"),
                     "storage_bad_answer", None, id="broken-chunks"),
        pytest.param(Reply(b"HTTP/1.1 500 No\r\nContent-Length: 500\r\n\r\n" + xml("InternalError", MESSAGE),
                           then="close"),
                     "storage_error", (500, "InternalError"), id="half-a-body-of-500"),
        pytest.param(Reply(b"HTTP/1.1 403 No\r\nContent-Length: 500\r\n\r\n" + xml("AccessDenied", MESSAGE),
                           then="reset"),
                     "access_denied", (403, "AccessDenied"), id="half-a-body-of-403"),
    ],
)  # fmt: skip
def test_storage_breaks(
    service: Running,
    at_double: Callable[..., Place],
    reply: Reply,
    code: str,
    storage: tuple[int, str | None] | None,
    body: bytes,
) -> None:
    """An answer that is none, or breaks off, is storage's failure; a refusal stands though it breaks off."""
    place = at_double(reply, prefix="answered")
    event = assert_refused(service, post(service, PLAIN, place.fill(body)), code, PLAIN, storage)
    assert event["attempts"] == len(place.puts) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["201", "204", "100-first", "chunked", "no-reason"],
)
def test_storage_agrees_in_other_words(service: Running, at_double: Callable[..., Place], raw: bytes) -> None:
    """Every whole 2xx is a success, whatever else storage says."""
    place = at_double(Reply(raw), prefix="answered")
    answered = post(service, PLAIN, place.fill(URL + FILE + END))
    assert answered.status == 200, answered.json
    assert whole(place.puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize(
    ("head", "code", "storage"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", None, None),
        (b"HTTP/1.1 403 No\r\nContent-Length: 99999999999\r\n\r\n", "access_denied", (403, None)),
        (b"HTTP/1.1 403 No\r\n\r\n", "access_denied", (403, None)),
    ],
    ids=["200", "403-with-length", "403"],
)
def test_endless_answer(
    service: Running,
    at_double: Callable[..., Place],
    head: bytes,
    code: str | None,
    storage: tuple[int, str | None] | None,
    path: str,
) -> None:
    """Of an answer without end only the beginning is read, and then storage is hung up on."""
    place = at_double(Reply(head + bytes(64 << 20)), prefix="answered")
    began = time.monotonic()
    answered = post(service, path, place.fill(URL + FILE + END))
    if code:
        assert_refused(service, answered, code, path, storage)
    else:
        assert answered.status == 200, answered.json
    assert place.puts[0].ended.wait(1)
    assert time.monotonic() - began < 1.5


@both_endpoints
def test_compressed_answer(service: Running, at_double: Callable[..., Place], path: str) -> None:
    """An answer that is compressed, though nobody asked for that, is not inflated, however much is in it."""
    words = xml("EntityTooLarge", MESSAGE)
    for packed in (gzip.compress(words), gzip.compress(words + bytes(64 << 20), 1)):
        place = at_double(Reply(answer(400, packed, "Content-Encoding: gzip")), prefix="answered")
        began = time.monotonic()
        answered = post(service, path, place.fill(URL + FILE + END))
        assert_refused(service, answered, "storage_rejected", path, (400, None))
        assert time.monotonic() - began < 1


@both_endpoints
def test_storage_is_down(service: Running, closed_port: int, path: str) -> None:
    """A port that refuses connections is storage's fault; nothing more is sent than asked for."""
    url = TRANSCRIPT.hide(f"http://127.0.0.1:{closed_port}/k?{V2}").encode()
    for parts in ([URL, FILE], [FILE, URL]):
        body = RETRIES % b"0" + b"".join(parts).replace(b"<URL>", url) + END
        event = assert_refused(service, post(service, path, body), "storage_unreachable", path)
        assert event["attempts"] == (1 if path == RETRY else 2)


@both_endpoints
@pytest.mark.parametrize(
    ("reply", "code", "storage"),
    [
        pytest.param(Reply(answer(403, xml("AccessDenied", MESSAGE)), after=1000, then="hang"),
                     "access_denied", (403, "AccessDenied"), id="403"),
        pytest.param(Reply(answer(301, b"", "Location: /"), after=1000, then="hang"), "storage_redirected",
                     (301, None), id="301"),
        pytest.param(Reply(OK, after=1000, then="hang"), "storage_bad_answer", (200, None), id="200"),
        pytest.param(Reply(answer(501), after=1000, then="hang"), "storage_error", (501, None), id="501"),
        pytest.param(Reply(b"", after=1000, then="reset"), "storage_disconnected", None, id="reset"),
        pytest.param(Reply(b"", after=1000, then="close"), "storage_disconnected", None, id="close"),
    ],
)  # fmt: skip
def test_storage_answers_before_the_file_has_come(
    service: Running,
    at_double: Callable[..., Place],
    reply: Reply,
    code: str,
    storage: tuple[int, str | None] | None,
    path: str,
) -> None:
    """What storage says in the middle of a file is passed on at once; even a 200 is no success then."""
    place = at_double(reply)
    body = place.fill(RETRIES % b"0" + URL + file(LARGE) + END)
    with Connection(service.port) as connection:
        connection.head(path, len(body), content_type=FORM)
        connection.send(body[: len(body) // 2])
        event = assert_refused(service, connection.answer(), code, path, storage)
    assert event["attempts"] == 1
    assert len(place.puts) == 1
    assert place.stored() is None


HUGE = file(bytes(24 << 20))  # more than the buffers between two programs hold
TAKES_NOTHING = Reply(b"", after=1, pause=6, then="close")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(PLAIN, URL + HUGE, id="plain"),
        pytest.param(RETRY, URL + HUGE, id="retry"),
        pytest.param(PLAIN, HUGE + URL, id="file-first"),
    ],
)
def test_storage_takes_nothing(
    hasty: Running, at_double: Callable[..., Place], body: bytes, path: str
) -> None:
    """Storage that takes no bytes for too long is given up, as a 504."""
    place = at_double(TAKES_NOTHING)
    began = time.monotonic()
    event = assert_refused(
        hasty, post(hasty, path, place.fill(RETRIES % b"0" + body + END)), "storage_stalled", path
    )
    assert time.monotonic() - began < 4
    assert event["attempts"] == 1
    assert not place.puts[0].whole


SILENCES = {
    "says nothing": (Reply(b"", then="hang"), "storage_timeout"),
    "half a status": (Reply(b"HTTP/1.1 2", then="hang"), "storage_timeout"),
    "half a head": (Reply(b"HTTP/1.1 200 OK\r\nETag:", then="hang"), "storage_timeout"),
    "half a body": (Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", then="hang"), "storage_stalled"),
    "comes too late": (Reply(OK, pause=4), "storage_timeout"),
}


@both_endpoints
@pytest.mark.parametrize("body", [URL + FILE + END, FILE + URL + END], ids=["url-first", "file-first"])
def test_storage_falls_silent(
    hasty: Running, at_double: Callable[..., Place], body: bytes, path: str
) -> None:
    """Storage that has all and says nothing, or stops in mid-answer, is given up in time, as a 504."""
    places = [at_double(reply, prefix="answered") for reply, _ in SILENCES.values()]

    def send(place: Place) -> tuple[Answer, float]:
        began = time.monotonic()
        return post(hasty, path, place.fill(RETRIES % b"0" + body)), time.monotonic() - began

    with ThreadPoolExecutor(len(places)) as pool:
        answers = list(pool.map(send, places))
    for name, (_, code), (answered, seconds) in zip(SILENCES, SILENCES.values(), answers, strict=True):
        event = assert_refused(hasty, answered, code, path)
        assert event["attempts"] == 1, name
        assert seconds < 3, name


@both_endpoints
def test_real_store_refuses(service: Running, bucket: Bucket, presign: Callable[..., str], path: str) -> None:
    """A URL signed for another method, another type or with another key is refused by a real store."""
    key = f"refused/{uuid.uuid4().hex}"
    stranger = replace(bucket, access_key="0" * 20)
    for url, code, word in (
        (presign(key, method="GET"), "signature_mismatch", "SignatureDoesNotMatch"),
        (presign(key, content_type="text/plain"), "signature_mismatch", "SignatureDoesNotMatch"),
        (presign(key).replace(key, f"{key}-other"), "signature_mismatch", "SignatureDoesNotMatch"),
        (TRANSCRIPT.hide(stranger.presign(key)), "credentials_expired", "InvalidAccessKeyId"),
    ):
        body = URL.replace(b"<URL>", url.encode()) + FILE + END
        assert_refused(service, post(service, path, body), code, path, (403, word))
    assert bucket.keys(key) == []


# A length that was predicted wrongly.

MEBI = bytes(range(256)) * 4096  # as much as the plain endpoint keeps
AFTER = OTHER % b"Send"


@pytest.mark.parametrize(
    ("path", "before", "content", "ending", "puts"),
    [
        pytest.param(PLAIN, b"", SMALL, AFTER + END, 2, id="plain-small"),
        pytest.param(RETRY, b"", SMALL, AFTER + END, 2, id="retry-small"),
        pytest.param(PLAIN, b"", MEBI[:-99], AFTER + END, 2, id="plain-largest-that-is-kept"),
        pytest.param(RETRY, b"", LARGE, AFTER + END, 2, id="retry-large"),
        pytest.param(RETRY, b"", LARGE, RETRIES % b"0" + END, 2, id="retry-large-none-left"),
        pytest.param(PLAIN, SIZE % b"2097152", LARGE, AFTER + END, 1, id="plain-large-of-known-size"),
        pytest.param(RETRY, SIZE % b"2097152", LARGE, AFTER + END, 1, id="retry-large-of-known-size"),
        pytest.param(PLAIN, b"", SMALL, END + b"an epilogue", 2, id="plain-small-epilogue"),
        pytest.param(PLAIN, b"", SMALL, b"--B--", 2, id="plain-small-no-last-line-break"),
        pytest.param(RETRY, b"", SMALL, b"--B--", 2, id="retry-small-no-last-line-break"),
        pytest.param(RETRY, b"", LARGE, b"--B--", 2, id="retry-large-no-last-line-break"),
        pytest.param(PLAIN, SIZE % b"2097152", LARGE, b"--B--", 1, id="plain-known-size-no-last-line-break"),
        pytest.param(PLAIN, b"", LARGE, END, 1, id="plain-large-right"),
        pytest.param(RETRY, b"", LARGE, END, 1, id="retry-large-right"),
    ],
)
def test_wrong_prediction_is_put_right(
    service: Running,
    at_double: Callable[..., Place],
    in_store: Callable[[], Place],
    path: str,
    before: bytes,
    content: bytes,
    ending: bytes,
    puts: int,
) -> None:
    """A length that what follows the file made wrong costs a second PUT; only the right one is whole."""
    for place in (at_double(prefix="stored"), in_store()):
        body = place.fill(before + URL) + file(content) + ending
        with Connection(service.port) as connection:
            connection.head(path, len(body), content_type=FORM)
            third = len(body) // 3
            pieces = [body[:third], body[third:-third], body[-third:-3], body[-3:]]
            connection.send(*pieces, pause=0.03)
            answered = connection.answer()
        assert answered.status == 200, answered.json
        assert answered.json["file_size"] == len(content)
        event = service.upload_event(answered.request_id)
        assert (event["code"], event["attempts"]) == ("ok", puts)
        assert place.stored() == content
        assert whole(place.puts) in ([], [content])
        assert len(place.puts) in (0, puts)


@pytest.mark.parametrize(
    "ending", [AFTER + END, END + b"an epilogue", b"--B--"], ids=["field", "epilogue", "no-crlf"]
)
def test_wrong_prediction_of_a_large_file(service: Running, refused: Place, ending: bytes) -> None:
    """On the plain endpoint a wrong prediction of a file that is not kept is an error; nothing is stored."""
    body = refused.fill(URL) + file(LARGE) + ending
    answered = post(service, PLAIN, body)
    event = assert_refused(service, answered, "length_unpredictable", PLAIN)
    assert event["attempts"] == 1
    assert refused.stored() is None


def test_nothing_unexpected_was_logged(
    service: Running, hasty: Running, choosy: Running, frugal: Running
) -> None:
    """Through all of this, no service met anything that it had not expected, and no library complained."""
    for running in (service, hasty, choosy, frugal):
        strange = [
            e
            for e in running.log
            if e["event"] in ("internal_error", "library_log", "unknown_setting") and e["level"] != "debug"
        ]
        assert strange == []
        assert len(running.log) == len(running.raw_log)
