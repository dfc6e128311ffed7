"""Entries with ?unsigned: which are accepted at the start, and which URLs need no signature then."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.presigned.judged_urls import SAS, V2, V4, destinations, judged, reason, refusal
from tests.support.hypothesis_settings import STABLE
from upload_service.presigned import signed_headers
from upload_service.presigned.allowed_destinations import UrlPrefix
from upload_service.presigned.destination import UNSIGNED
from upload_service.presigned.post_destination import may_be_of_post
from upload_service.settings.environment import SettingError

GATED = "https://store.internal/uploads/?unsigned"
KEY = "https://store.internal/uploads/in/photo.png"


@pytest.mark.parametrize(
    ("entry", "unsigned", "etag_optional"),
    [
        ("https://store.internal/uploads/?unsigned", True, False),
        ("https://store.internal/uploads?unsigned", True, False),
        ("https://store.internal/uploads/?unsigned&etag=optional", True, True),
        ("https://store.internal/uploads/?etag=optional&unsigned", True, True),
        ("https://store.internal/uploads/?etag=optional", False, True),
        ("https://store.internal/uploads/", False, False),
    ],
)
def test_options(entry: str, unsigned: bool, etag_optional: bool) -> None:
    """Options stand behind a question mark, in any order."""
    expected = UrlPrefix("https", "store.internal", 443, "/uploads", etag_optional, unsigned)
    assert destinations(entry).prefixes == (expected,)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("https://store.internal/uploads/?", "must hold URLs without user, fragment and query, except"),
        ("https://store.internal/uploads/?signed", "except ?etag=optional and ?unsigned"),
        ("https://store.internal/uploads/?unsigned=1", "except ?etag=optional and ?unsigned"),
        ("https://store.internal/uploads/?UNSIGNED", "except ?etag=optional and ?unsigned"),
        ("https://store.internal/uploads/?unsigned&unsigned", "except ?etag=optional and ?unsigned"),
        ("https://store.internal/uploads/?unsigned&", "except ?etag=optional and ?unsigned"),
        ("https://store.internal/uploads/?unsigned?etag=optional", "except ?etag=optional and ?unsigned"),
        ("https://store.internal/?unsigned", "only behind one host and a path"),
        ("https://store.internal?unsigned", "only behind one host and a path"),
        ("https://store.internal//?unsigned", "only behind one host and a path"),
        ("https://*.store.internal/uploads/?unsigned", "only behind one host and a path"),
        ("https://bucket.s3.amazonaws.com/in/?unsigned", "may not have ?unsigned for a well-known store"),
        ("http://bucket.s3.amazonaws.com:9000/in/?unsigned", "may not have ?unsigned for a well-known store"),
        ("https://storage.googleapis.com/bucket/?unsigned", "may not have ?unsigned for a well-known store"),
        ("https://fsn1.your-objectstorage.com/b/?unsigned", "may not have ?unsigned for a well-known store"),
        ("default?unsigned", "must hold URLs that begin with https://"),
    ],
)
def test_entries_that_end_the_start(entry: str, why: str) -> None:
    """Without signatures one folder of the operator's own is open, and never more."""
    with pytest.raises(SettingError, match=r"^UPLOAD_DESTINATIONS m") as caught:
        destinations(entry)
    assert why in str(caught.value)


def test_unsigned_url() -> None:
    """A plain address there is a destination that never expires, takes plain headers, and proves no MD5."""
    found = judged(KEY, GATED)
    assert (found.signature_scheme, found.provider, found.listed) == (UNSIGNED, "listed", True)
    assert (found.signed_headers, found.required_headers, found.expires_at) == (None, (), None)
    assert (found.kind, found.creates_only, found.etag_optional, found.etag_is_md5) == (
        "object",
        *(False,) * 3,
    )
    assert (str(found.url), found.host_header) == (KEY, "store.internal")
    assert signed_headers.put_headers(found, {"cache-control": "no-store"}, "image/png") == (
        {"content-type": "image/png", "cache-control": "no-store"},
    )
    assert judged(KEY, f"{GATED}&etag=optional").etag_optional


def test_part_of_an_upload_in_parts() -> None:
    """The two parameters of S3's UploadPart are the only ones."""
    for query in ("partNumber=1&uploadId=a.b_c-d", "uploadId=VXBsb2FkIElE%2F&partNumber=10000"):
        assert judged(f"{KEY}?{query}", GATED).kind == "part"


