"""Which headers go with a PUT: names, values, and how they fit what the URL signed."""

from collections.abc import Callable, Mapping

import pytest
from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned import signed_headers
from upload_service.presigned.destination import Destination
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields

BLOB = (("x-ms-blob-type", "BlockBlob"),)


def destination(*signed: str, tells: bool = True, own: tuple[tuple[str, str], ...] = ()) -> Destination:
    """A URL signed with `host` and these headers, or one that does not tell what it is signed with."""
    names = frozenset({"host", *signed}) if tells else None
    return Destination(URL("https://h/k"), "h", "s3", False, "s3-v4", names, own, None)


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """The code and the sentence with which the call is refused."""
    with pytest.raises(UploadError) as caught:
        call()
    return caught.value.entry.code, caught.value.detail


@pytest.mark.parametrize(
    ("field", "header"),
    [
        ("contentType", "content-type"),
        ("header:Content-Type", "content-type"),
        ("header:content-disposition", "content-disposition"),
        ("header:content-encoding", "content-encoding"),
        ("header:content-language", "content-language"),
        ("header:cache-control", "cache-control"),
        ("header:expires", "expires"),
        ("header:content-md5", "content-md5"),
        ("header:if-none-match", "if-none-match"),
        ("header:if-match", "if-match"),
        ("header:X-Amz-Meta-Colour", "x-amz-meta-colour"),
        ("header: x-amz-acl", "x-amz-acl"),
        ("header:x-amz-tagging", "x-amz-tagging"),
        ("header:x-amz-storage-class", "x-amz-storage-class"),
        ("header:x-amz-server-side-encryption", "x-amz-server-side-encryption"),
        (
            "header:x-amz-server-side-encryption-customer-key",
            "x-amz-server-side-encryption-customer-key",
        ),
        ("header:x-amz-checksum-sha256", "x-amz-checksum-sha256"),
        ("header:x-goog-meta-a", "x-goog-meta-a"),
        ("header:x-goog-content-length-range", "x-goog-content-length-range"),
        ("header:x-ms-meta-a", "x-ms-meta-a"),
        ("header:x-ms-blob-content-disposition", "x-ms-blob-content-disposition"),
        ("header:Host", "host"),
        ("header:content-length", "content-length"),
        ("size", None),
        ("Header:x-amz-acl", None),
    ],
)
def test_fields_that_give_a_header(field: str, header: str | None) -> None:
    """A field gives the header that it names, whatever its case."""
    assert signed_headers.header_of_field(field) == header


@pytest.mark.parametrize(
    "name",
    [
        "",
        "transfer-encoding",
        "connection",
        "expect",
        "te",
        "trailer",
        "upgrade",
        "cookie",
        "authorization",
        "proxy-authorization",
        "user-agent",
        "referer",
        "x-forwarded-for",
        "x-amz-copy-source",
        "x-amz-copy-source-range",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
        "x-goog-copy-source",
        "x-goog-resumable",
        "x-ms-copy-source",
        "x-ms-blob-type",
        "x-ms-page-write",
        "x-amz-meta-a:b",
        "x-amz-meta-a b",
        "x-amz-meta-\r\nhost",
        "x-amz-meta-\x00",
        "x-amz-meta-\u00e9",
        "x-amz-meta-" + "a" * 128,
    ],
)
def test_headers_that_are_never_sent(name: str) -> None:
    """A header of the connection, of the caller, or one that makes another operation of it, is refused."""
    code, detail = refused(lambda: signed_headers.header_of_field(f"header:{name}"))
    assert code == "header_not_allowed"
    assert detail.isprintable()


@pytest.mark.parametrize(
    "value", ["a\r\nx-amz-acl: public", "a\n", "\r", "\x00", "a\tb", "\x7f", "caf\u00e9"]
)
def test_values_that_cannot_be_sent(value: str) -> None:
    """CR, LF, NUL, other controls and what is not ASCII are refused; the sentence names the header only."""
    code, detail = refused(lambda: signed_headers.check_value("x-amz-meta-a", value))
    assert code == "invalid_header_value"
    assert "x-amz-meta-a" in detail
    assert "public" not in detail


@pytest.mark.parametrize("value", ["", "a", ' a "b"; c=d ', "~!@#$%^&*()"])
def test_values_that_can_be_sent(value: str) -> None:
    """Printable ASCII passes, also none at all."""
    signed_headers.check_value("x-amz-meta-a", value)


