"""The ways to sign a URL: what is well-formed for each, what is not, and what real signers write."""

import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from botocore.auth import HmacV1QueryAuth, S3ExpressQueryAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.session import Session
from devtools import signed_queries

from tests.presigned.judged_urls import GOOGLE_V2, GOOGLE_V4, SAS, V2, V4, V4A, destinations, judged, refusal
from upload_service.presigned.destination import judge_destination

STORES = {
    "x-amz": "https://bucket.s3.amazonaws.com/key",
    "x-goog": "https://storage.googleapis.com/bucket/key",
    "aws": "https://bucket.s3.amazonaws.com/key",
    "google": "https://storage.googleapis.com/bucket/key",
    "sv": "https://account.blob.core.windows.net/container/key",
}


NAMES_IN_LOWER_CASE = "&".join(
    f"{name.lower()}={value}" for name, _, value in (pair.partition("=") for pair in V4.split("&"))
)


def at_home(query: str) -> str:
    """The URL with this query, at the store whose way to sign it is."""
    return f"{next(store for mark, store in STORES.items() if query.lower().startswith(mark))}?{query}"


@pytest.mark.parametrize(
    "query",
    [V4, V4A, V2, GOOGLE_V4, GOOGLE_V2, SAS],
    ids=["v4", "v4a", "v2", "google-v4", "google-v2", "sas"],
)
def test_every_parameter_counts(query: str) -> None:
    """Without any one of its parameters, or with one of them twice, a signed URL is none; whole, it is."""
    assert refusal(at_home(query)) == "ok"
    for pair in query.split("&"):
        name = pair.partition("=")[0]
        if name == "sv":
            continue
        without = query.replace(pair, "x=y", 1)
        assert refusal(f"{at_home(query).partition('?')[0]}?{without}") in (
            "url_not_signed",
            "invalid_upload_url",
        ), name
        assert refusal(at_home(f"{query}&{pair}")) == "invalid_upload_url", name
        assert refusal(at_home(f"{query}&{name.upper()}=")) == "invalid_upload_url", name
        assert refusal(at_home(f"{query}&%{ord(name[0]):x}{name[1:]}=z")) == "invalid_upload_url", name


