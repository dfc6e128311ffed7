"""Which headers go with a PUT: names, values, and how they fit what the URL signed."""

import time
from collections.abc import Callable, Mapping

import pytest
from botocore.session import Session
from devtools.signed_queries import google_v4, sas, v2, v4
from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned import sendable_headers, signed_headers
from upload_service.presigned.destination import MAX_URL_BYTES, Destination, judge_destination
from upload_service.presigned.sendable_headers import SendableHeaders
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields

BLOB = (("x-ms-blob-type", "BlockBlob"),)


def destination(*signed: str, tells: bool = True, own: tuple[tuple[str, str], ...] = ()) -> Destination:
    """A URL signed with `host` and these headers, or one that does not tell what it is signed with."""
    names = frozenset({"host", *signed}) if tells else None
    return Destination(URL("https://h/k"), "h", "s3", False, "s3-v4", names, own, None)


def check(target: Destination, given: Mapping[str, str]) -> None:
    """What is asked of a URL and of each header that the form gives."""
    signed_headers.check_url(target)
    for name in given:
        signed_headers.check_given(target, name)


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
        "x-amz-copy-source-if-match",
        "x-amz-rename-source",
        "x-amz-write-offset-bytes",
        "x-amz-meta-snowball-auto-extract",
        "x-amz-meta-minio-snowball-prefix",
        "x-amz-unheard-of",
        "x-amz-bypass-governance-retention",
        "x-minio-extract",
        "x-goog-copy-source-generation",
        "x-goog-metadata-directive",
        "x-goog-unheard-of",
        "x-ms-rename-source",
        "x-ms-structured-body",
        "x-ms-source-if-match",
        "x-ms-blob-sequence-number",
        "x-ms-unheard-of",
        "cf-create-bucket-if-missing",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
        "x-goog-copy-source",
        "x-goog-resumable",
        "x-ms-copy-source",
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


def test_azures_blob_type_may_be_said() -> None:
    """Everybody's code for Azure sends it: it may come with the value that is sent, and to Azure only."""
    assert signed_headers.header_of_field("header:X-MS-Blob-Type") == "x-ms-blob-type"
    signed_headers.check_value("x-ms-blob-type", "BlockBlob")
    code, _ = refused(lambda: signed_headers.check_value("x-ms-blob-type", "AppendBlob"))
    assert code == "header_not_allowed"
    azure = destination(tells=False, own=BLOB)
    check(azure, {"x-ms-blob-type": "BlockBlob"})
    sent = signed_headers.put_headers(azure, {"x-ms-blob-type": "blockblob"}, "image/png")
    assert sent == ({"content-type": "image/png", "x-ms-blob-type": "BlockBlob"},)
    code, _ = refused(lambda: check(destination(), {"x-ms-blob-type": "BlockBlob"}))
    assert code == "header_not_allowed"


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
    check(destination(*signed), given)


@pytest.mark.parametrize(
    ("signed", "given", "code", "named"),
    [
        ([], {"x-amz-acl": "private"}, "header_not_signed", "x-amz-acl"),
        (["x-amz-meta-a"], {"x-amz-meta-b": "1"}, "header_not_signed", "x-amz-meta-b"),
        (["x-goog-meta-a"], {}, "header_not_allowed", "x-goog-meta-a"),
        (["x-amz-unheard-of"], {}, "header_not_allowed", "x-amz-unheard-of"),
        ([], {"cache-control": "no-store"}, "header_not_signed", "cache-control"),
        ([], {"if-none-match": "*"}, "header_not_signed", "if-none-match"),
        (["x-amz-copy-source"], {}, "header_not_allowed", "x-amz-copy-source"),
        (["transfer-encoding"], {}, "header_not_allowed", "transfer-encoding"),
        (["authorization"], {"content-type": "a/b"}, "header_not_allowed", "authorization"),
    ],
)
def test_headers_that_do_not_fit(signed: list[str], given: Mapping[str, str], code: str, named: str) -> None:
    """What storage would refuse is named before anything is sent."""
    found, detail = refused(lambda: check(destination(*signed), given))
    assert found == code
    assert f"the header {named}" in detail


def test_a_url_that_does_not_tell_takes_what_is_given() -> None:
    """Where the URL does not name its signed headers (V2, Azure's SAS), storage decides."""
    check(destination(tells=False), {"x-amz-acl": "private", "x-amz-meta-a": "1"})
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