@pytest.mark.parametrize(
    "tail",
    [
        "?acl", "?policy", "?tagging", "?versionId=1", "?append&position=0", "?x=y", "?token=abc", "?&", "?=",
        "?partNumber=1", "?uploadId=a", "?partNumber=1&uploadId=", "?partNumber=one&uploadId=a",
        "?partnumber=1&uploadid=a", "?partNumber=1&uploadId=a&acl", "?partNumber=1&uploadId=a&uploadId=b",
        "?partNumber=1&uploadId=a;acl",
        "?x-id=PutObject", "?op=mkdir", "?mv.from=/other", "?collection=x", "?comp=block&blockid=a",
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256", "?response-content-type=text/html", "/", "/a/",
    ],
)  # fmt: skip
def test_what_is_no_plain_address(tail: str) -> None:
    """No parameter goes to a store that asks for no signature, and no address of a folder."""
    assert refusal(f"{KEY}{tail}", GATED) == "invalid_upload_url"


@pytest.mark.parametrize(
    "url",
    [
        "https://store.internal/uploads",
        "https://store.internal/uploads/",
        "https://store.internal/uploads-of-others/key",
        "https://store.internal/other/key",
        "https://store.internal/uploads/../other/key",
        "https://store.internal/uploads/%2e%2e/other/key",
        "https://store.internal/uploads/..%2fother/key",
        "https://store.internal/uploads/%252e%252e/other/key",
        "https://store.internal:8443/uploads/key",
        "http://store.internal/uploads/key",
        "https://x.store.internal/uploads/key",
        "https://other.internal/uploads/key",
    ],
)
def test_other_places(url: str) -> None:
    """What is not below the entry is as closed as before."""
    assert refusal(url, f"default,{GATED}") == "destination_not_allowed"


@pytest.mark.parametrize("query", [V4, V2, SAS])
@pytest.mark.parametrize(
    "more", ["acl", "tagging", "legal-hold", "append", "x-amz-acl=public-read", "op=mkdir"]
)
def test_signature_opens_nothing_more(query: str, more: str) -> None:
    """A store without keys looks at no signature, so a made-up one brings no parameter past the judge."""
    assert refusal(f"{KEY}?{query}&{more}", GATED) in ("invalid_upload_url", "url_not_for_put")


def test_signature_brings_no_headers() -> None:
    """Nor does it bring the headers of a vendor; the same URL below another entry has them."""
    assert not judged(f"{KEY}?{V4}", GATED).sendable.include("x-amz-acl")
    assert judged(f"{KEY}?{V4}", "https://store.internal/").sendable.include("x-amz-acl")
    assert judged(f"{KEY}?{V4}&x-id=PutObject&X-Amz-Security-Token=a", GATED).signature_scheme == "s3-v4"


@pytest.mark.parametrize("key", ["photo.png", "in/photo.png"])
def test_plain_address_is_no_post(key: str) -> None:
    """An object directly below the entry might be taken for a bucket, to which a POST goes. It is none."""
    address = f"https://store.internal/uploads/{key}"
    assert not may_be_of_post(address, destinations(GATED))


def test_other_entries_want_signatures() -> None:
    """The option opens no other entry, a signed URL is judged as ever, and known stores stay signed."""
    both = f"default,{GATED},https://store.internal/"
    assert refusal(KEY, both) == "ok"
    assert refusal("https://store.internal/other/key", both) == "url_not_signed"
    assert refusal("https://bucket.s3.amazonaws.com/key", both) == "url_not_signed"
    assert judged(f"{KEY}?{V4}", both).signature_scheme == "s3-v4"
    for query in (V4.replace("=600", "=1"), V2[:-3], SAS.replace("sp=cw", "sp=r"), f"{V4}&acl"):
        assert refusal(f"{KEY}?{query}", both) in ("url_expired", "invalid_upload_url", "url_not_for_put")


@settings(STABLE)
@given(st.text("abXY=&%.;?+/019-_", max_size=40))
def test_any_query(text: str) -> None:
    """Nothing but the two parameters of a part passes, and nothing of a query is said."""
    url = f"{KEY}?{text}5ec2e75ec2e7"
    assert refusal(url, GATED) != "ok" or judged(url, GATED).kind == "part"
    assert "5ec2e7" not in reason(url, GATED)
