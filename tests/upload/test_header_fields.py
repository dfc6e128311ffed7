"""Header fields through the service: what storage gets, and what is refused before that."""

from collections.abc import Callable

import pytest

from tests.support.client.raw_http import RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.upload.header_forms import LARGE, SMALL, both_endpoints, refusal, sizes


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
