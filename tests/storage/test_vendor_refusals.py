"""Refusals of the vendors that sign in a way of their own: in XML, in JSON, or in a line of text."""

import json

import pytest
from multidict import CIMultiDict

from tests.presigned.judged_urls import judged
from tests.presigned.vendor_rows import RIGHT
from tests.storage.recorded_refusals import s3
from upload_service.errors.upload_error import StorageResponse
from upload_service.storage.outcome import read_response
from upload_service.storage.signed_names import signed_names
from upload_service.storage.success import Proof


def supabase(code: str, message: str = "No.", error: str | None = None) -> bytes:
    """An error of Supabase's, as its `render` writes it."""
    return json.dumps(
        {"statusCode": "400", "code": code, "error": error or code, "message": message}
    ).encode()


# Scheme, status, body, our code, storage's code.
ROWS = [
    # oss2 2.19.1 reads these; help.aliyun.com/en/oss/user-guide/0026-00000002
    ("alibaba-v1", 403, s3("AccessDenied", "Request has expired."), "url_expired", "AccessDenied"),
    ("alibaba-v4", 403, s3("SignatureDoesNotMatch", ""), "signature_mismatch", "SignatureDoesNotMatch"),
    ("alibaba-v4", 409, s3("FileAlreadyExists", ""), "precondition_failed", "FileAlreadyExists"),
    ("tencent-cos", 403, s3("AccessDenied", "Request has expired"), "url_expired", "AccessDenied"),
    ("huawei-obs", 404, s3("NoSuchBucket", ""), "no_such_bucket", "NoSuchBucket"),
    # swift 2.38.3, swift/common/middleware/tempurl.py
    ("swift-temp-url", 401, b"401 Unauthorized: Temp URL invalid\n", "signature_mismatch", None),
    ("swift-temp-url", 404, b"<html><h1>Not Found</h1></html>", "wrong_endpoint", None),
    ("swift-temp-url", 422, b"<html><h1>Unprocessable Entity</h1></html>", "checksum_mismatch", None),
    ("swift-temp-url", 503, b"<html><h1>Service Unavailable</h1></html>", "storage_error", None),
    ("swift-temp-url", 400, b"The header 'X-Symlink-Target' is not allowed", "storage_rejected",
     None),
    ("supabase-upload", 400, supabase("InvalidSignature"), "signature_mismatch", "InvalidSignature"),
    ("supabase-upload", 400, supabase("InvalidJWT", "signature verification failed"), "signature_mismatch",
     "InvalidJWT"),
    ("supabase-upload", 400, supabase("InvalidJWT", '"exp" claim timestamp check failed'), "url_expired",
     "InvalidJWT"),
    ("supabase-upload", 400, supabase("KeyAlreadyExists", error="Duplicate"), "precondition_failed",
     "KeyAlreadyExists"),
    ("supabase-upload", 400, supabase("NoSuchBucket", error="Bucket not found"), "no_such_bucket",
     "NoSuchBucket"),
    ("supabase-upload", 400, supabase("InvalidMimeType"), "header_value_refused", "InvalidMimeType"),
    ("supabase-upload", 400, supabase("EntityTooLarge"), "entity_too_large", "EntityTooLarge"),
    ("supabase-upload", 400, b'{"statusCode":"400","error":"InvalidSignature","message":"No."}',
     "signature_mismatch", "InvalidSignature"),
    ("supabase-upload", 400, b'{"code":"two words","error":["x"]}', "storage_rejected", None),
    ("supabase-upload", 400, b"[1]", "storage_rejected", None),
    ("supabase-upload", 400, b'{"code":', "storage_rejected", None),
    ("supabase-upload", 400, b"[" * 60_000, "storage_rejected", None),
    # docs.oracle.com/iaas/Content/API/References/apierrors.htm
    ("oracle-request", 401, b'{"code":"NotAuthenticated","message":"No."}', "signature_mismatch",
     "NotAuthenticated"),
    ("oracle-request", 404, b'{"code":"NotAuthorizedOrNotFound","message":"No."}', "signature_mismatch",
     "NotAuthorizedOrNotFound"),
    ("oracle-request", 404, b'{"code":"BucketNotFound","message":"No."}', "no_such_bucket", "BucketNotFound"),
    # JSON of anything else in front of a store has no code of a store.
    ("s3-v4", 401, b'{"code":"NotAuthenticated","message":"No."}', "refused_before_storage", None),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "status", "body", "error", "code"), ROWS)
def test_refusals(scheme: str, status: int, body: bytes, error: str, code: str | None) -> None:
    """Each refusal has a code that leads to its cure, wherever the store writes its own."""
    outcome = read_response(status, CIMultiDict({}), body, Proof(scheme))
    assert (outcome.error, outcome.answer) == (error, StorageResponse(status, code))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-oss-request-id", "534B371674E88A4D8906008B"),
        ("x-cos-request-id", "NWU5MDMxNDVfNDY4NDA5MDlfMjg4NF8y"),
        ("x-obs-request-id", "DCD2FC98B4000001439E2B6D1D1A2B3C"),
        ("opc-request-id", "fra-1:5ec2e75ec2e7"),
        ("X-Trans-Id", "tx5ec2e75ec2e7-0065"),
        ("sb-request-id", "019d4233-be35-74c2-957d-04523fc279ed"),
        ("x-amz-cf-id", "MMHwKFzGuBzrlgP0yV71elcwEp2RVBAwJRJD1A5rO4Na6UmeKvcZPQ=="),
    ],
)
def test_request_ids(name: str, value: str) -> None:
    """The id by which each vendor finds a request again is kept."""
    assert read_response(500, CIMultiDict({name: value}), b"").request_id == value


def test_what_is_signed_is_not_told() -> None:
    """A mismatch of a URL that binds a type without telling it says so."""
    for name, url in RIGHT.items():
        if name.startswith("cloudfront"):
            continue
        said = str(signed_names("signature_mismatch", judged(url)))
        bound = name in ("alibaba-v1", "alibaba-v4", "huawei-obs")
        assert ("A URL of this kind does not list what it signs" in said) is bound
