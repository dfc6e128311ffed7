"""Header fields and checksums through the service: what storage gets, and what is refused before that."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import anycrc
import pytest
from devtools.signed_queries import v4
from local.store import Bucket

from tests.support.double import Put, Reply, StorageDouble, answer
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import PLAIN, RETRY, field, file, form, post

SMALL = b"12345"
LARGE = bytes(range(256)) * 8192  # 2 MiB: more than the plain endpoint keeps
SHA256 = "sha256:" + hashlib.sha256(SMALL).hexdigest()
MD5 = "md5:" + hashlib.md5(SMALL, usedforsecurity=False).hexdigest()
OTHER = "md5:" + "0" * 32

both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
sizes = pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "large"])


def crc64nvme(content: bytes) -> str:
    """The checksum as S3 and our receipts write it."""
    value: int = anycrc.Model("CRC64-NVME").calc(content)
    return base64.b64encode(value.to_bytes(8, "big")).decode()


@dataclass(frozen=True)
class Place:
    """A key at the double: its URL, signed with some headers, and the PUTs that have come to it."""

    url: str
    puts: list[Put]


@pytest.fixture
def place(double: StorageDouble) -> Callable[..., Place]:
    """Make a new key at the double whose URL is signed with these headers."""

    def make(*signed: str, reply: Reply | None = None) -> Place:
        key = f"headers/{uuid.uuid4().hex}"
        query = v4(signed_headers=";".join(["host", *signed]))
        return Place(TRANSCRIPT.hide(f"{double.url}{key}?{query}"), double.script(key, reply or Reply()))

    return make


@pytest.fixture(scope="module")
def verifying(double: StorageDouble) -> Iterator[Running]:
    """A service that compares MD5 as well."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_VERIFY="md5") as running:
        yield running


