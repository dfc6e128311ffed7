"""What stores say in a sentence only, and what it means to us, as data.

Knows: words of the sentences with which stores refuse a PUT under a code that has many causes (AccessDenied,
InvalidRequest, InvalidArgument), ours for each, and where each was seen.
Rules: the first match wins. The words are in lower case, and as few as no other sentence has.
Must not know: how a response is read, when another attempt begins.
"""

from typing import NamedTuple


class Sentence(NamedTuple):
    """Words of a store's sentence, our code, who says them, and what happened where our code says less."""

    words: str
    error: str
    source: str
    cause: str | None = None


# A sentence counts under these statuses only: under any other, the status or the code tells more.
SENTENCE_STATUSES = frozenset({400, 401, 403})

_ACL = "The bucket takes no ACLs, and the URL is signed with one."
_CREATE_ONLY = (
    "An object exists at this key, and the signer's identity may create objects but not replace them "
    "(storage.objects.delete)."
)
_LOCK_DATES = "Storage does not accept the retention that goes with the upload."
_LOCKED = "Object Lock protects the object at this key."
_NO_LOCK = "The bucket has no Object Lock, and the URL is signed with headers for it."
_NO_SUM = "The URL is signed with x-amz-sdk-checksum-algorithm, and no checksum goes with it."
_PLAIN_HTTP = "The server speaks https at this port, and the URL begins with http://."
_NEEDS_HTTPS = "Storage takes an encryption key over https only, and the URL begins with http://."
_POST_FIELD = "Storage cannot read the form of the POST, or misses a field in it."
_POST_V4 = "The policy of the POST is signed with Signature Version 2, and the store knows Version 4 only."
_REGION = "The URL is signed for another region than the one that storage expects."
_SUMS = "Storage does not accept the checksum headers of the upload."
_TEMP_URL = (
    "Storage does not accept the temporary URL: its key, its method, its time, its object or the range of "
    "addresses that it allows is another one."
)
_VERSION_4 = "Encryption with a key of KMS needs a URL of Signature Version 4."

