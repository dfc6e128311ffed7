"""The signature schemes that one vendor, or one program, has for itself, as data.

Knows: as `known_schemes.py`, for those stores whose schemes are not S3's, Google's or Azure's.
Rules: a pattern accepts what the vendor's own signer writes, and no more. The signer, or the page where there
is none, is named beside each row; `scripts/dev/signer-oracles` compares.
Must not know: hosts, the clock.
"""

from upload_service.presigned import sendable_headers, signed_operation, vendor_operations
from upload_service.presigned.expiry import (
    SUPABASE_UPLOAD,
    cloudfront_policy,
    end_of_range,
    moment,
    supabase_token,
)
from upload_service.presigned.scheme_parameters import BASE64, WEEK, one_of, v2_parameters
from upload_service.presigned.signature_scheme import Parameter, PathForm, SignatureScheme, Statement
from upload_service.translation.phrase import Phrase

_SHA1 = f"{BASE64}{{27}}="
_20_BYTES = Phrase("20 bytes in Base64")
_64_DIGITS = Phrase("64 hexadecimal digits")
_SECONDS = Phrase("a time in epoch seconds")

# alibabacloud.com/help/oss/developer-reference/add-signatures-to-urls; signers: oss2 2.19.1,
# alibabacloud-oss-v2 1.4.1. It binds the Content-Type, the Content-MD5 and all x-oss- headers, and names
# none.
ALIBABA_V1 = SignatureScheme(
    "alibaba-v1",
    frozenset({"Signature", "OSSAccessKeyId"}),
    v2_parameters("OSSAccessKeyId", _SHA1, _20_BYTES),
    vendor_operations.ALIBABA,
    sendable_headers.ALIBABA,
    expires=(("Expires", moment),),
    binds_type=True,
)
# alibabacloud.com/help/oss/developer-reference/add-signatures-to-urls-v4; the same signers. It binds the same
# headers without naming them; x-oss-additional-headers has more of them, which are not these.
ALIBABA_V4 = SignatureScheme(
    "alibaba-v4",
    frozenset({"x-oss-signature"}),
    (
        Parameter("x-oss-signature-version", "OSS4-HMAC-SHA256", one_of("OSS4-HMAC-SHA256")),
        Parameter(
            "x-oss-credential",
            r".+/\d{8}/[a-z0-9-]+/oss/aliyun_v4_request",
            Phrase("an access key, date, region, service and request type"),
        ),
        Parameter("x-oss-date", r"\d{8}T\d{6}Z", Phrase("a time such as 20261123T120000Z")),
        Parameter("x-oss-expires", WEEK, Phrase("a number of seconds from 1 to 604800")),
        Parameter("x-oss-signature", "[0-9a-fA-F]{64}", _64_DIGITS),
    ),
    vendor_operations.ALIBABA,
    sendable_headers.ALIBABA,
    signed_at_parameter="x-oss-date",
    lifetime_parameter="x-oss-expires",
    binds_type=True,
)
_RANGE = r"\d{1,11};\d{1,11}"
_TWO_TIMES = Phrase("two times in epoch seconds with a semicolon between them")
_NAMES = r"(?:[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:;[A-Za-z0-9!#$%&'*+.^_`|~-]+)*)?"
# tencentcloud.com/document/product/436/7778; signer: cos-python-sdk-v5 1.9.44. Host need not be signed. Only
# those parameters are that it lists, so whoever has the URL could add a callback, with which the store calls
# any server (cloud.tencent.com/document/product/436/106770), or work on an image.
TENCENT_COS = SignatureScheme(
    "tencent-cos",
    frozenset({"q-signature"}),
    (
        Parameter("q-sign-algorithm", "sha1", one_of("sha1")),
        Parameter("q-ak", ".+", Phrase("an access key")),
        Parameter("q-sign-time", _RANGE, _TWO_TIMES),
        Parameter("q-key-time", _RANGE, _TWO_TIMES),
        Parameter("q-header-list", _NAMES, Phrase("names of headers")),
        Parameter("q-url-param-list", _NAMES, Phrase("names of parameters")),
        Parameter("q-signature", "[0-9a-f]{40}", Phrase("40 hexadecimal digits")),
    ),
    vendor_operations.TENCENT,
    sendable_headers.TENCENT,
    expires=(("q-sign-time", end_of_range), ("q-key-time", end_of_range)),
    signed_headers_parameter="q-header-list",
    signed_parameters_parameter="q-url-param-list",
    signed_only=frozenset(
        ("callback", "callback-var", "x-cos-callback", "x-cos-callback-var", "pic-operations")
    ),
)
# support.huaweicloud.com/en-us/api-obs/obs_04_0011.html; signer: esdk-obs-python 3.26.6, which also signs as
# S3 does. It binds the Content-Type, the Content-MD5 and all x-obs- headers, and names none.
HUAWEI_OBS = SignatureScheme(
    "huawei-obs",
    frozenset({"Signature", "AccessKeyId"}),
    v2_parameters("AccessKeyId", _SHA1, _20_BYTES),
    vendor_operations.HUAWEI,
    sendable_headers.HUAWEI,
    expires=(("Expires", moment),),
    binds_type=True,
)
# docs.openstack.org/swift/latest/api/temporary_url_middleware.html; signer: python-swiftclient 4.11.0,
# reader: swift 2.38.3. Ceph's path begins with /swift, Infomaniak's with /object, and Ceph's need not name an
# account.
SWIFT_TEMP_URL = SignatureScheme(
    "swift-temp-url",
    frozenset({"temp_url_sig"}),
    (
        Parameter(
            "temp_url_sig",
            r"(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128}"
            r"|sha(?:1|256|512):[A-Za-z0-9+/_ -]{27,86}={0,2})",
            Phrase("a signature of 40, 64 or 128 hexadecimal digits, or in Base64 behind its algorithm"),
        ),
        Parameter(
            "temp_url_expires",
            r"\d{1,11}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
            Phrase("a time in epoch seconds, or such as 2026-11-23T12:00:00Z"),
        ),
    ),
    vendor_operations.SWIFT,
    sendable_headers.SWIFT,
    expires=(("temp_url_expires", moment),),
    path=PathForm("/v1/", r"(?:/[a-z]+)?/v1(?:/[^/]+){2}/.*[^/].*|/swift/v1/[^/]+/.*[^/].*",
                  one_of("/v1/ACCOUNT/CONTAINER/OBJECT")),
)  # fmt: skip
# github.com/supabase/storage, src/http/routes/object/uploadSignedObject.ts; signer: the store itself, as
# asked by storage3 2.34.1
SUPABASE_TOKEN = SignatureScheme(
    "supabase-upload",
    frozenset({"token"}),
    (Parameter("token", r"[\w-]{4,}(?:\.[\w-]{4,}){2}", Phrase("a JSON Web Token of three parts")),),
    vendor_operations.PLAIN,
    sendable_headers.SUPABASE,
    path=PathForm(
        SUPABASE_UPLOAD,
        rf"(?:/storage/v1)?{SUPABASE_UPLOAD}[^/]+/.+",
        one_of("/storage/v1/object/upload/sign/BUCKET/OBJECT"),
    ),
    statement=Statement("token", supabase_token, Phrase("a JSON Web Token that expires")),
)
# docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-urls.html; signer:
# botocore. The store behind it is S3. With origin access CloudFront signs the request anew, and S3 wants to
# know the checksum of the body: private-content-restricting-access-to-s3.html asks for its SHA-256, S3 takes
# this word in its place (AmazonS3/latest/API/sig-v4-header-based-auth.html).
CLOUDFRONT = SignatureScheme(
    "cloudfront",
    frozenset({"Signature", "Key-Pair-Id"}),
    (
        Parameter("Key-Pair-Id", "[A-Za-z0-9]+", Phrase("the id of a public key")),
        Parameter("Expires", r"\d{1,11}", _SECONDS, unless="Policy"),
        Parameter("Policy", "[A-Za-z0-9~_-]+", Phrase("a policy in CloudFront's Base64"), unless="Expires"),
        Parameter("Signature", "[A-Za-z0-9~_-]{86,}", Phrase("a signature in CloudFront's Base64")),
    ),
    signed_operation.S3,
    sendable_headers.S3,
    expires=(("Expires", moment),),
    default_headers=(("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),),
    statement=Statement("Policy", cloudfront_policy, Phrase("a policy that names one address and a time")),
)
# docs.oracle.com/iaas/Content/Object/Tasks/usingpreauthenticatedrequests_topic-Working_with_PreAuthenticated_
# Requests.htm: the whole signature is a token in the path, so only Oracle's own hosts tell that it is one. No
# page says when it expires. The parts of an upload have paths that storage makes up (/u/): they are refused.
ORACLE_REQUEST = SignatureScheme(
    "oracle-request",
    frozenset(),
    (),
    vendor_operations.PLAIN,
    sendable_headers.ORACLE,
    path=PathForm(
        "/p/",
        r"/p/[A-Za-z0-9_-]{20,}/n/[^/]+/b/[^/]+/o/.+",
        one_of("/p/TOKEN/n/NAMESPACE/b/BUCKET/o/OBJECT"),
    ),
)
# Those that a URL on any host may have.
ANYWHERE = (
    ALIBABA_V4,
    ALIBABA_V1,
    TENCENT_COS,
    HUAWEI_OBS,
    SWIFT_TEMP_URL,
    SUPABASE_TOKEN,
    CLOUDFRONT,
)