# Name of the row, query, code.
SIGNATURES = [
    ("date alone", "X-Amz-Date=20261123T115500Z", "url_not_signed"),
    ("empty", "X-Amz-Signature=", "url_not_signed"),
    ("signature alone", f"X-Amz-Signature={signed_queries.digits()}", "invalid_upload_url"),
    ("names in lower case", NAMES_IN_LOWER_CASE, "url_not_signed"),
    ("one name in lower case", V4.replace("X-Amz-Date", "x-amz-date"), "invalid_upload_url"),
    ("V2, names in lower case", V2.lower(), "url_not_signed"),
    ("Google, names in lower case", GOOGLE_V4.replace("X-Goog-", "x-goog-"), "ok"),
    ("Azure, names in upper case", SAS.replace("sp=", "SP=").replace("se=", "SE="), "ok"),
    ("empty region", V4.replace("us-east-1", ""), "ok"),
    (
        "empty region and no access key",
        V4.replace("=A%2F", "=%2F").replace("us-east-1", ""),
        "invalid_upload_url",
    ),
    ("empty date", V4.replace("=A%2F20", "=A%2F%2F20").replace("%2F20261123", "%2F"), "invalid_upload_url"),
    ("Google, empty region", GOOGLE_V4.replace("auto", ""), "ok"),
    ("algorithm in lower case", V4.replace("AWS4-HMAC-SHA256", "aws4-hmac-sha256"), "invalid_upload_url"),
    ("signature in upper case", V4.replace("5ec2e7", "5EC2E7"), "ok"),
    ("another algorithm", V4.replace("%2F", "/"), "ok"),
    ("algorithm of V4A", V4.replace("HMAC-SHA256", "HMAC-SHA1"), "invalid_upload_url"),
    ("signature too short", V4.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), "invalid_upload_url"),
    ("signature too long", V4[:-1], "invalid_upload_url"),
    ("signature not hexadecimal", f"{V4}0", "invalid_upload_url"),
    ("signature with a line break", f"{V4[:-1]}g", "invalid_upload_url"),
    ("slashes not escaped", f"{V4[:-1]}%0A", "invalid_upload_url"),
    ("slash in the access key", V4.replace("=A%2F", "=my%2Fkey%2F"), "ok"),
    ("no access key", V4.replace("=A%2F2", "=2"), "invalid_upload_url"),
    ("no region", V4.replace("us-east-1%2F", ""), "invalid_upload_url"),
    ("service of S3 Express", V4.replace("%2Fs3%2F", "%2Fs3express%2F"), "ok"),
    ("another service", V4.replace("%2Fs3%2F", "%2Fsts%2F"), "invalid_upload_url"),
    ("another request type", V4.replace("aws4_request", "aws4_other"), "invalid_upload_url"),
    ("region of R2", V4.replace("us-east-1", "auto"), "ok"),
    ("date without zone", V4.replace("T115500Z", "T115500"), "invalid_upload_url"),
    ("no such month", V4.replace("=20261123T", "=20261323T"), "invalid_upload_url"),
    ("date with dashes", V4.replace("=20261123T115500Z", "=2026-11-23T11:55:00Z"), "invalid_upload_url"),
    ("no lifetime", V4.replace("=600", "=0"), "invalid_upload_url"),
    ("negative lifetime", V4.replace("=600", "=-600"), "invalid_upload_url"),
    ("lifetime with a fraction", V4.replace("=600", "=600.5"), "invalid_upload_url"),
    ("lifetime in letters", V4.replace("=600", "=abc"), "invalid_upload_url"),
    ("a week", V4.replace("=600", "=604800"), "ok"),
    ("more than a week", V4.replace("=600", "=604801"), "invalid_upload_url"),
    ("endless lifetime", V4.replace("=600", "=9" + "9" * 30), "invalid_upload_url"),
    ("expired a second ago", V4.replace("=600", "=299"), "url_expired"),
    ("expires now", V4.replace("=600", "=300"), "url_expired"),
    ("expires in a second", V4.replace("=600", "=301"), "ok"),
    ("no signed headers", V4.replace("=host", "="), "invalid_upload_url"),
    ("host not signed", V4.replace("=host", "=content-type"), "invalid_upload_url"),
    ("host as a part of a name", V4.replace("=host", "=hosts"), "invalid_upload_url"),
    ("empty signed header", V4.replace("=host", "=host%3B"), "invalid_upload_url"),
    ("signed headers with commas", V4.replace("=host", "=host%2Ccontent-type"), "invalid_upload_url"),
    ("several signed headers", V4.replace("=host", "=content-type%3Bhost%3Bx-amz-meta-a.b_c"), "ok"),
    ("V4A, no DER", V4A.replace("=3045", "=4045"), "invalid_upload_url"),
    ("V4A, with a region", V4A.replace("%2F20261123%2Fs3", "%2F20261123%2Fus-east-1%2Fs3"), "ok"),
    ("V2, no access key", V2.replace("=A&", "=&"), "url_not_signed"),
    ("V2, expires now", signed_queries.v2(expires=1_795_435_200), "url_expired"),
    ("V2, expires soon", signed_queries.v2(expires="soon"), "invalid_upload_url"),
    ("V2, expires empty", signed_queries.v2(expires=""), "invalid_upload_url"),
    ("V2, expires in aeons", signed_queries.v2(expires="9" * 12), "invalid_upload_url"),
    ("V2, no padding", V2.replace("%3D", ""), "invalid_upload_url"),
    ("V2, padding not escaped", V2.replace("%3D", "="), "ok"),
    ("V2, escaped Base64", V2.replace("5ec2e7", "%2B%2F2e7a", 1), "ok"),
    ("V2, bare Base64", V2.replace("5ec2e7", "+/c2e7", 1), "ok"),
    ("V2, signature too short", V2.replace("5ec2e7", "5ec", 1), "invalid_upload_url"),
    ("Google, HMAC key", GOOGLE_V4.replace("RSA", "HMAC"), "ok"),
    (
        "Google, short signature",
        GOOGLE_V4.replace(signed_queries.digits() * 8, signed_queries.digits()),
        "ok",
    ),
    ("Google, another algorithm", GOOGLE_V4.replace("RSA", "DSA"), "invalid_upload_url"),
    ("Google, request type of S3", GOOGLE_V4.replace("goog4_request", "aws4_request"), "invalid_upload_url"),
    ("Google, more than a week", GOOGLE_V4.replace("=600", "=604801"), "invalid_upload_url"),
    ("Google, signature too short", GOOGLE_V4[:-2], "invalid_upload_url"),
    ("Google V2, wrong padding", GOOGLE_V2.replace("%3D%3D", "%3D"), "invalid_upload_url"),
    ("Azure, expires now", SAS.replace("%3A05", "%3A00"), "url_expired"),
    ("Azure, expired today", SAS.replace("T12%3A05%3A00Z", ""), "url_expired"),
    ("Azure, expires by day", SAS.replace("23T12%3A05%3A00Z", "24"), "ok"),
    ("Azure, expires by minute", SAS.replace("%3A00Z", "Z"), "ok"),
    ("Azure, expires in fractions", SAS.replace("%3A00Z", "%3A00.1234567Z"), "ok"),
    ("Azure, expires tomorrow", SAS.replace("2026-11-23T12%3A05%3A00Z", "tomorrow"), "invalid_upload_url"),
    ("Azure, no such month", SAS.replace("11-23", "13-23"), "invalid_upload_url"),
    ("Azure, no padding", SAS.replace("%3D", ""), "invalid_upload_url"),
    ("Azure, no permissions", SAS.replace("sp=cw&", ""), "invalid_upload_url"),
    ("Azure, stored policy", "sv=2025-01-05&si=policy" + SAS[SAS.index("&sig=") :], "ok"),
    ("Azure, unnamed policy", "sv=2025-01-05&si=" + SAS[SAS.index("&sig=") :], "invalid_upload_url"),
    ("Azure, two signatures", f"{SAS}&SIG=a", "invalid_upload_url"),
]


