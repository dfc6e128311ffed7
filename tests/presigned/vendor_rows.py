"""URLs of the vendors that sign in a way of their own: right, and wrong in one place.

Knows: one right URL of each scheme, for five minutes from `judged_urls.NOW`, with a made-up signature.
"""

import base64
import json
from collections.abc import Mapping

from tests.presigned.judged_urls import NOW

END = int(NOW) + 300
SHA1 = f"{'5ec2e7' * 4}5ec%3D"
DIGITS = ("5ec2e7" * 22)[:128]


def letters(value: object) -> str:
    """JSON in the Base64 of URLs, without padding."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(**claims: object) -> str:
    """A token of Supabase's for an upload to bucket/a folder/key.png, with these claims beside."""
    told = {"url": "bucket/a folder/key.png", "upsert": False, "scope": "upload", "exp": END, **claims}
    told = {name: value for name, value in told.items() if value is not None}
    return f"{letters({'alg': 'HS256'})}.{letters(told)}.{'5ec2e7' * 7}"


def policy(resource: object = "https://cdn.example.com/a/*", end: object = END) -> str:
    """A custom policy of CloudFront's."""
    condition = {"DateLessThan": {"AWS:EpochTime": end}}
    text = json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]})
    return base64.b64encode(text.encode()).decode().translate(str.maketrans("+=/", "-_~"))


OSS = "https://bucket.oss-cn-hangzhou.aliyuncs.com/a/key.png"
COS = "https://bucket-1250000000.cos.ap-guangzhou.myqcloud.com/a/key.png"
OBS = "https://bucket.obs.cn-north-4.myhuaweicloud.com/a/key.png"
SWIFT = "https://storage.gra.cloud.ovh.net/v1/AUTH_a/container/a/key.png"
SUPABASE = "https://abcdefghijklmnopqrst.supabase.co/storage/v1/object/upload/sign/bucket/a%20folder/key.png"
CLOUDFRONT = "https://cdn.example.com/a/key.png"
ORACLE = (
    "https://objectstorage.us-phoenix-1.oraclecloud.com/p/j3DoSvgQHbUaw6ADzHkDlnaqMuXWef_lhTxCiS9ngCw"
    "/n/namespace/b/bucket/o/a/key.png"
)
_CF_SIGNATURE = f"Signature={'5ec2~-' * 57}5e__&Key-Pair-Id=K2JCJMDEHXQW5F"
# By the name of the scheme.
RIGHT: Mapping[str, str] = {
    "alibaba-v1": f"{OSS}?OSSAccessKeyId=LTAIexample&Expires={END}&Signature={SHA1}",
    "alibaba-v4": (
        f"{OSS}?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=20261123T115500Z&x-oss-expires=600"
        "&x-oss-credential=LTAIexample%2F20261123%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
        f"&x-oss-signature={DIGITS[:64]}"
    ),
    "tencent-cos": (
        f"{COS}?q-sign-algorithm=sha1&q-ak=AKIDexample&q-sign-time={END - 600}%3B{END}"
        f"&q-key-time={END - 600}%3B{END}&q-header-list=host&q-url-param-list=&q-signature={DIGITS[:40]}"
    ),
    "huawei-obs": f"{OBS}?AccessKeyId=AKexample&Expires={END}&Signature={SHA1}",
    "swift-temp-url": f"{SWIFT}?temp_url_sig={DIGITS[:40]}&temp_url_expires={END}",
    "supabase-upload": f"{SUPABASE}?token={token()}",
    "cloudfront": f"{CLOUDFRONT}?Expires={END}&{_CF_SIGNATURE}",
    "cloudfront policy": f"{CLOUDFRONT}?Policy={policy()}&{_CF_SIGNATURE}",
    "oracle-request": ORACLE,
}


def _target(name: str) -> str:
    """Path and query of a right URL."""
    return f"/{RIGHT[name].split('/', 3)[3]}"


