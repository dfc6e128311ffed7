"""Header fields through the service: what storage gets, and what is refused before that."""

import base64
import hashlib
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from devtools.signed_queries import v2

from tests.support.client.raw_http import PLAIN, RETRY, Connection, chunked, field, file, form, post
from tests.support.scanner.waiting_upload import until
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.upload.header_forms import LARGE, SMALL, both_endpoints, refusal, sizes
from upload_service.errors.upload_error import UploadError
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields


@both_endpoints
@sizes
def test_signed_headers_are_sent_as_given(
    service: Running, signed_place: Callable[..., Place], path: str, content: bytes
) -> None:
    """Storage gets the signed headers with the values of the form, and no other."""
    at = signed_place("content-type", "x-amz-meta-colour", "cache-control")
    given = {"header:X-Amz-Meta-Colour": " deep  blue; a=b ", "header:cache-control": "no-store"}
    fields = [field(name, value) for name, value in given.items()]
    stored = post(
        service.port,
        path,
        form(field("uploadUrl", at.url), *fields, field("contentType", "image/webp"), file(content)),
    )
    assert stored.json["success"] is True
    [put] = at.puts
    assert put.ended.wait(30)
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
    service: Running, signed_place: Callable[..., Place], path: str, content: bytes, order: str
) -> None:
    """The PUT begins when the last signed header has come, in whatever order, and with all bytes."""
    at = signed_place("x-amz-meta-a")
    parts = {
        "url": field("uploadUrl", at.url),
        "file": file(content),
        "header": field("header:x-amz-meta-a", "1"),
    }
    stored = post(service.port, path, form(*(parts[name] for name in order.split("-"))))
    assert stored.json["success"] is True
    [put] = at.puts
    assert put.ended.wait(30)
    assert bytes(put.body) == content
    assert put.header("x-amz-meta-a") == "1"


