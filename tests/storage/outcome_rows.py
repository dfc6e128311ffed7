"""What storage's responses mean, row by row.

Knows: for each response our code, storage's code that is passed on, and whether another attempt is worth it.
"""

from tests.support.service.problem_documents import MESSAGE
from tests.support.storage.storage_double import xml

# Status, body, our code, storage's code, whether it is tried again.
Row = tuple[int, bytes, str, str | None, bool]

# What proxies, firewalls and login pages answer.
PAGE = b"<!DOCTYPE html>\n<html><head><title>No</title></head></html>"
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
    (400, xml("InvalidRequest", MESSAGE), "storage_rejected", "InvalidRequest", False),
    (400, b"Client sent an HTTP request to an HTTPS server.\n", "wrong_endpoint", None, False),
    (401, b"", "storage_rejected", None, False),
    (401, b"Unauthorized", "refused_before_storage", None, False),
    (401, b"<Error><Message>no code</Message></Error>", "storage_rejected", None, False),
    (401, xml("SomethingNew", MESSAGE), "storage_rejected", "SomethingNew", False),
    (403, b"", "storage_rejected", None, False),
    (403, MESSAGE.encode(), "refused_before_storage", None, False),
    (403, PAGE, "refused_before_storage", None, False),
    (403, xml("SomethingNew", MESSAGE), "storage_rejected", "SomethingNew", False),
    (403, xml("x" * 65, MESSAGE), "storage_rejected", None, False),
    (403, xml("AccessDenied", MESSAGE), "access_denied", "AccessDenied", False),
    (403, xml("AccessDenied", f"Request has expired. {MESSAGE}"), "url_expired", "AccessDenied", False),
    (403, xml("AuthenticationFailed", "Signed expiry time [x] must be after"), "url_expired",
     "AuthenticationFailed", False),
    (403, AZURE_EXPIRED, "url_expired", "AuthenticationFailed", False),
    (403, xml("SignatureDoesNotMatch", MESSAGE), "signature_mismatch", "SignatureDoesNotMatch", False),
    (403, xml("InvalidAccessKeyId", MESSAGE), "credentials_expired", "InvalidAccessKeyId", False),
    (403, xml("RequestTimeTooSkewed", MESSAGE), "clock_skewed", "RequestTimeTooSkewed", False),
    (404, b"", "wrong_endpoint", None, False),
    (404, PAGE, "refused_before_storage", None, False),
    (404, xml("SomethingNew", MESSAGE), "storage_rejected", "SomethingNew", False),
    (404, xml("NoSuchBucket", MESSAGE), "no_such_bucket", "NoSuchBucket", False),
    (404, xml("NoSuchKey", MESSAGE), "precondition_failed", "NoSuchKey", False),
    (405, b"", "wrong_endpoint", None, False),
    (405, xml("MethodNotAllowed", MESSAGE), "wrong_endpoint", "MethodNotAllowed", False),
    (405, xml("SomethingNew", MESSAGE), "storage_rejected", "SomethingNew", False),
    (409, b"", "storage_conflict", None, False),
    (409, xml("SomethingNew", MESSAGE), "storage_rejected", "SomethingNew", False),
    (409, xml("BlobAlreadyExists", MESSAGE), "precondition_failed", "BlobAlreadyExists", False),
    (411, xml("MissingContentLength", MESSAGE), "storage_rejected", "MissingContentLength", False),
    (412, b"", "precondition_failed", None, False),
    (412, xml("SomethingNew", MESSAGE), "precondition_failed", "SomethingNew", False),
    (412, xml("PreconditionFailed", MESSAGE), "precondition_failed", "PreconditionFailed", False),
    (413, b"", "entity_too_large", None, False),
    (413, xml("SomethingNew", MESSAGE), "entity_too_large", "SomethingNew", False),
    (413, b"<html>too large</html>", "refused_before_storage", None, False),
    (414, b"", "storage_rejected", None, False),
    (501, b"", "header_not_supported", None, False),
    (501, PAGE, "refused_before_storage", None, False),
    (501, xml("NotImplemented", MESSAGE), "header_not_supported", "NotImplemented", False),
    (501, xml("SomethingNew", MESSAGE), "header_not_supported", "SomethingNew", False),
    (503, xml("NotImplemented", MESSAGE), "header_not_supported", "NotImplemented", False),
    (507, b"", "storage_full", None, False),
    (507, xml("SomethingNew", MESSAGE), "storage_full", "SomethingNew", False),
    (500, xml("XMinioStorageFull", MESSAGE), "storage_full", "XMinioStorageFull", False),
]  # fmt: skip

