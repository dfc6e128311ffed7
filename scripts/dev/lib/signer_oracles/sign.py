"""Signs uploads with each vendor's own package, and prints the URLs as JSON.

Knows: how each package is asked for a URL for a PUT, for a part, and for something else.
Rules: the keys are made up. Nothing is sent but to a server in this process.
Must not know: the service.
"""

import datetime
import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from urllib.parse import quote, unquote

SECONDS = 600
KEY = "a folder/사진+1.png"
SCOPED = {"right": {}, "part": {"partNumber": "1", "uploadId": "AB12"}, "other": {"acl": ""}}
Sign = Callable[[str], str]


def oss2_signer(kind: str) -> Sign:
    import oss2

    auth = {"v1": oss2.Auth, "v4": oss2.AuthV4}[kind]("LTAIexample", "made-up")
    bucket = oss2.Bucket(auth, "https://oss-cn-hangzhou.aliyuncs.com", "my-bucket", region="cn-hangzhou")
    return lambda case: str(bucket.sign_url("PUT", KEY, SECONDS, params=dict(SCOPED[case]), slash_safe=True))


def alibaba_signer(kind: str) -> Sign:
    import alibabacloud_oss_v2 as oss

    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        "LTAIexample", "made-up", "token/+="
    )
    config.region, config.signature_version = "cn-hangzhou", kind
    client = oss.Client(config)
    at = {"bucket": "my-bucket", "key": KEY}
    requests = {
        "right": oss.PutObjectRequest(**at, content_type="image/png"),
        "part": oss.UploadPartRequest(**at, part_number=1, upload_id="AB12"),
        "other": oss.InitiateMultipartUploadRequest(**at),
    }
    return lambda case: str(client.presign(requests[case], expires=datetime.timedelta(seconds=SECONDS)).url)


def tencent_signer(token: str | None) -> Sign:
    from qcloud_cos import CosConfig, CosS3Client

    client = CosS3Client(
        CosConfig(Region="ap-guangzhou", SecretId="AKIDexample", SecretKey="made-up", Token=token)
    )
    at = {"Bucket": "my-bucket-1250000000", "Key": KEY, "Method": "PUT", "Expired": SECONDS}
    return lambda case: str(
        client.get_presigned_url(**at, Params=dict(SCOPED[case]), Headers={"Content-Type": "image/png"})
    )


def huawei_signer(kind: str) -> Sign:
    from obs import ObsClient

    client = ObsClient(
        access_key_id="AKexample", signature=kind, region="cn-north-4",
        secret_access_key="made-up",  # noqa: S106  it opens nothing
        server="https://obs.cn-north-4.myhuaweicloud.com",
    )  # fmt: skip
    return lambda case: str(
        client.createSignedUrl(
            "PUT", "my-bucket", KEY, expires=SECONDS, queryParams=dict(SCOPED[case])
        ).signedUrl
    )


def swift_signer(digest: str, iso: bool) -> Sign:
    from swiftclient.utils import generate_temp_url

    # The name itself is signed, and comes back as it is: it is escaped afterwards.
    path = f"/v1/AUTH_my-account/my-container/{KEY}"

    def sign(case: str) -> str:
        signed = generate_temp_url(path, str(SECONDS), "made-up", "PUT", iso8601=iso, digest=digest)
        name, _, query = signed.rpartition("?")
        other = "&multipart-manifest=put" if case == "other" else ""
        return f"https://storage.gra.cloud.ovh.net{quote(name)}?{query}{other}"

    return sign