@pytest.mark.parametrize(
    ("signed", "given"),
    [
        ([], {}),
        (["content-type", "content-length"], {"content-type": "image/png"}),
        ([], {"content-type": "image/png"}),
        (["x-amz-meta-a"], {"x-amz-meta-a": "1"}),
        (["x-amz-meta-a", "x-amz-acl"], {"x-amz-meta-a": "1"}),
    ],
)
def test_headers_that_fit(signed: list[str], given: Mapping[str, str]) -> None:
    """What is given is signed; what is signed may still come; the file's type needs no signature."""
    signed_headers.check_fits_url(destination(*signed), given)


@pytest.mark.parametrize(
    ("signed", "given", "code", "named"),
    [
        ([], {"x-amz-acl": "private"}, "header_not_signed", "x-amz-acl"),
        (["x-amz-meta-a"], {"x-amz-meta-b": "1"}, "header_not_signed", "x-amz-meta-b"),
        ([], {"x-goog-meta-a": "1"}, "header_not_signed", "x-goog-meta-a"),
        ([], {"cache-control": "no-store"}, "header_not_signed", "cache-control"),
        ([], {"if-none-match": "*"}, "header_not_signed", "if-none-match"),
        (["x-amz-copy-source"], {}, "header_not_allowed", "x-amz-copy-source"),
        (["transfer-encoding"], {}, "header_not_allowed", "transfer-encoding"),
        (["authorization"], {"content-type": "a/b"}, "header_not_allowed", "authorization"),
    ],
)
def test_headers_that_do_not_fit(signed: list[str], given: Mapping[str, str], code: str, named: str) -> None:
    """What storage would refuse is named before anything is sent."""
    found, detail = refused(lambda: signed_headers.check_fits_url(destination(*signed), given))
    assert found == code
    assert f"the header {named}" in detail


def test_a_url_that_does_not_tell_takes_what_is_given() -> None:
    """Where the URL does not name its signed headers (V2, Azure's SAS), storage decides."""
    signed_headers.check_fits_url(destination(tells=False), {"x-amz-acl": "private", "x-ms-meta-a": "1"})
    assert signed_headers.missing_headers(destination(tells=False), {}) == []


def test_missing() -> None:
    """The first signed header without a value is named; those that are always there never."""
    target = destination("content-type", "content-length", "x-amz-meta-b", "x-amz-meta-a")
    assert signed_headers.missing_headers(target, {}) == ["x-amz-meta-a", "x-amz-meta-b"]
    assert signed_headers.missing_headers(target, {"x-amz-meta-a": ""}) == ["x-amz-meta-b"]
    assert signed_headers.missing_headers(target, {"x-amz-meta-a": "1", "x-amz-meta-b": "2"}) == []
    assert signed_headers.missing_headers(destination("x-ms-blob-type", own=BLOB), {}) == []


def test_for_put() -> None:
    """The type is the form field's, else the part's; a store's own header is always there."""
    target = destination(own=BLOB)
    assert signed_headers.put_headers(target, {}, "image/png") == (
        {"content-type": "image/png", **dict(BLOB)},
    )
    given = {"content-type": "image/webp", "x-ms-meta-a": "1"}
    assert signed_headers.put_headers(target, given, "image/png") == ({**given, **dict(BLOB)},)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["header:x-amz-meta-a", "header:X-Amz-Meta-A"], "duplicate_field"),
        (["contentType", "header:content-type"], "duplicate_field"),
        (["contentType", "contentType"], "duplicate_field"),
    ],
)
def test_a_header_comes_once(names: list[str], code: str) -> None:
    """Two values for one header are refused, however the fields are spelt."""
    fields = FormFields(Settings())
    fields.note(names[0], "1", 0)
    assert refused(lambda: fields.note(names[1], "1", 0))[0] == code


def test_headers_are_bounded_together() -> None:
    """Many long values are refused before they can be a burden to storage."""
    fields = FormFields(Settings())
    fields.note("header:x-amz-meta-a", "v" * 8000, 0)
    fields.note("header:x-amz-meta-b", "v" * 8000, 0)
    assert refused(lambda: fields.note("header:x-amz-meta-c", "v" * 8000, 0))[0] == "field_too_long"