@pytest.mark.parametrize(("query", "code"), [pytest.param(*row, id=name) for name, *row in SIGNATURES])
def test_signatures(query: str, code: str) -> None:
    """Each query is judged as the table says, at the store whose way to sign it is."""
    assert refusal(at_home(query)) == code


def test_what_the_signature_tells() -> None:
    """Way, expiry and signed headers are read from the query; what it does not tell is None."""
    v4 = judged(at_home(V4.replace("=host", "=content-type%3Bhost%3BIf-None-Match")))
    assert (v4.signature_scheme, v4.expires_at, v4.creates_only) == ("s3-v4", 1_795_435_500.0, True)
    assert v4.signed_headers == frozenset({"content-type", "host", "if-none-match"})
    v2 = judged(at_home(V2))
    assert (v2.signature_scheme, v2.expires_at, v2.signed_headers, v2.creates_only) == (
        "s3-v2",
        1_795_435_201.0,
        None,
        False,
    )
    google = judged(at_home(GOOGLE_V4))
    assert (google.signature_scheme, google.signed_headers) == ("google-v4", frozenset({"host"}))
    policy = judged(at_home("sv=2025-01-05&si=policy" + SAS[SAS.index("&sig=") :]))
    assert (policy.signature_scheme, policy.expires_at, policy.signed_headers) == ("azure-sas", None, None)
    assert judged(at_home(V4A)).signature_scheme == "s3-v4a"


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer whose clock shows the time of Seoul."""
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_time_without_zone_is_utc() -> None:
    """An Azure expiry that names no zone is meant in UTC, wherever the service runs."""
    assert judged(at_home(SAS.replace("23T12%3A05%3A00Z", "24"))).expires_at == 1_795_478_400.0


KEYS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG", "FwoGZXIvYXdzEBYaD+//=")
# Presigning for S3 Express asks for no session: the credentials are one's already.
NO_CACHE = cast(Any, None)


@pytest.mark.parametrize(
    ("region", "bucket", "config"),
    [
        ("us-east-1", "bucket", {}),
        ("us-east-1", "my.dotted.bucket", {}),
        ("eu-central-1", "bucket", {"s3": {"addressing_style": "path"}}),
        ("eu-central-1", "bucket", {"s3": {"addressing_style": "virtual"}}),
        ("ap-southeast-7", "bucket", {"s3": {"use_dualstack_endpoint": True}}),
        ("eu-west-1", "bucket", {"s3": {"use_accelerate_endpoint": True}}),
        ("us-gov-west-1", "bucket", {"use_fips_endpoint": True}),
        ("us-east-2", "bucket", {"use_fips_endpoint": True, "use_dualstack_endpoint": True}),
        ("cn-north-1", "bucket", {}),
        ("cn-northwest-1", "bucket", {"use_dualstack_endpoint": True}),
        ("eusc-de-east-1", "bucket", {}),
        ("mx-central-1", "bucket", {}),
        ("eu-west-1", "arn:aws:s3:eu-west-1:123456789012:accesspoint/ap", {}),
        ("us-east-1", "arn:aws:s3:us-east-1:123456789012:accesspoint/ap", {"use_fips_endpoint": True}),
        ("us-east-1", "bucket", {"signature_version": "s3"}),
        ("eu-west-1", "bucket", {"signature_version": "s3"}),
    ],
)
def test_botocore(region: str, bucket: str, config: dict[str, Any]) -> None:
    """What the AWS SDK for Python presigns, for any kind of endpoint, is allowed by default."""
    session = Session()
    session.set_credentials(KEYS.access_key, KEYS.secret_key, KEYS.token)
    settings = Config(**{"signature_version": "s3v4", **config})
    client = cast(Any, session.create_client("s3", region_name=region, config=settings))
    wanted = {"Bucket": bucket, "Key": "a folder/사진+1.png", "ContentType": "image/png", "ACL": "private"}
    url = client.generate_presigned_url("put_object", Params=wanted, ExpiresIn=600)
    destination = judge_destination(url, destinations("default"), time.time())
    assert destination.provider == "s3"
    part = {"Bucket": bucket, "Key": "k", "PartNumber": 1, "UploadId": "a.b_c"}
    url = client.generate_presigned_url("upload_part", Params=part)
    assert judge_destination(url, destinations("default"), time.time()).url


@pytest.mark.parametrize(
    "signer",
    [
        S3SigV4QueryAuth(KEYS, "s3", "us-east-1", expires=600),
        S3ExpressQueryAuth(KEYS, "s3express", "us-east-1", identity_cache=NO_CACHE, expires=600),
    ],
    ids=["s3", "s3express"],
)
def test_botocore_v4(signer: S3SigV4QueryAuth | S3ExpressQueryAuth) -> None:
    """V4 as botocore signs it, with headers, is read in all its parts."""
    request = AWSRequest(
        method="PUT", url="https://bucket.s3.us-east-1.amazonaws.com/k", headers={"Content-Type": "a/b"}
    )
    signer.add_auth(request)
    now = time.time()
    destination = judge_destination(str(request.url), destinations("default"), now)
    assert destination.signed_headers == frozenset({"content-type", "host"})
    assert destination.expires_at == pytest.approx(now + 600, abs=5)


def test_botocore_v2() -> None:
    """V2 as botocore signs it, a hundred times, because Base64 differs each time."""
    for number in range(100):
        request = AWSRequest(
            method="PUT", url=f"https://bucket.s3.amazonaws.com/{number}", headers={"Content-Type": "a/b"}
        )
        HmacV1QueryAuth(KEYS, expires=600).add_auth(request)
        now = time.time()
        assert judge_destination(str(request.url), destinations("default"), now).signature_scheme == "s3-v2"
