"""What real stores answer to uploads that they refuse, as they sent it, and what it means.

Recorded with SeaweedFS 4.48, MinIO 2026-02-12 and Azurite 3.35 (see docs/compatibility.md), without the parts
that name the object. Rows marked S3 or Azure are as their users and their documentation report them.
"""

NOT_AUTHENTIC = (
    "Server failed to authenticate the request. Make sure the value of the Authorization header is formed "
    "correctly including the signature."
)
NOT_ALLOWED = "This request is not authorized to perform this operation."
NOT_PERMITTED = "This request is not authorized to perform this operation using this permission."

# Status, storage's code, its message, and our code.
Row = tuple[int, str, str, str]

S3_ROWS: list[Row] = [
    (403, "AccessDenied", "Request has expired", "url_expired"),
    (403, "AccessDenied", "Request is not valid yet", "clock_skewed"),  # MinIO
    (403, "AccessDenied", "Request is not yet valid", "clock_skewed"),  # S3
    (403, "AccessDenied", "Access Denied.", "access_denied"),
    (
        400,  # MinIO: a header that was sent and not signed
        "AccessDenied",
        "There were headers present in the request which were not signed",
        "access_denied",
    ),
    (
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match",
        "signature_mismatch",
    ),
    (403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist", "credentials_expired"),
    (404, "NoSuchBucket", "The specified bucket does not exist", "no_such_bucket"),
    (
        400,
        "BadDigest",
        "The Content-Md5 you specified did not match what we received.",
        "checksum_mismatch",
    ),
    (400, "InvalidDigest", "The Content-Md5 you specified is not valid.", "checksum_mismatch"),
    (
        400,
        "XAmzContentChecksumMismatch",
        "The provided &#39;x-amz-checksum&#39; header does not match what was computed.",
        "checksum_mismatch",
    ),
    (412, "PreconditionFailed", "At least one of the pre-conditions did not hold", "precondition_failed"),
    (400, "InvalidStorageClass", "Invalid storage class.", "storage_rejected"),
    (400, "InvalidTag", "The Tag value you have provided is invalid", "storage_rejected"),
    (404, "NoSuchUpload", "The specified multipart upload does not exist.", "storage_rejected"),
    (501, "NotImplemented", "KMS not configured", "storage_error"),
]

AZURE_ROWS: list[Row] = [
    (403, "AuthorizationFailure", NOT_AUTHENTIC, "signature_mismatch"),  # Azurite
    (403, "AuthenticationFailed", NOT_AUTHENTIC, "signature_mismatch"),  # Azure
    (403, "AuthorizationFailure", NOT_ALLOWED, "access_denied"),  # Azure
    (403, "AuthorizationPermissionMismatch", NOT_PERMITTED, "access_denied"),
    (403, "UnauthorizedBlobOverwrite", "This request is not authorized to perform blob overwrites.",
     "precondition_failed"),  # Azure, for sp=c
    (400, "InvalidOperation", "Provided contentMD5 doesn't match.", "checksum_mismatch"),  # Azurite
    (400, "Md5Mismatch", "The MD5 value specified did not match", "checksum_mismatch"),  # Azure
    (400, "InvalidOperation", "Something else.", "storage_rejected"),
    (404, "ContainerNotFound", "The specified container does not exist.", "no_such_bucket"),
    (409, "BlobAlreadyExists", "The specified blob already exists.", "precondition_failed"),
    (412, "ConditionNotMet", "The condition specified is not met.", "precondition_failed"),
    (412, "LeaseNotPresentWithBlobOperation", "The lease has expired.", "precondition_failed"),
]  # fmt: skip


def s3(code: str, message: str) -> bytes:
    """An error as MinIO and SeaweedFS write it."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{head}<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


def azure(code: str, message: str) -> bytes:
    """An error as Azurite writes it; its code is in a header, too."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    told = f"  <Code>{code}</Code>\n  <Message>{message}\nRequestId:1</Message>\n"
    return f"{head}<Error>\n{told}</Error>".encode()
