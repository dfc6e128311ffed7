"""The vendors that sign in a way of their own: their signers, their hosts, and what is wrong with a URL."""

import base64
import json
import os
import time
from datetime import UTC, datetime

import pytest
from botocore.signers import CloudFrontSigner
from signer_oracles import judge

from tests.presigned.judged_urls import NOW, USER_SAS, destinations, judged, reason, refusal
from tests.presigned.vendor_rows import CHANGES, CLOUDFRONT, END, ORACLE, RIGHT, SUPABASE, policy, token
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import judge_destination
from upload_service.presigned.known_schemes import SIGNATURE_SCHEMES
from upload_service.presigned.providers import PROVIDERS
from upload_service.presigned.signed_headers import check_url, put_headers

LISTED = "default, https://cdn.example.com"
RECORDED = json.loads(judge.RECORDED.read_text(encoding="utf-8"))
VERDICTS = list(judge.verdicts(RECORDED))


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda each: f"{each.vendor}, {each.signer}, {each.case}")
def test_signers(verdict: judge.Verdict) -> None:
    """What the vendors' own packages signed once is judged as it should be: see dev/signer-oracles."""
    assert verdict.said == verdict.expected


def test_the_page_has_the_verdicts() -> None:
    """docs/signatures.md shows these verdicts: `./scripts/dev/signer-oracles --write` writes both."""
    assert "\n".join(judge.table(VERDICTS)) in judge.PAGE.read_text(encoding="utf-8")


def test_every_scheme_has_an_oracle() -> None:
    """Each scheme of this kind is that of a URL that its vendor's signer, or its page, has made."""
    urls = [row["urls"]["right"] for row in RECORDED["rows"]] + [ORACLE]
    allowed = judge.ALLOWED
    seen = {judge_destination(url, allowed, RECORDED["now"]).signature_scheme for url in urls}
    schemes = {scheme for provider in PROVIDERS for scheme in provider.signature_schemes} | {
        *SIGNATURE_SCHEMES
    }
    assert {scheme.name for scheme in schemes} - seen == {
        "s3-v4a",
        "google-v4",
        "google-v2",
        "google-session",
    }


@pytest.mark.parametrize("name", RIGHT)
def test_right(name: str) -> None:
    """A right URL is allowed, by its scheme, until its time is over."""
    destination = judged(RIGHT[name], LISTED)
    assert destination.signature_scheme == name.removesuffix(" policy")
    assert destination.expires_at == (None if name == "oracle-request" else END)
    assert destination.kind == "object"
    assert repr(destination) == f"Destination(host={destination.host!r})"
    check_url(destination)


@pytest.mark.parametrize(
    ("scheme", "old", "new", "code", "words"), [pytest.param(*row, id=name) for name, *row in CHANGES]
)
def test_changes(scheme: str, old: str, new: str, code: str, words: str) -> None:
    """One change makes of a right URL what the table says, and the refusal names what is wrong."""
    right = RIGHT[scheme]
    assert old in right
    url = right.replace(old, new, 1)
    assert refusal(url, LISTED) == code
    assert words in reason(url, LISTED)


@pytest.mark.parametrize("name", RIGHT)
def test_no_value_is_said(name: str) -> None:
    """What is said of a URL in which any one value is malformed has no value of it."""
    front, _, query = RIGHT[name].partition("?")
    for pair in filter(None, query.split("&")):
        key, _, value = pair.partition("=")
        said = reason(f"{front}?{query.replace(pair, f'{key}=%00{value}')}", LISTED)
        assert len(value) < 12 or value == "OSS4-HMAC-SHA256" or value not in said


@pytest.mark.parametrize(("old", "new"), [("/v1/", "/v2/"), ("/v1/AUTH_a/container", "")])
def test_path_of_another_interface(old: str, new: str) -> None:
    """A store whose signature is there, on a path of another form, is told which form the path must have."""
    assert "/v1/ACCOUNT/CONTAINER/OBJECT" in reason(RIGHT["swift-temp-url"].replace(old, new))


def test_cloudfront_is_listed_only() -> None:
    """A distribution may be anybody's, so none is allowed by default."""
    url = RIGHT["cloudfront"].replace("cdn.example.com", "d111111abcdef8.cloudfront.net")
    assert refusal(url) == "destination_not_allowed"
    assert refusal(url, "https://d111111abcdef8.cloudfront.net") == "ok"


