"""How stores word a refusal or an error, and what it means to us, as data.

Knows: the headers and error codes of S3, of the stores that speak its language, of Google and of Azure.
Must not know: how a response is read, when another attempt begins.
"""

from collections.abc import Mapping
from typing import NamedTuple

REQUEST_ID_HEADERS = ("x-amz-request-id", "x-guploader-uploadid", "x-ms-request-id")
ERROR_CODE_HEADER = "x-ms-error-code"


class StoreCode(NamedTuple):
    """What a store's error code means.

    `error`: our code under a status of 4xx; None where the status decides. `retry`: whether the same PUT may
    succeed a moment later; None where the status decides.
    """

    error: str | None = None
    retry: bool | None = None


# By the code in storage's error body or header. Sources:
# docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
# cloud.google.com/storage/docs/xml-api/reference-status,
# learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
STORE_CODES: Mapping[str, StoreCode] = {
    "AccessDenied": StoreCode("access_denied"),
    "AllAccessDisabled": StoreCode("access_denied"),
    "AccountProblem": StoreCode("access_denied"),
    "AuthorizationPermissionMismatch": StoreCode("access_denied"),
    "AuthorizationFailure": StoreCode("access_denied"),
    "AuthorizationResourceTypeMismatch": StoreCode("access_denied"),
    "InsufficientAccountPermissions": StoreCode("access_denied"),
    "ExpiredToken": StoreCode("credentials_expired"),
    "TokenRefreshRequired": StoreCode("credentials_expired"),
    "InvalidToken": StoreCode("credentials_expired"),
    "InvalidAccessKeyId": StoreCode("credentials_expired"),
    "SignatureDoesNotMatch": StoreCode("signature_mismatch"),
    "AuthenticationFailed": StoreCode("signature_mismatch"),
    "RequestTimeTooSkewed": StoreCode("clock_skewed"),
    "NoSuchBucket": StoreCode("no_such_bucket"),
    "ContainerNotFound": StoreCode("no_such_bucket"),
    "EntityTooLarge": StoreCode("entity_too_large"),
    "MaxMessageLengthExceeded": StoreCode("entity_too_large"),
    "RequestBodyTooLarge": StoreCode("entity_too_large"),
    "BadDigest": StoreCode("checksum_mismatch"),
    "InvalidDigest": StoreCode("checksum_mismatch"),
    "Md5Mismatch": StoreCode("checksum_mismatch"),
    "XAmzContentSHA256Mismatch": StoreCode("checksum_mismatch"),
    "XAmzContentChecksumMismatch": StoreCode("checksum_mismatch"),
    "PreconditionFailed": StoreCode("precondition_failed", retry=False),
    "ConditionNotMet": StoreCode("precondition_failed", retry=False),
    "BlobAlreadyExists": StoreCode("precondition_failed", retry=False),
    "UnauthorizedBlobOverwrite": StoreCode("precondition_failed"),
    "ConditionalRequestConflict": StoreCode("storage_conflict", retry=True),
    "OperationAborted": StoreCode("storage_conflict", retry=True),
    "RequestTimeout": StoreCode("storage_timeout", retry=True),
    "PermanentRedirect": StoreCode("storage_redirected"),
    "TemporaryRedirect": StoreCode("storage_redirected"),
    "AuthorizationHeaderMalformed": StoreCode("storage_redirected"),
    "IllegalLocationConstraintException": StoreCode("storage_redirected"),
    # Errors of the store itself, mostly with a status of 500 or more.
    "InternalError": StoreCode(retry=True),
    "SlowDown": StoreCode(retry=True),
    "ServiceUnavailable": StoreCode(retry=True),
    "Busy": StoreCode(retry=True),
    "RequestTimeoutException": StoreCode(retry=True),
    "TooManyRequests": StoreCode(retry=True),
    "Throttling": StoreCode(retry=True),
    "ThrottlingException": StoreCode(retry=True),
    "RequestLimitExceeded": StoreCode(retry=True),
    "NotImplemented": StoreCode(retry=False),
    "ServerBusy": StoreCode(retry=True),
    "OperationTimedOut": StoreCode(retry=True),
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

# Statuses after which the same PUT may succeed a moment later, where storage gives no known error code.
RETRIED_STATUSES = frozenset({408, 429, *range(500, 600)} - {501, 505})

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
