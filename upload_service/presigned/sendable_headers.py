"""The headers that a PUT of a file may carry, for each vendor, as data.

Knows: the request headers that each vendor's own page of its PUT names.
Rules: a name that is not on that page is not sent, whatever it begins with. Of those on the page, none is
sent that makes the store do anything else than keep this body as one object: append, copy, unpack, or read it
in a framing of its own.
Must not know: hosts, values, which headers a URL is signed with.
"""

import re
from typing import NamedTuple

_METADATA_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,128}")
# The HTTP headers that all pages have.
_STANDARD = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-md5",
        "content-type",
        "expires",
        "if-match",
        "if-none-match",
    }
)
# User metadata that makes a store unpack an archive into many objects: AWS Snowball and MinIO
# (docs.aws.amazon.com/snowball/latest/developer-guide/batching-small-files.html), with MinIO's options.
UNPACKING = ("x-amz-meta-snowball-", "x-amz-meta-minio-snowball-")


class SendableHeaders(NamedTuple):
    """Names in lower case, and the prefixes of user metadata."""

    names: frozenset[str]
    metadata: tuple[str, ...]

    def include(self, name: str) -> bool:
        """Whether a PUT may carry the header with this name, in lower case."""
        if name in self.names:
            return True
        is_metadata = name.startswith(self.metadata) and not name.startswith(UNPACKING)
        return is_metadata and _METADATA_NAME.fullmatch(name) is not None

    def __or__(self, other: "SendableHeaders") -> "SendableHeaders":
        return SendableHeaders(self.names | other.names, self.metadata + other.metadata)


def _names(text: str) -> frozenset[str]:
    return _STANDARD | frozenset(text.split())


# docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html without x-amz-write-offset-bytes, which appends;
# the last line is from RESTCommonRequestHeaders.html. API_UploadPart.html has some of them.
S3 = SendableHeaders(
    _names(
        """
x-amz-acl x-amz-grant-full-control x-amz-grant-read x-amz-grant-read-acp x-amz-grant-write-acp
x-amz-checksum-crc32 x-amz-checksum-crc32c x-amz-checksum-crc64nvme x-amz-checksum-md5 x-amz-checksum-sha1
x-amz-checksum-sha256 x-amz-checksum-sha512 x-amz-checksum-xxhash128 x-amz-checksum-xxhash3
x-amz-checksum-xxhash64 x-amz-sdk-checksum-algorithm
x-amz-expected-bucket-owner x-amz-request-payer x-amz-storage-class x-amz-tagging
x-amz-website-redirect-location
x-amz-object-lock-legal-hold x-amz-object-lock-mode x-amz-object-lock-retain-until-date
x-amz-object-lock-event-hold x-amz-object-lock-event-hold-duration-days
x-amz-object-lock-event-hold-duration-years
x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id
x-amz-server-side-encryption-bucket-key-enabled x-amz-server-side-encryption-context
x-amz-server-side-encryption-customer-algorithm x-amz-server-side-encryption-customer-key
x-amz-server-side-encryption-customer-key-md5
x-amz-content-sha256 x-amz-date x-amz-security-token
"""
    ),
    ("x-amz-meta-",),
)
# docs.cloud.google.com/storage/docs/xml-api/put-object-upload and /reference-headers, without those of
# copies, of resumable uploads and of buckets.
GOOGLE = SendableHeaders(
    _names(
        """
x-goog-acl x-goog-api-version x-goog-content-length-range x-goog-content-sha256 x-goog-custom-time x-goog-date
x-goog-encryption-algorithm x-goog-encryption-key x-goog-encryption-key-sha256 x-goog-encryption-kms-key-name
x-goog-hash x-goog-if-generation-match x-goog-if-metageneration-match x-goog-object-lock-mode
x-goog-object-lock-retain-until-date x-goog-project-id x-goog-storage-class x-goog-user-project
"""
    ),
    ("x-goog-meta-", "x-goog-custom-audit-"),
)
# With S3's signatures Google reads S3's headers (docs.cloud.google.com/storage/docs/migrating).
GOOGLE_AND_S3 = GOOGLE | S3
# docs.cloud.google.com/storage/docs/performing-resumable-uploads, and what Google's own libraries send:
# google-resumable-media 2.11 for Python and @google-cloud/storage 8.4. All else was said when it began.
GOOGLE_SESSION = SendableHeaders(
    frozenset(
        {
            "content-range",
            "content-type",
            "x-goog-encryption-algorithm",
            "x-goog-encryption-key",
            "x-goog-encryption-key-sha256",
            "x-goog-hash",
            "x-goog-user-project",
        }
    ),
    (),
)
# learn.microsoft.com/rest/api/storageservices/put-blob, put-block and put-block-list, without those of page
# and append blobs, x-ms-blob-type, which the service sends itself, and x-ms-structured-body, which frames the
# body.
AZURE = SendableHeaders(
    _names(
        """
if-modified-since if-unmodified-since
x-ms-access-tier x-ms-blob-cache-control x-ms-blob-content-disposition x-ms-blob-content-encoding
x-ms-blob-content-language x-ms-blob-content-md5 x-ms-blob-content-type x-ms-client-request-id
x-ms-content-crc64 x-ms-date x-ms-encryption-algorithm x-ms-encryption-key x-ms-encryption-key-sha256
x-ms-encryption-scope x-ms-expiry-option x-ms-expiry-time x-ms-if-tags x-ms-immutability-policy-mode
x-ms-immutability-policy-until-date x-ms-lease-id x-ms-legal-hold x-ms-tags x-ms-version
"""
    ),
    ("x-ms-meta-",),
)
# For a header that comes before the URL.
ANY = S3 | GOOGLE | GOOGLE_SESSION | AZURE