def supabase_signer() -> Sign:
    """The store itself signs: storage3 asks it. What it would answer is built from its source."""
    import jwt
    from storage3 import SyncStorageClient

    project = "https://abcdefghijklmnopqrst.supabase.co/storage/v1"
    scope = "upload"

    class Store(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bucket_and_key = unquote(self.path.removeprefix("/object/upload/sign/"))
            now = int(time.time())
            claims = {"owner": "me", "url": bucket_and_key, "upsert": False, "scope": scope}
            token = jwt.encode({**claims, "iat": now, "exp": now + SECONDS}, "made-up" * 8, "HS256")
            answer = json.dumps({"url": f"{self.path}?token={token}", "token": token}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    local = f"http://127.0.0.1:{server.server_port}"

    def sign(case: str) -> str:
        nonlocal scope
        scope = "download" if case == "other" else "upload"
        answer = SyncStorageClient(local, {}).from_("my-bucket").create_signed_upload_url(KEY)
        return str(answer["signed_url"]).replace(local, project)

    return sign


def cloudfront_signer(policy: bool) -> Sign:
    from botocore.signers import CloudFrontSigner
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(65537, 2048)
    signer = CloudFrontSigner(
        "K2JCJMDEHXQW5F",
        lambda text: key.sign(text, padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303  CloudFront's
    )
    base = "https://d111111abcdef8.cloudfront.net/"

    def sign(case: str) -> str:
        url = f"{base}{quote(KEY)}{'?uploads' if case == 'other' else ''}"
        until = datetime.datetime.fromtimestamp(time.time() + SECONDS, datetime.UTC)
        if policy:
            return str(
                signer.generate_presigned_url(url, policy=signer.build_policy(f"{base}a%20folder/*", until))
            )
        return str(signer.generate_presigned_url(url, date_less_than=until))

    return sign


def azure_signer() -> Sign:
    from azure.storage.blob import BlobSasPermissions, UserDelegationKey, generate_blob_sas

    def sign(case: str) -> str:
        now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
        key = UserDelegationKey()
        key.signed_oid, key.signed_tid = (
            "11111111-1111-4111-8111-111111111111",
            "22222222-2222-4222-8222-222222222222",
        )
        key.signed_start = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        # The SAS itself holds for a week: it is the key that ends.
        key.signed_expiry = f"{now + datetime.timedelta(seconds=SECONDS):%Y-%m-%dT%H:%M:%SZ}"
        key.signed_service, key.signed_version, key.value = "b", "2025-11-05", "bWFkZS11cA=="
        rights = (
            BlobSasPermissions(read=True) if case == "other" else BlobSasPermissions(create=True, write=True)
        )
        sas = generate_blob_sas(
            "myaccount", "my-container", KEY, user_delegation_key=key, permission=rights,
            expiry=now + datetime.timedelta(days=7),
        )  # fmt: skip
        return f"https://myaccount.blob.core.windows.net/my-container/{quote(KEY)}?{sas}"

    return sign


# Vendor and scheme, the package, the signer. Oracle's requests are made by Oracle alone: see `recorded.json`.
SIGNERS: tuple[tuple[str, str, Callable[[], Sign]], ...] = (
    ("Alibaba OSS V1", "oss2", lambda: oss2_signer("v1")),
    ("Alibaba OSS V4", "oss2", lambda: oss2_signer("v4")),
    ("Alibaba OSS V1", "alibabacloud-oss-v2", lambda: alibaba_signer("v1")),
    ("Alibaba OSS V4", "alibabacloud-oss-v2", lambda: alibaba_signer("v4")),
    ("Tencent COS", "cos-python-sdk-v5", lambda: tencent_signer(None)),
    ("Huawei OBS", "esdk-obs-python", lambda: huawei_signer("obs")),
    ("Huawei OBS, as S3 V2", "esdk-obs-python", lambda: huawei_signer("v2")),
    ("Huawei OBS, as S3 V4", "esdk-obs-python", lambda: huawei_signer("v4")),
    ("Swift SHA-1", "python-swiftclient", lambda: swift_signer("sha1", iso=False)),
    ("Swift SHA-256, ISO", "python-swiftclient", lambda: swift_signer("sha256", iso=True)),
    ("Swift SHA-512", "python-swiftclient", lambda: swift_signer("sha512", iso=False)),
    ("Supabase", "storage3", supabase_signer),
    ("CloudFront, canned", "botocore", lambda: cloudfront_signer(policy=False)),
    ("CloudFront, custom", "botocore", lambda: cloudfront_signer(policy=True)),
    ("Azure user delegation", "azure-storage-blob", azure_signer),
)


def rows() -> Iterator[dict[str, object]]:
    """What each signer has signed: for the right PUT, for another operation, and where it can for a part."""
    for vendor, package, make in SIGNERS:
        sign = make()
        urls = {"right": sign("right"), "other": sign("other")}
        if package in ("oss2", "alibabacloud-oss-v2", "cos-python-sdk-v5", "esdk-obs-python"):
            urls["part"] = sign("part")
        yield {"vendor": vendor, "signer": f"{package} {version(package)}", "urls": urls}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable()
    json.dump({"now": int(time.time()), "rows": list(rows())}, sys.stdout, indent=1, ensure_ascii=False)
