"""What real signers sign, through the service, in a real store that checks it. More: ./scripts/dev/compat."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import Session
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT

CONTENT = bytes(range(256)) * 5000


def signed_v2(bucket: Bucket, key: str, **params: object) -> str:
    """What plain boto3 signs for an endpoint of one's own."""
    session = Session()
    session.set_credentials(bucket.access_key, bucket.secret_key)
    client: Any = session.create_client("s3", "us-east-1", endpoint_url=bucket.endpoint)
    url: str = client.generate_presigned_url("put_object", {"Bucket": bucket.name, "Key": key, **params})
    assert "AWSAccessKeyId" in url
    return TRANSCRIPT.hide(url)


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ["url-first", "file-first"])
@pytest.mark.parametrize(
    ("params", "attempts", "content_type"),
    [
        pytest.param({}, 1, None, id="plain"),
        pytest.param({"ContentType": "image/webp"}, 1, "image/webp", id="typed"),
        pytest.param(
            {"ContentType": "image/webp", "Metadata": {"Colour": "blue green"}},
            1,
            "image/webp",
            id="metadata",
        ),
    ],
)
def test_signature_v2(
    service: Running,
    bucket: Bucket,
    path: str,
    order: str,
    params: dict[str, object],
    attempts: int,
    content_type: str | None,
) -> None:
    """What plain boto3 signs is stored with what it signed, and the caller says nothing about it."""
    key = f"v2/{path[1:]}-{order}-{len(params)}"
    parts = [
        field("uploadUrl", signed_v2(bucket, key, **params)),
        file(CONTENT, content_type="image/png"),
    ]
    stored = post(service.port, path, form(*(parts if order == "url-first" else parts[::-1])))
    assert stored.status == 200, stored.json
    assert service.upload_event(stored.request_id)["attempts"] == attempts
    assert bucket.get(key) == CONTENT
    head = bucket.head(key)
    assert head
    assert content_type in (None, head.content_type)
    if "Metadata" in params:
        assert head.headers["x-amz-meta-colour"] == "blue green"


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_signature_v2_of_a_type_that_is_not_told(service: Running, bucket: Bucket, path: str) -> None:
    """Where the signer keeps the type to itself, the second PUT has it, from a copy of the file."""
    key = f"v2/untold-{path[1:]}"
    url = re.sub("&content-type=[^&]*", "", signed_v2(bucket, key, ContentType="image/webp"))
    picture = file(CONTENT, content_type="image/webp")
    stored = post(service.port, path, form(field("uploadUrl", TRANSCRIPT.hide(url)), picture))
    assert stored.status == 200, stored.json
    event = service.upload_event(stored.request_id)
    assert [each["code"] for each in event["attempt_log"]] == ["signature_mismatch", "ok"]
    assert bucket.get(key) == CONTENT
    head = bucket.head(key)
    assert head
    assert head.content_type == "image/webp"


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_empty_region(service: Running, bucket: Bucket, path: str) -> None:
    """A scope with an empty region, as R2 documents it, is signed, sent and accepted as it is."""
    request = AWSRequest("PUT", f"{bucket.url}region/{path[1:]}")
    keys = Credentials(bucket.access_key, bucket.secret_key)
    S3SigV4QueryAuth(keys, "s3", "", expires=600).add_auth(request)
    url = TRANSCRIPT.hide(str(request.url))
    assert "%2F%2Fs3%2Faws4_request" in url
    stored = post(service.port, path, form(field("uploadUrl", url), file(CONTENT)))
    assert stored.status == 200, stored.json
    assert bucket.get(f"region/{path[1:]}") == CONTENT


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_all_headers_of_the_signer(
    service: Running, bucket: Bucket, presign: Callable[..., str], path: str
) -> None:
    """The whole map of signed headers, as SDKs give it with the URL, may be in the form."""
    key = f"headers/map-{path[1:]}"
    signed = {"content-length": str(len(CONTENT)), "x-amz-meta-colour": "blue"}
    url = presign(key, content_type="image/webp", headers=signed)
    given = {"Host": urlsplit(url).netloc, "Content-Type": "image/webp", **signed}
    texts = [*(field(f"header:{name}", value) for name, value in given.items()), field("uploadUrl", url)]
    stored = post(service.port, path, form(*texts, file(CONTENT)))
    assert stored.status == 200, stored.json
    assert bucket.get(key) == CONTENT
