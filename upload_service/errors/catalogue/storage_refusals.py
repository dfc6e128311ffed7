"""The failures that storage finds in the client's URL or file: a table for `upload_error.py`.

Knows: each code, its HTTP status, whether the same request may succeed later, and the two public sentences
(what happened, what to do).
Rules, and what it must not know: see `entry.py`.
"""

from upload_service.errors.catalogue.entry import client_failure as _client

# fmt: off
# A table with one line per sentence; the formatter would make it one line per argument.

_NEW_URL = "Ask your back end for a new presigned URL and send the file again."

ENTRIES = (
    _client("url_expired", 403, "URL expired",
            "The presigned URL has expired.",
            _NEW_URL),
    _client("credentials_expired", 403, "Signer's credentials expired",
            "The credentials that signed the URL have expired or are unknown to storage.",
            "Sign the URL with current credentials; a URL never outlives temporary credentials."),
    _client("signature_mismatch", 403, "Signature does not match",
            "Storage says that the signature does not fit this request.",
            "Sign for PUT and for the Content-Type of the file part, and send the URL unchanged; "
            "for a POST the fields, too."),
    _client("signature_not_supported", 400, "Signature not supported",
            "Storage does not take a URL that is signed in this way.",
            "Sign with Signature Version 4 (boto3: Config(signature_version='s3v4'))."),
    _client("access_denied", 403, "Access denied",
            "Storage denied access.",
            "Let the signer's identity write to this bucket and key (s3:PutObject), then sign a new URL."),
    _client("denied_by_policy", 403, "Denied by a policy",
            "A policy of the bucket, the account or the organization forbids this upload.",
            "Look at what the policy demands (source address, encryption, https, headers) and sign a URL "
            "that fulfils it; more rights for the signer do not help."),
    _client("policy_not_met", 403, "Policy not met",
            "The POST does not meet the conditions of its policy.",
            "Send the fields that were signed and a file that the policy allows, or sign another policy."),
    _client("encryption_key_unusable", 403, "Encryption key unusable",
            "Storage cannot use the key that is to encrypt the object.",
            "Let the bucket's owner look at the key: that it is enabled, in the bucket's region, and that "
            "the signer's identity may use it."),
    _client("clock_skewed", 403, "Signer's clock is wrong",
            "Storage says that the signer's clock differs too much from its own.",
            "Set the clock of the machine that signs, then sign a new URL."),
    _client("no_such_bucket", 404, "No such bucket",
            "The bucket of the URL does not exist.",
            "Check bucket name, account and endpoint where the URL is signed."),
    _client("no_such_upload", 404, "No such multipart upload",
            "The multipart upload to which the URL belongs was completed, aborted or never begun.",
            "Begin another one, sign a URL for each of its parts, and complete it after the last one."),
    _client("session_gone", 410, "No such session",
            "The resumable session of the URL has ended, was cancelled or was never begun.",
            "Ask your back end for a new session, and send the file to it from the beginning."),
    _client("session_behind", 409, "Piece out of turn",
            "The piece begins behind the last byte that the resumable session holds.",
            "Ask the session how far it is, with header:content-range bytes */* and an empty file, and go on "
            "from there."),
    _client("wrong_endpoint", 400, "Not the store's endpoint",
            "What answers at the address in uploadUrl is no store that takes this upload.",
            "Check scheme, host, port and bucket where the URL is signed: they must be those at which the "
            "store takes PUTs."),
    _client("certificate_name_differs", 400, "Certificate lacks the name",
            "The store's certificate does not have the host name in uploadUrl; where the bucket's name has "
            "a dot, none does.",
            "Sign path-style URLs (https://host/bucket/key), or for a host that the certificate names."),
    _client("object_key_refused", 400, "Object key refused",
            "Storage does not take the object key of the URL.",
            "Choose another key: at most 1024 bytes of UTF-8, without empty segments, . or .., and in a "
            "store that keeps folders neither below nor above the key of another object."),
    _client("entity_too_large", 413, "Too large for storage",
            "Storage refuses a file of this size.",
            "Send a smaller file; a single PUT to S3 holds at most 5 GiB."),
    _client("file_too_small", 422, "File too small",
            "The policy of the POST wants a larger file.",
            "Send a whole file; if it is one, sign a policy with a smaller content-length-range."),
    _client("header_not_supported", 400, "Header not supported",
            "Storage does not support a header or a parameter with which the URL is signed.",
            "Sign without the headers that this store does not have, such as If-Match, x-amz-acl, "
            "x-amz-tagging, or those for encryption and Object Lock."),
    _client("header_value_refused", 400, "Header value refused",
            "Storage does not accept a value in the headers or the parameters of the upload.",
            "Correct the value where the URL is signed, and send the same one in the form."),
    _client("checksum_required", 400, "Checksum required",
            "The bucket has Object Lock, so storage takes no file without a checksum.",
            "Sign with Content-MD5 or an x-amz-checksum header of the file and send its value in a field "
            "header:<name>; without Object Lock, sign without ChecksumAlgorithm."),
    _client("checksum_mismatch", 400, "Checksum differs",
            "Storage compared the bytes with a checksum in the URL and they differ.",
            "Sign without one (AWS SDKs for JavaScript: requestChecksumCalculation: 'WHEN_REQUIRED')."),
    _client("precondition_failed", 412, "Precondition failed",
            "A condition that the URL was signed with is not met; often the object exists already.",
            "Use another key, or sign without If-None-Match and If-Match by an identity that may overwrite."),
    _client("object_not_replaceable", 409, "Object cannot be replaced",
            "The object at this key cannot be replaced.",
            "Use another key; the object stays until its protection ends or its owner deletes it."),
    _client("object_leased", 409, "Object is leased",
            "Somebody holds a lease on the object or its container, and the upload does not bring its id.",
            "Send the lease's id in a field header:x-ms-lease-id, or wait until the lease has ended."),
    _client("storage_conflict", 409, "Conflict in storage",
            "Another operation on the same object is in the way.",
            "Wait for the other upload to end, then send the file again.", retryable=True),
    _client("storage_redirected", 400, "Wrong region or endpoint",
            "Storage answered with a redirect, which a signed request cannot follow.",
            "Sign the URL for the regional endpoint of the bucket's own region."),
    _client("storage_rejected", 400, "Refused by storage",
            "Storage refused the request.",
            "Look up storage.code in the provider's documentation, or the request in the store's log."),
)

# fmt: on
