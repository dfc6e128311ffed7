"""The signature schemes, as data: S3's, Google's and Azure's. The others are in `vendor_schemes.py`.

Knows: the query parameters of each scheme, the patterns of their values, and which of them tell the expiry
and the signed headers.
Rules: a pattern accepts what real signers write, and no more.
Must not know: hosts, the clock.
"""

from upload_service.presigned import sendable_headers, signed_operation, vendor_operations, vendor_schemes
from upload_service.presigned.expiry import moment
from upload_service.presigned.scheme_parameters import BASE64, SCOPE, v2_parameters, v4_parameters
from upload_service.presigned.signature_scheme import Parameter, PathForm, SignatureScheme
from upload_service.translation.phrase import Phrase

# docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html; also of R2, MinIO and SeaweedFS
S3_V4 = SignatureScheme(
    "s3-v4",
    frozenset({"X-Amz-Signature"}),
    v4_parameters(
        "Amz",
        "AWS4-HMAC-SHA256",
        rf"{SCOPE}/aws4_request",
        "[0-9a-fA-F]{64}",
        Phrase("64 hexadecimal digits"),
    ),
    signed_operation.S3,
    sendable_headers.S3,
    signed_at_parameter="X-Amz-Date",
    lifetime_parameter="X-Amz-Expires",
    signed_headers_parameter="X-Amz-SignedHeaders",
)
# docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html: valid in several regions, so the scope names
# no region. The signature is a DER sequence of two numbers.
S3_V4A = SignatureScheme(
    "s3-v4a",
    frozenset({"X-Amz-Signature", "X-Amz-Region-Set"}),
    v4_parameters(
        "Amz",
        "AWS4-ECDSA-P256-SHA256",
        r".+/\d{8}(?:/[^/]+)?/s3[a-z-]*/aws4_request",
        "30(?:[0-9a-fA-F]{2}){7,71}",
        Phrase("a DER signature in hexadecimal digits"),
    ),
    signed_operation.S3,
    sendable_headers.S3,
    signed_at_parameter="X-Amz-Date",
    lifetime_parameter="X-Amz-Expires",
    signed_headers_parameter="X-Amz-SignedHeaders",
)
# cloud.google.com/storage/docs/authentication/signatures. HMAC keys give 64 digits, RSA keys 256 to 1024. No
# page says whether names have a case, and Google's library for Python signs some in lower case: so in any.
GOOGLE_V4 = SignatureScheme(
    "google-v4",
    frozenset({"X-Goog-Signature"}),
    v4_parameters(
        "Goog",
        "GOOG4-RSA-SHA256|GOOG4-HMAC-SHA256",
        rf"{SCOPE}/goog4_request",
        "(?:[0-9a-fA-F]{64}){1,16}",
        Phrase("a signature in hexadecimal digits"),
    ),
    signed_operation.GOOGLE,
    sendable_headers.GOOGLE,
    signed_at_parameter="X-Goog-Date",
    lifetime_parameter="X-Goog-Expires",
    signed_headers_parameter="X-Goog-SignedHeaders",
    any_case=True,
)
# docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html. botocore and version 2 of the SDK for
# JavaScript write the headers that they sign into the query, boto 2 only those that begin with x-amz-.
S3_V2 = SignatureScheme(
    "s3-v2",
    frozenset({"Signature", "AWSAccessKeyId"}),
    v2_parameters("AWSAccessKeyId", f"{BASE64}{{27}}=", Phrase("20 bytes in Base64")),
    signed_operation.S3,
    sendable_headers.S3,
    expires=(("Expires", moment),),
    binds_type=True,
    header_in_query="content-type|content-md5|x-amz-(?!security-token).+",
)
# cloud.google.com/storage/docs/access-control/signed-urls-v2
GOOGLE_V2 = SignatureScheme(
    "google-v2",
    frozenset({"Signature", "GoogleAccessId"}),
    v2_parameters(
        "GoogleAccessId", f"(?:{BASE64}{{4}}){{6,}}(?:{BASE64}{{2}}==|{BASE64}{{3}}=)?", Phrase("Base64")
    ),
    signed_operation.GOOGLE,
    sendable_headers.GOOGLE,
    expires=(("Expires", moment),),
    any_case=True,
    binds_type=True,
)
# docs.cloud.google.com/storage/docs/resumable-uploads#session-uris: whoever has the URL of a session may
# write, for a week, and nothing else is checked. The XML API's is the URL of the POST with `upload_id` behind
# it, so the parameters of a signature may be left in it; they were for that POST, and tell neither expiry nor
# headers. The JSON API's is below /upload/ and names its kind.
GOOGLE_SESSION = SignatureScheme(
    "google-session",
    frozenset({"upload_id"}),
    (Parameter("upload_id", r"[A-Za-z0-9._~-]{16,}", Phrase("the id of a session")),),
    signed_operation.GOOGLE_SESSION,
    sendable_headers.GOOGLE_SESSION,
    any_case=True,
)
GOOGLE_JSON_SESSION = GOOGLE_SESSION._replace(
    identified_by=frozenset({"upload_id", "uploadType"}),
    path=PathForm(
        "/upload/storage/v1/b/",
        r"/upload/storage/v1/b/(?=[._-]*[a-z0-9])[a-z0-9._-]{3,222}/o",
        Phrase("that of a session: /upload/storage/v1/b/BUCKET/o"),
    ),
)
# learn.microsoft.com/rest/api/storageservices/create-service-sas; Put Blob needs the header with the blob's
# type, Put Block does not. Microsoft's own libraries read the names in any case (SasQueryParametersExtensions
# in github.com/Azure/azure-sdk-for-net).
_AZURE_TIME = r"\d{4}-\d\d-\d\d.{0,24}"
_A_TIME = Phrase("a time such as 2026-11-23T12:00:00Z")
_AZURE_SIGNATURE = Parameter("sig", f"{BASE64}{{43}}=", Phrase("32 bytes in Base64"))
_PERMISSIONS = Phrase("letters that stand for permissions")
AZURE_SAS = SignatureScheme(
    "azure-sas",
    frozenset({"sig"}),
    (
        Parameter("se", _AZURE_TIME, _A_TIME, unless="si"),
        Parameter("sp", "[a-z]+", _PERMISSIONS, unless="si"),
        _AZURE_SIGNATURE,
    ),
    vendor_operations.AZURE,
    sendable_headers.AZURE,
    expires=(("se", moment),),
    any_case=True,
    required_headers=(("x-ms-blob-type", "BlockBlob"),),
)
_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_A_GUID = Phrase("an id of 32 hexadecimal digits with dashes")
# learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas: signed with a key that Microsoft
# Entra has given, so it ends with that key at the latest, and has no stored policy.
AZURE_USER_DELEGATION = AZURE_SAS._replace(
    identified_by=frozenset({"sig", "skoid"}),
    parameters=(
        Parameter("se", _AZURE_TIME, _A_TIME),
        Parameter("sp", "[a-z]+", _PERMISSIONS),
        Parameter("skoid", _GUID, _A_GUID),
        Parameter("sktid", _GUID, _A_GUID),
        Parameter("skt", _AZURE_TIME, _A_TIME),
        Parameter("ske", _AZURE_TIME, _A_TIME),
        Parameter("sks", "b", Phrase("b, which stands for blobs")),
        Parameter("skv", r"\d{4}-\d\d-\d\d", Phrase("a version such as 2025-11-05")),
        _AZURE_SIGNATURE,
    ),
    expires=(("se", moment), ("ske", moment)),
)
# Those that a URL on a host of no known store may have. V4A comes before V4, because its URLs have V4's
# parameters as well; for the same reason a session comes before Google's and S3's, with which it may have
# begun, and the SAS of a user before the other.
SIGNATURE_SCHEMES = (
    GOOGLE_SESSION,
    S3_V4A,
    S3_V4,
    GOOGLE_V4,
    S3_V2,
    GOOGLE_V2,
    AZURE_USER_DELEGATION,
    AZURE_SAS,
    *vendor_schemes.ANYWHERE,
)
# All parameters that change what a URL means, so none of them may come twice.
DECISIVE_PARAMETERS = frozenset().union(
    *(scheme.decisive_parameters() for scheme in SIGNATURE_SCHEMES),
)
# Those whose values are names with semicolons between them.
LIST_PARAMETERS = frozenset(
    name.lower()
    for scheme in SIGNATURE_SCHEMES
    for name in (scheme.signed_headers_parameter, scheme.signed_parameters_parameter)
    if name
) | {"x-oss-additional-headers"}
