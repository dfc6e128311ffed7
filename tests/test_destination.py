"""Judging presigned URLs: a table of what is allowed and what is refused, and why."""

import pytest

from upload_service.config import Settings
from upload_service.destination import judge
from upload_service.errors import UploadError
from upload_service.parsing import Destinations

NOW = 1_795_435_200.0  # 2026-11-23T12:00:00Z
V4 = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261123T115500Z&X-Amz-Expires=600&X-Amz-Signature=abc"
GOOGLE = "X-Goog-Date=20261123T115500Z&X-Goog-Expires=600&X-Goog-Signature=abc"
SAS = "sv=2025-01-05&se=2026-11-23T12%3A05%3A00Z&sp=cw&sig=abc%3D"


def destinations(text: str) -> Destinations:
    """The list that an operator would write as `text`."""
    return Settings.from_environment({"UPLOAD_DESTINATIONS": text}).destinations


def refusal(url: str, allowed: str = "default") -> str:
    """The code with which `url` is refused, or `ok`."""
    try:
        judge(url, destinations(allowed), NOW)
    except UploadError as error:
        return error.entry.code
    return "ok"


@pytest.mark.parametrize(
    ("host", "query"),
    [
        ("bucket.s3.amazonaws.com", V4),
        ("s3.amazonaws.com", V4),
        ("s3.eu-central-1.amazonaws.com", V4),
        ("my.dotted.bucket.s3.us-gov-west-1.amazonaws.com", V4),
        ("bucket.s3-us-west-2.amazonaws.com", V4),
        ("bucket.s3.dualstack.eu-west-3.amazonaws.com", V4),
        ("bucket.s3-fips.us-east-1.amazonaws.com", V4),
        ("bucket.s3-fips.dualstack.us-east-1.amazonaws.com", V4),
        ("bucket.s3-accelerate.amazonaws.com", V4),
        ("bucket.s3-accelerate.dualstack.amazonaws.com", V4),
        ("ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com", V4),
        ("bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", V4),
        ("bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com", V4),
        ("bucket.s3.cn-north-1.amazonaws.com.cn", V4),
        ("BUCKET.s3.amazonaws.com", V4),
        ("0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com", V4),
        ("bucket.0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com", V4),
        ("storage.googleapis.com", GOOGLE),
        ("bucket.storage.googleapis.com", GOOGLE),
        ("account.blob.core.windows.net", SAS),
    ],
)
def test_well_known_stores_are_allowed(host: str, query: str) -> None:
    """Each shape of a well-known store's endpoint is allowed by default over https, and on port 443 only."""
    assert refusal(f"https://{host}/folder/key.png?{query}") == "ok"
    assert refusal(f"https://{host}:443/folder/key.png?{query}") == "ok"
    assert refusal(f"http://{host}/folder/key.png?{query}") == "destination_not_allowed"
    assert refusal(f"https://{host}:8443/folder/key.png?{query}") == "destination_not_allowed"
    assert refusal(f"https://{host}.evil.example/folder/key.png?{query}") == "destination_not_allowed"


