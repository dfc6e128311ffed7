"""The error codes of stores, and what each means to us, as data.

Knows: the codes with which stores refuse a PUT, ours for each, and where each is documented.
Rules: what only a sentence tells stands in `store_sentences.py`, which is asked first. A code that no PUT of
a file can cause is left out. Codes with the same cure are one code of ours, each with its own cause.
Must not know: how a response is read, when another attempt begins.
"""

from collections.abc import Mapping
from typing import NamedTuple

# Where each store documents its codes. The relatives of S3 use S3's codes as well; they are listed once.
# Swift (github.com/openstack/swift 2.38, .../s3api/s3response.py) and B2 have none of their own.
SOURCES: Mapping[str, str] = {
    "s3": "docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
    "kms": "docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html",
    "r2": "developers.cloudflare.com/r2/api/error-codes",
    "google": "cloud.google.com/storage/docs/xml-api/reference-status",
    "azure": "learn.microsoft.com/rest/api/storageservices/status-and-error-codes2",
    "azurite": "Azurite 3.35, which says this of what it does not have",
    "minio": "github.com/minio/minio v0.0.0-20260212201848-7aac2a2c5b7c, cmd/api-errors.go",
    "ceph": "github.com/ceph/ceph, src/rgw/rgw_common.cc",
    "versitygw": "github.com/versity/versitygw v1.8.0, s3err/s3err.go",
}


class StoreCode(NamedTuple):
    """What a store's error code means.

    `error`: our code under a status of 4xx. `cause`: what happened, where more is known than our code says.
    `retry`: whether the same PUT may succeed a moment later; None where the status decides. `sources`: the
    stores that document the code, by their names in SOURCES.
    """

    error: str
    cause: str | None
    retry: bool | None
    sources: tuple[str, ...]


def _row(
    error: str, cause: str | None = None, /, *, retry: bool | None = None, **codes: str
) -> dict[str, StoreCode]:
    """Codes, separated by spaces, that mean the same; by the name of their source."""
    sources: dict[str, tuple[str, ...]] = {}
    for source, words in codes.items():
        for word in words.split():
            sources[word] = (*sources.get(word, ()), source)
    return {word: StoreCode(error, cause, retry, known) for word, known in sources.items()}


_ACCOUNT_RIGHTS = (
    "Storage denied access: the rights in the URL do not allow this upload, or the account's network rules "
    "do not allow the address of this service."
)
_KEY_UNUSABLE = "The key with which the bucket encrypts its objects is disabled, deleted or not found."
_NO_KEY = "The URL names a bucket and no object key."
_OTHER_REGION = "The URL is signed for another region than the one that storage expects."
_PLAIN_HTTP = "Storage wants https, and the URL begins with http://."
_QUOTA = "The quota of the bucket or of its owner is used up."
_UNDER_IT = "Other objects lie below the object key of the URL, as in a folder."

