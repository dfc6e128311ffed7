"""What real stores answer to uploads that they refuse, as they sent it, and what it means.

Recorded with SeaweedFS 4.48, MinIO 2026-02-12, versitygw 1.8.0 and Azurite 3.35 (see docs/compatibility.md),
without the parts that name the object. Rows of other stores are as their documentation or their users report
them: the comment says where.
"""

NOT_AUTHENTIC = (
    "Server failed to authenticate the request. Make sure the value of the Authorization header is formed "
    "correctly including the signature."
)
NOT_ALLOWED = "This request is not authorized to perform this operation."
NOT_PERMITTED = "This request is not authorized to perform this operation using this permission."
LOCK_SUM = "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock"
NO_SUM = (
    "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers "
    "were found."
)
NO_V2 = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
LOCK_DATES = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied."
NOT_SIGNED = "There were headers present in the request which were not signed"
NO_PUT = "User: arn:aws:iam::1:user/u is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::b"
NO_KEY = "User: arn:aws:iam::1:user/u is not authorized to perform: kms:GenerateDataKey on resource: k"

# Status, storage's code, its message, and our code.
Row = tuple[int, str, str, str]

S3_ROWS: list[Row] = [
    (403, "AccessDenied", "Request has expired", "url_expired"),
    (403, "AccessDenied", "Request is not valid yet", "clock_skewed"),  # MinIO
    (403, "AccessDenied", "Request is not yet valid", "clock_skewed"),  # S3
    (403, "AccessDenied", "Access Denied.", "access_denied"),
    # MinIO with 400, versitygw with 403
    (400, "AccessDenied", NOT_SIGNED, "header_not_signed"),
    (403, "AccessDenied", NOT_SIGNED, "header_not_signed"),
    (403, "AccessDenied", "Access Denied because object protected by object lock.",
     "object_not_replaceable"),
    (403, "SignatureDoesNotMatch", "The request signature we calculated does not match",
     "signature_mismatch"),
    (403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist", "credentials_expired"),
    # versitygw with one user
    (404, "XAdminUserNotFound", "No user exists with the provided access key ID.", "credentials_expired"),
    (404, "NoSuchBucket", "The specified bucket does not exist", "no_such_bucket"),
    (400, "InvalidBucketName", "The specified bucket is not valid.", "no_such_bucket"),
    (400, "BadDigest", "The Content-Md5 you specified did not match what we received.", "checksum_mismatch"),
    (400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.", "checksum_mismatch"),
    (400, "InvalidDigest", "The Content-Md5 you specified is not valid.", "checksum_mismatch"),
    (
        400,
        "XAmzContentChecksumMismatch",
        "The provided &#39;x-amz-checksum&#39; header does not match what was computed.",
        "checksum_mismatch",
    ),
    (412, "PreconditionFailed", "At least one of the pre-conditions did not hold", "precondition_failed"),
    (404, "NoSuchKey", "The specified key does not exist.", "precondition_failed"),  # for If-Match: versitygw
    (404, "NoSuchUpload", "The specified multipart upload does not exist.", "no_such_upload"),
    (400, "InvalidStorageClass", "Invalid storage class.", "header_value_refused"),
    (400, "InvalidTag", "The Tag value you have provided is invalid", "header_value_refused"),
    (400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed", "header_value_refused"),
    (400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive.",
     "header_value_refused"),
    (400, "InvalidArgument", LOCK_DATES, "header_value_refused"),  # versitygw
    (400, "InvalidRequest", LOCK_DATES, "header_value_refused"),  # MinIO
    (400, "InvalidArgument", "The retain until date must be in the future!", "header_value_refused"),
    (400, "InvalidRequest", "Bucket is missing ObjectLockConfiguration", "header_not_supported"),
    (400, "InvalidRequest", "Object is WORM protected and cannot be overwritten", "object_not_replaceable"),
    (400, "InvalidRequest", "Invalid Request", "storage_rejected"),  # SeaweedFS, for many things
    (400, "InvalidRequest", NO_SUM, "checksum_required"),
    (400, "InvalidRequest", "Value for x-amz-checksum-crc32 header is invalid.", "header_value_refused"),
    (400, "InvalidRequest", "Expecting a single x-amz-checksum- header.",
     "header_value_refused"),
    (400, "InvalidRequest", "Requests specifying Server Side Encryption with Customer provided keys must be "
     "made over a secure connection.", "wrong_endpoint"),
    (400, "InvalidRequest", "The multipart upload initiate requested encryption. Subsequent part requests "
     "must include the appropriate encryption parameters.", "header_value_refused"),
    (400, "BadRequest", "Object tags cannot be greater than 10", "header_value_refused"),
    (400, "InvalidRequest", NO_V2, "signature_not_supported"),
    (400, "KeyTooLongError", "Your key is too long.", "object_key_refused"),
    (400, "DirectoryObjectContainsData", "Directory object contains data payload.", "object_key_refused"),
    (409, "ObjectParentIsFile", "Object parent already exists as a file.", "object_key_refused"),
    (409, "ExistingObjectIsDirectory", "Existing Object is a directory.", "object_key_refused"),
    (409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded",
     "object_key_refused"),
    (
        400,
        "AuthorizationQueryParametersError",
        "Error parsing the X-Amz-Credential parameter; the region &#34;eu-north-9&#34; is wrong; expecting "
        "&#34;us-east-1&#34;",
        "storage_redirected",
    ),
    (501, "NotImplemented", "KMS not configured", "header_not_supported"),
    (507, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold.",
     "storage_full"),
    (400, "XMinioAdminBucketQuotaExceeded", "Bucket quota exceeded", "storage_full"),
]  # fmt: skip

REPORTED_ROWS: list[Row] = [
    # S3: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and
    # docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
    (403, "AccessDenied", f"{NO_PUT} with an explicit deny in a resource-based policy", "denied_by_policy"),
    (403, "AccessDenied", f"{NO_PUT} with an explicit deny in a service control policy", "denied_by_policy"),
    (403, "AccessDenied", f"{NO_PUT} because no identity-based policy allows the action", "access_denied"),
    (403, "AccessDenied", f"{NO_KEY} because no identity-based policy allows it", "encryption_key_unusable"),
    (400, "InvalidRequest", LOCK_SUM, "checksum_required"),
    (400, "InvalidRequest", "S3 Transfer Acceleration is not configured on this bucket", "wrong_endpoint"),
    (400, "InvalidArgument", "Requests specifying Server Side Encryption with AWS KMS managed keys require "
     "AWS Signature Version 4.", "signature_not_supported"),
    (400, "AccessControlListNotSupported", "The bucket does not allow ACLs", "header_not_supported"),
    (400, "KMS.DisabledException", "arn:aws:kms:k is disabled.", "encryption_key_unusable"),
    (403, "InvalidSecurity", "The provided security credentials are not valid.", "credentials_expired"),
    # R2: developers.cloudflare.com/r2/api/error-codes, github.com/iterate-ch/cyberduck/issues/16377
    (401, "Unauthorized", "SigV2 authorization is not supported. Please use SigV4 instead.",
     "signature_not_supported"),
    (401, "Unauthorized", "Unauthorized", "credentials_expired"),
    (400, "ExpiredRequest", "Request has expired", "url_expired"),
    (400, "InvalidRegionName", "The region name 'us-east-1' is not valid. Must be one of: wnam, enam, "
     "weur, eeur, apac, oc, auto", "storage_redirected"),
    (403, "ObjectLockedByBucketPolicy", "The object is locked by the bucket policy.",
     "object_not_replaceable"),
    (501, "NotImplemented", "Header 'x-amz-acl' with value 'public-read' not implemented",
     "header_not_supported"),
    # Google: cloud.google.com/storage/docs: xml-api/reference-status, bucket-lock
    (403, "AccessDenied", "Access denied.</Message><Details>a@b.iam.gserviceaccount.com does not have "
     "storage.objects.delete access to the Google Cloud Storage object.</Details><Message>",
     "precondition_failed"),
    (403, "AccessDenied", "Access denied.</Message><Details>a@b.iam.gserviceaccount.com does not have "
     "storage.objects.create access to the Google Cloud Storage object.</Details><Message>", "access_denied"),
    (400, "ExpiredToken", "Invalid argument.</Message><Details>The provided token has expired. Request "
     "signature expired at: 2026-09-11T23:48:45+00:00</Details><Message>", "url_expired"),
    (403, "RetentionPolicyNotMet", "Object 'b/k' is subject to bucket's retention policy",
     "object_not_replaceable"),
    (403, "UserProjectAccountProblem", "The billing account for the owning project is disabled",
     "storage_account_disabled"),
    (400, "InvalidArgument", "Cannot insert legacy ACL for an object when uniform bucket-level access is "
     "enabled.", "header_not_supported"),
    # B2: help.backblaze.com, "Caps and Alerts"
    (403, "AccessDenied", "Cannot upload files, storage cap exceeded. See the Caps &amp; Alerts page.",
     "storage_full"),
    # Ceph: src/rgw/rgw_common.cc
    (403, "QuotaExceeded", "", "storage_full"),
    (403, "UserSuspended", "", "storage_account_disabled"),
    # Swift 2.38: swift/common/middleware/s3api
    (501, "NotImplemented", "Conditional object PUTs are not supported.", "header_not_supported"),
    (400, "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter; the region "
     "'eu-north-9' is wrong; expecting 'us-east-1'", "storage_redirected"),
]  # fmt: skip

AZURE_ROWS: list[Row] = [
    (403, "AuthorizationFailure", NOT_AUTHENTIC, "signature_mismatch"),  # Azurite
    (403, "AuthenticationFailed", NOT_AUTHENTIC, "signature_mismatch"),  # Azure
    (403, "AuthorizationFailure", NOT_ALLOWED, "access_denied"),  # Azure
    (403, "AuthorizationPermissionMismatch", NOT_PERMITTED, "access_denied"),
    (403, "UnauthorizedBlobOverwrite", "This request is not authorized to perform blob overwrites.",
     "precondition_failed"),  # Azure, for sp=c
    (400, "InvalidOperation", "Provided contentMD5 doesn't match.", "checksum_mismatch"),  # Azurite
    (400, "Md5Mismatch", "The MD5 value specified did not match", "checksum_mismatch"),  # Azure
    (400, "Crc64Mismatch", "The CRC64 value specified did not match", "checksum_mismatch"),  # Azure
    (400, "InvalidOperation", "Something else.", "storage_rejected"),
    (400, "InvalidBlockList", "The specified block list is invalid.", "invalid_block_list"),
    (404, "ContainerNotFound", "The specified container does not exist.", "no_such_bucket"),
    (409, "BlobAlreadyExists", "The specified blob already exists.", "precondition_failed"),
    (412, "ConditionNotMet", "The condition specified is not met.", "precondition_failed"),
    (412, "LeaseNotPresentWithBlobOperation", "The lease has expired.", "object_leased"),
    (412, "LeaseIdMissing", "There is currently a lease on the blob and no lease ID was specified.",
     "object_leased"),
    (412, "LeaseIdMismatchWithBlobOperation", "The lease ID specified did not match the lease ID.",
     "object_leased"),
    (409, "BlobImmutableDueToPolicy", "This operation is not permitted as the blob is immutable due to a "
     "policy.", "object_not_replaceable"),  # Azure
    (409, "InvalidBlobType", "The blob type is invalid for this operation.",
     "object_not_replaceable"),  # Azure
    (400, "InvalidBlobOrBlock", "The specified blob or block content is invalid.", "header_value_refused"),
    (400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.",
     "header_value_refused"),
    (500, "FeatureNotSupported", "x-ms-content-crc64 header or parameter is not supported in Azurite strict "
     "mode.", "header_not_supported"),  # Azurite
    (403, "AccountIsDisabled", "The specified account is disabled.", "storage_account_disabled"),  # Azure
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
