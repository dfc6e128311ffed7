"""Where a POST may go: the address of the object that it makes is judged as that of a PUT.

The rows of escapes are what a caller tries who wants an object outside of the operator's folder.
"""

import pytest
from devtools import signed_posts

from tests.presigned.judged_posts import (
    ANY_KEY,
    S3_URL,
    covering,
    filled,
    free,
    judged_post,
    post_refusal,
)
from tests.presigned.judged_urls import destinations
from upload_service.presigned.post_destination import may_be_of_post

STORE = "http://store.example:9000"
FOLDER = f"{STORE}/bucket/in"
NOT_ALLOWED, ODD_URL = "destination_not_allowed", "invalid_upload_url"


@pytest.mark.parametrize(
    "url",
    [
        "https://bucket.s3.eu-west-1.amazonaws.com/",
        "https://bucket.s3.eu-west-1.amazonaws.com",
        "https://s3.eu-west-1.amazonaws.com/bucket",
        "https://s3.eu-west-1.amazonaws.com/bucket/",
        "https://bucket.s3-accelerate.amazonaws.com/",
        "https://other-123.s3-accesspoint.eu-west-1.amazonaws.com/",
        "https://bucket.nyc3.digitaloceanspaces.com/",
        "https://s3.wasabisys.com/bucket/",
    ],
)
@pytest.mark.parametrize("make", [signed_posts.v4, signed_posts.v2])
def test_known_stores(url: str, make: type[object]) -> None:
    """The bucket stands in the host or in the path, with a slash at the end or without."""
    fields = make("a/b.png")  # type: ignore[call-arg]  # either of two functions
    assert judged_post(fields, url).listed is False  # type: ignore[arg-type]  # as above
    assert may_be_of_post(url, destinations("default"))


def test_google() -> None:
    """Google's fields, of both versions; its XML interface takes S3's as well."""
    for url in ("https://storage.googleapis.com/bucket/", "https://bucket.storage.googleapis.com/"):
        assert judged_post(signed_posts.v4(vendor="goog"), url).signature_scheme == "google-v4"
        assert judged_post(signed_posts.v2(vendor="goog"), url).signature_scheme == "google-v2"
        assert judged_post(signed_posts.v4(), url).signature_scheme == "s3-v4"
    assert post_refusal(signed_posts.v4(vendor="goog"))[0] == "url_not_signed"


