"""Signature Version 2: the headers that a PUT is tried with, until one set is what was signed."""

from typing import Any

import pytest
from botocore.auth import HmacV1QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.session import Session

from tests.presigned import v2_oracle
from tests.presigned.judged_urls import GOOGLE_V4, SAS, V4, V4A, destinations
from tests.presigned.v2_oracle import SECRET, is_signed
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import Destination, judge_destination
from upload_service.presigned.signed_headers import put_headers
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields

NOW = 1_795_435_200.0
PNG = "image/png"
KEYS = Credentials("AKIDEXAMPLE", SECRET.decode())


def judged(url: str) -> Destination:
    """What `url` means while it is valid."""
    return judge_destination(url, destinations("default"), NOW)


def botocore_url(**params: object) -> str:
    """What plain `boto3.client("s3")` signs in us-east-1."""
    session = Session()
    session.set_credentials(KEYS.access_key, KEYS.secret_key)
    client: Any = session.create_client("s3", "us-east-1", config=Config(s3={"addressing_style": "path"}))
    url: str = client.generate_presigned_url("put_object", {"Bucket": "bucket", "Key": "a b.png", **params})
    assert "AWSAccessKeyId" in url
    return url


def accepted_at(url: str, given: dict[str, str] = {}, **store: bool) -> tuple[int, int]:  # noqa: B006 - not changed
    """Which of how many tries such a store would accept, counted from 1; 0: none."""
    tries = put_headers(judged(url), given, PNG)
    accepted = [number for number, headers in enumerate(tries, 1) if is_signed(url, headers, **store)]
    return (accepted[0] if accepted else 0), len(tries)


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        pytest.param(botocore_url(), (1, 2), id="botocore"),
        pytest.param(botocore_url(ContentType=PNG), (1, 1), id="botocore, typed"),
        pytest.param(
            botocore_url(ContentType="image/svg+xml; charset=utf-8"), (1, 1), id="botocore, odd type"
        ),
        pytest.param(botocore_url(ContentMD5="gdyb21LQTcIANtvYMT7QVQ=="), (1, 2), id="botocore, MD5"),
        pytest.param(
            botocore_url(
                ContentType=PNG, Metadata={"Colour": "blue green"}, ACL="private", Tagging="a=b&c=d"
            ),
            (1, 2),
            id="botocore, metadata",
        ),
        pytest.param(v2_oracle.JAVASCRIPT_PLAIN, (1, 2), id="JavaScript"),
        pytest.param(v2_oracle.JAVASCRIPT_TYPED, (1, 2), id="JavaScript, typed, metadata"),
        pytest.param(v2_oracle.BOTO2_PLAIN, (1, 2), id="boto 2"),
        pytest.param(v2_oracle.BOTO2_TYPED, (3, 4), id="boto 2, typed, metadata"),
        pytest.param(v2_oracle.GOOGLE_PLAIN, (1, 2), id="Google"),
        pytest.param(v2_oracle.GOOGLE_TYPED, (0, 2), id="Google, without its headers"),
    ],
)
def test_signers(url: str, accepted: tuple[int, int]) -> None:
    """With the form's file alone, one of the tries has the very headers that each library signed."""
    assert accepted_at(url) == accepted


