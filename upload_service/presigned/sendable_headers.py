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
    """Names in lower case, and the prefixes of user metadata.

    `framing_types`: with a Content-Type that begins so, in lower case, the store takes the body for a form.
    """

    names: frozenset[str]
    metadata: tuple[str, ...]
    framing_types: tuple[str, ...] = ()

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


# Where no signature says whose headers they are.
PLAIN = SendableHeaders(_STANDARD, ())
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
# alibabacloud.com/help/oss/developer-reference/putobject, as oss2 2.19.1 and alibabacloud-oss-v2 1.4.1 send
# it (models/object_basic.py), without x-oss-callback, which makes the store call a server.
ALIBABA = SendableHeaders(
    _names(
        """
x-oss-forbid-overwrite x-oss-object-acl x-oss-object-worm-legal-hold x-oss-object-worm-mode
x-oss-object-worm-retain-until-date x-oss-request-payer x-oss-server-side-data-encryption
x-oss-server-side-encryption x-oss-server-side-encryption-key-id x-oss-storage-class x-oss-tagging
x-oss-traffic-limit x-oss-content-sha256 x-oss-date x-oss-security-token
"""
    ),
    ("x-oss-meta-",),
)
# tencentcloud.com/document/product/436/7749, as cos-python-sdk-v5 1.9.44 sends it (qcloud_cos/cos_comm.py),
# without x-cos-callback and Pic-Operations, which make more of the upload than one object.
TENCENT = SendableHeaders(
    _names(
        """
x-cos-acl x-cos-forbid-overwrite x-cos-grant-full-control x-cos-grant-read x-cos-grant-read-acp
x-cos-grant-write-acp x-cos-server-side-encryption x-cos-server-side-encryption-context
x-cos-server-side-encryption-cos-kms-key-id x-cos-server-side-encryption-customer-algorithm
x-cos-server-side-encryption-customer-key x-cos-server-side-encryption-customer-key-md5
x-cos-storage-class x-cos-tagging x-cos-traffic-limit x-cos-security-token
"""
    ),
    ("x-cos-meta-",),
)
# support.huaweicloud.com/en-us/api-obs/obs_04_0080.html, as esdk-obs-python 3.26.6 sends it
# (obs/convertor.py)
HUAWEI = SendableHeaders(
    _names(
        """
x-obs-acl x-obs-checksum-crc64ecma x-obs-content-sha256 x-obs-date x-obs-expires x-obs-grant-full-control
x-obs-grant-read x-obs-grant-read-acp x-obs-grant-write-acp x-obs-security-token
x-obs-server-side-encryption x-obs-server-side-encryption-customer-algorithm
x-obs-server-side-encryption-customer-key x-obs-server-side-encryption-customer-key-md5
x-obs-server-side-encryption-kms-key-id x-obs-storage-class x-obs-tagging x-obs-website-redirect-location
"""
    ),
    ("x-obs-meta-",),
)
# Its S3 interface, too, reads the headers of both, as that package signs them.
HUAWEI_AND_S3 = HUAWEI | S3
# docs.openstack.org/api-ref/object-store, and swift 2.38.3, swift/obj/server.py (allowed_headers); without
# those that make the object a pointer or a list of segments, and without x-detect-content-type, with which
# its name tells its type, and not the Content-Type that was judged (swift/proxy/controllers/obj.py).
SWIFT = SendableHeaders(
    _names("etag x-delete-after x-delete-at x-robots-tag x-trans-id-extra"),
    ("x-object-meta-",),
)
# github.com/supabase/storage, src/storage/uploader.ts, and storage3 2.34.1, which sends x-upsert as well
SUPABASE = SendableHeaders(
    frozenset({"cache-control", "content-type", "x-metadata", "x-upsert"}), (), ("multipart/form-data",)
)
# docs.oracle.com/iaas/api/#/en/objectstorage/latest/Object/PutObject, as oci 2.189.0 sends it, without
# opc-multipart, which begins an upload in parts.
ORACLE = SendableHeaders(
    _names(
        """
opc-checksum-algorithm opc-client-request-id opc-content-crc32c opc-content-sha256 opc-content-sha384
opc-sse-customer-algorithm opc-sse-customer-key opc-sse-customer-key-sha256 opc-sse-kms-key-id storage-tier
"""
    ),
    ("opc-meta-",),
)
# For a header that comes before the URL.
ANY = S3 | GOOGLE | GOOGLE_SESSION | AZURE | ALIBABA | TENCENT | HUAWEI | SWIFT | SUPABASE | ORACLE