@both_endpoints
@pytest.mark.parametrize(
    ("signed", "given", "code", "named"),
    [
        ((), ("header:x-amz-acl", "public-read"), "header_not_signed", "x-amz-acl"),
        ((), ("header:x-goog-acl", "public-read"), "header_not_allowed", "x-goog-acl"),
        (("x-amz-unheard-of",), ("size", "5"), "header_not_allowed", "x-amz-unheard-of"),
        (("x-amz-write-offset-bytes",), ("size", "5"), "url_not_for_put", "x-amz-write-offset-bytes"),
        (
            ("x-amz-meta-snowball-auto-extract",),
            ("size", "5"),
            "url_not_for_put",
            "x-amz-meta-snowball-auto-extract",
        ),
        ((), ("header:cache-control", "no-store"), "header_not_signed", "cache-control"),
        (("x-amz-meta-a",), ("header:x-amz-meta-b", "1"), "header_not_signed", "x-amz-meta-b"),
        (("x-amz-meta-a",), ("size", "5"), "missing_signed_header", "x-amz-meta-a"),
        ((), ("header:host", "evil.example"), "header_not_allowed", "host"),
        ((), ("header:host", "127.0.0.1"), "header_not_allowed", "header:host"),
        (("content-length",), ("header:content-length", "6"), "size_mismatch", "content-length"),
        (("content-length",), ("header:content-length", "x"), "invalid_size", "header:content-length"),
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
    signed_place: Callable[..., Place],
    path: str,
    signed: tuple[str, ...],
    given: tuple[str, str],
    code: str,
    named: str,
    url_first: bool,
) -> None:
    """The answer names the header and not its value, and storage has heard nothing."""
    at = signed_place(*signed)
    url, header = field("uploadUrl", at.url), field(*given)
    parts = [url, header, file(SMALL)] if url_first else [file(SMALL), header, url]
    found, detail = refusal(service, path, *parts)
    assert found == code
    assert named in detail
    assert given[1] == "5" or given[1] not in detail
    assert at.puts == []


def test_a_header_after_the_file_has_begun_to_be_sent(
    service: Running, signed_place: Callable[..., Place]
) -> None:
    """A header field that comes after the PUT has begun is refused, and nothing is stored."""
    at = signed_place()
    parts = [field("uploadUrl", at.url), file(LARGE), field("contentType", "image/webp")]
    assert refusal(service, RETRY, *parts)[0] == "header_too_late"
    assert not [put for put in at.puts if put.ended.wait(30) and put.whole]


@both_endpoints
@sizes
@pytest.mark.parametrize("order", ["url-first", "file-first"])
def test_what_the_client_of_the_service_sends_anyway(
    service: Running, signed_place: Callable[..., Place], path: str, content: bytes, order: str
) -> None:
    """Host and Content-Length, which SDKs give with the other signed headers, pass when they are right."""
    at = signed_place("content-length", "x-amz-meta-a")
    given = {
        "header:Host": urlsplit(at.url).netloc,
        "header:Content-Length": f"{len(content)}",
        "header:x-amz-meta-a": "1",
    }
    texts = [field("uploadUrl", at.url), *(field(*each) for each in given.items())]
    parts = [*texts, file(content)] if order == "url-first" else [file(content), *reversed(texts)]
    stored = post(service.port, path, form(*parts))
    assert stored.status == 200, stored.json
    [put] = at.puts
    assert put.ended.wait(30)
    assert bytes(put.body) == content
    names = [line.partition(b":")[0].lower() for line in put.head.split(b"\r\n")[1:]]
    assert sorted(set(names) - {b"expect", b"connection"}) == [
        b"content-length",
        b"content-type",
        b"host",
        b"x-amz-meta-a",
    ]
    assert len(names) == len(set(names))


def test_content_length_is_the_size(service: Running, signed_place: Callable[..., Place]) -> None:
    """The signed length is known in time, so a request without a length streams, as with `size`."""
    at = signed_place("content-length")
    fields = [field("uploadUrl", at.url), field("header:content-length", str(len(LARGE)))]
    head, tail = form(*fields, file(LARGE)).split(LARGE)
    with Connection(service.port) as connection:
        connection.head(PLAIN, None)
        connection.send(chunked([head, LARGE[: len(LARGE) // 2]]).removesuffix(b"0\r\n\r\n"))
        until(lambda: at.puts)
        assert at.puts[0].length == len(LARGE)
        connection.send(chunked([LARGE[len(LARGE) // 2 :], tail]))
        assert connection.answer().status == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ([("size", "5"), ("header:content-length", "5")], "ok"),
        ([("header:content-length", " 5 "), ("size", "5")], "ok"),
        ([("size", "5"), ("header:content-length", "6")], "size_mismatch"),
        ([("header:content-length", "6"), ("size", "5")], "size_mismatch"),
        ([("header:Host", "h"), ("header:host", "h")], "duplicate_field"),
        ([("header:content-length", "")], "invalid_size"),
        ([("header:content-length", "-1")], "invalid_size"),
    ],
)
def test_length_and_host_in_several_fields(fields: list[tuple[str, str]], code: str) -> None:
    """Two fields may say the same length; what contradicts itself is refused."""
    noted = FormFields(Settings())
    found = "ok"
    try:
        for name, value in fields:
            noted.note(name, value, 0)
    except UploadError as error:
        found = error.entry.code
    assert found == code


@pytest.mark.parametrize(
    ("url", "host", "fits"),
    [
        ("https://bucket.s3.amazonaws.com/k", "bucket.s3.amazonaws.com", True),
        ("https://bucket.s3.amazonaws.com/k", "Bucket.S3.Amazonaws.com", True),
        ("https://bucket.s3.amazonaws.com/k", "bucket.s3.amazonaws.com:443", True),
        ("https://bucket.s3.amazonaws.com:443/k", "bucket.s3.amazonaws.com", True),
        ("https://bucket.s3.amazonaws.com/k", "bucket.s3.amazonaws.com:80", False),
        ("https://bucket.s3.amazonaws.com/k", "bucket.s3.amazonaws.com.", False),
        ("https://bucket.s3.amazonaws.com./k", "bucket.s3.amazonaws.com.", True),
        ("https://bucket.s3.amazonaws.com/k", "s3.amazonaws.com", False),
        ("https://bucket.s3.amazonaws.com/k", "", False),
        ("http://store.example:9000/k", "store.example:9000", True),
        ("http://store.example:9000/k", "store.example", False),
        ("http://store.example/k", "store.example:80", True),
        ("http://[::1]:9000/k", "[::1]:9000", True),
    ],
)
@pytest.mark.parametrize("url_first", [True, False])
def test_host(url: str, host: str, fits: bool, url_first: bool) -> None:
    """The signed Host must be the one that is sent; its port may be left out where it is the scheme's own."""
    listed = {
        "UPLOAD_DESTINATIONS": "default,http://store.example:9000,http://store.example,http://[::1]:9000"
    }
    noted = FormFields(Settings.from_environment(listed))
    fields = [("uploadUrl", f"{url}?{v2()}"), ("header:host", host)]
    code = "ok"
    try:
        for name, value in fields if url_first else fields[::-1]:
            noted.note(name, value, 0)
    except UploadError as error:
        code = error.entry.code
    assert code == ("ok" if fits else "header_not_allowed")
    assert noted.headers == {}


NOTHING = {
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-checksum-crc32c": "AAAAAA==",
    "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
    "x-amz-checksum-sha1": base64.b64encode(hashlib.sha1(b"", usedforsecurity=False).digest()).decode(),
    "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256().digest()).decode(),
    "x-amz-checksum-sha512": base64.b64encode(hashlib.sha512().digest()).decode(),
    "x-amz-checksum-md5": base64.b64encode(hashlib.md5(usedforsecurity=False).digest()).decode(),
    "x-amz-checksum-xxhash64": "70bbN1HY6Zk=",
    "x-amz-checksum-xxhash3": "LQaABTjTlMI=",
    "x-amz-checksum-xxhash128": "maoG0wFHmNhgAcMkRo1Jfw==",
    "x-amz-content-sha256": hashlib.sha256().hexdigest(),
    "content-md5": base64.b64encode(hashlib.md5(usedforsecurity=False).digest()).decode(),
}


@pytest.mark.parametrize(("name", "value"), NOTHING.items())
def test_checksum_of_nothing(name: str, value: str) -> None:
    """A signed checksum of an empty body is refused as soon as its value comes, unless the file is empty."""
    noted = FormFields(Settings())
    with pytest.raises(UploadError) as refused:
        noted.note(f"header:{name}", value, 0)
    assert refused.value.entry.code == "url_signed_for_empty_body"
    assert name in refused.value.detail
    assert "without ChecksumAlgorithm" in refused.value.detail
    empty = FormFields(Settings())
    empty.note("size", "0", 0)
    empty.note(f"header:{name}", value, 0)
    assert empty.headers == {name: value}


@both_endpoints
def test_the_map_of_go(service: Running, signed_place: Callable[..., Place], path: str) -> None:
    """What Go's SDK gives for ChecksumAlgorithm ends with the cause, before the file has come."""
    at = signed_place("x-amz-checksum-sha256")
    given = {
        "header:Host": urlsplit(at.url).netloc,
        "header:X-Amz-Checksum-Sha256": NOTHING["x-amz-checksum-sha256"],
    }
    body = form(field("uploadUrl", at.url), *(field(*each) for each in given.items()), file(LARGE))
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[:2000])
        refused = connection.answer()
    assert (refused.status, refused.json["code"]) == (422, "url_signed_for_empty_body")
    assert at.puts == []