@pytest.mark.parametrize(
    ("url", "given", "accepted"),
    [
        (v2_oracle.GOOGLE_TYPED, {"x-goog-meta-colour": "blue"}, (2, 2)),
        (v2_oracle.GOOGLE_TYPED, {"x-goog-meta-colour": "blue", "content-type": PNG}, (1, 1)),
        (v2_oracle.BOTO2_TYPED, {"content-type": PNG}, (1, 2)),
        (v2_oracle.BOTO2_TYPED, {"content-type": PNG, "x-amz-meta-colour": "blue green"}, (1, 1)),
        (v2_oracle.JAVASCRIPT_TYPED, {"cache-control": "no-store"}, (1, 2)),
        (v2_oracle.JAVASCRIPT_TYPED, {"content-type": PNG}, (1, 2)),
        (v2_oracle.JAVASCRIPT_TYPED, {"content-type": "text/plain"}, (1, 4)),
        (botocore_url(), {"content-type": PNG}, (0, 1)),
    ],
)
def test_headers_of_the_form(url: str, given: dict[str, str], accepted: tuple[int, int]) -> None:
    """What the form gives is what was signed, and leaves less to try; what the query tells comes first."""
    assert accepted_at(url, given) == accepted


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        pytest.param(botocore_url(), (1, 2), id="plain"),
        pytest.param(botocore_url(ContentType=PNG, Metadata={"Colour": "blue green"}), (2, 2), id="metadata"),
        pytest.param(
            botocore_url(Metadata={"a": "1"}, ACL="private", ContentMD5="gdyb21LQTcIANtvYMT7QVQ=="),
            (2, 4),
            id="metadata, ACL and MD5",
        ),
        pytest.param(v2_oracle.BOTO2_TYPED, (4, 4), id="boto 2"),
    ],
)
def test_a_store_that_reads_metadata_in_the_query(url: str, accepted: tuple[int, int]) -> None:
    """Ceph counts metadata in the query and in headers, so there the headers must be left out."""
    assert accepted_at(url, metadata_from_query=True) == accepted


def test_the_first_try_of_a_plain_url_has_no_type() -> None:
    """Nothing was signed, so nothing is sent; only then the type of the file, then nothing else."""
    assert put_headers(judged(botocore_url()), {}, PNG) == ({}, {"content-type": PNG})
    assert put_headers(judged(v2_oracle.GOOGLE_PLAIN), {}, PNG) == ({}, {"content-type": PNG})


@pytest.mark.parametrize(
    "url",
    [
        f"https://bucket.s3.amazonaws.com/key?{V4}",
        f"https://bucket.s3.amazonaws.com/key?{V4}&x-amz-meta-a=1&Content-Type=image%2Fwebp",
        f"https://bucket.s3.amazonaws.com/key?{V4A}",
        f"https://storage.googleapis.com/bucket/key?{GOOGLE_V4}",
        f"https://account.blob.core.windows.net/container/key?{SAS}",
    ],
)
def test_other_schemes_are_tried_once(url: str) -> None:
    """Every other scheme says what it signed, or signs no type: one try, with the file's type."""
    [headers] = put_headers(judge_destination(url, destinations("default"), NOW), {}, PNG)
    assert headers.pop("content-type") == PNG
    assert set(headers) <= {"x-ms-blob-type"}


def test_a_token_is_never_a_header() -> None:
    """S3 reads the token of temporary credentials in the query; as a header too it would count twice."""
    request = AWSRequest("PUT", "https://bucket.s3.amazonaws.com/key")
    HmacV1QueryAuth(Credentials("A", "secret", "token"), expires=600).add_auth(request)
    url = str(request.url).replace("Expires=", "Expires=9")
    assert "x-amz-security-token=token" in url
    assert put_headers(judged(url), {}, PNG) == ({}, {"content-type": PNG})


def test_types_in_the_query_are_claims() -> None:
    """The type in the query, whatever its case, is one with which the object would be served."""
    url = v2_oracle.JAVASCRIPT_TYPED
    assert judged(url).types_in_query == (PNG,)
    assert judged(f"https://bucket.s3.amazonaws.com/key?{V4}&Content-Type=a%2Fb").types_in_query == ("a/b",)
    assert judged(f"https://a12.blob.core.windows.net/c/k?{SAS}&rsct=a%2Fb").types_in_query == ("a/b",)
    assert judged(f"https://bucket.s3.amazonaws.com/key?{V4}").types_in_query == ()


@pytest.mark.parametrize("value", ["a%0D%0Ahost:%20b", "caf%C3%A9", "%00"])
@pytest.mark.parametrize("name", ["content-type", "x-amz-meta-a", "Content-MD5"])
def test_a_header_in_the_query_that_cannot_be_sent(name: str, value: str) -> None:
    """Line breaks and letters outside ASCII are refused in the query as they are in the form."""
    fields = FormFields(Settings())
    with pytest.raises(UploadError) as refused:
        fields.note("uploadUrl", f"{v2_oracle.JAVASCRIPT_PLAIN}&{name}={value}", NOW)
    assert refused.value.entry.code == "invalid_header_value"
    assert name.lower() in refused.value.detail
