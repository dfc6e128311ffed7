"""Parameters that several signature schemes have, with the patterns of their values.

Knows: what a date, a lifetime, Base64, a scope and a list of headers look like.
Rules: a pattern accepts what real signers write, and no more.
Must not know: which schemes there are.
"""

from upload_service.presigned.signature_scheme import Parameter
from upload_service.translation.phrase import Phrase

# About half of the signers escape `+`; an unescaped one may be read as a space.
BASE64 = "[A-Za-z0-9+/ ]"
# In MinIO an access key may have slashes. R2 takes an empty region for `auto`
# (developers.cloudflare.com/r2/api/s3/api). The service is s3, s3express or s3-outposts; Google also accepts
# storage.
SCOPE = r".+/\d{8}/[^/]*/(?:s3[a-z-]*|storage)"
_HEADER_LIST = r"(?=(?:.*;)?host(?:;|$))[A-Za-z0-9!#$%&'*+.^_`|~-]+(?:;[A-Za-z0-9!#$%&'*+.^_`|~-]+)*"
# 1 to 604800 seconds: a V4 signature is valid for a week at most.
WEEK = r"0*(?:[1-9]\d{0,4}|[1-5]\d{5}|60[0-3]\d{3}|604[0-7]\d\d|604800)"


def one_of(names: str) -> Phrase:
    """One name, or two with a bar between them, which mean themselves in every language."""
    first, _, second = names.partition("|")
    return (
        Phrase("{first} or {second}", first=first, second=second) if second else Phrase("{name}", name=first)
    )


def v4_parameters(
    vendor: str, algorithm: str, scope: str, signature: str, expected: Phrase
) -> tuple[Parameter, ...]:
    """The parameters of a V4 signature, which differ little between vendors."""
    return (
        Parameter(f"X-{vendor}-Algorithm", algorithm, one_of(algorithm)),
        Parameter(
            f"X-{vendor}-Credential", scope, Phrase("an access key, date, region, service and request type")
        ),
        Parameter(f"X-{vendor}-Date", r"\d{8}T\d{6}Z", Phrase("a time such as 20261123T120000Z")),
        Parameter(f"X-{vendor}-Expires", WEEK, Phrase("a number of seconds from 1 to 604800")),
        Parameter(f"X-{vendor}-SignedHeaders", _HEADER_LIST, Phrase("names of headers with host among them")),
        Parameter(f"X-{vendor}-Signature", signature, expected),
    )


def v2_parameters(key: str, signature: str, expected: Phrase) -> tuple[Parameter, ...]:
    """The parameters of Signature Version 2, and of what vendors made of it."""
    return (
        Parameter(key, ".+", Phrase("an access key")),
        Parameter("Expires", r"\d{1,11}", Phrase("a time in epoch seconds")),
        Parameter("Signature", signature, expected),
    )
