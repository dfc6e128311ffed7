"""Signed headers and expiry on a real store: what was signed is stored. More: ./scripts/dev/compat."""

import re
import time
from collections.abc import Callable

import pytest
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT

CONTENT = bytes(range(256)) * 5000
METADATA = {"x-amz-meta-colour": "blue green", "x-amz-meta-n": "1"}


def header_fields(headers: dict[str, str]) -> list[bytes]:
    """The form's fields for these headers."""
    return [field(f"header:{name}", value) for name, value in headers.items()]


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ["headers-first", "file-first"])
def test_signed_headers_are_on_the_object(
    service: Running, bucket: Bucket, presign: Callable[..., str], path: str, order: str
) -> None:
    """Type, metadata and caching that the URL was signed with are the object's, in either order of fields."""
    key = f"headers/{path[1:]}-{order}"
    headers = METADATA | {"cache-control": "max-age=60"}
    texts = [
        *header_fields(headers),
        field("uploadUrl", presign(key, content_type="image/webp", headers=headers)),
    ]
    picture = file(CONTENT, content_type="image/webp")
    answer = post(
        service.port, path, form(*([*texts, picture] if order == "headers-first" else [picture, *texts]))
    )
    assert answer.status == 200, answer.json
    assert bucket.get(key) == CONTENT
    head = bucket.head(key)
    assert head
    assert head.content_type == "image/webp"
    assert headers.items() <= head.headers.items()


@pytest.mark.parametrize(
    ("content_type", "colour"), [("image/png", METADATA["x-amz-meta-colour"]), ("image/webp", "red")]
)
def test_other_values_than_were_signed(
    service: Running, bucket: Bucket, presign: Callable[..., str], content_type: str, colour: str
) -> None:
    """Another type or other metadata than was signed is refused by the store, and nothing is stored."""
    key = f"headers/other-{colour}"
    url = presign(key, content_type="image/webp", headers=METADATA)
    sent = METADATA | {"x-amz-meta-colour": colour}
    picture = file(CONTENT, content_type=content_type)
    answer = post(service.port, PLAIN, form(*header_fields(sent), field("uploadUrl", url), picture))
    assert (answer.status, answer.json["code"]) == (403, "signature_mismatch")
    assert bucket.get(key) is None


def test_expired_url(service: Running, bucket: Bucket, presign: Callable[..., str]) -> None:
    """An expired URL is refused before anything is sent; one whose expiry was altered, by the store."""
    url = presign("headers/expired", expires=1)
    altered = TRANSCRIPT.hide(re.sub("X-Amz-Expires=1&", "X-Amz-Expires=600&", url))
    assert altered != url
    time.sleep(2)
    for sent, code, attempts in ((url, "url_expired", 0), (altered, "signature_mismatch", 1)):
        answer = post(service.port, PLAIN, form(field("uploadUrl", sent), file(CONTENT)))
        assert (answer.status, answer.json["code"], answer.json["attempts"]) == (403, code, attempts)
    assert bucket.get("headers/expired") is None