# Host, path and query, the provider's name.
VENDOR_HOSTS = [
    (host, _target(scheme), provider)
    for provider, scheme, hosts in (
        ("oss", "alibaba-v4", "my-bucket.oss-cn-hangzhou.aliyuncs.com"),
        ("oss", "alibaba-v1", "b.oss-us-west-1.aliyuncs.com b.oss-cn-shanghai-finance-1-pub.aliyuncs.com"),
        ("oss", "alibaba-v4", "b.cn-hangzhou.oss.aliyuncs.com b.oss-accelerate-overseas.aliyuncs.com"),
        ("cos", "tencent-cos", "b-1250000000.cos.ap-guangzhou.myqcloud.com"),
        ("cos", "tencent-cos", "b-c-1250000000.cos.accelerate.myqcloud.com"),
        ("cos", "tencent-cos", "b-1250000000.cos.ap-shenzhen-fsi.tencentcos.cn"),
        ("obs", "huawei-obs", "b.obs.cn-north-4.myhuaweicloud.com my.b.obs.ap-southeast-1.myhuaweicloud.com"),
        ("obs", "huawei-obs", "b.obs.eu-west-101.myhuaweicloud.eu"),
        ("oracle-request", "oracle-request", "objectstorage.us-phoenix-1.oraclecloud.com"),
        ("oracle-request", "oracle-request", "namespace.objectstorage.ap-seoul-1.oci.customer-oci.com"),
        ("supabase", "supabase-upload", "abcdefghijklmnopqrst.supabase.co"),
        ("supabase", "supabase-upload", "abcdefghijklmnopqrst.storage.supabase.co"),
        ("ovh-swift", "swift-temp-url", "storage.gra.cloud.ovh.net storage.uk1.cloud.ovh.net"),
        ("nhn", "swift-temp-url", "kr1-api-object-storage.nhncloudservice.com"),
        ("infomaniak-swift", "swift-temp-url", "s3.pub1.infomaniak.cloud"),
    )
    for host in hosts.split()
]
_NO_TIME = "must be a time that exists"
_OTHER_ADDRESS = "for another address than its own"