SENTENCES = (
    # When.
    Sentence("request has expired", "url_expired", "S3, MinIO, Swift, versitygw"),
    Sentence("request signature expired", "url_expired", "Google, under ExpiredToken"),
    Sentence("signed expiry time", "url_expired", "Azure"),
    Sentence("signature not valid in the specified time frame", "url_expired", "Azure"),
    Sentence("claim timestamp check failed", "url_expired", "Supabase, under InvalidJWT"),
    Sentence("request is not yet valid", "clock_skewed", "S3, Google"),
    Sentence("request is not valid yet", "clock_skewed", "MinIO"),
    # Why a POST is refused: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    Sentence("policy expired", "url_expired", "S3, MinIO, for a POST"),
    Sentence("extra input fields", "policy_not_met", "S3, MinIO, for a POST",
             "The POST has a field that its policy does not cover."),
    Sentence("must appear in the list of policy conditions", "policy_not_met", "MinIO, for a POST",
             "The POST has a field that its policy does not cover."),
    Sentence("invalid according to policy", "policy_not_met", "S3, MinIO, versitygw, for a POST"),
    Sentence("a field named &#39;x-amz-algorithm", "signature_not_supported", "versitygw", _POST_V4),
    Sentence("a field named 'x-amz-algorithm", "signature_not_supported", "S3", _POST_V4),
    Sentence("post must contain a field named", "invalid_fields", "S3, versitygw", _POST_FIELD),
    Sentence("post requires exactly one file", "invalid_fields", "S3, MinIO, SeaweedFS", _POST_FIELD),
    # How it is signed.
    Sentence("please use aws4-hmac-sha256", "signature_not_supported", "S3, MinIO, versitygw"),
    Sentence("please use sigv4", "signature_not_supported", "R2, under Unauthorized"),
    Sentence("require aws signature version 4", "signature_not_supported", "S3", _VERSION_4),
    Sentence("is wrong; expecting", "storage_redirected", "S3, MinIO, Swift", _REGION),
    Sentence("server failed to authenticate the request", "signature_mismatch", "Azurite 3.35"),
    Sentence("temp url invalid", "signature_mismatch", "Swift 2.38", _TEMP_URL),
    Sentence("headers present in the request which were not signed", "header_not_signed", "S3, MinIO"),
    # Who denies it, and why.
    Sentence("kms:generatedatakey", "encryption_key_unusable", "S3, under AccessDenied",
             "The signer's identity may not use the key that encrypts the object (kms:GenerateDataKey)."),
    Sentence("explicit deny in a resource-based policy", "denied_by_policy", "S3, under AccessDenied",
             "A policy of the bucket explicitly denies this upload."),
    Sentence("with an explicit deny", "denied_by_policy", "S3, under AccessDenied",
             "A policy explicitly denies this upload."),
    Sentence("vpc service controls", "denied_by_policy", "Google",
             "A policy of the bucket's organization forbids this upload."),
    Sentence("prohibited by organization", "denied_by_policy", "Google",
             "A policy of the bucket's organization forbids this upload."),
    Sentence("storage.objects.delete", "precondition_failed", "Google, under AccessDenied", _CREATE_ONLY),
    Sentence("billing account", "storage_account_disabled", "Google"),
    Sentence("cap exceeded", "storage_full", "B2, under AccessDenied",
             "A cap that the bucket's owner has set is reached."),
    # What the bucket wants, or does not have.
    Sentence("content-md5 or x-amz-checksum-", "checksum_required", "S3, versitygw, under InvalidRequest"),
    Sentence("no corresponding x-amz-checksum-", "checksum_required", "S3, versitygw", _NO_SUM),
    Sentence("worm protected", "object_not_replaceable", "MinIO, under InvalidRequest", _LOCKED),
    Sentence("protected by object lock", "object_not_replaceable", "versitygw, under AccessDenied", _LOCKED),
    Sentence("bucket is missing object", "header_not_supported", "S3, MinIO, versitygw", _NO_LOCK),
    Sentence("retain until date must be in the future", "header_value_refused", "S3, MinIO", _LOCK_DATES),
    Sentence("x-amz-object-lock-mode must both be", "header_value_refused", "S3, MinIO", _LOCK_DATES),
    Sentence("unknown wormmode", "header_value_refused", "MinIO, under InvalidRequest", _LOCK_DATES),
    Sentence("uniform bucket-level access", "header_not_supported", "Google", _ACL),
    Sentence("expecting a single x-amz-checksum-", "header_value_refused", "S3, versitygw", _SUMS),
    Sentence("value for x-amz-checksum-", "header_value_refused", "S3, versitygw", _SUMS),
    Sentence("value for x-amz-sdk-checksum-", "header_value_refused", "S3, versitygw", _SUMS),
    Sentence("specified in x-amz-checksum-", "header_value_refused", "S3, versitygw", _SUMS),
    Sentence("checksum algorithm provided", "header_value_refused", "S3, versitygw", _SUMS),
    Sentence("checksum type mismatch", "header_value_refused", "S3, versitygw, for a part", _SUMS),
    Sentence("value of x-amz-content-sha256", "header_value_refused", "versitygw", _SUMS),
    Sentence("both canned acls and header grants", "header_value_refused", "S3, versitygw",
             "The URL is signed with x-amz-acl and with x-amz-grant headers, which exclude each other."),
    Sentence("object tags cannot be", "header_value_refused", "S3, versitygw, under BadRequest",
             "An object has at most 10 tags."),
    Sentence("upload initiate requested encryption", "header_value_refused", "S3, MinIO, for a part",
             "The multipart upload is encrypted with a key of its owner's, and the part does not bring it."),
    Sentence("part number must be", "header_value_refused", "S3, MinIO, under InvalidArgument",
             "The number of the part is not one from 1 to 10000."),
    # Where it goes.
    Sentence("must be made over a secure connection", "wrong_endpoint", "S3, MinIO, for SSE-C", _NEEDS_HTTPS),
    Sentence("s3 transfer acceler", "wrong_endpoint", "S3, under InvalidRequest",
             "The URL names the accelerated endpoint, which does not serve this bucket."),
    Sentence("http request to an https server", "wrong_endpoint", "Go's net/http", _PLAIN_HTTP),
    Sentence("http request was sent to https port", "wrong_endpoint", "nginx", _PLAIN_HTTP),
    # Whether the bytes are the right ones.
    Sentence("provided contentmd5 doesn't match", "checksum_mismatch", "Azurite 3.35"),
    Sentence("content-md5 does not match", "checksum_mismatch", "relatives of S3"),
    Sentence("content-md5 did not match", "checksum_mismatch", "SeaweedFS"),
)  # fmt: skip
