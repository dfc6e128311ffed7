"""POSTs that botocore signs, through the service, in a real store that checks policy and signature."""

import base64
import json
from collections.abc import Iterator

import pytest
from devtools.post_signers import Place, SignedPost, Wish, botocore
from local.store import Bucket

from tests.support.client.posted_forms import hide, orders, posted, ways
from tests.support.client.raw_http import PLAIN, RETRY, post
from tests.support.service.running_service import Running

CONTENT = bytes(range(256)) * 5000
RANGE = ["content-length-range", len(CONTENT), len(CONTENT)]
IMAGES = ["starts-with", "$Content-Type", "image/"]
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
versions = pytest.mark.parametrize("version", ["s3v4", "s3"])


def signed(bucket: Bucket, wish: Wish, version: str = "s3v4") -> SignedPost:
    """A POST to the store's bucket."""
    place = Place(bucket.endpoint.rstrip("/"), bucket.name, bucket.access_key, bucket.secret_key)
    found = botocore(place, wish, version)
    hide(found.fields)
    return found


@both_endpoints
@orders
@ways
@versions
def test_file_is_stored(
    service: Running, bucket: Bucket, version: str, way: str, order: str, path: str
) -> None:
    """The object is the file, under the key that has the file's name in it, with the type of its part."""
    folder = f"posts/{version}-{way}-{order}{path}"
    to = signed(bucket, Wish(f"{folder}/${{filename}}", [RANGE, IMAGES], {"x-amz-meta-a": "b"}), version)
    name = "사진 1+2.webp"
    answered = post(service.port, path, posted(*to, CONTENT, order, way, name, "image/webp"))
    assert answered.status == 200, answered.json
    assert bucket.get(f"{folder}/{name}") == CONTENT
    head = bucket.head(f"{folder}/{name}")
    assert head
    assert (head.content_type, head.headers["x-amz-meta-a"]) == ("image/webp", "b")
    assert answered.json["etag"] == head.headers["etag"]


@both_endpoints
@versions
@pytest.mark.parametrize(
    ("wish", "content", "code", "attempts"),
    [
        (Wish("", [["content-length-range", 1, 4]]), b"12345", "entity_too_large", 0),
        (Wish("", [["content-length-range", 6, 9]]), b"12345", "file_too_small", 0),
        (Wish("", [["eq", "$Content-Type", "image/webp"]]), b"12345", "policy_not_met", 0),
        (Wish("", seconds=-600), b"12345", "url_expired", 0),
        (Wish("", fields={"success_action_redirect": "https://a.example"}), b"12345", "invalid_fields", 0),
    ],
)
def test_policy_that_does_not_fit(
    service: Running,
    bucket: Bucket,
    wish: Wish,
    content: bytes,
    code: str,
    attempts: int,
    version: str,
    path: str,
) -> None:
    """What the policy does not allow is refused, and storage hears nothing whole of it."""
    key = f"posts/never-{code}-{version}{path}"
    answered = post(service.port, path, posted(*signed(bucket, wish._replace(key=key), version), content))
    assert (answered.json.get("code"), answered.json["stored"]) == (code, False)
    assert bucket.get(key) is None


@both_endpoints
@versions
@pytest.mark.parametrize("broken", ["signature", "policy"])
def test_tampered(service: Running, bucket: Bucket, broken: str, version: str, path: str) -> None:
    """A signature that is not the policy's is refused by the store, and told as for a PUT."""
    key = f"posts/tampered-{broken}-{version}{path}"
    bounds = ["content-length-range", 1, 9 if broken == "signature" else 4]
    to = signed(bucket, Wish(key, [bounds]), version)
    fields = dict(to.fields)
    name = next(each for each in fields if each.lower().endswith(broken))
    if broken == "signature":
        fields[name] = ("1" if fields[name][0] == "0" else "0") + fields[name][1:]
    else:
        policy = json.loads(base64.b64decode(fields[name]))
        policy["conditions"] = [each for each in policy["conditions"] if each != bounds]
        fields[name] = base64.b64encode(json.dumps(policy).encode()).decode()
    answered = post(service.port, path, posted(to.url, fields, b"12345"))
    assert answered.json["code"] == "signature_mismatch"
    assert answered.json["storage"] == {"status": 403, "code": "SignatureDoesNotMatch"}
    assert bucket.get(key) is None


@both_endpoints
def test_document_of_status_201(service: Running, bucket: Bucket, path: str) -> None:
    """The store's document is read, and its ETag told."""
    key = f"posts/created{path}"
    to = signed(bucket, Wish(key, fields={"success_action_status": "201"}))
    answered = post(service.port, path, posted(*to, b"12345"))
    assert (answered.status, answered.json["status"]) == (200, 201)
    assert answered.json["etag"] == '"827ccb0eea8a706c4c34a16891f84e7b"'


@pytest.fixture(scope="module")
def on_disk(bucket: Bucket) -> Iterator[Running]:
    """A service without memory for files that wait."""
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_SPOOL_MEMORY_BYTES="0") as running:
        yield running


@both_endpoints
def test_file_that_waits_on_disk(on_disk: Running, bucket: Bucket, path: str) -> None:
    """A large file that came before its fields leaves the disk inside of the form, byte for byte."""
    content = CONTENT * 10
    to = signed(bucket, Wish(f"posts/disk{path}"))
    answered = post(on_disk.port, path, posted(*to, content, "file-url-fields"))
    assert answered.status == 200, answered.json
    assert bucket.get(f"posts/disk{path}") == content