# Name of the row, the scheme, what is replaced and by what, the code, and words of what is said.
Change = tuple[str, str, str, str, str, str]
CHANGES: list[Change] = [
    ("OSS V1, ends now", "alibaba-v1", f"={END}", f"={int(NOW)}", "url_expired", ""),
    ("OSS V1, ends soon", "alibaba-v1", f"={END}", "=soon", "invalid_upload_url", "unusable Expires"),
    ("OSS V1, no end", "alibaba-v1", f"Expires={END}", "x=y", "invalid_upload_url", "has no Expires"),
    ("OSS V1, short", "alibaba-v1", "=5ec", "=", "invalid_upload_url", "must be 20 bytes in Base64"),
    ("OSS V1, key of S3", "alibaba-v1", "OSSAccess", "AWSAccess", "signature_kind_unsupported", ""),
    ("OSS V1, token", "alibaba-v1", "?", "?security-token=a%2Fb&", "ok", ""),
    ("OSS V1, callback", "alibaba-v1", "?", "?callback=eyJ9&callback-var=eyJ9&", "ok", ""),
    ("OSS V1, part", "alibaba-v1", "?", "?partNumber=1&uploadId=A&", "ok", ""),
    ("OSS V1, no upload", "alibaba-v1", "?", "?partNumber=1&", "url_not_for_put", "its uploadid is missing"),
    ("OSS V1, symlink", "alibaba-v1", "?", "?symlink&", "url_not_for_put", "symlink"),
    ("OSS V1, ACL", "alibaba-v1", "?", "?acl&", "url_not_for_put", "acl"),
    ("OSS V1, tags", "alibaba-v1", "?", "?tagging&", "url_not_for_put", "tagging"),
    ("OSS V1, append", "alibaba-v1", "?", "?append&position=0&", "url_not_for_put", "its append"),
    ("OSS V1, image", "alibaba-v1", "?", "?x-oss-process=image/resize&", "url_not_for_put", "x-oss-process"),
    ("OSS V1, twice", "alibaba-v1", "?", "?Signature=a&", "invalid_upload_url", "signature twice"),
    ("OSS V4, ends now", "alibaba-v4", "=600", "=300", "url_expired", ""),
    ("OSS V4, ten days", "alibaba-v4", "=600", "=864000", "invalid_upload_url", "from 1 to 604800"),
    ("OSS V4, no day", "alibaba-v4", "1123T", "1323T", "invalid_upload_url", _NO_TIME),
    ("OSS V2", "alibaba-v4", "OSS4-HMAC-SHA256", "OSS2", "invalid_upload_url", "be OSS4-HMAC-SHA256"),
    ("OSS V4, scope", "alibaba-v4", "%2Foss%2F", "%2Fs3%2F", "invalid_upload_url", "x-oss-credential"),
    ("OSS V4, more headers", "alibaba-v4", "?", "?x-oss-additional-headers=host&", "ok", ""),
    ("OSS V4, uploads", "alibaba-v4", "?", "?uploads&", "url_not_for_put", "uploads"),
    ("COS, ends now", "tencent-cos", f"{END}", f"{int(NOW)}", "url_expired", ""),
    ("COS, key ends", "tencent-cos", f"{END}&q-header", f"{int(NOW)}&q-header", "url_expired", ""),
    ("COS, one time", "tencent-cos", f"{END - 600}%3B", "", "invalid_upload_url", "two times in epoch"),
    ("COS, SHA-256", "tencent-cos", "=sha1", "=sha256", "invalid_upload_url", "must be sha1"),
    ("COS, no headers", "tencent-cos", "=host", "=", "ok", ""),
    ("COS, copy", "tencent-cos", "=host", "=host%3Bx-cos-copy-source", "url_not_for_put", "copy-source"),
    ("COS, ACL", "tencent-cos", "?", "?acl=&", "url_not_for_put", "acl"),
    ("COS, part", "tencent-cos", "?", "?partNumber=1&uploadId=A&", "ok", ""),
    ("COS, token", "tencent-cos", "?", "?x-cos-security-token=a&", "ok", ""),
    ("COS, callback", "tencent-cos", "?", "?callback=eyJ9&", "invalid_upload_url", "which is not signed"),
    ("COS, own callback", "tencent-cos", "?", "?X-COS-Callback=e&", "invalid_upload_url", "is not signed"),
    ("COS, image", "tencent-cos", "?", "?Pic-Operations=%7B%7D&", "invalid_upload_url", "is not signed"),
    ("COS, another list", "tencent-cos", "-list=&q-s", "-list=a&callback=e&q-s", "invalid_upload_url", "not"),
    ("COS, signed callback", "tencent-cos", "-list=&q-s", "-list=callback&callback=eyJ9&q-s", "ok", ""),
    ("COS, two callbacks", "tencent-cos", "-list=&q-s", "-list=callback&callback=e&Callback=f&q-s",
     "invalid_upload_url", "callback twice"),
    ("OBS, ends now", "huawei-obs", f"={END}", f"={int(NOW)}", "url_expired", ""),
    ("OBS, append", "huawei-obs", "?", "?append&position=0&", "url_not_for_put", "append"),
    ("OBS, rename", "huawei-obs", "?", "?Rename&name=b&", "url_not_for_put", "rename"),
    ("OBS, part", "huawei-obs", "?", "?partNumber=1&uploadId=A&", "ok", ""),
    ("Swift, ends now", "swift-temp-url", f"={END}", f"={int(NOW)}", "url_expired", ""),
    ("Swift, ISO", "swift-temp-url", f"={END}", "=2026-11-23T12:05:00Z", "ok", ""),
    ("Swift, ISO, ends now", "swift-temp-url", f"={END}", "=2026-11-23T12:00:00Z", "url_expired", ""),
    ("Swift, day alone", "swift-temp-url", f"={END}", "=2026-11-24", "invalid_upload_url", "epoch seconds"),
    ("Swift, no end", "swift-temp-url", "temp_url_expires", "x", "invalid_upload_url", "has no temp_url_e"),
    ("Swift, odd digits", "swift-temp-url", "=5ec", "=5e", "invalid_upload_url", "unusable temp_url_sig"),
    ("Swift, SHA-256", "swift-temp-url", DIGITS[:40], DIGITS[:64], "ok", ""),
    ("Swift, SHA-512", "swift-temp-url", DIGITS[:40], f"sha512:{'5ec2_-' * 14}5e", "ok", ""),
    ("Swift, MD5", "swift-temp-url", DIGITS[:40], f"md5:{'5ec2_-' * 14}5e", "invalid_upload_url", "40, 64"),
    ("Swift, prefix", "swift-temp-url", "?", "?temp_url_prefix=a/&", "ok", ""),
    ("Swift, addresses", "swift-temp-url", "?", "?temp_url_ip_range=192.0.2.0%2F24&", "ok", ""),
    ("Swift, segments", "swift-temp-url", "?", "?multipart-manifest=put&", "url_not_for_put", "multipart"),
    ("Swift, archive", "swift-temp-url", "?", "?extract-archive=tar&", "url_not_for_put", "extract-archive"),
    ("Swift, container", "swift-temp-url", "/a/key.png", "", "invalid_upload_url", "/v1/ACCOUNT/CONTAINER"),
    ("Swift, slash alone", "swift-temp-url", "/a/key.png", "//", "invalid_upload_url", "unusable path"),
    ("Swift, climbs", "swift-temp-url", "/a/key", "/a/%2e%2e/key", "invalid_upload_url", "unusable path"),
    ("Supabase, ends now", "supabase-upload", token(), token(exp=int(NOW)), "url_expired", ""),
    ("Supabase, no end", "supabase-upload", token(), token(exp=None), "invalid_upload_url", "that expires"),
    ("Supabase, true", "supabase-upload", token(), token(exp=True), "invalid_upload_url", "that expires"),
    ("Supabase, a list", "supabase-upload", token(), f"abcd.{letters([1])}.efgh",
     "invalid_upload_url", "that expires"),
    ("Supabase, read", "supabase-upload", token(), token(scope="download"), "url_not_for_put", "its token"),
    ("Supabase, old", "supabase-upload", token(), token(scope=None), "ok", ""),
    ("Supabase, old, read", "supabase-upload", token(), token(scope=None, upsert=None),
     "url_not_for_put", ""),
    ("Supabase, other key", "supabase-upload", "key.png?", "b.png?", "invalid_upload_url", _OTHER_ADDRESS),
    ("Supabase, two parts", "supabase-upload", token(), "abcd.efgh", "invalid_upload_url", "three parts"),
    ("Supabase, no JSON", "supabase-upload", token(), "abcd.efgh.ijkl", "invalid_upload_url", "that expires"),
    ("Supabase, download", "supabase-upload", "/upload/sign/", "/sign/", "invalid_upload_url", ""),
    ("Supabase, bucket", "supabase-upload", "/a%20folder/key.png", "", "invalid_upload_url", "OBJECT"),
    ("Supabase, climbs", "supabase-upload", "bucket/a", "bucket/..%2f..%2fa", "invalid_upload_url", "path"),
    ("Supabase, REST", "supabase-upload", "/storage/v1/", "/rest/v1/x/", "invalid_upload_url", "path"),
    ("CloudFront, ends now", "cloudfront", f"={END}", f"={int(NOW)}", "url_expired", ""),
    ("CloudFront, no end", "cloudfront", f"Expires={END}", "x=y", "invalid_upload_url", "has no Expires"),
    ("CloudFront, ACL", "cloudfront", "?", "?acl&", "url_not_for_put", "acl"),
    ("CloudFront, Base64", "cloudfront", "~", "%2F", "invalid_upload_url", "CloudFront's Base64"),
    ("Policy, ends now", "cloudfront policy", policy(), policy(end=int(NOW)), "url_expired", ""),
    ("Policy, and an earlier end", "cloudfront policy", "?", f"?Expires={int(NOW)}&", "url_expired", ""),
    ("Policy, all", "cloudfront policy", policy(), policy("*"), "ok", ""),
    ("Policy, any scheme", "cloudfront policy", policy(), policy("http*://cdn.example.com/?/k*"), "ok", ""),
    ("Policy, other folder", "cloudfront policy", "/a/key", "/b/key", "invalid_upload_url", _OTHER_ADDRESS),
    ("Policy, with a query", "cloudfront policy", "?", "?size=1&", "ok", ""),
    ("Policy, no time", "cloudfront policy", policy(), policy(end="soon"), "invalid_upload_url", "a time"),
    ("Policy, a number", "cloudfront policy", policy(), policy(7), "invalid_upload_url", "one address"),
    ("Policy, no JSON", "cloudfront policy", policy(), "abcd", "invalid_upload_url", "unusable Policy"),
    ("Policy, a list", "cloudfront policy", policy(), letters([1]), "invalid_upload_url", "unusable Policy"),
    ("Oracle, no object", "oracle-request", "a/key.png", "", "invalid_upload_url", "/p/TOKEN/n/NAMESPACE"),
    ("Oracle, a part", "oracle-request", "/o/a/key.png", "/u/a/id/1/1", "invalid_upload_url", "path, wh"),
    ("Oracle, no token", "oracle-request", "j3DoSvgQHbUaw6ADzHkDlnaqMuXWef_lhTxCiS9ngCw", "a",
     "invalid_upload_url", "unusable path"),
    ("Oracle, no request", "oracle-request", "/p/j3DoSvgQHbUaw6ADzHkDlnaqMuXWef_lhTxCiS9ngCw/n", "/n",
     "url_not_signed", ""),
    ("Oracle, climbs", "oracle-request", "/o/a", "/o/../../a", "invalid_upload_url", "unusable path"),
]  # fmt: skip