@pytest.fixture(scope="module")
def trusting(double: StorageDouble) -> Iterator[Running]:
    """A service that compares nothing."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_VERIFY="off") as running:
        yield running


def refusal(service: Running, path: str, *parts: bytes) -> tuple[str, str]:
    """The code and the sentence of the answer to a form."""
    problem = post(service.port, path, form(*parts)).json
    assert problem["success"] is False
    return problem["code"], problem["detail"]


@both_endpoints
@sizes
def test_signed_headers_are_sent_as_given(
    service: Running, place: Callable[..., Place], path: str, content: bytes
) -> None:
    """Storage gets the signed headers with the values of the form, and no other."""
    at = place("content-type", "x-amz-meta-colour", "cache-control")
    given = {"header:X-Amz-Meta-Colour": " deep  blue; a=b ", "header:cache-control": "no-store"}
    fields = [field(name, value) for name, value in given.items()]
    stored = post(
        service.port,
        path,
        form(field("uploadUrl", at.url), *fields, field("contentType", "image/webp"), file(content)),
    )
    assert stored.json["success"] is True
    [put] = at.puts
    assert put.ended.wait(5)
    assert put.header("x-amz-meta-colour") == "deep  blue; a=b"
    assert put.header("cache-control") == "no-store"
    assert put.header("content-type") == "image/webp"
    assert service.upload_event(stored.request_id)["content_type"] == "image/webp"
    names = {line.partition(b":")[0].lower() for line in put.head.split(b"\r\n")[1:]}
    # In Lambda no connection is kept.
    assert names - {b"expect", b"connection"} == {
        b"host",
        b"content-length",
        b"content-type",
        b"x-amz-meta-colour",
        b"cache-control",
    }


@both_endpoints
@sizes
@pytest.mark.parametrize("order", ["url-file-header", "file-header-url", "file-url-header"])
def test_a_signed_header_after_the_file_is_waited_for(
    service: Running, place: Callable[..., Place], path: str, content: bytes, order: str
) -> None:
    """The PUT begins when the last signed header has come, in whatever order, and with all bytes."""
    at = place("x-amz-meta-a")
    parts = {
        "url": field("uploadUrl", at.url),
        "file": file(content),
        "header": field("header:x-amz-meta-a", "1"),
    }
    stored = post(service.port, path, form(*(parts[name] for name in order.split("-"))))
    assert stored.json["success"] is True
    [put] = at.puts
    assert put.ended.wait(5)
    assert bytes(put.body) == content
    assert put.header("x-amz-meta-a") == "1"


@both_endpoints
@pytest.mark.parametrize(
    ("signed", "given", "code", "named"),
    [
        ((), ("header:x-amz-acl", "public-read"), "header_not_signed", "x-amz-acl"),
        ((), ("header:x-goog-acl", "public-read"), "header_not_signed", "x-goog-acl"),
        ((), ("header:cache-control", "no-store"), "header_not_signed", "cache-control"),
        (("x-amz-meta-a",), ("header:x-amz-meta-b", "1"), "header_not_signed", "x-amz-meta-b"),
        (("x-amz-meta-a",), ("size", "5"), "missing_signed_header", "x-amz-meta-a"),
        ((), ("header:host", "evil.example"), "header_not_allowed", "host"),
        ((), ("header:content-length", "5"), "header_not_allowed", "content-length"),
        ((), ("header:transfer-encoding", "chunked"), "header_not_allowed", "transfer-encoding"),
        (("x-amz-meta-a",), ("header:x-amz-meta-a", "a\r\nx-amz-acl: b"), "invalid_header_value", "-a"),
        (("x-amz-meta-a",), ("header:x-amz-meta-a", "\u00e9"), "invalid_header_value", "x-amz-meta-a"),
        ((), ("contentType", "image/png\r\nx-amz-acl: a"), "invalid_header_value", "content-type"),
        (("te",), ("size", "5"), "header_not_allowed", "te"),
    ],
)
@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
def test_headers_that_do_not_fit_are_named_before_anything_is_sent(
    service: Running,
    place: Callable[..., Place],
    path: str,
    signed: tuple[str, ...],
    given: tuple[str, str],
    code: str,
    named: str,
    url_first: bool,
) -> None:
    """The answer names the header and never its value, and storage has heard nothing."""
    at = place(*signed)
    url, header = field("uploadUrl", at.url), field(*given)
    parts = [url, header, file(SMALL)] if url_first else [file(SMALL), header, url]
    found, detail = refusal(service, path, *parts)
    assert found == code
    assert named in detail
    assert given[1] == "5" or given[1] not in detail
    assert at.puts == []


def test_a_header_after_the_file_has_begun_to_be_sent(service: Running, place: Callable[..., Place]) -> None:
    """A header that the PUT cannot carry any more is refused, and nothing is stored."""
    at = place()
    parts = [field("uploadUrl", at.url), file(LARGE), field("contentType", "image/webp")]
    assert refusal(service, RETRY, *parts)[0] == "header_too_late"
    assert not [put for put in at.puts if put.ended.wait(5) and put.whole]


@both_endpoints
@sizes
def test_the_receipt_has_the_checksum(
    service: Running, place: Callable[..., Place], path: str, content: bytes
) -> None:
    """The answer and the log have the CRC64-NVME of the file that arrived."""
    stored = post(service.port, path, form(field("uploadUrl", place().url), file(content)))
    assert stored.json["checksum"] == f"crc64nvme:{crc64nvme(content)}"
    assert service.upload_event(stored.request_id)["checksum"] == stored.json["checksum"]


@both_endpoints
@pytest.mark.parametrize(
    "claim", [SHA256, MD5, f"crc64nvme:{crc64nvme(SMALL)}"], ids=["sha256", "md5", "crc"]
)
def test_a_true_checksum_stores(service: Running, place: Callable[..., Place], path: str, claim: str) -> None:
    """A file that is what its caller says is stored."""
    parts = [field("uploadUrl", place().url), field("checksum", claim), file(SMALL)]
    assert post(service.port, path, form(*parts)).json["success"] is True


@both_endpoints
@sizes
@pytest.mark.parametrize("place_of_claim", ["before", "after"])
@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
def test_a_wrong_checksum_is_never_stored(
    service: Running,
    place: Callable[..., Place],
    path: str,
    content: bytes,
    place_of_claim: str,
    url_first: bool,
) -> None:
    """A file that is not what its caller says never reaches storage whole."""
    at = place()
    before = place_of_claim == "before"
    claim = field("checksum", OTHER if before else "crc64nvme:0123456789abcdef")
    parts = [claim, file(content)] if before else [file(content), claim]
    url = field("uploadUrl", at.url)
    size = field("size", str(len(content)))
    found, _ = refusal(service, path, *([size, url, *parts] if url_first else [size, *parts, url]))
    assert found == "checksum_differs"
    assert not [put for put in at.puts if put.ended.wait(5) and put.whole and put.length]


def test_a_checksum_after_the_file_must_be_one_that_runs(
    service: Running, place: Callable[..., Place]
) -> None:
    """A SHA-256 that comes when the bytes are gone is refused with what to do, and nothing is stored."""
    at = place()
    code, detail = refusal(service, PLAIN, file(SMALL), field("checksum", SHA256), field("uploadUrl", at.url))
    assert (code, at.puts) == ("checksum_too_late", [])
    assert "before the file" in detail


STORED_WRONG = Reply(answer(200, b"", 'ETag: "e"', f"x-amz-checksum-crc64nvme: {crc64nvme(b'other')}"))
STORED_RIGHT = Reply(answer(200, b"", 'ETag: "e"', f"x-amz-checksum-crc64nvme: {crc64nvme(SMALL)}"))


@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
def test_other_bytes_in_storage_are_no_success(
    service: Running,
    place: Callable[..., Place],
    url_first: bool,
) -> None:
    """When storage's checksum is not the file's, the answer is a failure, and the log does not say stored."""
    at = place(reply=STORED_WRONG)
    parts = [field("uploadUrl", at.url), file(SMALL)]
    answered = post(service.port, PLAIN, form(*(parts if url_first else parts[::-1])))
    assert (answered.status, answered.json["code"]) == (502, "stored_bytes_differ")
    assert (answered.json["fault"], answered.json["retryable"]) == ("storage", True)
    assert answered.json["attempt_log"][0]["code"] == "stored_bytes_differ"
    assert service.upload_event(answered.request_id)["stored"] is False


def test_other_bytes_in_storage_are_replaced(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """The retry endpoint PUTs the file again, over what is there."""
    puts = double.script("differs/again", STORED_WRONG, STORED_RIGHT)
    stored = post(service.port, RETRY, form(field("uploadUrl", double_url("differs/again")), file(SMALL)))
    assert (stored.json["success"], stored.json["attempts"]) == (True, 2)
    assert [bytes(put.body) for put in puts] == [SMALL, SMALL]


def test_what_may_not_be_replaced_is_not(service: Running, place: Callable[..., Place]) -> None:
    """With If-None-Match signed another PUT could not mend it, so there is none."""
    at = place("if-none-match", reply=STORED_WRONG)
    parts = [field("uploadUrl", at.url), field("header:if-none-match", "*"), file(SMALL)]
    answered = post(service.port, RETRY, form(*parts))
    assert (answered.json["code"], answered.json["attempts"]) == ("stored_bytes_differ", 1)


@pytest.mark.parametrize("name", ["Content-MD5", "ETag"])
def test_md5_is_compared_where_it_is_asked_for(
    verifying: Running, service: Running, trusting: Running, place: Callable[..., Place], name: str
) -> None:
    """An ETag or a Content-MD5 that is not the file's fails the upload with UPLOAD_VERIFY=md5 only."""
    wrong = hashlib.md5(b"other", usedforsecurity=False)
    value = f'"{wrong.hexdigest()}"' if name == "ETag" else base64.b64encode(wrong.digest()).decode()
    codes = [
        post(
            each.port,
            PLAIN,
            form(
                field("uploadUrl", place(reply=Reply(answer(200, b"", f"{name}: {value}"))).url), file(SMALL)
            ),
        ).json.get("code")
        for each in (verifying, service, trusting)
    ]
    assert codes == ["stored_bytes_differ", None, None]


def test_nothing_runs_when_it_is_off(trusting: Running, place: Callable[..., Place]) -> None:
    """With UPLOAD_VERIFY=off there is no checksum to show, and what a caller declares is checked."""
    at = place(reply=STORED_WRONG)
    stored = post(trusting.port, PLAIN, form(field("uploadUrl", at.url), file(SMALL)))
    assert stored.json["success"] is True
    assert "checksum" not in stored.json
    wrong = [field("uploadUrl", place().url), field("checksum", OTHER), file(SMALL)]
    assert refusal(trusting, PLAIN, *wrong)[0] == "checksum_differs"


def test_md5_agrees_with_a_real_store(bucket: Bucket, presign: Callable[..., str]) -> None:
    """The ETag of a real store is the MD5 that ran over the bytes."""
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_VERIFY="md5") as running:
        stored = post(running.port, PLAIN, form(field("uploadUrl", presign("md5.bin")), file(LARGE)))
    assert stored.json["success"] is True
    assert bucket.get("md5.bin") == LARGE
