"""The stores of other vendors that speak S3, as data.

Knows: the hosts that each vendor documents, and which of S3's signature schemes it takes.
Rules: a host is here only where its whole shape is documented, and where nobody but the vendor can answer on
it: no hosts of websites, of content delivery networks or of a vendor's private network. The source stands
beside each row. A store that documents only Signature V4 gets that alone; where no page says so, or the
vendor names Ceph as its software, which takes both (docs.ceph.com/en/latest/radosgw/s3/authentication),
Signature V2 is left to the store.
Must not know: everything else.
"""

from upload_service.presigned.known_schemes import S3_V2, S3_V4
from upload_service.presigned.provider import BUCKET, NO_HOST, Provider
from upload_service.presigned.signature_scheme import SignatureScheme
from upload_service.presigned.vendor_schemes import SUPABASE_TOKEN, SWIFT_TEMP_URL

_V4 = (S3_V4,)
_V4_AND_V2 = (S3_V4, S3_V2)
# Ceph's interface for administrators and its Swift: docs.ceph.com/en/latest/radosgw/config-ref
# (rgw_admin_entry, rgw_swift_url_prefix) and /radosgw/swift/auth.
_CEPHS_OTHERS = frozenset(("admin", "auth", "swift"))


def _store(
    name: str,
    title: str,
    suffixes: str,
    endpoints: str,
    schemes: tuple[SignatureScheme, ...],
    *,
    bucket_hosts: str = "",
    no_buckets: frozenset[str] = frozenset(),
    takes_posts: bool = True,
) -> Provider:
    """A store with the hosts `endpoints`, before which the bucket may stand; or `bucket_hosts` instead."""
    return Provider(
        name,
        title,
        tuple(suffixes.split()),
        bucket_hosts or f"{BUCKET}(?:{endpoints})",
        endpoints,
        schemes,
        no_buckets=no_buckets,
        takes_posts=takes_posts,
    )


# Two letters, words, and a number or a word: us-east-1, fr-par, us-midwest-1.
_REGION = r"[a-z]{2}(?:-[a-z]+)+(?:-\d+)?"

