"""What answers a PUT with 2xx: object stores, and everything else that a URL may point at.

Knows: for each answer its status, headers and body, and what is said of it when it is no store's.
"""

from dataclasses import dataclass, field

from tests.support.storage.storage_double import xml

HTML = "an HTML page"
ERROR = "an error document"
JSON = "JSON, which is no object store's answer to a PUT"
JSON_ERROR = "JSON that tells of an error"
NO_ETAG = "no ETag"
ACCEPTED = "a status 202, which does not say that the object is stored"
WEAK = "a weak ETag, which web servers make of their own answer"
ETAG = {"ETag": '"9b2cf535f27731c974343645a3985328"'}
PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>...</body></html>"


@dataclass(frozen=True)
class Answered:
    """One answer, by its status, headers and body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def tagged(body: bytes = b"", kind: str = "", status: int = 200) -> Answered:
    """An answer with an ETag."""
    return Answered(status, ETAG | ({"Content-Type": kind} if kind else {}), body)


# Of a fake of Google's store, which answers a signed PUT as Google's JSON API answers an upload.
RESOURCE = (
    b'{"kind": "storage#object", "name": "a.png", "bucket": "b", "etag": "CKih16GjycICEAE=", "size": "5"}'
)

# github.com/supabase/storage, src/http/routes/object/uploadSignedObject.ts
NAMED = b'{"Key":"bucket/a folder/key.png"}'
# What the signer's own server said of an object that OSS has stored:
# alibabacloud.com/help/oss/developer-reference/callback
CALLED = b'{"Status":"OK","error":null}'
JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}

# Scheme of the URL, answer.
STORES: dict[str, tuple[str, Answered]] = {
    "S3": ("s3-v4", tagged()),
    "S3, Version 2": ("s3-v2", tagged()),
    "S3, any region": ("s3-v4a", tagged()),
    "ETag without quotes": ("s3-v4", Answered(headers={"ETag": "9b2cf535f27731c974343645a3985328"})),
    "ETag of parts": ("s3-v4", Answered(headers={"ETag": '"9b2cf535f27731c974343645a3985328-3"'})),
    "204": ("s3-v4", tagged(status=204)),
    "type of nothing": ("s3-v4", tagged(b"", "text/html; charset=utf-8")),
    "other XML": ("s3-v4", tagged(b"<PutObjectResult><ETag>x</ETag></PutObjectResult>", "application/xml")),
    "a word": ("s3-v4", tagged(b"OK")),
    "Azure": ("azure-sas", Answered(201, {"ETag": '"0x8DB9F7E2B0E4C00"', "x-ms-request-id": "1"})),
    "Google": ("google-v4", tagged()),
    "Google, hash": ("google-v4", Answered(headers={"x-goog-hash": "crc32c=n03x6A=="})),
    "Google, generation": ("google-v2", Answered(headers={"x-goog-generation": "1360887697105000"})),
    "Google, resource": ("google-v4", Answered(headers={"Content-Type": "application/json"}, body=RESOURCE)),
    "Google, resource and ETag": ("google-v4", tagged(RESOURCE)),
    "OSS": ("alibaba-v4", Answered(headers={"ETag": '"D8E8FCA2DC0F896FD7CB4CB0031BA249"'})),
    "OSS, callback": ("alibaba-v1", tagged(CALLED, "application/json")),
    "COS": ("tencent-cos", tagged()),
    "OBS": ("huawei-obs", tagged()),
    "Swift": ("swift-temp-url", Answered(201, {"Etag": "9b2cf535f27731c974343645a3985328"})),
    "Supabase": ("supabase-upload", Answered(headers=JSON_TYPE, body=NAMED)),
    "CloudFront": ("cloudfront", tagged()),
    "Oracle": ("oracle-request", Answered(headers={"ETag": "5ec2e75e-c2e7-45ec-a2e7-5ec2e75ec2e7"})),
}

# Scheme of the URL, answer, what is said of it.
OTHERS: dict[str, tuple[str, Answered, str]] = {
    "nothing": ("s3-v4", Answered(), NO_ETAG),
    "empty ETag": ("s3-v4", Answered(headers={"ETag": '""'}), NO_ETAG),
    "a word": ("s3-v4", Answered(body=b"OK"), NO_ETAG),
    "WebDAV": ("s3-v4", Answered(201, {"Location": "/uploads/a.png"}), NO_ETAG),
    "Azure": ("azure-sas", Answered(201, {"x-ms-request-id": "1"}), NO_ETAG),
    "OSS, callback without an ETag": ("alibaba-v1", Answered(headers=JSON_TYPE, body=CALLED), NO_ETAG),
    "OSS, a page": ("alibaba-v4", tagged(PAGE, "text/html"), HTML),
    "Supabase, nothing": ("supabase-upload", Answered(), NO_ETAG),
    "Supabase, other JSON": ("supabase-upload", Answered(headers=JSON_TYPE, body=b'{"Key":1}'), JSON),
    "Supabase, no name": ("supabase-upload", Answered(headers=JSON_TYPE, body=b'{"Key":""}'), JSON),
    "Supabase, a name and a reason": (
        "supabase-upload",
        Answered(headers=JSON_TYPE, body=b'{"Key":"a","statusCode":"409","message":"It exists."}'),
        JSON,
    ),
    "Supabase, accepted": ("supabase-upload", Answered(202, JSON_TYPE, NAMED), ACCEPTED),
    "Google, accepted": ("google-v4", Answered(202, JSON_TYPE, RESOURCE), ACCEPTED),
    "Supabase, an error": (
        "supabase-upload",
        Answered(headers=JSON_TYPE, body=b'{"Key":"a","error":"Duplicate"}'),
        JSON_ERROR,
    ),
    "COS, Supabase's JSON": ("tencent-cos", Answered(headers=JSON_TYPE, body=NAMED), JSON),
    "S3 with Google's hash": ("s3-v4", Answered(headers={"x-goog-hash": "crc32c=n03x6A=="}), NO_ETAG),
    "Express": ("s3-v4", Answered(headers={"ETag": 'W/"2-nOO9QiTIwXgNtWtBJezz8kv3SLc"'}, body=b"OK"), WEAK),
    "login page": ("s3-v4", Answered(headers={"Content-Type": "text/html"}, body=PAGE), HTML),
    "index.html with an ETag": ("s3-v4", tagged(PAGE, "text/html"), HTML),
    "page without a type": ("s3-v4", tagged(PAGE), HTML),
    "page behind a mark and a comment": ("s3-v4", tagged(b"\xef\xbb\xbf\n<!-- x --> <HTML>"), HTML),
    "page that only its type tells": ("s3-v4", tagged(b"\x1f\x8b\x08", "text/html"), HTML),
    "XHTML": ("s3-v4", tagged(b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html>'), HTML),
    "page of Google's": ("google-v4", tagged(PAGE), HTML),
    "S3's error under 200": ("s3-v4", tagged(xml("InternalError")), ERROR),
    "error without a prologue": ("s3-v4", tagged(b"<Error><Code>SlowDown</Code></Error>"), ERROR),
    "error in a name space": ("s3-v4", tagged(b"<s:ErrorResponse xmlns:s='x'>"), ERROR),
    "SOAP": ("s3-v4", tagged(b"<soap:Fault></soap:Fault>"), ERROR),
    "SeaweedFS's filer": ("s3-v4", tagged(b'{"name":"a.png","size":5}', "application/json", 201), JSON),
    "JSON": ("s3-v4", Answered(body=b'{"ok": true}'), JSON),
    "a list": ("s3-v4", tagged(b" [1, 2]"), JSON),
    "JSON that is cut off": ("s3-v4", tagged(b'{"items": [' + b"1," * 30_000), JSON),
    "JSON without a bottom": ("s3-v4", tagged(b"[" * 60_000), JSON),
    "JSON by its type": ("s3-v4", tagged(b"null", "application/hal+json"), JSON),
    "Google's resource from S3": ("s3-v4", tagged(RESOURCE), JSON),
    "other JSON from Google": ("google-v4", tagged(b'{"kind": "page"}'), JSON),
    "Google's error": ("google-v4", tagged(b'{"error": {"code": 400}}'), JSON_ERROR),
    "GraphQL's errors": ("s3-v4", tagged(b'{"errors": ["no"], "data": null}'), JSON_ERROR),
    "no success": ("s3-v4", tagged(b'{"success": false}'), JSON_ERROR),
    "accepted": ("s3-v4", tagged(status=202), ACCEPTED),
    "partial": ("s3-v4", tagged(status=206), "a status 206, which does not say that the object is stored"),
}