# Storage's own failures, and refusals that pass by themselves.
FAILURES: list[Row] = [
    (400, xml("RequestTimeout", MESSAGE), "storage_timeout", "RequestTimeout", True),
    (408, b"", "storage_timeout", None, True),
    (408, xml("RequestTimeout", MESSAGE), "storage_timeout", "RequestTimeout", True),
    (409, xml("ConditionalRequestConflict"), "storage_conflict", "ConditionalRequestConflict", True),
    (409, xml("OperationAborted", MESSAGE), "storage_conflict", "OperationAborted", True),
    (429, b"", "storage_throttled", None, True),
    (429, PAGE, "storage_throttled", None, True),
    (429, xml("AccessDenied", MESSAGE), "storage_throttled", "AccessDenied", True),
    (500, xml("InternalError", MESSAGE), "storage_error", "InternalError", True),
    (500, xml("AccessDenied", f"Request has expired. {MESSAGE}"), "storage_error", "AccessDenied", True),
    (500, xml("OperationTimedOut", MESSAGE), "storage_error", "OperationTimedOut", True),
    (500, xml("SomethingNew", MESSAGE), "storage_error", "SomethingNew", True),
    (503, PAGE, "storage_error", None, True),
    (502, b"<html>bad gateway</html>", "storage_error", None, True),
    (503, xml("ServerBusy", MESSAGE), "storage_error", "ServerBusy", True),
    (503, xml("SlowDown", MESSAGE), "storage_error", "SlowDown", True),
    (504, b"", "storage_error", None, True),
    (505, b"", "storage_error", None, False),
]