@pytest.mark.parametrize(
    ("url", "store"),
    [
        (f"https://{'0' * 32}.r2.cloudflarestorage.com/bucket", "R2"),
        (f"https://bucket.{'0' * 32}.r2.cloudflarestorage.com/", "R2"),
        ("https://s3.us-west-004.backblazeb2.com/bucket/", "Backblaze B2"),
        ("https://account.blob.core.windows.net/container", "Azure Blob"),
    ],
)
def test_stores_without_post(url: str, store: str) -> None:
    """It is said before anything is sent, with the store's name."""
    assert post_refusal(signed_posts.v4(), url) == (
        "post_not_supported", f"{store} takes no POST of a form."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (f"{S3_URL}key", ODD_URL),
        ("https://s3.eu-west-1.amazonaws.com/", ODD_URL),
        ("https://s3.eu-west-1.amazonaws.com/bucket/key", ODD_URL),
        ("https://storage.googleapis.com/", ODD_URL),
        ("https://storage.googleapis.com/upload", ODD_URL),
        ("https://storage.googleapis.com/storage/", ODD_URL),
        ("https://s3.eu-west-1.amazonaws.com/buck%65t", ODD_URL),
        ("https://s3.eu-west-1.amazonaws.com//bucket", ODD_URL),
        ("https://s3.eu-west-1.amazonaws.com/..", ODD_URL),
        ("https://s3.eu-west-1.amazonaws.com/./", ODD_URL),
        ("https://s3.eu-west-1.amazonaws.com/bucket;x", ODD_URL),
        (f"{S3_URL}#", ODD_URL),
        ("", ODD_URL),
        (f"{S3_URL}?X-Amz-Signature=x", "invalid_fields"),
        (f"{S3_URL}?", "invalid_fields"),
        ("http://bucket.s3.eu-west-1.amazonaws.com/", NOT_ALLOWED),
        ("https://bucket.s3.eu-west-1.amazonaws.com:8443/", NOT_ALLOWED),
        ("https://s3.example/bucket", NOT_ALLOWED),
        ("https://169.254.169.254/latest", NOT_ALLOWED),
        ("https://other.s3.eu-west-1.amazonaws.com/", "policy_not_met"),
        ("https://s3.eu-west-1.amazonaws.com/other", "policy_not_met"),
    ],
)
def test_other_addresses(url: str, code: str) -> None:
    """A POST goes to a bucket of a store that is allowed, and to no other address there."""
    assert post_refusal(signed_posts.v4("key"), url)[0] == code


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("in/a", "ok"),
        ("in/a/b.png", "ok"),
        ("in/a..b/...", "ok"),
        ("in//a", "ok"),
        ("in/사진 1.png", "ok"),
        ("in/${filename}", "ok"),
        ("in/x-${filename}", "ok"),
        ("in", NOT_ALLOWED),
        ("in/", NOT_ALLOWED),
        ("inside/a", NOT_ALLOWED),
        ("IN/a", NOT_ALLOWED),
        ("out/a", NOT_ALLOWED),
        ("a", NOT_ALLOWED),
        ("${filename}", NOT_ALLOWED),
        ("${filename}/in/a", NOT_ALLOWED),
        ("/in/a", NOT_ALLOWED),
        ("//in/a", NOT_ALLOWED),
        ("./in/a", NOT_ALLOWED),
        ("in/../out/a", NOT_ALLOWED),
        ("in/..", NOT_ALLOWED),
        ("in/.", NOT_ALLOWED),
        ("in/./a", NOT_ALLOWED),
        ("in\\a", NOT_ALLOWED),
        ("in/a\\..\\..\\out", NOT_ALLOWED),
        ("in/..\\out", NOT_ALLOWED),
        ("in/%2e%2e/out", NOT_ALLOWED),
        ("in/%252e%252e/out", NOT_ALLOWED),
        ("in/..%2fout", NOT_ALLOWED),
        ("in%2fa", NOT_ALLOWED),
        ("%69n/a", NOT_ALLOWED),
        ("in/..;/out", NOT_ALLOWED),
        ("in/..?/out", NOT_ALLOWED),
        ("in/..#/out", NOT_ALLOWED),
        ("in/.. /out", NOT_ALLOWED),
        ("in/%c0%ae%c0%ae/out", NOT_ALLOWED),
        ("in/%00/out", NOT_ALLOWED),
        ("in?/a", NOT_ALLOWED),
        ("bucket/in/a", NOT_ALLOWED),
        ("../bucket/in/a", NOT_ALLOWED),
        ("../../bucket/in/a", NOT_ALLOWED),
        ("", "invalid_fields"),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_key_and_the_folder_of_the_operator(key: str, code: str, slash: str) -> None:
    """An entry with a folder holds for the key of a POST, however a store reads that."""
    assert post_refusal(free(key), f"{STORE}/bucket{slash}", FOLDER)[0] == code


@pytest.mark.parametrize("filename", ["a", "..a", "a%2f", "\\out", "../out", "in/../../out", "out\\x", "~"])
def test_name_of_the_file_and_the_folder(filename: str) -> None:
    """A file's name leads nowhere else, whatever it is."""
    destination, form = filled(free("in/${filename}"), filename, url=f"{STORE}/bucket", allowed=FOLDER)
    assert form.key.count("/") == 1
    assert form.key.startswith("in/")
    assert str(destination.url) == f"{STORE}/bucket"


@pytest.mark.parametrize("filename", ["%2e%2e", "a%2f..", "%252e%252e", "..;x", ".. ", "..?", "..#x", "%00"])
def test_name_of_the_file_that_climbs(filename: str) -> None:
    """A name that somebody may read as a step upwards is refused below a folder."""
    assert post_refusal(free("in/${filename}"), f"{STORE}/bucket", FOLDER, filename)[0] == NOT_ALLOWED


@pytest.mark.parametrize(
    ("key", "code"),
    [("k" * 8000, "ok"), ("k" * 8192, "object_key_refused"), ("é" * 1400, "object_key_refused")],
)
def test_long_key(key: str, code: str) -> None:
    """An object's address is no longer than the URL of a PUT can be: judging it costs time."""
    assert post_refusal(free(key))[0] == code
    assert post_refusal(free("${filename}"), filename=key)[0] == code


def test_long_path() -> None:
    """Nor has it many segments, each of which a store might take for the bucket."""
    assert post_refusal(free("a"), f"{STORE}/a/b/c/bucket", STORE)[0] == "ok"
    assert post_refusal(free("a"), f"{STORE}/a/b/c/d/bucket", STORE)[0] == ODD_URL


