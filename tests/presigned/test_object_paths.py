"""Which paths are those of a bucket and a key, and which ones somebody on the way could read as others."""

import time

import pytest

from upload_service.presigned.allowed_destinations import parse_destinations
from upload_service.presigned.object_paths import bucket_of, may_climb
from upload_service.presigned.url_parts import parse_url

CLIMBING = [
    "/a/../b", "/a/./b", "/a/..", "/..", "/../", "/a/%2e%2e/b", "/a/.%2E/b", "/a/..%2fb", "/a%2f../b",
    "/a/..%5cb", "/a%5c..%5cb", "/a/..;/b", "/a/..;x=y/b", "/a/.;/b", "/a/%2e%2e%3b/b", "/a/..%3bx/b",
    "/a/..%00/b", "/a/b%00.png", "/a/%252e%252e/b", "/a/..%252fb", "/a/%252e%252e%252fb", "/a/%25252e./b",
    "/a/..%253b/b", "/a/..%2500/b", "/a/..%255cb", "/a/..%20/b", "/a/..%09/b", "/a/%20../b", "/a/.%20./b",
    "/a/%c0%ae%c0%ae/b", "/a/..%c0%afb", "/a/%c0%2e/../b", "/a/%e0%80%ae./b", "/a/%f0%80%80%ae./b",
    "/a/%25c0%25ae./b", "/a/%u002e%u002e/b", "/a/..%u005cb", "/a/..%3f/b", "/a/..%23/b", "/a/%2525252525252e",
]  # fmt: skip
PLAIN = [
    "/a/b", "/a/..b/c", "/a/b../c", "/a/b..c", "/a/...", "/a/.../b", "/a/.b", "/a/b.", "/a/b;c=d/e", "/a;/b",
    "/a/%25", "/a/100%25/b", "/a/%252f", "/a/b%2fc", "/a//b", "/a/%20b", "/a/.%20b", "/a/%C3%A9",
    "/a/%ED%8C%8C%EC%9D%BC.png", "/a/%E0%A0%80", "/a/%F0%9F%98%80", "/a/%", "/a/%zz", "/a/%3f", "/a/b%5cc",
    "/a/%253B", "/a/a..%2fb",
]  # fmt: skip


@pytest.mark.parametrize("path", CLIMBING)
def test_climbing(path: str) -> None:
    """However the dots are written, and whoever undoes what, the path lies below no listed one."""
    assert may_climb(path)
    allowed = parse_destinations("https://storage.example.com/a")
    assert allowed.entries_for(parse_url(f"https://storage.example.com/a{path}?b")) == []


@pytest.mark.parametrize("path", PLAIN)
def test_not_climbing(path: str) -> None:
    """Escapes, semicolons and dots that are only characters of a key do no harm."""
    assert not may_climb(path)
    allowed = parse_destinations("https://storage.example.com/a")
    assert allowed.entries_for(parse_url(f"https://storage.example.com/a{path}?b"))


@pytest.mark.parametrize(
    ("path", "bucket"),
    [
        ("/bucket/key", "bucket"),
        ("/my_Bucket.1/a/b", "my_Bucket.1"),
        ("/bucket/a/../b", "bucket"),
        ("/bucket/..;", "bucket"),
        ("/bucket/...", "bucket"),
        ("/bucket/", None),
        ("/bucket", None),
        ("//key", None),
        ("/./key", None),
        ("/../key", None),
        ("/.../key", None),
        ("/%2e%2e/key", None),
        ("/%62ucket/key", None),
        ("/a%2Fb/key", None),
        ("/$discovery/rest", None),
        ("/bucket/.", None),
        ("/bucket/..", None),
        ("/bucket/%2e%2E", None),
    ],
)
def test_bucket(path: str, bucket: str | None) -> None:
    """A bucket has the letters that buckets have, and the key is more than dots that would be undone."""
    assert bucket_of(path) == bucket


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("/minio/admin/v3/add-user", False),
        ("/minio/health/live", False),
        ("/MinIO/admin", False),
        ("/%6dinio/admin", False),
        ("//minio/admin", False),
        ("/%2fminio/admin", False),
        ("/%4Dinio/admin", False),
        ("/%256dinio/admin", False),
        ("/./minio/admin", False),
        ("/.;/minio/admin", False),
        ("/%252e/minio/admin", False),
        ("/minio;a/admin", False),
        ("/minio%00/admin", False),
        ("/b/../minio/admin", False),
        ("/b/..%2fMinIO/admin", False),
        ("/b/..;/minio/admin", False),
        ("/b%5c..%5cminio/admin", False),
        ("/b/../key", True),
        ("/b/%2e%2e/minio-key", True),
        ("/minio-backups/key", True),
        ("/bucket/minio/key", True),
    ],
)
def test_interface_of_minio(path: str, is_allowed: bool) -> None:
    """Where a host is listed as a whole, MinIO's own interface is no bucket; listed by path, it is one."""
    url = parse_url(f"http://store.example:9000{path}?b")
    assert bool(parse_destinations("http://store.example:9000").entries_for(url)) is is_allowed
    listed = parse_destinations("http://store.example:9000/minio")
    assert listed.entries_for(parse_url("http://store.example:9000/minio/key?b"))


@pytest.mark.parametrize("unit", ["%25", "%2e", "/.", "/%20", "%252e", "/ .", ";", "%c0", "/%2e%20", "%5c"])
def test_no_path_is_slow(unit: str) -> None:
    """Where a careless pattern would take quadratic time, a path eight times the longest one takes little."""
    path = "/a" + unit * (64_000 // len(unit)) + "x"
    times = []
    for _ in range(3):
        began = time.perf_counter()
        may_climb(path)
        times.append(time.perf_counter() - began)
    assert min(times) < 1
