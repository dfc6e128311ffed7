"""The POST as storage sees it, byte by byte: target, headers, and the form around the file's bytes."""

import re
import time
import uuid

import pytest
from devtools import signed_posts

from tests.storage.puts import LARGE, SMALL, both_endpoints, headers, only
from tests.support.client.posted_forms import orders, posted, ways
from tests.support.client.raw_http import PLAIN, RETRY, Connection, chunked, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

BUCKET = "bucket"
NO_CONTENT = answer(204, b"", 'ETag: "e"')


def bucket() -> str:
    """The name of a new bucket."""
    return f"b{uuid.uuid4().hex}"


@both_endpoints
@orders
@ways
@pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=len)
def test_whole_post(
    service: Running, double: StorageDouble, content: bytes, way: str, order: str, path: str
) -> None:
    """Whatever the order and the way of the fields, storage gets one form, and these very bytes."""
    name = bucket()
    puts = double.script(name, Reply(NO_CONTENT))
    fields = signed_posts.v4("in/${filename}", ["starts-with", "$Content-Type", "image/"], bucket=name)
    body = posted(f"{double.url}{name}", fields, content, order, way, filename="사진.png")
    answered = post(service.port, path, body)
    assert answered.status == 200, answered.json
    assert (answered.json["status"], answered.json["file_size"]) == (204, len(content))
    sent = only(puts)
    assert sent.head.split(b"\r\n")[0] == f"POST /{name} HTTP/1.1".encode()
    [kind] = re.findall("multipart/form-data; boundary=([0-9a-f]{32})$", sent.header("Content-Type") or "")
    heads = "".join(
        f'--{kind}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in [*(fields | {"key": "in/사진.png"}).items(), ("Content-Type", "image/png")]
    )
    file_head = (
        f'--{kind}\r\nContent-Disposition: form-data; name="file"; filename="사진.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    assert bytes(sent.body) == (heads + file_head).encode() + content + f"\r\n--{kind}--\r\n".encode()
    assert headers(sent) == [
        f"content-length: {len(sent.body)}",
        f"content-type: multipart/form-data; boundary={kind}",
        *(["expect: 100-continue"] if content is LARGE else []),
        f"host: 127.0.0.1:{double.server_address[1]}",
    ]


def test_boundaries_differ(service: Running, double: StorageDouble) -> None:
    """Nobody can know the boundary beforehand."""
    name = bucket()
    puts = double.script(name, Reply(NO_CONTENT))
    for _ in range(3):
        body = posted(f"{double.url}{name}", signed_posts.v4(bucket=name), SMALL)
        assert post(service.port, PLAIN, body).status == 200
    assert len({put.header("Content-Type") for put in puts}) == 3


def test_request_without_a_length(service: Running, double: StorageDouble) -> None:
    """The POST has its exact length, though nobody told the file's."""
    name = bucket()
    puts = double.script(name, Reply(NO_CONTENT))
    body = posted(f"{double.url}{name}", signed_posts.v4(bucket=name), LARGE)
    with Connection(service.port) as connection:
        connection.head(PLAIN, None)
        connection.send(chunked(body[at : at + 50_000] for at in range(0, len(body), 50_000)))
        assert connection.answer().status == 200
    sent = only(puts)
    assert LARGE in bytes(sent.body)
    assert sent.length == len(sent.body)


def test_cut_form_leaves_no_whole_post(service: Running, double: StorageDouble) -> None:
    """If the caller's form breaks off, neither the last bytes nor the closing boundary have left."""
    name = bucket()
    puts = double.script(name, Reply(NO_CONTENT))
    body = posted(f"{double.url}{name}", signed_posts.v4(bucket=name), LARGE)
    with Connection(service.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(body[:-20])
        deadline = time.monotonic() + 60
        while not (puts and puts[0].body):
            assert time.monotonic() < deadline
            time.sleep(0.005)
    sent = only(puts)
    assert (sent.whole, sent.left) == (False, "by a reset")
    assert LARGE not in sent.body
    assert not sent.body.endswith(b"--\r\n")


def test_retry_sends_the_same_form_again(service: Running, double: StorageDouble) -> None:
    """Another attempt is the same POST, from its first byte."""
    name = bucket()
    busy = Reply(answer(503, xml("SlowDown"), "Retry-After: 0"))
    puts = double.script(name, busy, busy, Reply(NO_CONTENT))
    body = posted(f"{double.url}{name}", signed_posts.v4(bucket=name), LARGE)
    answered = post(service.port, RETRY, body)
    assert (answered.status, answered.json["attempts"]) == (200, 3)
    assert [each["bytes"] for each in answered.json["attempt_log"]] == [len(LARGE)] * 3
    assert puts[0].body == puts[1].body == puts[2].body
    assert puts[2].ended.wait(30)
    assert puts[2].whole


@both_endpoints
@pytest.mark.parametrize(
    ("status", "body", "etag", "code"),
    [
        (200, b"", 'ETag: "e"', None),
        (204, b"", 'ETag: "e"', None),
        (
            201,
            b"<?xml version='1.0'?><PostResponse><Key>k</Key><ETag>&quot;e&quot;</ETag></PostResponse>",
            "",
            None,
        ),
        (
            201,
            b'<PostResponse xmlns="http://s3.amazonaws.com/doc/"><ETag>&#34;e&#34;</ETag></PostResponse>',
            "",
            None,
        ),
        (204, b"", "", "storage_bad_answer"),
        (201, b"<PostResponse><Key>k</Key></PostResponse>", "", "storage_bad_answer"),
        (201, b'<PostResponse><ETag>""</ETag></PostResponse>', "", "storage_bad_answer"),
        (201, b"<PostResponse><ETag> </ETag></PostResponse>", "", "storage_bad_answer"),
        (201, b"<Other><ETag>e</ETag></Other>", "", "storage_bad_answer"),
        (202, b"", 'ETag: "e"', "storage_bad_answer"),
        (200, b'{"key":"out/1","etag":"e"}', "", "storage_bad_answer"),
        (200, b"<html></html>", 'ETag: "e"', "storage_bad_answer"),
        (303, b"", "Location: https://a.example/", "storage_redirected"),
    ],
)
def test_answer_to_a_post(
    service: Running, double: StorageDouble, status: int, body: bytes, etag: str, code: str | None, path: str
) -> None:
    """A success has an ETag, in a header or in S3's document; a redirect is never followed."""
    name = bucket()
    puts = double.script(name, Reply(answer(status, body, *filter(None, [etag]))))
    form = posted(f"{double.url}{name}", signed_posts.v4(bucket=name), SMALL)
    answered = post(service.port, path, form)
    assert len(puts) == 1
    if code is None:
        assert (answered.status, answered.json["etag"]) == (200, '"e"')
    else:
        assert answered.json["code"] == code


@pytest.mark.parametrize(
    ("status", "code", "message", "ours"),
    [
        (400, "EntityTooLarge", "Your proposed upload exceeds the maximum", "entity_too_large"),
        (400, "EntityTooSmall", "Your proposed upload is smaller than the minimum", "file_too_small"),
        (403, "AccessDenied", "Invalid according to Policy: Policy expired.", "url_expired"),
        (403, "AccessDenied", "Invalid according to Policy: Policy Condition failed: [x]", "policy_not_met"),
        (403, "AccessDenied", "Access Denied. (Invalid according to Policy: Policy Condition failed)",
         "policy_not_met"),
        (403, "AccessDenied", "Invalid according to Policy: Extra input fields: acl", "policy_not_met"),
        (403, "AccessDenied", "Access Denied. (Each form field that you specify in a form must appear in the "
         "list of policy conditions. &#34;Acl&#34; not specified in the policy.)", "policy_not_met"),
        (403, "AccessDenied", "Access Denied", "access_denied"),
        (403, "PostPolicyInvalidKeyName", "Invalid according to Policy", "policy_not_met"),
        (400, "InvalidPolicyDocument", "The content of the form does not meet", "policy_not_met"),
        (400, "MalformedPOSTRequest", "The body of your POST request is not well-formed", "invalid_fields"),
        (400, "InvalidArgument", "POST requires exactly one file upload per request.", "invalid_fields"),
        (400, "InvalidArgument", "Bucket POST must contain a field named &#39;key&#39;.", "invalid_fields"),
        (400, "InvalidArgument", "Bucket POST must contain a field named &#39;x-amz-algorithm&#39;.",
         "signature_not_supported"),
        (403, "SignatureDoesNotMatch", "The request signature we calculated", "signature_mismatch"),
        (403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist", "credentials_expired"),
        (404, "NoSuchBucket", "The specified bucket does not exist.", "no_such_bucket"),
        (405, "MethodNotAllowed", "The specified method is not allowed", "post_not_supported"),
        (501, "NotImplemented", "PostObject not implemented", "post_not_supported"),
        (500, "InternalError", "We encountered an internal error", "storage_error"),
    ],
)  # fmt: skip
def test_refusal_of_a_post(
    service: Running, double: StorageDouble, status: int, code: str, message: str, ours: str
) -> None:
    """What SeaweedFS, MinIO, versitygw and S3 say of a POST, as they say it, and what the caller is told."""
    name = bucket()
    double.script(name, Reply(answer(status, xml(code, message))))
    answered = post(service.port, PLAIN, posted(f"{double.url}{name}", signed_posts.v4(bucket=name), SMALL))
    assert answered.json["code"] == ours
    assert answered.json["storage"] == {"status": status, "code": code}
