"""What storage's responses mean, row by row.

Knows: for each response our code, storage's code that is passed on, and whether another attempt is worth it.
"""

from tests.support.service.problem_documents import MESSAGE
from tests.support.storage.storage_double import xml

# Status, body, our code, storage's code, whether it is tried again.
Row = tuple[int, bytes, str, str | None, bool]

AZURE_EXPIRED = (
    b"<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>Signature not valid in "
    b"the specified time frame: Start [x] - Expiry [x]</AuthenticationErrorDetail></Error>"
)

# Refused for good: the caller has to change something.
REFUSALS: list[Row] = [
    (400, b"", "storage_rejected", None, False),
    (400, MESSAGE.encode(), "storage_rejected", None, False),
    (400, xml("BadDigest", MESSAGE), "checksum_mismatch", "BadDigest", False),
    (400, xml("EntityTooLarge", MESSAGE), "entity_too_large", "EntityTooLarge", False),
    (400, xml("ExpiredToken", MESSAGE), "credentials_expired", "ExpiredToken", False),
    (400, xml("AuthorizationHeaderMalformed"), "storage_redirected", "AuthorizationHeaderMalformed", False),
    (400, xml("PermanentRedirect", MESSAGE), "storage_redirected", "PermanentRedirect", False),
    (400, xml("SomethingNew", MESSAGE), "storage_rejected", "SomethingNew", False),
    (400, xml("Not a word & StringToSign", MESSAGE), "storage_rejected", None, False),
    (400, xml("x" * 65, MESSAGE), "storage_rejected", None, False),
    (401, b"", "access_denied", None, False),
    (403, b"", "access_denied", None, False),
    (403, MESSAGE.encode(), "access_denied", None, False),
    (403, xml("AccessDenied", MESSAGE), "access_denied", "AccessDenied", False),
    (403, xml("AccessDenied", f"Request has expired. {MESSAGE}"), "url_expired", "AccessDenied", False),
    (403, xml("AuthenticationFailed", "Signed expiry time [x] must be after"), "url_expired",
     "AuthenticationFailed", False),
    (403, AZURE_EXPIRED, "url_expired", "AuthenticationFailed", False),
    (403, xml("SignatureDoesNotMatch", MESSAGE), "signature_mismatch", "SignatureDoesNotMatch", False),
    (403, xml("InvalidAccessKeyId", MESSAGE), "credentials_expired", "InvalidAccessKeyId", False),
    (403, xml("RequestTimeTooSkewed", MESSAGE), "clock_skewed", "RequestTimeTooSkewed", False),
    (404, b"", "storage_rejected", None, False),
    (404, xml("NoSuchBucket", MESSAGE), "no_such_bucket", "NoSuchBucket", False),
    (404, xml("NoSuchKey", MESSAGE), "storage_rejected", "NoSuchKey", False),
    (405, b"", "storage_rejected", None, False),
    (405, xml("MethodNotAllowed", MESSAGE), "storage_rejected", "MethodNotAllowed", False),
    (409, b"", "storage_conflict", None, False),
    (409, xml("BlobAlreadyExists", MESSAGE), "precondition_failed", "BlobAlreadyExists", False),
    (411, xml("MissingContentLength", MESSAGE), "storage_rejected", "MissingContentLength", False),
    (412, b"", "precondition_failed", None, False),
    (412, xml("PreconditionFailed", MESSAGE), "precondition_failed", "PreconditionFailed", False),
    (413, b"", "entity_too_large", None, False),
    (413, b"<html>too large</html>", "entity_too_large", None, False),
]  # fmt: skip

# Storage's own failures, and refusals that pass by themselves.
FAILURES: list[Row] = [
    (400, xml("RequestTimeout", MESSAGE), "storage_timeout", "RequestTimeout", True),
    (408, b"", "storage_timeout", None, True),
    (408, xml("RequestTimeout", MESSAGE), "storage_timeout", "RequestTimeout", True),
    (409, xml("ConditionalRequestConflict"), "storage_conflict", "ConditionalRequestConflict", True),
    (409, xml("OperationAborted", MESSAGE), "storage_conflict", "OperationAborted", True),
    (429, b"", "storage_throttled", None, True),
    (429, xml("AccessDenied", MESSAGE), "storage_throttled", "AccessDenied", True),
    (500, xml("InternalError", MESSAGE), "storage_error", "InternalError", True),
    (500, xml("AccessDenied", f"Request has expired. {MESSAGE}"), "storage_error", "AccessDenied", True),
    (500, xml("OperationTimedOut", MESSAGE), "storage_error", "OperationTimedOut", True),
    (501, xml("NotImplemented", MESSAGE), "storage_error", "NotImplemented", False),
    (502, b"<html>bad gateway</html>", "storage_error", None, True),
    (503, xml("NotImplemented", MESSAGE), "storage_error", "NotImplemented", False),
    (503, xml("ServerBusy", MESSAGE), "storage_error", "ServerBusy", True),
    (503, xml("SlowDown", MESSAGE), "storage_error", "SlowDown", True),
    (504, b"", "storage_error", None, True),
    (505, b"", "storage_error", None, False),
    (507, b"", "storage_error", None, True),
]

REDIRECTS: list[Row] = [
    (301, xml("PermanentRedirect"), "storage_redirected", "PermanentRedirect", False),
    (302, b"", "storage_redirected", None, False),
    (304, b"", "storage_redirected", None, False),
    (307, xml("TemporaryRedirect"), "storage_redirected", "TemporaryRedirect", False),
]

# Statuses that HTTP does not have.
ODD: list[Row] = [
    (600, b"", "storage_error", None, False),
    (999, b"", "storage_error", None, False),
]

# What each code of a store's means: S3's and Google's in XML, Azure's in a header as well.
MEANINGS = {
    "access_denied": (
        "AccessDenied AllAccessDisabled AccountProblem AuthorizationPermissionMismatch AuthorizationFailure "
        "AuthorizationResourceTypeMismatch InsufficientAccountPermissions"
    ),
    "credentials_expired": "ExpiredToken TokenRefreshRequired InvalidToken InvalidAccessKeyId",
    "signature_mismatch": "SignatureDoesNotMatch AuthenticationFailed",
    "clock_skewed": "RequestTimeTooSkewed",
    "no_such_bucket": "NoSuchBucket ContainerNotFound",
    "entity_too_large": "EntityTooLarge MaxMessageLengthExceeded RequestBodyTooLarge",
    "checksum_mismatch": (
        "BadDigest InvalidDigest Md5Mismatch XAmzContentSHA256Mismatch XAmzContentChecksumMismatch"
    ),
    "precondition_failed": "PreconditionFailed ConditionNotMet BlobAlreadyExists UnauthorizedBlobOverwrite",
    "storage_conflict": "ConditionalRequestConflict OperationAborted",
    "storage_timeout": "RequestTimeout",
    "storage_redirected": (
        "PermanentRedirect TemporaryRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException"
    ),
}
WORDS = [(word, code) for code, words in MEANINGS.items() for word in words.split()]