REDIRECTS: list[Row] = [
    (301, xml("PermanentRedirect"), "storage_redirected", "PermanentRedirect", False),
    (301, PAGE, "refused_before_storage", None, False),
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
        "AccessDenied AccessForbidden AuthorizationFailure AuthorizationPermissionMismatch "
        "AuthorizationResourceTypeMismatch AuthorizationServiceMismatch InsufficientAccountPermissions "
        "UnauthorizedAccess"
    ),
    "denied_by_policy": (
        "AuthorizationSourceIPMismatch KeyBasedAuthenticationNotPermitted OrgPolicyConstraintFailed "
        "SecurityPolicyViolated"
    ),
    "storage_account_disabled": (
        "AccountIsDisabled AccountProblem AllAccessDisabled ContainerDisabled InvalidPayer NotEntitled "
        "NotSignedUp UserProjectAccountProblem UserSuspended"
    ),
    "credentials_expired": (
        "ExpiredToken InvalidAccessKeyId InvalidSecurity InvalidToken InvalidTokenId TokenRefreshRequired "
        "Unauthorized XAdminUserNotFound"
    ),
    "url_expired": "ExpiredRequest",
    "clock_skewed": "RequestTimeTooSkewed",
    "signature_mismatch": (
        "AuthenticationFailed InvalidAuthenticationInfo InvalidJWT InvalidSignature "
        "NoAuthenticationInformation NotAuthenticated NotAuthorizedOrNotFound SignatureDoesNotMatch"
    ),
    "no_such_bucket": "BucketNotFound ContainerBeingDeleted ContainerNotFound InvalidBucketName NoSuchBucket",
    "no_such_upload": "NoSuchUpload",
    "invalid_block_list": "InvalidBlockList InvalidXmlDocument InvalidXmlNodeValue",
    "storage_redirected": (
        "AuthorizationHeaderMalformed AuthorizationParametersError AuthorizationQueryParametersError "
        "IllegalLocationConstraintException InvalidRegion InvalidRegionName PermanentRedirect Redirect "
        "TemporaryRedirect"
    ),
    "wrong_endpoint": (
        "AccountRequiresHttps AuthorizationProtocolMismatch InvalidHttpVerb MethodNotAllowed "
        "ResourceNotFound UnsupportedHttpVerb XMinioInsecureClientRequest"
    ),
    "object_key_refused": (
        "BucketAlreadyExists BucketAlreadyOwnedByYou DirectoryObjectContainsData "
        "ExistingObjectIsDirectory InvalidKey InvalidObjectName InvalidResourceName InvalidURI InvalidUri "
        "KeyTooLong KeyTooLongError ObjectParentIsFile RequestUrlFailedToParse XMinioInvalidObjectName "
        "XMinioInvalidResourceName XMinioInvalidUTF XMinioObjectExistsAsDirectory"
    ),
    "precondition_failed": (
        "BlobAlreadyExists BlobNotFound ConditionNotMet FileAlreadyExists KeyAlreadyExists "
        "NoSuchKey PreconditionFailed ResourceAlreadyExists TargetConditionNotMet UnauthorizedBlobOverwrite"
    ),
    "object_not_replaceable": (
        "BlobArchived BlobBeingRehydrated BlobImmutableDueToLegalHold BlobImmutableDueToPolicy "
        "BlobOperationNotSupported InvalidBlobType MaxVersionsExceeded ObjectLockedByBucketPolicy "
        "ObjectUnderActiveHold ResourceTypeMismatch RetentionPolicyNotMet SnapshotsPresent"
    ),
    "object_leased": (
        "LeaseAlreadyPresent LeaseIdMismatchWithBlobOperation LeaseIdMismatchWithContainerOperation "
        "LeaseIdMissing LeaseLost LeaseNotPresentWithBlobOperation LeaseNotPresentWithContainerOperation"
    ),
    "storage_conflict": "ConditionalRequestConflict OperationAborted PendingCopyOperation",
    "entity_too_large": (
        "BlobTierInadequateForContentLength ContentLengthLargerThanTierLimit EntityTooLarge "
        "MaxMessageLengthExceeded RequestBodyTooLarge"
    ),
    "storage_full": (
        "InsufficientQuota InsufficientStorage QuotaExceeded XMinioAdminBucketQuotaExceeded XMinioStorageFull"
    ),
    "checksum_mismatch": (
        "BadDigest Crc64Mismatch CrcMismatch InvalidDigest InvalidMd5 Md5Mismatch "
        "XAmzContentChecksumMismatch XAmzContentSHA256Mismatch"
    ),
    "checksum_required": "MissingContentMD5",
    "storage_disconnected": "ClientDisconnect ClientDisconnected IncompleteBody",
    "header_not_supported": (
        "AccessControlListNotSupported BlobAccessTierNotSupportedForAccountType "
        "ConditionHeadersNotSupported FeatureNotSupported FeatureVersionMismatch "
        "MultipleConditionHeadersNotSupported NotImplemented UnsupportedHeader UnsupportedQueryParameter"
    ),
    "header_value_refused": (
        "BlobUsesCustomerSpecifiedEncryption BlockCountExceedsLimit CustomerEncryptionAlgorithmIsInvalid "
        "CustomerEncryptionKeyFormatIsInvalid CustomerEncryptionKeySha256IsInvalid EmptyMetadataKey "
        "EncryptionTypeMismatch InvalidArgument InvalidBlobOrBlock InvalidBlobTier InvalidBlockId "
        "InvalidEncryptionAlgorithmError InvalidHeaderValue InvalidInput InvalidMetadata InvalidMimeType "
        "InvalidPartNumber InvalidQueryParameterValue InvalidRedirectLocation InvalidRetentionPeriod "
        "InvalidStorageClass InvalidTag MalformedACLError MalformedDate MalformedHeaderValue "
        "MetadataTooLarge MissingRequiredHeader MissingRequiredQueryParameter MissingSecurityHeader "
        "OutOfRangeInput OutOfRangeQueryParameterValue RequestHeaderSectionTooLarge TooManyParts "
        "UserProjectMissing"
    ),
    "encryption_key_unusable": (
        "CloudKmsBadKey CloudKmsDisabledKey CloudKmsEncryptionKeyNotFound CloudKmsKeyLocationNotAllowed "
        "KMS.DisabledException KMS.KMSInvalidStateException KMS.NotFoundException"
    ),
    "policy_not_met": "InvalidPolicyDocument PostPolicyInvalidKeyName",
    "invalid_fields": (
        "IncorrectNumberOfFilesInPostRequest MalformedPOSTRequest MaxPostPreDataLengthExceededError "
        "UserKeyMustBeSpecified"
    ),
    "file_too_small": "EntityTooSmall",
    "storage_timeout": "RequestTimeout",
    "storage_throttled": (
        "Busy KMS.ThrottlingException RequestLimitExceeded SlowDown SlowDownRead SlowDownWrite Throttling "
        "ThrottlingException TooManyRequests"
    ),
    "storage_error": (
        "InternalError OperationTimedOut RequestTimeoutException ServerBusy ServiceUnavailable"
    ),
}
WORDS = [(word, code) for code, words in MEANINGS.items() for word in words.split()]
