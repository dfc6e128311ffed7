"""The signature schemes, as data.

Knows: the query parameters of each scheme, the patterns of their values, and which of them tell the expiry
and the signed headers.
Rules: a pattern accepts what real signers write, and no more.
Must not know: hosts, the clock.
"""

from upload_service.presigned import sendable_headers, signed_operation
from upload_service.presigned.signature_scheme import Parameter, SignatureScheme
from upload_service.translation.phrase import Phrase

# About half of the signers escape `+`; an unescaped one may be read as a space.
_BASE64 = "[A-Za-z0-9+/ ]"
# In MinIO an access key may have slashes. R2 takes an empty region for `auto`
# (developers.cloudflare.com/r2/api/s3/api). The service is s3, s3express or s3-outposts; Google also accepts
# storage.
_SCOPE = r".+/\d{8}/[^/]*/(?:s3[a-z-]*|storage)"
_HEADER_LIST = r"(?=(?:.*;)?host(?:;|$))[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:;[A-Za-z0-9!#$%&'*+.^_`|~-]+)*"
# 1 to 604800 seconds: a V4 signature is valid for a week at most.
_WEEK = r"0*(?:[1-9]\d{0,4}|[1-5]\d{5}|60[0-3]\d{3}|604[0-7]\d\d|604800)"


def _one_of(names: str) -> Phrase:
    first, _, second = names.partition("|")
    return (
        Phrase("{first} or {second}", first=first, second=second) if second else Phrase("{name}", name=first)
    )


def _v4(vendor: str, algorithm: str, scope: str, signature: str, expected: Phrase) -> tuple[Parameter, ...]:
    """The parameters of a V4 signature, which differ little between vendors."""
    return (
        Parameter(f"X-{vendor}-Algorithm", algorithm, _one_of(algorithm)),
        Parameter(
            f"X-{vendor}-Credential", scope, Phrase("an access key, date, region, service and request type")
        ),
        Parameter(f"X-{vendor}-Date", r"\d{8}T\d{6}Z", Phrase("a time such as 20261123T120000Z")),
        Parameter(f"X-{vendor}-Expires", _WEEK, Phrase("a number of seconds from 1 to 604800")),
        Parameter(f"X-{vendor}-SignedHeaders", _HEADER_LIST, Phrase("names of headers with host among them")),
        Parameter(f"X-{vendor}-Signature", signature, expected),
    )


def _v2(key: str, signature: str, expected: Phrase) -> tuple[Parameter, ...]:
    return (
        Parameter(key, ".+", Phrase("an access key")),
        Parameter("Expires", r"\d{1,11}", Phrase("a time in epoch seconds")),
        Parameter("Signature", signature, expected),
    )


# docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html; also of R2, MinIO and SeaweedFS
S3_V4 = SignatureScheme(
    "s3-v4",
    frozenset({"X-Amz-Signature"}),
    _v4(
        "Amz",
        "AWS4-HMAC-SHA256",
        rf"{_SCOPE}/aws4_request",
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
    _v4(
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
    _v4(
        "Goog",
        "GOOG4-RSA-SHA256|GOOG4-HMAC-SHA256",
        rf"{_SCOPE}/goog4_request",
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
    _v2("AWSAccessKeyId", f"{_BASE64}{{27}}=", Phrase("20 bytes in Base64")),
    signed_operation.S3,
    sendable_headers.S3,
    expires_parameter="Expires",
    binds_type=True,
    header_in_query="content-type|content-md5|x-amz-(?!security-token).+",
)
# cloud.google.com/storage/docs/access-control/signed-urls-v2
GOOGLE_V2 = SignatureScheme(
    "google-v2",
    frozenset({"Signature", "GoogleAccessId"}),
    _v2("GoogleAccessId", f"(?:{_BASE64}{{4}}){{6,}}(?:{_BASE64}{{2}}==|{_BASE64}{{3}}=)?", Phrase("Base64")),
    signed_operation.GOOGLE,
    sendable_headers.GOOGLE,
    expires_parameter="Expires",
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
GOOGLE_JSON_SESSION = GOOGLE_SESSION._replace(identified_by=frozenset({"upload_id", "uploadType"}))
# learn.microsoft.com/rest/api/storageservices/create-service-sas; Put Blob needs the header with the blob's
# type, Put Block does not. Microsoft's own libraries read the names in any case (SasQueryParametersExtensions
# in github.com/Azure/azure-sdk-for-net).
AZURE_SAS = SignatureScheme(
    "azure-sas",
    frozenset({"sig"}),
    (
        Parameter(
            "se", r"\d{4}-\d\d-\d\d.{0,24}", Phrase("a time such as 2026-11-23T12:00:00Z"), unless="si"
        ),
        Parameter("sp", "[a-z]+", Phrase("letters that stand for permissions"), unless="si"),
        Parameter("sig", f"{_BASE64}{{43}}=", Phrase("32 bytes in Base64")),
    ),
    signed_operation.AZURE,
    sendable_headers.AZURE,
    expires_parameter="se",
    any_case=True,
    required_headers=(("x-ms-blob-type", "BlockBlob"),),
)
# V4A comes first, because its URLs have V4's parameters as well; a session before Google's, for the same
# reason. To S3's stores `upload_id` means nothing.
SIGNATURE_SCHEMES = (S3_V4A, S3_V4, GOOGLE_SESSION, GOOGLE_V4, S3_V2, GOOGLE_V2, AZURE_SAS)
# All parameters that change what a URL means, so none of them may come twice.
DECISIVE_PARAMETERS = frozenset().union(
    *(scheme.decisive_parameters() for scheme in SIGNATURE_SCHEMES),
)