VENDORS = {
    "s3": f"https://bucket.s3.amazonaws.com/k?{v4()}",
    "s3-v2": f"https://bucket.s3.amazonaws.com/k?{v2()}",
    "r2": f"https://b.{'a' * 32}.r2.cloudflarestorage.com/k?{v4()}",
    "b2": f"https://b.s3.us-west-004.backblazeb2.com/k?{v4()}",
    "google": f"https://b.storage.googleapis.com/k?{google_v4()}",
    "google-hmac": f"https://b.storage.googleapis.com/k?{v4()}",
    "azure": f"https://a12.blob.core.windows.net/c/k?{sas()}",
    "listed": f"http://store.example:9000/b/k?{v4()}",
    "listed-azure": f"http://store.example:9000/b/k?{sas()}",
}
LISTED = Settings.from_environment({"UPLOAD_DESTINATIONS": "default,http://store.example:9000"}).destinations
S3_STORES = {"s3", "s3-v2", "r2", "b2", "google-hmac", "listed"}


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("name", "stores"),
    [
        ("x-amz-acl", S3_STORES),
        ("x-amz-meta-a", S3_STORES),
        ("x-amz-object-lock-mode", S3_STORES),
        ("x-amz-website-redirect-location", S3_STORES),
        ("x-goog-acl", {"google", "google-hmac"}),
        ("x-goog-meta-a", {"google", "google-hmac"}),
        ("x-goog-custom-audit-a", {"google", "google-hmac"}),
        ("x-ms-blob-content-type", {"azure", "listed-azure"}),
        ("x-ms-meta-a", {"azure", "listed-azure"}),
        ("if-unmodified-since", {"azure", "listed-azure"}),
        ("cache-control", set(VENDORS)),
        ("if-match", set(VENDORS)),
    ],
)
def test_each_store_gets_its_own_vendors_headers(vendor: str, name: str, stores: set[str]) -> None:
    """A header goes only to a store whose PUT has it on its page."""
    judged = judge_destination(VENDORS[vendor], LISTED, time.time())
    assert judged.sendable.include(name) is (vendor in stores)
    if vendor not in stores:
        code, detail = refused(lambda: signed_headers.check_given(judged, name))
        assert code == "header_not_allowed"
        assert name in detail


def test_headers_of_s3_are_those_of_its_page() -> None:
    """What botocore's model of PutObject has, which is made with the page, without what appends."""
    shape = Session().get_service_model("s3").operation_model("PutObject").input_shape
    assert shape
    headers = {
        member.serialization["name"].lower()
        for member in shape.members.values()
        if member.serialization.get("location") == "header"
    }
    left_out = {"content-length", "x-amz-write-offset-bytes"}
    common = {"x-amz-content-sha256", "x-amz-date", "x-amz-security-token"}
    assert sendable_headers.S3.names == headers - left_out | common


@pytest.mark.parametrize("count", [64, 65, 900])
def test_signed_names_are_bounded(count: int) -> None:
    """At most 64 names may be signed; more are refused before any is looked at."""
    names = ";".join(sorted(["host", *(f"x-amz-meta-{number}" for number in range(count - 1))]))
    fields = FormFields(Settings())
    url = f"https://bucket.s3.amazonaws.com/k?{v4(signed_headers=names)}"
    if count > 64 and len(url) <= MAX_URL_BYTES:
        code, detail = refused(lambda: fields.note("uploadUrl", url, time.time()))
        assert (code, "more than 64 headers" in detail) == ("invalid_upload_url", True)
    elif count == 64:
        fields.note("uploadUrl", url, time.time())
        assert len(fields.missing_headers()) == 63


def test_headers_in_the_query_are_bounded() -> None:
    """Version 2 writes them into the query: at most 64 as well."""
    metadata = "".join(f"&x-amz-meta-{number}=a" for number in range(65))
    fields = FormFields(Settings())
    code, _ = refused(lambda: fields.note("uploadUrl", f"{VENDORS['s3-v2']}{metadata}", time.time()))
    assert code == "invalid_upload_url"


def test_signed_names_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many fields follow the URL, its signed names are not looked at again."""
    looked: list[str] = []
    include = SendableHeaders.include

    def counted(table: SendableHeaders, name: str) -> bool:
        looked.append(name)
        return include(table, name)

    monkeypatch.setattr(SendableHeaders, "include", counted)
    names = [f"x-amz-meta-{number}" for number in range(60)]
    fields = FormFields(Settings())
    url = f"https://bucket.s3.amazonaws.com/k?{v4(signed_headers=';'.join(['host', *names]))}"
    fields.note("uploadUrl", url, time.time())
    for name in names:
        fields.note(f"header:{name}", "1", 0)
    # Once for the URL, then for each field: whether any store has it, and whether this one has it.
    assert len(looked) == 3 * len(names)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-encoding", "aws-chunked"),
        ("content-encoding", "gzip, AWS-Chunked"),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("x-goog-content-sha256", "streaming-x"),
        ("x-obs-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-oss-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    ],
)
def test_body_in_a_framing_of_its_own(name: str, value: str) -> None:
    """A value that makes the store read the file's bytes as chunks of S3's framing is never sent."""
    fields = FormFields(Settings())
    code, detail = refused(lambda: fields.note(f"header:{name}", value, 0))
    assert code == "url_not_for_put"
    assert name in detail
    FormFields(Settings()).note(
        f"header:{name}", "gzip" if name == "content-encoding" else "UNSIGNED-PAYLOAD", 0
    )
