"""The failures that storage finds in the client's URL or file, its 4xx: a table for `upload_error.py`.

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
            "Sign for PUT and for the Content-Type of the file part, and send the URL unchanged."),
    _client("access_denied", 403, "Access denied",
            "Storage denied access.",
            "Let the signer's identity write to this bucket and key (s3:PutObject), then sign a new URL."),
    _client("clock_skewed", 403, "Signer's clock is wrong",
            "Storage says that the signer's clock differs too much from its own.",
            "Set the clock of the machine that signs, then sign a new URL."),
    _client("no_such_bucket", 404, "No such bucket",
            "The bucket of the URL does not exist.",
            "Check bucket name, account and endpoint where the URL is signed."),
    _client("entity_too_large", 413, "Too large for storage",
            "Storage refuses a file of this size.",
            "Send a smaller file; a single PUT to S3 holds at most 5 GiB."),
    _client("checksum_mismatch", 400, "Checksum differs",
            "Storage compared the bytes with a checksum in the URL and they differ.",
            "Sign without one (AWS SDKs for JavaScript: requestChecksumCalculation: 'WHEN_REQUIRED')."),
    _client("precondition_failed", 412, "Precondition failed",
            "A condition that the URL was signed with is not met; often the object exists already.",
            "Use another key, or sign without If-None-Match to overwrite."),
    _client("storage_conflict", 409, "Conflict in storage",
            "Another operation on the same object is in the way.",
            "Wait for the other upload to end, then send the file again.", retryable=True),
    _client("storage_redirected", 400, "Wrong region or endpoint",
            "Storage answered with a redirect, which a signed request cannot follow.",
            "Sign the URL for the regional endpoint of the bucket's own region."),
    _client("storage_rejected", 400, "Refused by storage",
            "Storage refused the request.",
            "Look up storage.code in the provider's documentation."),
)

# fmt: on
