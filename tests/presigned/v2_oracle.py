"""What a store computes to check a Signature Version 2, and URLs that real libraries signed.

Knows: the string to sign of S3 and of Google.
Source: docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html and
cloud.google.com/storage/docs/access-control/signed-urls-v2. Stores differ in what they take from the query:
cmd/signature-v2.go of MinIO, weed/s3api/auth_signature_v2.go of SeaweedFS, src/rgw/rgw_auth_s3.cc of Ceph.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

# A throw-away key; with it the first two of these libraries signed, and their URLs are equal.
GOOGLE_MODULUS = int(
    "beea8c8eeb4fad58c963f9f38905a4ec8f508aeae86072a79e91c982ad0f7cc8d76c8912d3281728ecd0d57129af0cd389e62d85"
    "f660e9b25aa4f49e9d5e194d5f146aa9bbef2702a7cc9fc63e5583de5ef1945b6351538cef38717cfe95986876150241bd11e423"
    "317ed8f52a9585fcc8e5a11b3e4c76b46f04523fb757caa86d6541da2f5628a10d14312807aec5fb54a6b480401f33c817a46c36"
    "17b979c29d9a5d9f62b5abed9ceb3523a6f08745993e420f4d3ff7557913495f7125f56b3d4662459e9fd1c7757886fea7490de9"
    "bdb9e4f870e347097228d26f1e32b8620de5644749a7ecde7061219b10ccf146d83602f7f49b9360803057f5777ac979",
    16,
)
GOOGLE_EXPONENT = 65537
# RFC 8017 section 9.2: what stands before a SHA-256 in a signature with RSA.
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
SECRET = b"secret"
EXPIRES = 2051222400  # 2035-01-01
_GOOGLE = (
    f"https://storage.googleapis.com/bucket/a%20b.png?Expires={EXPIRES}"
    "&GoogleAccessId=signer%40project.iam.gserviceaccount.com&Signature="
)
_S3 = "https://s3.amazonaws.com/bucket/a%20b.png?AWSAccessKeyId=AKIDEXAMPLE"

# google-cloud-storage 3.17.1 (Python) and @google-cloud/storage 7 (Node): a plain PUT; one of a PNG with
# x-goog-meta-colour: blue.
GOOGLE_PLAIN = (
    f"{_GOOGLE}ayZa37ZU0tg2OqReXpxyEbChLxV%2BGPg1VOpb1JX4o4rC6jXGNyaRozLXS0O%2FIV6uE%2BETjB%2BCcohEcUWlHYtgju"
    "xTtO28fFmlka5cy0arS3UcoRuwq2SBOdJmXXhu1MmegzEmRR0Mb45DqUIfBnqeeD1nsDC7nGwgLQH96fn%2Fu5R3XvvaAETnZ6eNB6K%"
    "2FAoT6HvtCGz97iWUSKrSNI5kFy%2FQFfhnW9hLQnbPTF3BvejeYof6%2Bjhe6%2BTQMkGywHEGGTwAvqCuGtQcVFsZ886w%2BlwYJVS"
    "8fMWk2U3n3R%2BGayVGfxY5RraqMZ5TVxCwM6xaCNZ89T6qOoJqfMMDZ5PD5%2BA%3D%3D"
)
GOOGLE_TYPED = (
    f"{_GOOGLE}ZZOuWZv00rjPVKkONY1YrVLp8GeKlBucy%2B5AYq0AJCitG%2BCxcAbNRdsmLV0jFvqKTajy9KtfrL%2BhVY%2BrpYyoQAS"
    "iLf6ReRU9kZrtTHKZsGILbbpFGQuOWvgCmIZzusXfrCVyWwZ3msinS77SrM2raDpn%2BuFbijToiXZbiGgZu0JeStyL0%2BD8%2B7gtw"
    "dpK1CJImsBBDaExHFVQGR9Wnu2l%2BL%2B0LIZGGhR9Ps3jN%2FTtmP%2Frd5VoLTJReNQHGH8ut8zhwYUkMlGfNeoaWAdJ%2F5KSDpW"
    "maiYfN9LsfQ%2BdhgKv9QdEA23NHyl2cRCwYZVmbxcp96Db9QU%2FGeyh2EDM78YGSA%3D%3D"
)
# aws-sdk 2.1693 (JavaScript): a plain PUT; one of a PNG with x-amz-meta-colour: blue green.
JAVASCRIPT_PLAIN = f"{_S3}&Expires={EXPIRES}&Signature=munHO%2FmJUIR8mij0w5H8DvsJzT8%3D"
JAVASCRIPT_TYPED = (
    f"{_S3}&Cache-Control=no-store&Content-Type=image%2Fpng&Expires={EXPIRES}"
    "&Signature=1htKFhJXDxAICd3LwLyIY6KBVTA%3D&x-amz-meta-colour=blue%20green"
)
# boto 2.49: the same two. It writes metadata into the query, and not the type.
BOTO2_PLAIN = (
    f"https://s3.amazonaws.com:443/bucket/a%20b.png?Signature=munHO%2FmJUIR8mij0w5H8DvsJzT8%3D&Expires={EXPIRES}"
    "&AWSAccessKeyId=AKIDEXAMPLE"
)
BOTO2_TYPED = (
    "https://s3.amazonaws.com:443/bucket/a%20b.png?Signature=1htKFhJXDxAICd3LwLyIY6KBVTA%3D"
    f"&Expires={EXPIRES}&AWSAccessKeyId=AKIDEXAMPLE&x-amz-meta-colour=blue%20green"
)


def is_signed(url: str, headers: Mapping[str, str], *, metadata_from_query: bool = False) -> bool:
    """Whether a store would accept a PUT with these headers. `metadata_from_query`: as Ceph does."""
    query = dict(parse_qsl(urlsplit(url).query))
    vendor = "x-goog-" if "GoogleAccessId" in query else "x-amz-"
    lines = [(name, value) for name, value in sorted(headers.items()) if name.startswith(vendor)]
    if metadata_from_query:
        lines += [(name, value) for name, value in sorted(query.items()) if name.startswith("x-amz-meta-")]
    text = (
        f"PUT\n{headers.get('content-md5', '')}\n{headers.get('content-type', '')}\n{query['Expires']}\n"
        + "".join(f"{name}:{value}\n" for name, value in lines)
        + urlsplit(url).path
    ).encode()
    signature = base64.b64decode(query["Signature"])
    if vendor == "x-amz-":
        return hmac.digest(SECRET, text, "sha1") == signature
    size = len(signature)
    opened = pow(int.from_bytes(signature, "big"), GOOGLE_EXPONENT, GOOGLE_MODULUS).to_bytes(size, "big")
    end = DIGEST_INFO + hashlib.sha256(text).digest()
    return opened == b"\x00\x01" + b"\xff" * (size - len(end) - 3) + b"\x00" + end