@pytest.mark.parametrize(
    "host",
    [
        "ec2-1-2-3-4.compute-1.amazonaws.com",
        "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
        "abc.execute-api.eu-west-1.amazonaws.com",
        "lb-1.eu-west-1.elb.amazonaws.com",
        "s3.compute.amazonaws.com",
        "s3.evil.amazonaws.com",
        "amazonaws.com",
        "s3.amazonaws.com.evil.example",
        "evil-s3.amazonaws.com",
        "s3.amazonaws.co",
        "s3xamazonaws.com",
        "evilstorage.googleapis.com.example",
        "fake-storage.googleapis.com",
        "www.googleapis.com",
        "blob.core.windows.net",
        "account.queue.core.windows.net",
        "r2.cloudflarestorage.com",
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:169.254.169.254]",
        "2130706433",
        "localhost",
        "example.com",
        "s3.amazonaws.com.",
    ],
)
def test_other_hosts_are_refused(host: str) -> None:
    """A host that is no store's, however much it looks like one, is refused."""
    assert refusal(f"https://{host}/bucket/key?{V4}") in ("destination_not_allowed", "invalid_upload_url")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "invalid_upload_url"),
        ("key.png", "invalid_upload_url"),
        ("//s3.amazonaws.com/b/k", "invalid_upload_url"),
        ("https:", "invalid_upload_url"),
        ("https:///b/k", "invalid_upload_url"),
        ("https:s3.amazonaws.com/b/k", "invalid_upload_url"),
        (f"ftp://s3.amazonaws.com/b/k?{V4}", "invalid_upload_url"),
        (f"file:///etc/passwd?{V4}", "invalid_upload_url"),
        (f"https://u:p@s3.amazonaws.com/b/k?{V4}", "invalid_upload_url"),
        (f"https://@s3.amazonaws.com/b/k?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com@evil.example/b/k?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com\\@evil.example/b/k?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k?{V4}#@evil.example", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k?{V4}#", "invalid_upload_url"),
        (f"https://s3.amazonaws.com?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com:99999/b/k?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com:/b/k?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com:x/b/k?{V4}", "invalid_upload_url"),
        (f"https://s3%2eamazonaws.com/b/k?{V4}", "invalid_upload_url"),
        (f"https://{'a' * 64}.s3.amazonaws.com/k?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/a b?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k\n?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k\t?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/\u00e9?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k\x00?{V4}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/{'k' * 8192}?{V4}", "invalid_upload_url"),
        ("https://s3.amazonaws.com/b/k", "url_not_signed"),
        ("https://s3.amazonaws.com/b/k?X-Amz-Date=20261123T115500Z", "url_not_signed"),
        ("https://s3.amazonaws.com/b/k?X-Amz-Signature=", "url_not_signed"),
        ("https://s3.amazonaws.com/b/k?Signature=abc", "url_not_signed"),
        ("https://s3.amazonaws.com/b/k?X-Amz-Signature=abc", "invalid_upload_url"),
        ("https://s3.amazonaws.com/b/k?X-Amz-Signature=a&X-Amz-Date=x&X-Amz-Expires=9", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k?{V4.replace('=600', '=abc')}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k?{V4.replace('=600', '=9' + '9' * 30)}", "invalid_upload_url"),
        (f"https://s3.amazonaws.com/b/k?{V4.replace('=600', '=299')}", "url_expired"),
        (f"https://s3.amazonaws.com/b/k?{V4.replace('=600', '=300')}", "url_expired"),
        (f"https://s3.amazonaws.com/b/k?{V4.replace('=600', '=301')}", "ok"),
        (f"https://s3.amazonaws.com/b/k?{V4.lower()}".replace("20261123t115500z", "20261123T115500Z"), "ok"),
        ("https://s3.amazonaws.com/b/k?AWSAccessKeyId=A&Expires=1795435201&Signature=a%3D", "ok"),
        ("https://s3.amazonaws.com/b/k?AWSAccessKeyId=A&Expires=1795435200&Signature=a%3D", "url_expired"),
        ("https://s3.amazonaws.com/b/k?AWSAccessKeyId=A&Expires=soon&Signature=a", "invalid_upload_url"),
        ("https://storage.googleapis.com/b/k?GoogleAccessId=A&Expires=1795435201&Signature=a", "ok"),
        (f"https://account.blob.core.windows.net/c/k?{SAS}", "ok"),
        (f"https://account.blob.core.windows.net/c/k?{SAS.replace('A05', 'A00')}", "url_expired"),
        ("https://account.blob.core.windows.net/c/k?si=policy&sig=abc", "ok"),
        ("https://account.blob.core.windows.net/c/k?se=2026-11-24&sig=abc", "ok"),
        ("https://account.blob.core.windows.net/c/k?se=tomorrow&sig=abc", "invalid_upload_url"),
    ],
)
def test_urls(url: str, code: str) -> None:
    """Each URL is judged as the table says."""
    assert refusal(url) == code


LISTED = "http://127.0.0.1:8333/uploads/incoming/"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:8333/uploads/incoming/a.png", "ok"),
        ("http://127.0.0.1:8333/uploads/incoming/a/b/c.png", "ok"),
        ("http://127.0.0.1:8333/uploads/incoming/..a/.b/c..", "ok"),
        ("http://127.0.0.1:8333/uploads/incoming/a%2Fb", "ok"),
        ("https://127.0.0.1:8333/uploads/incoming/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8334/uploads/incoming/a.png", "destination_not_allowed"),
        ("http://127.0.0.1/uploads/incoming/a.png", "destination_not_allowed"),
        ("http://127.0.0.2:8333/uploads/incoming/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming-evil/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/other/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads%2Fincoming/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming%2Fa.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333//uploads/incoming/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/../other/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/./a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/%2e%2e/other/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/.%2E/other/a.png", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/a%2F..%2F..%2Fother", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/a%5c..%5c..%5cother", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/..", "destination_not_allowed"),
        ("https://bucket.s3.amazonaws.com/a.png", "destination_not_allowed"),
    ],
)
def test_listed_prefixes(url: str, code: str) -> None:
    """A listed prefix holds scheme, host, port and whole segments of the raw path, and nothing climbs out."""
    assert refusal(f"{url}?{V4}", LISTED) == code


def test_default_beside_listed() -> None:
    """The word default keeps the well-known stores beside a list."""
    assert refusal(f"https://bucket.s3.amazonaws.com/a?{V4}", f"{LISTED},default") == "ok"
    assert refusal(f"http://127.0.0.1:8333/uploads/incoming/a?{V4}", f"{LISTED},default") == "ok"


def test_url_passes_byte_for_byte() -> None:
    """What is dialled is, byte for byte, what was signed."""
    url = f"https://s3.amazonaws.com/b/a%2Fb%21+~%e0//c;d?{V4}&x=%2f%2F&empty=&x=+"
    destination = judge(url, destinations("default"), NOW)
    assert str(destination.url) == url
    assert destination.url.raw_path_qs == url.removeprefix("https://s3.amazonaws.com")


def test_repr_hides_the_url() -> None:
    """A destination shows its host and never its signature."""
    destination = judge(f"https://s3.amazonaws.com/b/k?{V4}", destinations("default"), NOW)
    assert "s3.amazonaws.com" in repr(destination)
    assert "abc" not in repr(destination)
    assert "Signature" not in repr(destination)
