"""Which form fields a POST may carry, and how those of its signature are written."""

import pytest
from devtools import signed_posts

from tests.presigned.judged_posts import free, post_refusal


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        # Seen with MinIO: it makes one object for each line, under the keys that stand there.
        (
            "x-minio-fanout-list",
            '{"key": "out/a"}',
            "No POST of a file carries the field x-minio-fanout-list.",
        ),
        ("x-minio-extract", "true", "No POST of a file carries"),
        ("x-amz-meta-snowball-auto-extract", "true", "No POST of a file carries a field whose name"),
        ("x-amz-copy-source", "/bucket/other", "No POST of a file carries"),
        ("x-amz-write-offset-bytes", "0", "No POST of a file carries"),
        ("x-goog-resumable", "start", "No POST of a file carries"),
        ("authorization", "AWS4", "No POST of a file carries"),
        ("submit", "Upload", "No POST of a file carries the field submit."),
        ("file", "text", "No POST of a file carries the field file."),
        ("success_action_redirect", "https://a.example/", "asks for a redirect"),
        ("redirect", "https://a.example/", "asks for a redirect"),
        ("success_action_status", "303", "must be 200, 201 or 204"),
        ("success_action_status", "", "must be 200, 201 or 204"),
        ("success_action_status", "999", "must be 200, 201 or 204"),
    ],
)
def test_field_that_is_not_sent(name: str, value: str, said: str) -> None:
    """A field that no page has, or that makes other objects or a redirect, is refused though it is signed."""
    code, cause = post_refusal(free("a", **{name: value}))
    assert code == "invalid_fields"
    assert said in cause
    assert value not in cause or not value


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Content-Encoding": "aws-chunked"}, "url_not_for_put"),
        ({"x-amz-checksum-crc32": "AAAAAA=="}, "url_signed_for_empty_body"),
        ({"Content-Encoding": "gzip", "x-amz-checksum-crc32": "AAAAAQ=="}, "ok"),
        ({"acl": "private", "tagging": "<Tagging/>", "success_action_status": "201"}, "ok"),
        ({"x-amz-meta-a": "b", "x-amz-storage-class": "STANDARD_IA", "Cache-Control": "no-store"}, "ok"),
        ({"x-amz-security-token": "t", "x-amz-server-side-encryption": "AES256"}, "ok"),
    ],
)
def test_fields_that_change_the_body(more: dict[str, str], code: str) -> None:
    """What the headers of a PUT must not say, fields must not say either."""
    assert post_refusal(signed_posts.v4(more=more))[0] == code


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"policy": ""}, "no field policy"),
        ({"key": ""}, "no field key"),
        ({"x-amz-date": "today"}, "an unusable X-Amz-Date, which must be a time such as"),
        ({"x-amz-credential": "A"}, "an unusable X-Amz-Credential"),
        ({"x-amz-algorithm": "AWS4-HMAC-MD5"}, "an unusable X-Amz-Algorithm"),
        ({"x-amz-signature": "abc"}, "an unusable X-Amz-Signature, which must be 64 hexadecimal digits"),
    ],
)
def test_signature_that_nobody_writes(change: dict[str, str], said: str) -> None:
    """The fields of a signature are as its signers write them."""
    code, cause = post_refusal(signed_posts.v4() | change)
    assert code == "invalid_fields"
    assert said in cause


def test_no_signature() -> None:
    """Fields without a signature, or with that of another store, are not signed."""
    fields = signed_posts.v4()
    for name in ("x-amz-signature", "x-amz-algorithm"):
        left = {other: value for other, value in fields.items() if other != name}
        assert post_refusal(left)[0] == ("url_not_signed" if name.endswith("signature") else "invalid_fields")
    assert (
        post_refusal({name: value for name, value in fields.items() if name != "key"})[0] == "invalid_fields"
    )
    assert post_refusal({})[0] == "invalid_fields"