@pytest.mark.parametrize(
    ("resource", "fits"),
    [
        ("https://cdn.example.com/a/key.png", True),
        ("https://cdn.example.com/a/ke?.png", True),
        ("https://cdn.example.com/a/*", True),
        ("*", True),
        ("*?a?key*", True),
        ("h*//*.example.com/*.png", True),
        ("*key.png*", True),
        ("https*a/key.png", True),
        ("https://cdn.example.com/a/key.png?", False),
        ("https://cdn.example.com/a/key.pn", False),
        ("https://cdn.example.com/a/key.png*g", False),
        ("*png*key*", False),
        ("https://cdn.example.com/b/*", False),
        ("https://cdn.example.com/a/[k]ey.png", False),
        ("*a" * 17, False),
    ],
)
def test_cloudfront_resource(resource: str, fits: bool) -> None:
    """`*` stands for any text and `?` for one character, and all others for themselves."""
    url = RIGHT["cloudfront policy"].replace(policy(), policy(resource))
    assert refusal(url, LISTED) == ("ok" if fits else "invalid_upload_url")


def test_many_stars() -> None:
    """A policy of stars between letters is refused at once, and not after all ways to place them."""
    url = RIGHT["cloudfront policy"].replace(policy(), policy("*a" * 15 + "*b"))
    assert refusal(url.replace("/a/key.png", f"/{'a' * 4000}"), LISTED) == "invalid_upload_url"


@pytest.mark.parametrize("end", ["Infinity", "-Infinity", "NaN", "1e999", "1e300", str(10**400)])
def test_times_that_nobody_means(end: str) -> None:
    """JSON can write numbers that are no times."""
    written = base64.b64encode(
        f'{{"url": "bucket/a folder/key.png", "scope": "upload", "exp": {end}}}'.encode()
    )
    text = f"{SUPABASE}?token=eyJh.{written.decode().rstrip('=')}.c2lnbmVk"
    assert refusal(text) == "invalid_upload_url"


def test_swift_takes_the_type_that_was_judged() -> None:
    """With x-detect-content-type Swift would take it from the name of the object."""
    assert not judged(RIGHT["swift-temp-url"]).sendable.include("x-detect-content-type")


def test_cloudfront_tells_s3_of_no_checksum() -> None:
    """S3 is told that the body is not signed, unless the form has its checksum."""
    destination = judged(RIGHT["cloudfront"], LISTED)
    (sent,) = put_headers(destination, {}, "image/png")
    assert sent == {"content-type": "image/png", "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    (sent,) = put_headers(destination, {"x-amz-content-sha256": "5e" * 32}, "image/png")
    assert sent["x-amz-content-sha256"] == "5e" * 32


@pytest.mark.parametrize("custom", [False, True])
def test_cloudfront_signer(*, custom: bool) -> None:
    """Fifty URLs of botocore's signer are understood, because Base64 differs each time."""
    signer = CloudFrontSigner("K2JCJMDEHXQW5F", lambda _: os.urandom(256))
    now = time.time()
    until = datetime.fromtimestamp(int(now) + 600, UTC)
    for _ in range(50):
        url = (
            signer.generate_presigned_url(CLOUDFRONT, policy=signer.build_policy(CLOUDFRONT, until))
            if custom
            else signer.generate_presigned_url(CLOUDFRONT, date_less_than=until)
        )
        assert judge_destination(url, destinations(LISTED), now).expires_at == int(now) + 600


@pytest.mark.parametrize("name", ["alibaba-v1", "alibaba-v4", "huawei-obs"])
def test_a_type_is_bound(name: str) -> None:
    """These bind the Content-Type and do not tell it: none is tried first, then the file's own."""
    first, second = put_headers(judged(RIGHT[name]), {}, "image/png")
    assert (first, second) == ({}, {"content-type": "image/png"})
    (only,) = put_headers(judged(RIGHT[name]), {"content-type": "a/b"}, "image/png")
    assert only == {"content-type": "a/b"}


@pytest.mark.parametrize("name", ["swift-temp-url", "supabase-upload", "oracle-request"])
def test_a_type_is_free(name: str) -> None:
    """These sign no header, so the file's type goes with it."""
    assert put_headers(judged(RIGHT[name]), {}, "image/png") == ({"content-type": "image/png"},)


@pytest.mark.parametrize("kind", ["multipart/form-data", "Multipart/Form-Data; boundary=b"])
def test_supabase_reads_a_form(kind: str) -> None:
    """With this type Supabase would take the file for a form and keep the first file in it."""
    for given, of_file in (({}, kind), ({"content-type": kind}, "image/png")):
        with pytest.raises(UploadError) as refused:
            put_headers(judged(RIGHT["supabase-upload"]), given, of_file)
        assert refused.value.entry.code == "header_not_allowed"
    assert put_headers(judged(RIGHT["swift-temp-url"]), {}, kind) == ({"content-type": kind},)


def test_paths_are_known_on_their_hosts_only() -> None:
    """A path that looks like a token of Oracle's is no signature on any other host."""
    path = ORACLE.partition(".com")[2]
    assert (
        refusal(f"https://store.example.com{path}", "https://store.example.com")
        == "signature_kind_unsupported"
    )


def test_own_supabase() -> None:
    """A Supabase of one's own, with the gateway's path or without, is known by its path and token."""
    for front in ("/storage/v1", ""):
        url = f"https://store.example.com{front}/object/upload/sign/bucket/a%20folder/key.png?token={token()}"
        assert judged(url, "https://store.example.com").signature_scheme == "supabase-upload"
    assert refusal(f"{SUPABASE.replace('/upload/sign/', '/')}?token={token()}") == "invalid_upload_url"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/AUTH_a/c/o", "ok"),
        ("/object/v1/AUTH_a/c/o", "ok"),
        ("/swift/v1/c/o", "ok"),
        ("/swift/v1/AUTH_a/c/o", "ok"),
        ("/v1/AUTH_a/c/o/", "ok"),
        ("/v1/AUTH_a/c/", "invalid_upload_url"),
        ("/v1/AUTH_a/c", "invalid_upload_url"),
        ("/swift/v1/c", "invalid_upload_url"),
        ("/v2/AUTH_a/c/o", "signature_kind_unsupported"),
    ],
)
def test_swift_paths(path: str, code: str) -> None:
    """The path of an object is Swift's own, Infomaniak's or Ceph's; that of a container is refused."""
    query = RIGHT["swift-temp-url"].partition("?")[2]
    assert refusal(f"https://store.example.com{path}?{query}", "https://store.example.com") == code


