"""The known stores, as data.

Knows: the hosts of each provider, and the signature schemes that it accepts.
Rules: hosts are matched as a whole and in lower case.
Must not know: everything else.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from upload_service.presigned import sendable_headers
from upload_service.presigned.known_schemes import (
    AZURE_SAS,
    GOOGLE_JSON_SESSION,
    GOOGLE_SESSION,
    GOOGLE_V2,
    GOOGLE_V4,
    S3_V2,
    S3_V4,
    S3_V4A,
)
from upload_service.presigned.sendable_headers import SendableHeaders
from upload_service.presigned.signature_scheme import SignatureScheme


class Opened(NamedTuple):
    """What is let through of another interface of a store.

    `hosts`: where nothing but this is, beside the hosts for paths. `path`: a pattern of the whole path.
    `signature_schemes`: those that such a URL may have.
    """

    hosts: str
    path: str
    signature_schemes: tuple[SignatureScheme, ...]


class Provider(NamedTuple):
    """A store: its short name, what people call it, its hosts, and the signature schemes that it accepts.

    `suffixes` are the last two labels of its hosts. `bucket_hosts` and `path_hosts` are patterns, which are
    compiled when a host is first compared with them, because most are never needed. The former hosts name the
    bucket, or the account. On the latter the path begins with the bucket, so a PUT to a path of one segment
    would create a bucket; and what begins with one of `no_buckets` there belongs to another interface, except
    for `opened`. `s3_headers`: those of a PUT that S3's schemes sign.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    bucket_hosts: str
    path_hosts: str
    signature_schemes: tuple[SignatureScheme, ...]
    s3_headers: SendableHeaders = sendable_headers.S3
    no_buckets: frozenset[str] = frozenset()
    opened: Opened | None = None


_NO_HOST = "(?!)"
_BUCKET = r"[a-z0-9][a-z0-9._-]*\."
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
_WASABI = r"s3(?:\.[a-z]{2}(?:-[a-z]+)*-\d)?\.wasabisys\.com"

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
            rf"{_BUCKET}(?:{_S3}"
            r"|s3-accelerate(?:\.dualstack)?\.amazonaws\.com"
            rf"|s3-accesspoint(?:-fips)?(?:\.dualstack)?\.{_AWS}"
            r"|(?<=\.mrap\.)accesspoint\.s3-global\.amazonaws\.com"
            rf"|s3express-(?:fips-)?[a-z0-9]+(?:-[a-z0-9]+)?-az\d+(?:\.dualstack)?\.{_AWS}"
            rf"|(?:bucket|accesspoint)\.{_VPCE})"
        ),
        rf"{_S3}|bucket\.{_VPCE}",
        (S3_V4A, S3_V4, S3_V2),
    ),
    # developers.cloudflare.com/r2/api/s3/presigned-urls and /r2/reference/data-location
    Provider("r2", "R2", ("cloudflarestorage.com",), rf"{_BUCKET}{_R2}", _R2, (S3_V4,)),
    # docs.cloud.google.com/storage/docs/request-endpoints; with HMAC keys it accepts S3's schemes as well
    # (docs.cloud.google.com/storage/docs/interoperability)
    Provider(
        "google",
        "Google Cloud Storage",
        ("googleapis.com",),
        rf"{_BUCKET}storage\.googleapis\.com",
        r"storage\.googleapis\.com",
        (GOOGLE_SESSION, GOOGLE_V4, S3_V4, GOOGLE_V2, S3_V2),
        sendable_headers.GOOGLE_AND_S3,
        # The JSON interface: docs.cloud.google.com/storage/docs/request-endpoints#json-api
        frozenset(("batch", "discovery", "download", "resumable", "storage", "upload")),
        # Of it, a PUT to a session that has begun; a PUT without one needs a token.
        # docs.cloud.google.com/storage/docs/performing-resumable-uploads#initiate-session
        Opened(
            r"www\.googleapis\.com",
            r"/upload/storage/v1/b/(?=[._-]*[a-z0-9])[a-z0-9._-]{3,222}/o",
            (GOOGLE_JSON_SESSION,),
        ),
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
        _NO_HOST,
        (AZURE_SAS,),
    ),
    # backblaze.com/docs/cloud-storage-call-the-s3-compatible-api: "only v4 signatures"
    Provider(
        "b2",
        "Backblaze B2",
        ("backblazeb2.com",),
        rf"{_BUCKET}s3\.[a-z]{{2}}-[a-z]+-\d{{3}}\.backblazeb2\.com",
        r"s3\.[a-z]{2}-[a-z]+-\d{3}\.backblazeb2\.com",
        (S3_V4,),
    ),
    # docs.digitalocean.com/reference/api/spaces: V4, and V2 for old clients. Its CDN does not accept a PUT.
    Provider(
        "spaces",
        "DigitalOcean Spaces",
        ("digitaloceanspaces.com",),
        rf"{_BUCKET}[a-z]{{3}}\d\.digitaloceanspaces\.com",
        r"[a-z]{3}\d\.digitaloceanspaces\.com",
        (S3_V4, S3_V2),
    ),
    # docs.wasabi.com/docs/what-are-the-service-urls-for-wasabis-different-storage-regions and
    # docs.wasabi.com/docs/rest-api-introduction
    Provider(
        "wasabi",
        "Wasabi",
        ("wasabisys.com",),
        rf"{_BUCKET}{_WASABI}",
        _WASABI,
        (S3_V4, S3_V2),
    ),
)
PROVIDERS_BY_SUFFIX: Mapping[str, Provider] = {
    suffix: provider for provider in PROVIDERS for suffix in provider.suffixes
}


def titles() -> str:
    """The known stores as a sentence lists them: "S3, R2 and Wasabi"."""
    *most, last = (provider.title for provider in PROVIDERS)
    return f"{', '.join(most)} and {last}"


# The hosts of a service's uploads are few.
@lru_cache(maxsize=32)
def provider_of(host: str) -> Provider | None:
    """The provider to which a host, in lower case, belongs; None if it is not one of a known store."""
    provider = PROVIDERS_BY_SUFFIX.get(host[host.rfind(".", 0, host.rfind(".")) + 1 :])
    if provider and any(re.fullmatch(each, host) for each in (provider.path_hosts, provider.bucket_hosts)):
        return provider
    if provider and provider.opened and re.fullmatch(provider.opened.hosts, host):
        return provider
    return None


# The ETags of S3 Express look like MD5 but are random.
# Source: docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-differences.html
RANDOM_ETAG_HOSTS = ".s3express-"
