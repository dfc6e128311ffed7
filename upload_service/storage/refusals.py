"""How stores word a refusal, and our code for it, as data.

Knows: the headers and error codes of S3, of the stores that speak its language, of Google and of Azure.
Must not know: how a response is read, which refusals are worth another attempt.
"""

from collections.abc import Mapping

REQUEST_ID_HEADERS = ("x-amz-request-id", "x-guploader-uploadid", "x-ms-request-id")
ERROR_CODE_HEADER = "x-ms-error-code"

# Our code for each error code in storage's body or header. Sources:
# docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
# cloud.google.com/storage/docs/xml-api/reference-status,
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
    "UnauthorizedBlobOverwrite": "precondition_failed",
    "ConditionalRequestConflict": "storage_conflict",
    "OperationAborted": "storage_conflict",
    "RequestTimeout": "storage_timeout",
    "PermanentRedirect": "storage_redirected",
    "TemporaryRedirect": "storage_redirected",
    "AuthorizationHeaderMalformed": "storage_redirected",
    "IllegalLocationConstraintException": "storage_redirected",
}

# Our code by the status alone, where storage gives no known error code.
REFUSED_STATUSES: Mapping[int, str] = {
    401: "access_denied",
    403: "access_denied",
    408: "storage_timeout",
    409: "storage_conflict",
    412: "precondition_failed",
    413: "entity_too_large",
    429: "storage_throttled",
}

# Our code by a sentence in storage's error body: S3 and Azure give an expired URL the same error code as any
# denied access. The first match wins. Azurite has its own codes for a forged SAS and a wrong Content-MD5.
SENTENCES: tuple[tuple[str, str], ...] = (
    ("request has expired", "url_expired"),
    ("signed expiry time", "url_expired"),
    ("signature not valid in the specified time frame", "url_expired"),
    ("request is not yet valid", "clock_skewed"),
    ("request is not valid yet", "clock_skewed"),
    ("server failed to authenticate the request", "signature_mismatch"),
    ("provided contentmd5 doesn't match", "checksum_mismatch"),
)
SENTENCE_STATUSES = frozenset((400, 401, 403))