@pytest.mark.parametrize("bucket", [[], [["starts-with", "$bucket", ""]], [{"bucket": "in"}]])
@pytest.mark.parametrize(
    ("url", "key", "named"),
    [
        # Here the store takes the first segment for the bucket and drops the rest: SeaweedFS 4.48 does.
        (f"{STORE}/bucket/in", "a", NOT_ALLOWED),
        (f"{STORE}/bucket/in/", "a", NOT_ALLOWED),
        (f"{STORE}/bucket/in/deeper", "out/a", NOT_ALLOWED),
        # Here the host may be the bucket, so that the whole path is dropped, unless the policy forbids it.
        ("http://bucket.store.example:9000/in", "a", "ok"),
    ],
)
def test_folder_in_the_address(url: str, key: str, named: str, bucket: list[object]) -> None:
    """A folder behind the bucket in a POST's address means nothing to a store, and opens nothing here."""
    fields = free("a")
    policy = signed_posts.policy([*bucket, ANY_KEY, *covering(fields)])
    allowed = f"{FOLDER},http://bucket.store.example:9000/in"
    expected = named if named != "ok" or bucket == [{"bucket": "in"}] else "policy_not_met"
    assert post_refusal({**fields, "policy": policy, "key": key}, url, allowed)[0] == expected


@pytest.mark.parametrize(
    ("url", "key", "allowed", "code"),
    [
        (f"{STORE}/bucket", "a", STORE, "ok"),
        (f"{STORE}/bucket", "a", f"{STORE}/bucket", "ok"),
        (f"{STORE}/bucket", "a", f"{STORE}/other", NOT_ALLOWED),
        (f"{STORE}/bucket", "other/a", f"{STORE}/other", NOT_ALLOWED),
        (f"{STORE}/", "bucket/in/a", FOLDER, "policy_not_met"),
        (f"{STORE}/bucket/in", "a", FOLDER, NOT_ALLOWED),
        (f"{STORE}/bucket/in/b", "a", FOLDER, NOT_ALLOWED),
        (f"{STORE}/bucket/in", "in/a", FOLDER, "policy_not_met"),
        (f"{STORE}/gate/bucket", "a", f"{STORE}/gate", "ok"),
        (f"{STORE}/gate", "bucket/a", f"{STORE}/gate", "policy_not_met"),
        ("http://bucket.store.example:9000/", "in/a", "http://bucket.store.example:9000/in", "ok"),
        ("http://other.store.example:9000/", "in/a", "http://*.store.example:9000/in", "policy_not_met"),
        ("http://files.example/", "a", "http://files.example", "ok"),
        (f"{STORE}/minio", "a", STORE, NOT_ALLOWED),
        (f"{STORE}/bucket", "../minio/admin/v3/add-user", STORE, NOT_ALLOWED),
        (f"{STORE}/", "minio/admin/v3/add-user", STORE, NOT_ALLOWED),
    ],
)
def test_bucket_and_the_entry_of_the_operator(url: str, key: str, allowed: str, code: str) -> None:
    """Bucket and key together lie below the entry, and the policy is for the URL's own bucket."""
    assert post_refusal(free(key), url, allowed)[0] == code


def test_field_bucket() -> None:
    """SDKs for JavaScript send the bucket as well; another one than the URL's is refused."""
    for url in (S3_URL, "https://s3.eu-west-1.amazonaws.com/bucket"):
        assert post_refusal(signed_posts.v4(more={"bucket": "bucket"}), url) == ("ok", "")
        code, cause = post_refusal(free("a", bucket="other"), url)
        assert (code, cause) == ("policy_not_met", "The field bucket names another bucket than the URL.")
    assert post_refusal(free("in/a", bucket="other"), f"{STORE}/bucket", FOLDER)[0] == "policy_not_met"


@pytest.mark.parametrize(
    ("url", "allowed", "may"),
    [
        (S3_URL, "default", True),
        (f"{S3_URL}photo.png", "default", False),
        (f"{S3_URL}?a", "default", False),
        ("https://s3.eu-west-1.amazonaws.com/bucket", "default", True),
        ("https://s3.eu-west-1.amazonaws.com/bucket/photo.png", "default", False),
        ("https://elsewhere.example/", "default", False),
        (f"{STORE}/bucket", STORE, True),
        (f"{STORE}/bucket/photo.png", STORE, False),
        (f"{STORE}/bucket", FOLDER, True),
        (f"{STORE}/", FOLDER, True),
        (f"{STORE}/bucket/in/gate", FOLDER, True),
        (f"{STORE}/bucket/in/a/photo.png", FOLDER, False),
        (f"{STORE}/other", FOLDER, False),
        ("", STORE, False),
        ("no url", STORE, False),
    ],
)
def test_address_that_can_be_a_bucket(url: str, allowed: str, may: bool) -> None:
    """Only such a URL waits for its fields; any other without a query is refused as that of an object."""
    assert may_be_of_post(url, destinations(allowed)) is may