BLOB = "https://account.blob.core.windows.net/container/key"


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("&ske=2026-11-24T00", "&ske=2026-11-23T12", "url_expired", ""),
        ("&se=2026-11-23T12%3A05", "&se=2026-11-23T12%3A00", "url_expired", ""),
        ("&se=", "&x=", "invalid_upload_url", "has no se"),
        ("&ske=", "&x=", "invalid_upload_url", "has no ske"),
        ("&skt=2026", "&skt=soon", "invalid_upload_url", "unusable skt"),
        ("&sktid=1", "&sktid=g", "invalid_upload_url", "id of 32 hexadecimal digits"),
        ("&sks=b", "&sks=q", "invalid_upload_url", "b, which stands for blobs"),
        ("&skv=2025-11-05", "&skv=new", "invalid_upload_url", "a version such as"),
        ("&sp=cw", "&sp=r", "url_not_for_put", "its sp"),
        ("&sr=b", "&sr=bs", "url_not_for_put", "its sr"),
        ("&sks=b", "&SKS=b&saoid=a&scid=b", "ok", ""),
        ("&sp=cw", "&sp=cw&si=policy", "ok", ""),
    ],
)
def test_user_delegation(old: str, new: str, code: str, words: str) -> None:
    """A SAS that is signed with a user's key ends with that key, and needs all that names the key."""
    assert judged(f"{BLOB}?{USER_SAS}").expires_at == NOW + 300
    url = f"{BLOB}?{USER_SAS.replace(old, new)}"
    assert url != f"{BLOB}?{USER_SAS}"
    assert refusal(url) == code
    assert words in reason(url)


def test_vendor_headers() -> None:
    """A header goes to the vendor whose page has it, and to no other."""
    for name, header in (
        ("alibaba-v4", "x-oss-meta-a"),
        ("tencent-cos", "x-cos-acl"),
        ("huawei-obs", "x-obs-storage-class"),
        ("swift-temp-url", "x-delete-after"),
        ("supabase-upload", "x-upsert"),
        ("oracle-request", "opc-meta-a"),
    ):
        assert [each for each in RIGHT if judged(RIGHT[each], LISTED).sendable.include(header)] == [
            each for each in RIGHT if each == name or {each, name} <= {"alibaba-v1", "alibaba-v4"}
        ]
    for header in ("x-oss-callback", "x-cos-callback", "x-object-manifest", "x-copy-from", "opc-multipart"):
        assert not any(judged(RIGHT[each], LISTED).sendable.include(header) for each in RIGHT)


def test_signed_headers_of_cos() -> None:
    """COS tells which headers are signed; one that goes with no upload is refused."""
    url = RIGHT["tencent-cos"].replace("=host", "=Content-Type%3Bx-cos-acl")
    assert judged(url).signed_headers == frozenset({"content-type", "x-cos-acl"})
    check_url(judged(url))
    with pytest.raises(UploadError) as refused:
        check_url(judged(RIGHT["tencent-cos"].replace("=host", "=x-cos-callback")))
    assert "the header x-cos-callback, which is never sent here" in refused.value.cause