S3_RELATIVES = (
    # backblaze.com/docs/cloud-storage-call-the-s3-compatible-api: "only v4 signatures"; PostObject is not
    # among its supported calls.
    _store(
        "b2",
        "Backblaze B2",
        "backblazeb2.com",
        r"s3\.[a-z]{2}-[a-z]+-\d{3}\.backblazeb2\.com",
        _V4,
        takes_posts=False,
    ),
    # docs.digitalocean.com/reference/api/spaces: V4, and V2 for old clients. Its CDN does not accept a PUT.
    _store(
        "spaces",
        "DigitalOcean Spaces",
        "digitaloceanspaces.com",
        r"[a-z]{3}\d\.digitaloceanspaces\.com",
        _V4_AND_V2,
    ),
    # docs.wasabi.com/docs/what-are-the-service-urls-for-wasabis-different-storage-regions and
    # docs.wasabi.com/docs/rest-api-introduction. With Dell ObjectScale it has ports of its own.
    _store(
        "wasabi",
        "Wasabi",
        "wasabisys.com",
        r"s3(?:\.[a-z]{2}(?:-[a-z]+)*-\d)?\.wasabisys\.com",
        _V4_AND_V2,
    ),
    # Object Storage: api.ncloud-docs.com/docs/en/storage-objectstorage, Japan on a domain of its own;
    # api-gov.ncloud-docs.com and api-fin.ncloud-docs.com/docs/storage-objectstorage; V2 and V4:
    # api.ncloud-docs.com/docs/en/api-call-std-auth. Ncloud Storage, which has V4 only:
    # api.ncloud-docs.com/docs/en/storage-ncloudstorage. Not Archive Storage (kr.archive…).
    _store(
        "naver",
        "NAVER Cloud",
        "ncloudstorage.com ncpstorage.com gov-ncloudstorage.com fin-ncloudstorage.com",
        r"(?:kr|us|sg|de)\.object\.ncloudstorage\.com|jp\.object\.ncpstorage\.com"
        r"|krs?\.object\.gov-ncloudstorage\.com|kr\.object\.fin-ncloudstorage\.com|kr\.ncloudstorage\.com",
        _V4_AND_V2,
    ),
    # docs.nhncloud.com/en/Storage/Object%20Storage/en/s3-api-guide: signatures V4, the bucket in the path;
    # .../api-guide: Swift on the same host.
    _store(
        "nhn",
        "NHN Cloud",
        "nhncloudservice.com",
        r"(?:kr|jp|us)\d-api-object-storage\.nhncloudservice\.com",
        (*_V4, SWIFT_TEMP_URL),
        bucket_hosts=NO_HOST,
    ),
    # github.com/scaleway/docs-content, pages/object-storage: concepts (endpoints, V2 and V4) and post-object.
    # Websites have s3-website.….
    _store(
        "scaleway",
        "Scaleway",
        "scw.cloud",
        r"s3\.[a-z]{2}-[a-z]{3}\.scw\.cloud",
        _V4_AND_V2,
    ),
    # github.com/ovh/docs, pages/storage_and_backup/object_storage/s3_location: V4; the endpoints with perf,
    # and without a word (Swift's buckets), are older. OVHcloud US: the table of rclone (backend/s3/provider).
    _store(
        "ovh",
        "OVHcloud",
        "ovh.net ovh.us",
        r"s3\.[a-z]+(?:-[a-z]+)*\.(?:(?:io|perf)\.)?cloud\.ovh\.net|s3\.us(?:-[a-z]+){2}\.io\.cloud\.ovh\.us",
        _V4,
    ),
    # docs.hetzner.com/storage/object-storage (Ceph), and the table of rclone.
    _store(
        "hetzner",
        "Hetzner",
        "your-objectstorage.com",
        r"[a-z]{3}\d\.your-objectstorage\.com",
        _V4_AND_V2,
        no_buckets=_CEPHS_OTHERS,
    ),
    # techdocs.akamai.com/cloud-computing/docs/access-buckets-and-files-through-urls (Ceph). Websites have
    # website-….
    _store(
        "linode",
        "Akamai (Linode)",
        "linodeobjects.com",
        rf"{_REGION}\.linodeobjects\.com",
        _V4_AND_V2,
        no_buckets=_CEPHS_OTHERS,
    ),
    # docs.vultr.com/vultr-object-storage and /platform/security-best-practices/vultr-object-storage
    _store("vultr", "Vultr", "vultrobjects.com", r"[a-z]{3}\d\.vultrobjects\.com", _V4_AND_V2),
    # community.exoscale.com/api/sos
    _store("exoscale", "Exoscale", "exo.io", r"sos-[a-z]{2}-[a-z]+-\d\.exo\.io", _V4_AND_V2),
    # cloud.ibm.com/docs/cloud-object-storage?topic=cloud-object-storage-endpoints. Customers' applications
    # are on appdomain.cloud, too. Not the private and direct endpoints: they have addresses of IBM's own
    # network, and such addresses are used only for listed destinations.
    _store(
        "ibm",
        "IBM Cloud Object Storage",
        "appdomain.cloud",
        r"s3\.(?:[a-z]{3}\.)?(?:[a-z]{2}(?:-[a-z]+)?|[a-z]{3}\d\d)"
        r"\.cloud-object-storage\.appdomain\.cloud",
        _V4_AND_V2,
    ),
    # docs.oracle.com/en-us/iaas/Content/Object/s3-virtual-style.htm and Tasks/s3compatibleapi.htm: the host
    # names the namespace and the path the bucket, or the host the bucket alone.
    _store(
        "oracle",
        "Oracle Cloud",
        "oraclecloud.com customer-oci.com",
        rf"[a-z0-9_-]+\.compat\.objectstorage\.{_REGION}\.(?:oraclecloud|oci\.customer-oci)\.com",
        _V4_AND_V2,
        bucket_hosts=rf"{BUCKET}vhcompat\.objectstorage\.{_REGION}\.oci\.customer-oci\.com",
    ),
    # tigrisdata.com/docs: one endpoint for all regions; fly.io/docs/tigris: the one of Fly's buckets. Public
    # buckets are read on tigrisfiles.io and others.
    _store(
        "tigris",
        "Tigris",
        "storage.dev tigris.dev",
        r"t3\.storage\.dev|fly\.storage\.tigris\.dev",
        _V4_AND_V2,
    ),
    # storj.dev/dcs/api/s3/s3-compatible-gateway. Shared files are read on link.storjshare.io.
    _store(
        "storj",
        "Storj",
        "storjshare.io",
        r"gateway(?:\.(?:us1|eu1|ap1))?\.storjshare\.io",
        _V4_AND_V2,
        bucket_hosts=NO_HOST,
    ),
    # supabase.com/docs/guides/storage/s3/authentication and /compatibility: V4, the bucket in the path. All
    # interfaces of a project are on the same hosts; /docs/guides/storage/uploads: signed uploads.
    Provider(
        "supabase",
        "Supabase",
        ("supabase.co",),
        NO_HOST,
        r"[a-z]{20}(?:\.storage)?\.supabase\.co",
        (*_V4, SUPABASE_TOKEN),
        path_prefix="/storage/v1/s3",
        takes_posts=False,
    ),
    # idrive.com/s3-storage-e2/e2-endpoint-urls and /guides/s3_developer_guide.htm. Not its older hosts: their
    # domains have a number (idrivee2-26.com), so anybody can have one that looks like them.
    _store(
        "idrive",
        "IDrive e2",
        "idrivee2.com",
        r"s3\.[a-z]{2,3}(?:-[a-z]+)?-\d\.idrivee2\.com",
        _V4_AND_V2,
        bucket_hosts=NO_HOST,
    ),
    # docs.contabo.com/docs/products/Object-Storage/technical-description: Ceph, the bucket in the path only.
    _store(
        "contabo",
        "Contabo",
        "contabostorage.com",
        r"[a-z]{2,3}\d\.contabostorage\.com",
        _V4_AND_V2,
        bucket_hosts=NO_HOST,
        no_buckets=_CEPHS_OTHERS,
    ),
)
