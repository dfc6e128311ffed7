"""The known stores: the clouds with several interfaces or signature schemes as data, and the search by host.

Knows: the hosts of each of these, and the signature schemes that it accepts. What a row is: `provider.py`.
The stores of other vendors, which speak S3 only: `s3_relatives.py`.
Rules: hosts are matched as a whole and in lower case.
Must not know: everything else.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from upload_service.presigned import sendable_headers, vendor_providers
from upload_service.presigned.known_schemes import (
    AZURE_SAS,
    AZURE_USER_DELEGATION,
    GOOGLE_JSON_SESSION,
    GOOGLE_SESSION,
    GOOGLE_V2,
    GOOGLE_V4,
    S3_V2,
    S3_V4,
    S3_V4A,
)
from upload_service.presigned.provider import BUCKET, NO_HOST, Provider
from upload_service.presigned.s3_relatives import S3_RELATIVES

_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
_CHINA = r"cn-[a-z]+-\d"
_AWS = rf"(?:{_REGION}\.amazonaws\.com|{_CHINA}\.amazonaws\.com\.cn|eusc-[a-z]+-[a-z]+-\d\.amazonaws\.eu)"
_VPCE = (
    r"vpce-[a-z0-9-]+\.s3\."
    rf"(?:{_REGION}\.vpce\.amazonaws\.com|{_CHINA}\.vpce\.amazonaws\.com\.cn)"
)
# s3, s3-fips, s3.dualstack, then the region after a dot; older forms have no region, or a dash before it.
_S3 = (
    rf"(?:s3(?:-fips)?(?:\.dualstack)?\.{_AWS}|s3(?:-fips)?(?:-{_REGION})?\.amazonaws\.com"
    r"|s3-external-1\.amazonaws\.com)"
)
_R2 = r"[0-9a-f]{32}(?:\.(?:eu|us|fedramp))?\.r2\.cloudflarestorage\.com"

PROVIDERS = (
    # Most hosts under amazonaws.com are not S3 (ec2-….compute.amazonaws.com is anybody's machine), so S3's
    # hosts are listed in full. Sources: docs.aws.amazon.com/general/latest/gr/s3.html and
    # docs.aws.amazon.com/AmazonS3/latest/userguide/: VirtualHosting, dual-stack-endpoints,
    # transfer-acceleration, access-points, MultiRegionAccessPointRequests, endpoint-directory-buckets-AZ,
    # privatelink-interface-endpoints
    Provider(
        "s3",
        "S3",
        ("amazonaws.com", "com.cn", "amazonaws.eu"),
        (
            rf"{BUCKET}(?:{_S3}"
            r"|s3-accelerate(?:\.dualstack)?\.amazonaws\.com"
            rf"|s3-accesspoint(?:-fips)?(?:\.dualstack)?\.{_AWS}"
            r"|(?<=\.mrap\.)accesspoint\.s3-global\.amazonaws\.com"
            rf"|s3express-(?:fips-)?[a-z0-9]+(?:-[a-z0-9]+)?-az\d+(?:\.dualstack)?\.{_AWS}"
            rf"|(?:bucket|accesspoint)\.{_VPCE})"
        ),
        rf"{_S3}|bucket\.{_VPCE}",
        (S3_V4A, S3_V4, S3_V2),
    ),
    # developers.cloudflare.com/r2/api/s3/presigned-urls, which says that it has no POST, and
    # /r2/reference/data-location
    Provider("r2", "R2", ("cloudflarestorage.com",), rf"{BUCKET}{_R2}", _R2, (S3_V4,), takes_posts=False),
    # docs.cloud.google.com/storage/docs/request-endpoints; with HMAC keys it accepts S3's schemes as well
    # (docs.cloud.google.com/storage/docs/interoperability)
    Provider(
        "google",
        "Google Cloud Storage",
        ("googleapis.com",),
        rf"{BUCKET}storage\.googleapis\.com",
        r"storage\.googleapis\.com",
        (GOOGLE_JSON_SESSION, GOOGLE_SESSION, GOOGLE_V4, S3_V4, GOOGLE_V2, S3_V2),
        sendable_headers.GOOGLE_AND_S3,
        # The JSON interface: docs.cloud.google.com/storage/docs/request-endpoints#json-api. Of it, a PUT to a
        # session that has begun is let through; a PUT without one needs a token.
        frozenset(("batch", "discovery", "download", "resumable", "storage", "upload")),
    ),
    # learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints. The host
    # names the account; a path of one segment is an object in the container $root. z00 to z99 are DNS zones.
    Provider(
        "azure",
        "Azure Blob",
        ("windows.net", "usgovcloudapi.net", "chinacloudapi.cn", "azure.net"),
        (
            r"[a-z0-9]{3,24}\.(?:blob\.core\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)"
            r"|z\d\d\.blob\.storage\.azure\.net)"
        ),
        NO_HOST,
        (AZURE_USER_DELEGATION, AZURE_SAS),
        takes_posts=False,
    ),
    # docs.cloud.google.com/storage/docs/performing-resumable-uploads#initiate-session
    Provider(
        "google-api",
        "Google Cloud Storage (sessions)",
        ("googleapis.com",),
        r"www\.googleapis\.com",
        NO_HOST,
        (GOOGLE_JSON_SESSION,),
        takes_posts=False,
    ),
    *S3_RELATIVES,
    *vendor_providers.PROVIDERS,
)
# The first stores are those that most people know by name; the tables of the documentation have all.
_BEST_KNOWN = 4


def _by_suffix() -> Mapping[str, tuple[Provider, ...]]:
    found: dict[str, tuple[Provider, ...]] = {}
    for provider in PROVIDERS:
        for suffix in provider.suffixes:
            found[suffix] = (*found.get(suffix, ()), provider)
    return found


PROVIDERS_BY_SUFFIX = _by_suffix()


def titles() -> str:
    """The known stores as a sentence lists them: "S3, R2 and the other stores of …"."""
    named = ", ".join(provider.title for provider in PROVIDERS[:_BEST_KNOWN])
    return f"{named} and the other stores of docs/stores.md"


# The hosts of a service's uploads are few.
@lru_cache(maxsize=32)
def provider_of(host: str) -> Provider | None:
    """The provider to which a host, in lower case, belongs; None if it is not one of a known store."""
    for provider in PROVIDERS_BY_SUFFIX.get(host[host.rfind(".", 0, host.rfind(".")) + 1 :], ()):
        if any(re.fullmatch(each, host) for each in (provider.path_hosts, provider.bucket_hosts)):
            return provider
    return None


# The ETags of S3 Express look like MD5 but are random.
# Source: docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-differences.html
RANDOM_ETAG_HOSTS = ".s3express-"
