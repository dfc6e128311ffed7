"""The policy of a POST: how it is read, and what meets it."""

import base64
import json

import pytest
from devtools import signed_posts

from tests.presigned.judged_posts import filled, judged_post, post_refusal
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.post_policy import Condition, PostPolicy, parse_policy

# The example of docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html, with a range.
EXAMPLE = {
    "expiration": "2007-12-01T12:00:00.000Z",
    "conditions": [
        {"acl": "public-read"},
        {"bucket": "johnsmith"},
        ["starts-with", "$key", "user/eric/"],
        ["content-length-range", 1048576, 10485760],
    ],
}


def encoded(document: object) -> str:
    """As it stands in the field."""
    return base64.b64encode(json.dumps(document).encode()).decode()


def refusal_of(text: str) -> str:
    """What is said of a document that cannot be read."""
    with pytest.raises(UploadError, match="invalid_fields") as caught:
        parse_policy(text)
    return caught.value.cause


def test_example_of_the_documentation() -> None:
    """Expiry, conditions and the range of lengths are read, in whatever case the names are."""
    found = parse_policy(encoded(EXAMPLE))
    assert found.expires_at == 1196510400.0
    assert {name: [tuple(each) for each in about] for name, about in found.conditions.items()} == {
        "acl": [("eq", "acl", "public-read")],
        "bucket": [("eq", "bucket", "johnsmith")],
        "key": [("starts-with", "key", "user/eric/")],
    }
    assert (found.shortest, found.longest) == (1048576, 10485760)
    assert "eric" not in repr(found)
    assert "eric" not in repr(found.conditions)


@pytest.mark.parametrize(
    ("conditions", "shortest", "longest"),
    [
        ([], 0, None),
        ([["content-length-range", 1, 5]], 1, 5),
        ([["Content-Length-Range", "1", "5"]], 1, 5),
        ([["content-length-range", 1, 5], ["content-length-range", 0, 3]], 1, 3),
    ],
)
def test_ranges(conditions: list[object], shortest: int, longest: int | None) -> None:
    """Of several ranges, all hold; MinIO's clients write the bounds as strings."""
    found = parse_policy(encoded({"expiration": "2099-01-01T00:00:00Z", "conditions": conditions}))
    assert (found.shortest, found.longest) == (shortest, longest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!",
        "e30",
        encoded(EXAMPLE)[:-1],
        encoded(EXAMPLE) + "\n",
        encoded(EXAMPLE) + "e30=",
        encoded([]),
        encoded("policy"),
        encoded({}),
        encoded({**EXAMPLE, "Version": "2012-10-17"}),
        encoded({**EXAMPLE, "conditions": {}}),
        base64.b64encode(json.dumps(EXAMPLE).encode("utf-16")).decode(),
        base64.b64encode(b"\xff{}").decode(),
        base64.b64encode(b"[" * 20000).decode(),
        base64.b64encode(
            b'{"expiration": "2099-01-01T00:00:00Z", "conditions": [], "conditions": []}'
        ).decode(),
        base64.b64encode(
            b'{"expiration": "2099-01-01T00:00:00Z", "conditions": [{"acl": "a", "acl": "b"}]}'
        ).decode(),
    ],
)
def test_no_document(text: str) -> None:
    """What is no document, or one that readers could take in two ways, is refused."""
    assert "not a policy document" in refusal_of(text)


@pytest.mark.parametrize(
    "expiration", [None, 1, "", "soon", "2099-01-01", "2099-01-01T00:00:00", "2099-13-01T00:00:00Z"]
)
def test_no_expiration(expiration: object) -> None:
    """Without a time that all read in the same way, nobody knows until when it holds."""
    assert "has no expiration" in refusal_of(encoded({**EXAMPLE, "expiration": expiration}))


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (["ends-with", "$key", "x"], "none of eq, starts-with, content-length-range"),
        (["eq", "key", "x"], "none of"),
        (["eq", "$key"], "none of"),
        (["eq", "$key", 1], "none of"),
        (["eq", "$key", "x", "y"], "none of"),
        ({"key": 1}, "none of"),
        ("key", "none of"),
        (None, "none of"),
        (["content-length-range", 1], "none of"),
        (["content-length-range", -1, 5], "no range of bytes"),
        (["content-length-range", 1.5, 5], "no range of bytes"),
        (["content-length-range", True, 5], "no range of bytes"),
        (["content-length-range", 1, None], "no range of bytes"),
        (["content-length-range", 1, "5 MB"], "no range of bytes"),
        (["content-length-range", 1, 10**18], "no range of bytes"),
    ],
)
def test_unknown_condition(condition: object, said: str) -> None:
    """A condition that the service does not know cannot be judged, so it is refused."""
    assert said in refusal_of(encoded({**EXAMPLE, "conditions": [condition]}))


