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

from tests.presigned.judged_urls import GOOGLE_V2, GOOGLE_V4, SAS, V2, V4, V4A, destinations, judged, refusal
from tests.presigned.signature_rows import SIGNATURES
from upload_service.presigned.destination import judge_destination

STORES = {
    "x-amz": "https://bucket.s3.amazonaws.com/key",
    "x-goog": "https://storage.googleapis.com/bucket/key",
    "aws": "https://bucket.s3.amazonaws.com/key",
    "google": "https://storage.googleapis.com/bucket/key",
    "sv": "https://account.blob.core.windows.net/container/key",
}


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
            "signature_kind_unsupported",
            "invalid_upload_url",
        ), name
        assert refusal(at_home(f"{query}&{pair}")) == "invalid_upload_url", name
        assert refusal(at_home(f"{query}&{name.upper()}=")) == "invalid_upload_url", name
        assert refusal(at_home(f"{query}&%{ord(name[0]):x}{name[1:]}=z")) == "invalid_upload_url", name


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
