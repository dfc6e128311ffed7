"""A URL that is not signed as its store wants it: what is said of it, and that nothing of it is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.presigned.judged_urls import GOOGLE_V4, SAS, V2, V4, reason, refusal
from tests.presigned.provider_rows import ACCOUNT
from tests.support.hypothesis_settings import STABLE
from upload_service.presigned.known_schemes import SIGNATURE_SCHEMES

KINDS = ", ".join(dict.fromkeys(scheme.name for scheme in SIGNATURE_SCHEMES))
SECRET = "Zm9vYmFy5ec2e7"
TOKEN = "hC3iU5lmy9jX_5d2-FbBq4TtzZ7e2xD8wvKpR1aNsL6gQoYyM0cEb"
R2 = f"https://{ACCOUNT}.r2.cloudflarestorage.com/bucket/key"
S3 = "https://bucket.s3.amazonaws.com/key"
HOME = "https://store.example/bucket/key"

# Name of the row, URL, the ways to sign that the cause names.
KNOWN_ELSEWHERE = [
    ("V2 at R2", f"{R2}?{V2}", "signed as s3-v2, but R2 takes s3-v4."),
    ("SAS at S3", f"{S3}?{SAS}", "signed as azure-sas, but S3 takes s3-v4a, s3-v4, s3-v2."),
    ("Google at B2", f"https://s3.us-west-004.backblazeb2.com/b/k?{GOOGLE_V4}", "signed as google-v4, but"),
    (
        "V4 at Azure",
        f"https://account.blob.core.windows.net/c/k?{V4}",
        "but Azure Blob takes azure-sas.",
    ),
    (
        "CloudFront at R2",
        f"{R2}?Expires=1795435201&Signature={SECRET}__&Key-Pair-Id=APKA9ONS",
        "as cloudfront, but",
    ),
    (
        "Tencent at R2",
        f"{R2}?q-sign-algorithm=sha1&q-ak=A&q-signature={SECRET}",
        "as tencent-cos, but R2 takes",
    ),
    ("session at R2", f"{R2}?upload_id={SECRET}", "as google-session, but R2 takes"),
    ("V2 at OVH", f"https://s3.gra.io.cloud.ovh.net/b/k?{V2}", "but OVHcloud takes s3-v4."),
]
# Name of the row, what follows the key, how the sign is told. They come from the pages of the vendors:
# Akamai's tokens, and others.
UNKNOWN = [
    ("a token", f"?token={SECRET}", "token"),
    ("Akamai", f"?hdnts=exp=1~hmac={SECRET}", "hmac"),
    ("a JWT", f"?jwt={SECRET}", "token"),
    ("a gateway", f"?access-token={SECRET}", "token"),
    ("another signature", f"?expires=1795435201&sign={SECRET}", "sig"),
    ("a CDN", f"?auth_key=1795435201-0-0-{SECRET}", "auth_key"),
    ("V2 without its key", f"?Expires=1795435201&Signature={SECRET}", "signature"),
]
NOT_SIGNED = [
    ("plain", HOME),
    ("plain, at a known store", S3),
    ("a key of hexadecimal digits", f"https://store.example/bucket/{'0a' * 32}"),
    ("a random key", f"https://store.example/bucket/{TOKEN}"),
    ("a long folder", f"https://store.example/bucket/{'uploads-of-customers-' * 3}/key"),
    ("a UUID as a folder", "https://store.example/bucket/6F9619FF-8B86-D011-B42D-00CF4FC964ff/key"),
    ("cut at its first &", f"{S3}?X-Amz-Algorithm=AWS4-HMAC-SHA256"),
    ("cut before its signature", f"{S3}?{V4.partition('&X-Amz-Signature')[0]}&X-Amz-Security-Token={SECRET}"),
    ("names in lower case", f"{S3}?{V4.lower()}"),
    ("an empty token", f"{HOME}?token="),
    ("another parameter", f"{HOME}?version=1&s=2&uploadId=x&partNumber=1"),
    ("a signature for nothing", f"{HOME}?design=1&assign=2&signal=3"),
]


@pytest.mark.parametrize(("url", "said"), [pytest.param(*row, id=name) for name, *row in KNOWN_ELSEWHERE])
def test_known_at_other_stores(url: str, said: str) -> None:
    """A known way to sign that this store does not take is named, with those that it takes."""
    assert refusal(url) == "signature_kind_unsupported"
    assert said in reason(url)


@pytest.mark.parametrize(("query", "sign"), [pytest.param(*row, id=name) for name, *row in UNKNOWN])
@pytest.mark.parametrize(
    ("url", "takes"),
    [
        (HOME, f"here: it knows {KINDS}."),
        (R2, "here: R2 takes s3-v4."),
        ("https://kr.object.ncloudstorage.com/bucket/key", "here: NAVER Cloud takes s3-v4, s3-v2."),
    ],
)
def test_unknown_ways_to_sign(url: str, takes: str, query: str, sign: str) -> None:
    """What looks like a signature is told by the name of a parameter, with the ways that are known there."""
    allowed = "default,https://store.example/"
    assert refusal(f"{url}{query}", allowed) == "signature_kind_unsupported"
    said = reason(f"{url}{query}", allowed)
    assert f"by its parameter {sign}, in a way" in said
    assert takes in said
    assert SECRET not in said


def test_token_in_the_path() -> None:
    """A long token before the last segments counts as a signature, as in the links of some stores."""
    url = f"https://store.example/p/{TOKEN}/bucket/key"
    allowed = "https://store.example/p/"
    assert refusal(url, allowed) == "signature_kind_unsupported"
    said = reason(url, allowed)
    assert "by a token in its path, in a way" in said
    assert TOKEN not in said


@pytest.mark.parametrize("url", [pytest.param(url, id=name) for name, url in NOT_SIGNED])
def test_not_signed_at_all(url: str) -> None:
    """A plain address, or one that was cut, is said to be unsigned, however random its key looks."""
    assert refusal(url, "default,https://store.example/") == "url_not_signed"


@settings(STABLE)
@given(st.text("abcXYZ019_-=&%.+", max_size=60), st.text("abcXYZ019_-/", max_size=90))
def test_nothing_of_the_url_is_said(query: str, path: str) -> None:
    """Whatever the URL, a cause has only what the tables have."""
    said = reason(f"{HOME}{path}Marker9/k?{query}&token=Marker9{query}", "https://store.example/")
    assert "Marker9" not in said
