"""The known stores whose vendors sign in a way of their own, as data.

Knows: as `providers.py`, for the schemes of `vendor_schemes.py`.
Rules: a row is here only if the vendor documents a fixed shape of host that is nobody else's. CloudFront's
are anybody's (d111111abcdef8.cloudfront.net may stand before any server), so an operator lists his own.
Must not know: everything else.
"""

from upload_service.presigned import sendable_headers, vendor_schemes
from upload_service.presigned.known_schemes import S3_V2, S3_V4
from upload_service.presigned.provider import BUCKET, NO_HOST, Provider

PROVIDERS = (
    # alibabacloud.com/help/oss/user-guide/regions-and-endpoints: public, dual-stack and accelerated
    # endpoints. The internal ones (…-internal) lead to private addresses of Alibaba's own network.
    Provider(
        "oss",
        "Alibaba Cloud OSS",
        ("aliyuncs.com",),
        (
            r"[a-z0-9][a-z0-9-]*\.(?![a-z0-9-]*-internal\.)(?:oss-[a-z]{2}-[a-z0-9-]+"
            r"|[a-z]{2}-[a-z0-9-]+\.oss|oss-accelerate(?:-overseas)?)\.aliyuncs\.com"
        ),
        NO_HOST,
        (vendor_schemes.ALIBABA_V4, vendor_schemes.ALIBABA_V1),
    ),
    # tencentcloud.com/document/product/436/6224 and /436/38866 (acceleration); tencentcos.cn is the second
    # domain in cos-python-sdk-v5 1.9.44 (qcloud_cos/cos_comm.py). It also takes S3's V4 (/436/32537).
    Provider(
        "cos",
        "Tencent COS",
        ("myqcloud.com", "tencentcos.cn"),
        (
            r"[a-z0-9][a-z0-9-]*-\d{8,11}\.cos\.(?:accelerate|[a-z]{2}-[a-z0-9-]+)"
            r"\.(?:myqcloud\.com|tencentcos\.cn)"
        ),
        NO_HOST,
        (vendor_schemes.TENCENT_COS, S3_V4),
    ),
    # support.huaweicloud.com/en-us/productdesc-obs/obs_03_0152.html and /eu/productdesc-obs/obs_03_0152.html
    Provider(
        "obs",
        "Huawei OBS",
        ("myhuaweicloud.com", "myhuaweicloud.eu"),
        rf"{BUCKET}obs\.[a-z]{{2}}-[a-z]+(?:-[a-z0-9]+)*\.myhuaweicloud\.(?:com|eu)",
        NO_HOST,
        (vendor_schemes.HUAWEI_OBS, S3_V4, S3_V2),
        sendable_headers.HUAWEI_AND_S3,
    ),
    # docs.oracle.com/iaas/Content/Object/Tasks/usingpreauthenticatedrequests.htm: the shared endpoints, and
    # those of a namespace
    Provider(
        "oracle-request",
        "Oracle Cloud (pre-authenticated requests)",
        ("oraclecloud.com", "customer-oci.com"),
        (
            r"objectstorage\.[a-z]{2}-[a-z]+-\d\.oraclecloud\.com"
            r"|[a-z0-9_-]+\.objectstorage\.[a-z]{2}-[a-z]+-\d\.oci\.customer-oci\.com"
        ),
        NO_HOST,
        (vendor_schemes.ORACLE_REQUEST,),
    ),
    # Swift: the hosts of two vendors; those of NHN Cloud are in `s3_relatives.py`.
    # docs.ovh.com/ie/en/public-cloud/share_an_object_via_a_temporary_url (storage.sbg1.cloud.ovh.net/v1/…);
    # docs.infomaniak.cloud/object_storage/acls (s3.pub1.infomaniak.cloud/object/v1/…)
    Provider(
        "ovh-swift",
        "OVHcloud (Swift)",
        ("ovh.net",),
        r"storage\.[a-z]{2,4}\d?\.cloud\.ovh\.net",
        NO_HOST,
        (vendor_schemes.SWIFT_TEMP_URL,),
    ),
    Provider(
        "infomaniak-swift",
        "Infomaniak (Swift)",
        ("infomaniak.cloud",),
        r"s3\.pub\d\.infomaniak\.cloud",
        NO_HOST,
        (vendor_schemes.SWIFT_TEMP_URL,),
    ),
)