_ROWS = (
    # Who may write.
    _row("access_denied", s3="AccessDenied", minio="UnauthorizedAccess", versitygw="AccessForbidden",
         azure="AuthorizationPermissionMismatch AuthorizationResourceTypeMismatch "
               "AuthorizationServiceMismatch InsufficientAccountPermissions"),
    # Azure says this of missing rights and of the account's firewall:
    # learn.microsoft.com/troubleshoot/azure/azure-storage, storage-troubleshoot-403-errors
    _row("access_denied", _ACCOUNT_RIGHTS, azure="AuthorizationFailure"),
    _row("denied_by_policy", "The URL allows uploads from other network addresses only.",
         azure="AuthorizationSourceIPMismatch"),
    _row("denied_by_policy", "The account does not allow URLs that are signed with its own key.",
         azure="KeyBasedAuthenticationNotPermitted"),
    _row("denied_by_policy", "A policy of the bucket's organization forbids this upload.",
         google="OrgPolicyConstraintFailed SecurityPolicyViolated"),
    _row("storage_account_disabled", s3="AllAccessDisabled AccountProblem InvalidPayer NotSignedUp",
         r2="NotEntitled", google="UserProjectAccountProblem", azure="AccountIsDisabled ContainerDisabled",
         ceph="UserSuspended"),
    # Who signed, and when.
    _row("credentials_expired",
         s3="ExpiredToken TokenRefreshRequired InvalidToken InvalidAccessKeyId InvalidSecurity",
         r2="Unauthorized", minio="InvalidTokenId", versitygw="XAdminUserNotFound"),
    _row("url_expired", r2="ExpiredRequest"),
    _row("clock_skewed", s3="RequestTimeTooSkewed"),
    _row("signature_mismatch", s3="SignatureDoesNotMatch",
         azure="AuthenticationFailed InvalidAuthenticationInfo NoAuthenticationInformation"),
    # Where to.
    _row("no_such_bucket", s3="NoSuchBucket", azure="ContainerNotFound"),
    _row("no_such_bucket", "No bucket can have the name that the URL gives.", s3="InvalidBucketName"),
    _row("no_such_bucket", "The container of the URL is being deleted.", azure="ContainerBeingDeleted"),
    _row("no_such_upload", s3="NoSuchUpload"),
    _row("storage_redirected", s3="PermanentRedirect TemporaryRedirect Redirect"),
    # R2's own regions: github.com/iterate-ch/cyberduck/issues/16377
    _row("storage_redirected", _OTHER_REGION,
         s3="AuthorizationHeaderMalformed IllegalLocationConstraintException", r2="InvalidRegionName",
         minio="InvalidRegion AuthorizationParametersError"),
    _row("storage_redirected",
         "Storage does not accept the region, the date or the lifetime with which the URL is signed; mostly "
         "it is the region.", s3="AuthorizationQueryParametersError"),
    _row("wrong_endpoint", "What answers at this address does not take a PUT.", s3="MethodNotAllowed",
         azure="InvalidHttpVerb UnsupportedHttpVerb"),
    _row("wrong_endpoint", azure="ResourceNotFound"),
    _row("wrong_endpoint", _PLAIN_HTTP, azure="AccountRequiresHttps AuthorizationProtocolMismatch",
         minio="XMinioInsecureClientRequest"),
    # Which key.
    _row("object_key_refused", s3="InvalidURI", r2="InvalidObjectName",
         azure="InvalidUri InvalidResourceName RequestUrlFailedToParse",
         minio="XMinioInvalidObjectName XMinioInvalidResourceName XMinioInvalidUTF"),
    _row("object_key_refused", "The object key of the URL is too long.", s3="KeyTooLongError",
         google="KeyTooLong"),
    _row("object_key_refused", _UNDER_IT, minio="XMinioObjectExistsAsDirectory",
         versitygw="ExistingObjectIsDirectory"),
    _row("object_key_refused", "An object stands where the key of the URL needs a folder.",
         versitygw="ObjectParentIsFile"),
    _row("object_key_refused", "An object whose key ends with a slash holds no bytes in this store.",
         versitygw="DirectoryObjectContainsData"),
    _row("object_key_refused", _NO_KEY, s3="BucketAlreadyExists BucketAlreadyOwnedByYou"),
    # What the object at the key does not allow.
    _row("precondition_failed", retry=False, s3="PreconditionFailed",
         azure="ConditionNotMet TargetConditionNotMet BlobAlreadyExists ResourceAlreadyExists"),
    _row("precondition_failed", "An object exists at this key, and the URL may create but not replace one.",
         azure="UnauthorizedBlobOverwrite"),
    _row("precondition_failed", "The upload is meant to replace an object, and there is none at this key.",
         s3="NoSuchKey", azure="BlobNotFound"),
    _row("object_not_replaceable", "A retention policy or a legal hold protects the object at this key.",
         r2="ObjectLockedByBucketPolicy", google="ObjectUnderActiveHold RetentionPolicyNotMet",
         azure="BlobImmutableDueToLegalHold BlobImmutableDueToPolicy"),
    _row("object_not_replaceable", "The object at this key is archived.",
         azure="BlobArchived BlobBeingRehydrated"),
    _row("object_not_replaceable", "The object at this key has snapshots.", azure="SnapshotsPresent"),
    _row("object_not_replaceable", "The object at this key has as many versions as it may have.",
         minio="MaxVersionsExceeded"),
    _row("object_not_replaceable", "The object at this key is of another kind than an upload makes.",
         azure="InvalidBlobType BlobOperationNotSupported ResourceTypeMismatch"),
    _row("object_leased", azure="LeaseIdMissing LeaseAlreadyPresent"),
    _row("object_leased", "The upload brings the id of a lease that does not hold, or not for this object.",
         azure="LeaseIdMismatchWithBlobOperation LeaseIdMismatchWithContainerOperation LeaseLost "
               "LeaseNotPresentWithBlobOperation LeaseNotPresentWithContainerOperation"),
    _row("storage_conflict", "The object at this key is being written by a copy.",
         azure="PendingCopyOperation"),
    _row("storage_conflict", retry=True, s3="ConditionalRequestConflict OperationAborted"),
    # Whether there is room.
    _row("entity_too_large", s3="EntityTooLarge MaxMessageLengthExceeded",
         azure="RequestBodyTooLarge ContentLengthLargerThanTierLimit BlobTierInadequateForContentLength"),
    _row("storage_full", _QUOTA, retry=False, ceph="QuotaExceeded", versitygw="QuotaExceeded",
         google="InsufficientQuota", minio="XMinioAdminBucketQuotaExceeded"),
    _row("storage_full", retry=False, minio="XMinioStorageFull", versitygw="InsufficientStorage"),
    # Whether all bytes came, and the right ones.
    _row("checksum_mismatch", s3="BadDigest", google="CrcMismatch", azure="Crc64Mismatch Md5Mismatch",
         minio="XAmzContentSHA256Mismatch XAmzContentChecksumMismatch", ceph="XAmzContentSHA256Mismatch"),
    _row("checksum_mismatch", "A checksum that goes with the upload is malformed.", s3="InvalidDigest",
         azure="InvalidMd5"),
    _row("checksum_required", minio="MissingContentMD5"),
    _row("storage_disconnected", "Storage says that the connection broke before the whole file had come.",
         retry=True, s3="IncompleteBody", r2="ClientDisconnect", minio="ClientDisconnected"),
    # Which headers and parameters go with the file.
    _row("header_not_supported", retry=False, s3="NotImplemented", azurite="FeatureNotSupported"),
    _row("header_not_supported",
         azure="ConditionHeadersNotSupported MultipleConditionHeadersNotSupported FeatureVersionMismatch "
               "UnsupportedHeader UnsupportedQueryParameter BlobAccessTierNotSupportedForAccountType"),
    _row("header_not_supported", "The bucket takes no ACLs, and the URL is signed with one.",
         s3="AccessControlListNotSupported"),
    _row("header_value_refused", s3="InvalidArgument InvalidEncryptionAlgorithmError MalformedACLError "
         "MissingSecurityHeader", versitygw="InvalidRedirectLocation", minio="MalformedDate",
         google="MalformedHeaderValue UserProjectMissing", ceph="InvalidRetentionPeriod",
         azure="InvalidBlobTier InvalidBlockId InvalidHeaderValue InvalidInput InvalidQueryParameterValue "
               "MissingRequiredHeader MissingRequiredQueryParameter OutOfRangeInput "
               "OutOfRangeQueryParameterValue"),
    _row("header_value_refused", "Storage does not have the storage class that the URL asks for.",
         s3="InvalidStorageClass"),
    _row("header_value_refused", "Storage does not accept the tags that go with the upload.",
         s3="InvalidTag"),
    _row("header_value_refused", "Storage does not accept the metadata that goes with the upload.",
         azure="EmptyMetadataKey InvalidMetadata"),
    _row("header_value_refused", "The headers or the metadata that go with the upload are too long.",
         s3="MetadataTooLarge RequestHeaderSectionTooLarge"),
    _row("header_value_refused", "The number of the part is not one from 1 to 10000.",
         s3="TooManyParts", versitygw="InvalidPartNumber"),
    _row("header_value_refused", "The id of the block is not as long as those of the other blocks.",
         azure="InvalidBlobOrBlock"),
    _row("invalid_block_list", "A block of the list is not uploaded, or is no longer there.",
         azure="InvalidBlockList"),
    _row("invalid_block_list", azure="InvalidXmlDocument InvalidXmlNodeValue"),
    _row("header_value_refused", "The object has as many blocks as it may have.",
         azure="BlockCountExceedsLimit"),
    _row("header_value_refused", "The object at this key is encrypted in another way than the upload asks.",
         s3="EncryptionTypeMismatch", azure="BlobUsesCustomerSpecifiedEncryption"),
    _row("header_value_refused", "The encryption key that goes with the upload is malformed.",
         google="CustomerEncryptionAlgorithmIsInvalid CustomerEncryptionKeyFormatIsInvalid "
                "CustomerEncryptionKeySha256IsInvalid"),
    _row("encryption_key_unusable", _KEY_UNUSABLE,
         kms="KMS.DisabledException KMS.KMSInvalidStateException KMS.NotFoundException",
         google="CloudKmsBadKey CloudKmsDisabledKey CloudKmsEncryptionKeyNotFound"),
    _row("encryption_key_unusable", "The key for encryption lies in another place than the bucket.",
         google="CloudKmsKeyLocationNotAllowed"),
    # Too slow, too many, or broken: mostly with a status of 500 or more.
    _row("storage_timeout", retry=True, s3="RequestTimeout"),
    _row("storage_throttled", retry=True, kms="KMS.ThrottlingException", r2="TooManyRequests",
         s3="Busy RequestLimitExceeded SlowDown Throttling ThrottlingException",
         minio="SlowDownRead SlowDownWrite"),
    _row("storage_error", retry=True, s3="InternalError RequestTimeoutException ServiceUnavailable",
         azure="OperationTimedOut ServerBusy"),
)  # fmt: skip

STORE_CODES: Mapping[str, StoreCode] = {word: code for row in _ROWS for word, code in row.items()}
