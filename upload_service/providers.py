"""What presigned URLs of S3, R2, Google Cloud Storage and Azure Blob look like: data, not branches.

Knows: the hosts of the well-known stores, the query parameters of each way to sign, the headers that a
store insists on, and how each store words a refusal.
Rules: hosts are matched whole and in lower case; names of query parameters are compared in lower case.
Must not know: everything else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
_BUCKET = r"(?:[a-z0-9][a-z0-9._-]*\.)"

# Hosts that end in amazonaws.com are mostly not S3 (ec2-….compute.amazonaws.com is anybody's machine), so
# the shapes of S3's own endpoints are spelt out.
# Source: docs.aws.amazon.com/general/latest/gr/s3.html and
# docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
KNOWN_HOSTS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(shape)
    for shape in (
        rf"{_BUCKET}?s3(?:-fips)?(?:\.dualstack)?(?:[.-]{_REGION})?\.amazonaws\.com",
        rf"{_BUCKET}?s3(?:\.dualstack)?\.cn-[a-z]+-\d\.amazonaws\.com\.cn",
        rf"{_BUCKET}s3-accelerate(?:\.dualstack)?\.amazonaws\.com",
        rf"{_BUCKET}s3-accesspoint(?:-fips)?(?:\.dualstack)?\.{_REGION}\.amazonaws\.com",
        rf"{_BUCKET}s3express-[a-z0-9]+-az\d\.{_REGION}\.amazonaws\.com",
        rf"{_BUCKET}?(?:bucket|accesspoint)\.vpce-[a-z0-9-]+\.s3\.{_REGION}\.vpce\.amazonaws\.com",
        r"(?:[a-z0-9][a-z0-9._-]*\.)?[0-9a-f]{32}(?:\.(?:eu|us|fedramp))?\.r2\.cloudflarestorage\.com",
        rf"{_BUCKET}?storage\.googleapis\.com",
        r"[a-z0-9]{3,24}\.blob\.core\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)",
    )
)


@dataclass(frozen=True, slots=True)
class Signing:
    """One way to sign a URL: the query parameters that say so, and when the URL expires.

    `marks` must all be there. Expiry is `signed_at` plus `lifetime` seconds, or `expires`, which is epoch
    seconds or an ISO 8601 time.
    """

    name: str
    marks: tuple[str, ...]
    signed_at: str = ""
    lifetime: str = ""
    expires: str = ""
    headers: tuple[tuple[str, str], ...] = ()


SIGNINGS = (
    # docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html; R2, MinIO, SeaweedFS the same
    Signing("s3-v4", ("x-amz-signature",), signed_at="x-amz-date", lifetime="x-amz-expires"),
    # cloud.google.com/storage/docs/authentication/signatures
    Signing("google-v4", ("x-goog-signature",), signed_at="x-goog-date", lifetime="x-goog-expires"),
    # docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
    Signing("s3-v2", ("signature", "awsaccesskeyid"), expires="expires"),
    Signing("google-v2", ("signature", "googleaccessid"), expires="expires"),
    # learn.microsoft.com/rest/api/storageservices/create-service-sas; Put Blob needs the blob's type
    Signing("azure-sas", ("sig",), expires="se", headers=(("x-ms-blob-type", "BlockBlob"),)),
)

# S3 Express gives ETags that look like MD5 sums and are random.
# Source: docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-differences.html
RANDOM_ETAG_HOSTS = ".s3express-"

REQUEST_ID_HEADERS = ("x-amz-request-id", "x-guploader-uploadid", "x-ms-request-id")
ERROR_CODE_HEADER = "x-ms-error-code"

# The code in storage's error body or header, to ours. Sources: docs.aws.amazon.com/AmazonS3/latest/API/
# ErrorResponses.html, cloud.google.com/storage/docs/xml-api/reference-status,
# learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
REFUSALS: Mapping[str, str] = {
    "AccessDenied": "access_denied",
    "AllAccessDisabled": "access_denied",
    "AccountProblem": "access_denied",
    "AuthorizationPermissionMismatch": "access_denied",
    "AuthorizationFailure": "access_denied",
    "AuthorizationResourceTypeMismatch": "access_denied",
    "InsufficientAccountPermissions": "access_denied",
    "ExpiredToken": "credentials_expired",
    "TokenRefreshRequired": "credentials_expired",
    "InvalidToken": "credentials_expired",
    "InvalidAccessKeyId": "credentials_expired",
    "SignatureDoesNotMatch": "signature_mismatch",
    "AuthenticationFailed": "signature_mismatch",
    "RequestTimeTooSkewed": "clock_skewed",
    "NoSuchBucket": "no_such_bucket",
    "ContainerNotFound": "no_such_bucket",
    "EntityTooLarge": "entity_too_large",
    "MaxMessageLengthExceeded": "entity_too_large",
    "RequestBodyTooLarge": "entity_too_large",
    "BadDigest": "checksum_mismatch",
    "InvalidDigest": "checksum_mismatch",
    "Md5Mismatch": "checksum_mismatch",
    "XAmzContentSHA256Mismatch": "checksum_mismatch",
    "XAmzContentChecksumMismatch": "checksum_mismatch",
    "PreconditionFailed": "precondition_failed",
    "ConditionNotMet": "precondition_failed",
    "BlobAlreadyExists": "precondition_failed",
    "ConditionalRequestConflict": "storage_conflict",
    "OperationAborted": "storage_conflict",
    "RequestTimeout": "storage_timeout",
    "PermanentRedirect": "storage_redirected",
    "TemporaryRedirect": "storage_redirected",
    "AuthorizationHeaderMalformed": "storage_redirected",
    "IllegalLocationConstraintException": "storage_redirected",
}

# What the status alone tells, where there is no known code.
REFUSED_STATUSES: Mapping[int, str] = {
    401: "access_denied",
    403: "access_denied",
    408: "storage_timeout",
    409: "storage_conflict",
    412: "precondition_failed",
    413: "entity_too_large",
    429: "storage_throttled",
}

# S3 and Azure word an expired URL as a plain denial and say why in the sentence only.
EXPIRED_WORDS = (
    "request has expired",
    "signed expiry time",
    "signature not valid in the specified time frame",
)
