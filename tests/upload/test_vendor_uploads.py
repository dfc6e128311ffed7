"""URLs of vendors that sign in a way of their own, through the service: what storage gets, what is told."""

import uuid

import pytest
from devtools import signed_queries

from tests.presigned.vendor_rows import DIGITS, SHA1, letters
from tests.support.client.raw_http import PLAIN, Answer, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer, xml

CONTENT = b"\x89PNG\r\n\x1a\nhello"
LATE = signed_queries.LATE
OSS = f"OSSAccessKeyId=LTAIexample&Expires={LATE}&Signature={SHA1}"
SWIFT = f"temp_url_sig={DIGITS[:40]}&temp_url_expires={LATE}"
CLOUDFRONT = f"Expires={LATE}&Signature={'5ec2~-' * 57}5e__&Key-Pair-Id=K2JCJMDEHXQW5F"


def token(key: str) -> str:
    """A token of Supabase's for an upload to this key of its bucket."""
    claims = {"url": key, "upsert": False, "scope": "upload", "exp": LATE}
    return f"{letters({'alg': 'HS256'})}.{letters(claims)}.{signed_queries.digits()}"


def upload(
    service: Running, double: StorageDouble, key: str, query: str, *replies: Reply, more: bytes = b""
) -> tuple[Answer, list[Put]]:
    """Upload a PNG with this key and query; the answer, and the PUTs that the double got."""
    puts = double.script(key, *replies)
    url = TRANSCRIPT.hide(f"{double.url}{key}?{query}")
    parts = [field("uploadUrl", url), *([more] if more else []), file(CONTENT, content_type="image/png")]
    return post(service.port, PLAIN, form(*parts)), puts


def test_a_type_that_is_bound_and_not_told(service: Running, double: StorageDouble) -> None:
    """OSS gets a PUT without a type first, and then with the file's own."""
    mismatch = Reply(answer(403, xml("SignatureDoesNotMatch")))
    told, puts = upload(service, double, f"oss/{uuid.uuid4().hex}", OSS, mismatch, Reply())
    assert told.status == 200, told.json
    assert [put.header("content-type") for put in puts] == [None, "image/png"]


def test_an_answer_in_json(service: Running, double: StorageDouble) -> None:
    """Supabase names the object in JSON, without an ETag: it is stored."""
    key = f"bucket/{uuid.uuid4().hex}"
    named = answer(200, b'{"Key":"bucket/a"}', "Content-Type: application/json")
    told, [put] = upload(
        service, double, f"storage/v1/object/upload/sign/{key}", f"token={token(key)}", Reply(named)
    )
    assert told.status == 200, told.json
    assert "etag" not in told.json
    assert (bytes(put.body), put.header("content-type")) == (CONTENT, "image/png")


@pytest.mark.parametrize(
    ("code", "message", "means"),
    [
        ("KeyAlreadyExists", "The resource already exists", "precondition_failed"),
        ("InvalidJWT", '\\"exp\\" claim timestamp check failed', "url_expired"),
    ],
)
def test_a_refusal_in_json(
    service: Running, double: StorageDouble, code: str, message: str, means: str
) -> None:
    """Supabase refuses in JSON, and its code is understood."""
    key = f"bucket/{uuid.uuid4().hex}"
    body = f'{{"statusCode":"400","code":"{code}","error":"x","message":"{message}"}}'.encode()
    no = Reply(answer(400, body, "Content-Type: application/json"))
    told, _ = upload(service, double, f"object/upload/sign/{key}", f"token={token(key)}", no)
    assert (told.json["code"], told.json["storage"]["code"]) == (means, code)


def test_a_refusal_in_a_line_of_text(service: Running, double: StorageDouble) -> None:
    """Swift says of a signature, a time and an address that is wrong the same words."""
    no = answer(401, b"401 Unauthorized: Temp URL invalid\n", "Content-Type: text/html; charset=UTF-8")
    told, _ = upload(service, double, f"v1/AUTH_a/c/{uuid.uuid4().hex}", SWIFT, Reply(no))
    assert told.json["code"] == "signature_mismatch"
    assert "the range of addresses that it allows" in told.json["detail"]


@pytest.mark.parametrize("given", [None, "5e" * 32])
def test_the_checksum_behind_cloudfront(service: Running, double: StorageDouble, given: str | None) -> None:
    """S3 is told that no checksum is signed, or the one that the form gives."""
    more = field("header:x-amz-content-sha256", given) if given else b""
    told, [put] = upload(service, double, f"a/{uuid.uuid4().hex}", CLOUDFRONT, more=more)
    assert told.status == 200, told.json
    assert put.header("x-amz-content-sha256") == (given or "UNSIGNED-PAYLOAD")


def test_a_form_in_a_file(service: Running, double: StorageDouble) -> None:
    """A file whose type makes Supabase read it as a form is refused before a byte is sent."""
    key = f"bucket/{uuid.uuid4().hex}"
    more = field("contentType", "multipart/form-data; boundary=b")
    told, puts = upload(service, double, f"object/upload/sign/{key}", f"token={token(key)}", more=more)
    assert (told.json["code"], puts) == ("header_not_allowed", [])