@pytest.mark.parametrize(
    ("conditions", "more", "said"),
    [
        ([["eq", "$acl", "private"]], {}, "another value of the field acl"),
        (
            [["starts-with", "$x-amz-meta-a", "b"]],
            {},
            "another beginning of a field whose name is not repeated",
        ),
        ([["starts-with", "$acl", "pub"]], {"acl": "private"}, "another beginning of the field acl"),
        ([["eq", "$Acl", "Private"]], {"ACL": "private"}, "another value of the field acl"),
        ([["eq", "$Content-Type", "image/webp"]], {}, "another value of the field content-type"),
        ([["starts-with", "$Content-Type", "text/"]], {}, "another beginning of the field content-type"),
        ([["eq", "$key", "other"]], {}, "another value of the field key"),
    ],
)
def test_condition_that_is_not_met(conditions: list[object], more: dict[str, str], said: str) -> None:
    """The refusal names the field, and no value."""
    code, cause = post_refusal(signed_posts.v4("key", *conditions, more=more))
    assert code == "policy_not_met"
    assert said in cause
    assert "private" not in cause


@pytest.mark.parametrize(
    ("conditions", "more"),
    [
        ([["starts-with", "$Content-Type", "image/"]], {}),
        ([["starts-with", "$Content-Type", ""]], {}),
        ([{"content-TYPE": "image/png"}], {}),
        ([["starts-with", "$x-amz-meta-a", ""]], {}),
        ([["starts-with", "$ACL", "pub"]], {"acl": "public-read"}),
        ([["starts-with", "$bucket", "buck"]], {"bucket": "bucket"}),
    ],
)
def test_condition_that_is_met(conditions: list[object], more: dict[str, str]) -> None:
    """Names have no case; a missing type is the file's own."""
    assert post_refusal(signed_posts.v4("key", *conditions, more=more)) == ("ok", "")


def test_field_that_is_not_covered() -> None:
    """A field without a condition is refused as S3 does, except for those that start with x-ignore-."""
    fields = signed_posts.v4()
    assert post_refusal({**fields, "acl": "private"})[0] == "policy_not_met"
    assert "does not cover the field acl" in post_refusal({**fields, "acl": "private"})[1]
    assert "canary" not in post_refusal({**fields, "x-amz-meta-canary": "a"})[1]
    assert post_refusal({**fields, "x-ignore-me": "a"}) == ("ok", "")


def test_type_is_filled_in() -> None:
    """If the policy asks for a type and the fields have none, or an empty one, it is the file's."""
    wants = ["starts-with", "$Content-Type", "image/"]
    _, form = filled(signed_posts.v4("key", wants))
    assert form.fields[-1] == ("Content-Type", "image/png")
    _, form = filled({"content-Type": "", **signed_posts.v4("key", wants)})
    assert form.fields[0] == ("content-Type", "image/png")
    _, form = filled(signed_posts.v4("key", more={"Content-Type": "image/webp"}))
    assert (form.fields[0], form.content_type) == (("Content-Type", "image/webp"), "image/webp")
    _, form = filled(signed_posts.v4("key"))
    assert "content-type" not in [name.lower() for name, _ in form.fields]
    assert form.content_type == "image/png"


@pytest.mark.parametrize(
    ("count", "more_follows", "code", "said"),
    [
        (0, False, "file_too_small", "no less than 1 bytes"),
        (6, True, "entity_too_large", "at most 5 bytes"),
    ],
)
def test_length_that_it_does_not_take(count: int, more_follows: bool, code: str, said: str) -> None:
    """Too much is known before the end, too little only there; the bound that was missed is told."""
    policy = PostPolicy(0, {}, 1, 5)
    with pytest.raises(UploadError, match=code) as caught:
        policy.require_length(count, more_follows=more_follows)
    assert said in caught.value.cause
    for fine, follows in ((0, True), (1, False), (5, False)):
        policy.require_length(fine, more_follows=follows)


def test_expired() -> None:
    """A policy that holds no longer is refused before all else that needs the file."""
    assert judged_post(signed_posts.v4(expires="2026-11-23T12:00:01Z")).expires_at == 1795435201.0
    code, cause = post_refusal(signed_posts.v4(expires="2026-11-23T12:00:00Z"))
    assert (code, cause) == ("url_expired", "The policy of the POST has expired.")


def test_each_condition_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of conditions on one field fit into a policy: their number is no square of time."""
    looks = 0

    def count(condition: Condition, value: str) -> bool:
        nonlocal looks
        looks += 1
        return value == condition.value

    monkeypatch.setattr(Condition, "is_met_by", count)
    judged_post(signed_posts.v2("a", *({"x-amz-meta-a": ""},) * 1000))
    assert looks <= 1002
