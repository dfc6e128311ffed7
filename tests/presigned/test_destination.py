"""Judging presigned URLs: a table of what is allowed and what is refused, and why."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.presigned.judged_urls import GOOGLE_V2, GOOGLE_V4, NOW, V4, destinations, judged, reason, refusal
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import judge_destination

# Name of the row, url, code.
FORMS = [
    ("empty", "", "invalid_upload_url"),
    ("no URL", "key.png", "invalid_upload_url"),
    ("no scheme", "//s3.amazonaws.com/b/k", "invalid_upload_url"),
    ("scheme alone", "https:", "invalid_upload_url"),
    ("no host", "https:///b/k", "invalid_upload_url"),
    ("no slashes", "https:s3.amazonaws.com/b/k", "invalid_upload_url"),
    ("ftp", f"ftp://s3.amazonaws.com/b/k?{V4}", "invalid_upload_url"),
    ("file", f"file:///etc/passwd?{V4}", "invalid_upload_url"),
    ("user and password", f"https://u:p@s3.amazonaws.com/b/k?{V4}", "invalid_upload_url"),
    ("empty user", f"https://@s3.amazonaws.com/b/k?{V4}", "invalid_upload_url"),
    ("store as user", f"https://s3.amazonaws.com@evil.example/b/k?{V4}", "invalid_upload_url"),
    ("backslash before the host", f"https://s3.amazonaws.com\\@evil.example/b/k?{V4}", "invalid_upload_url"),
    ("fragment with a host", f"https://s3.amazonaws.com/b/k?{V4}#@evil.example", "invalid_upload_url"),
    ("empty fragment", f"https://s3.amazonaws.com/b/k?{V4}#", "invalid_upload_url"),
    ("no path", f"https://s3.amazonaws.com?{V4}", "invalid_upload_url"),
    ("no key", f"https://s3.amazonaws.com/?{V4}", "invalid_upload_url"),
    ("port too large", f"https://s3.amazonaws.com:99999/b/k?{V4}", "invalid_upload_url"),
    ("port empty", f"https://s3.amazonaws.com:/b/k?{V4}", "invalid_upload_url"),
    ("port no number", f"https://s3.amazonaws.com:x/b/k?{V4}", "invalid_upload_url"),
    ("escaped dot", f"https://s3%2eamazonaws.com/b/k?{V4}", "invalid_upload_url"),
    ("label too long", f"https://{'a' * 64}.s3.amazonaws.com/k?{V4}", "invalid_upload_url"),
    ("space", f"https://s3.amazonaws.com/b/a b?{V4}", "invalid_upload_url"),
    ("line break", f"https://s3.amazonaws.com/b/k\n?{V4}", "invalid_upload_url"),
    ("tab", f"https://s3.amazonaws.com/b/k\t?{V4}", "invalid_upload_url"),
    ("not ASCII", f"https://s3.amazonaws.com/b/\u00e9?{V4}", "invalid_upload_url"),
    ("NUL", f"https://s3.amazonaws.com/b/k\x00?{V4}", "invalid_upload_url"),
    ("too long", f"https://s3.amazonaws.com/b/{'k' * 8192}?{V4}", "invalid_upload_url"),
    ("escaped colon", f"https://s3.amazonaws.com%3A443/b/k?{V4}", "invalid_upload_url"),
    ("two hosts", f"https://s3.amazonaws.com,evil.example/b/k?{V4}", "invalid_upload_url"),
    ("empty label", f"https://s3.amazonaws..com/b/k?{V4}", "invalid_upload_url"),
    ("open bracket", f"https://[::1/b/k?{V4}", "invalid_upload_url"),
    ("two dots at the end", f"https://s3.amazonaws.com../b/k?{V4}", "invalid_upload_url"),
    ("a dot alone", f"https://./b/k?{V4}", "invalid_upload_url"),
    ("address with a dot at its end", f"http://127.0.0.1.:9000/b/k?{V4}", "invalid_upload_url"),
    ("number with a dot at its end", f"http://2130706433./b/k?{V4}", "invalid_upload_url"),
    ("port 0", f"https://s3.amazonaws.com:0/b/k?{V4}", "invalid_upload_url"),
    ("IPv6 zone", f"https://[fe80::1%25eth0]/b/k?{V4}", "invalid_upload_url"),
    ("no IPv6 address", f"https://[1:2]/b/k?{V4}", "invalid_upload_url"),
    ("hexadecimal letters with two dots", f"https://a..b/b/k?{V4}", "invalid_upload_url"),
    ("upper case", f"HTTPS://S3.AMAZONAWS.COM/b/k?{V4}", "ok"),
    ("port 443", f"https://s3.amazonaws.com:443/b/k?{V4}", "ok"),
    ("odd but whole path", f"https://s3.amazonaws.com/b/a%2Fb//c/..;/%E0%?{V4}", "ok"),
]


# Google's other interfaces, which stand on the host of its path style.
OTHER_INTERFACES = [
    "/upload/storage/v1/b/bucket/o",
    "/upload/key",
    "/storage/v1/b/bucket/o/key",
    "/storage/v1beta2/b",
    "/batch/storage/v1",
    "/download/storage/v1/b/bucket/o/key",
    "/resumable/upload/storage/v1/b/bucket/o",
    "/discovery/v1/apis",
    "/$discovery/rest",
    "/UPLOAD/storage/v1/b/bucket/o",
    "/%75pload/storage/v1/b/bucket/o",
    "/upload%2fstorage/v1",
    "//upload/storage/v1/b/bucket/o",
    "/./upload/storage/v1",
    "/bucket/../upload/storage/v1/b/bucket/o",
    "/bucket/%252e%252e/upload/storage/v1",
    "/bucket/..;/storage/v1/b",
    "/bucket/..%5cstorage/v1/b",
]


@pytest.mark.parametrize("path", OTHER_INTERFACES)
@pytest.mark.parametrize("query", [GOOGLE_V4, GOOGLE_V2, V4])
def test_other_interfaces_of_google(path: str, query: str) -> None:
    """They are no buckets; below a host that names the bucket, the same path is a key."""
    assert refusal(f"https://storage.googleapis.com{path}?{query}") == "invalid_upload_url"
    assert refusal(f"https://bucket.storage.googleapis.com{path}?{query}") == "ok"


@pytest.mark.parametrize(
    "host",
    [
        "storage.mtls.googleapis.com",
        "api.backblazeb2.com",
        "f004.backblazeb2.com",
        "api.cloudflare.com",
        "s3-control.amazonaws.com",
    ],
)
def test_hosts_of_other_interfaces(host: str) -> None:
    """Other interfaces of the same vendors have hosts that are no store's."""
    for query in (GOOGLE_V4, V4):
        assert refusal(f"https://{host}/bucket/key?{query}") == "destination_not_allowed"


@pytest.mark.parametrize("key", ["a..b", "a%25b", "a;b=c", "%252e", "100%25/x", "a%2Fb", "caf%C3%A9", "..."])
def test_odd_keys_at_known_stores(key: str) -> None:
    """Characters that only look like a way out are part of a key."""
    for host in ("storage.googleapis.com/bucket", "bucket.storage.googleapis.com", "s3.amazonaws.com/bucket"):
        expected = (
            "invalid_upload_url" if key == "%252e" and host == "storage.googleapis.com/bucket" else "ok"
        )
        assert refusal(f"https://{host}/{key}?{GOOGLE_V4 if 'google' in host else V4}") == expected


@pytest.mark.parametrize(("url", "code"), [pytest.param(*row, id=name) for name, *row in FORMS])
def test_form_of_the_url(url: str, code: str) -> None:
    """Scheme, host, port and path are judged as they are dialled; what is no plain address is refused."""
    assert refusal(url) == code


def test_url_passes_byte_for_byte() -> None:
    """What is dialled is, byte for byte, what was signed."""
    url = f"https://s3.amazonaws.com/b/a%2Fb%21+~%e0//c;d?{V4}&x=%2f%2F&empty=&x=+"
    destination = judged(url)
    assert str(destination.url) == url
    assert destination.url.raw_path_qs == url.removeprefix("https://s3.amazonaws.com")


def test_absolute_name() -> None:
    """A dot at the end of a host makes no other host of it; what is dialled and signed keeps the dot."""
    url = f"https://Bucket.S3.amazonaws.com./k?{V4}"
    destination = judged(url)
    assert (destination.host, destination.provider) == ("bucket.s3.amazonaws.com", "s3")
    assert str(destination.url).lower() == url.lower()
    assert destination.url.raw_host == "Bucket.S3.amazonaws.com."
    assert destination.host_header == "Bucket.S3.amazonaws.com."


@pytest.mark.parametrize(
    ("authority", "sent"),
    [
        ("https://store.example", "store.example"),
        ("https://store.example:443", "store.example"),
        ("http://store.example:443", "store.example:443"),
        ("https://store.example.:8333", "store.example.:8333"),
        ("https://STORE.example", "STORE.example"),
        ("http://[::1]:9000", "[::1]:9000"),
        ("http://[0::0:1]", "[0::0:1]"),
    ],
)
def test_host_header(authority: str, sent: str) -> None:
    """Host is the host as it is written, with its port unless that is the scheme's own."""
    assert judged(f"{authority}/k?{V4}", authority).host_header == sent


def test_repr_hides_the_url() -> None:
    """A destination shows its host and never its signature."""
    destination = judged(f"https://s3.amazonaws.com/b/k?{V4}")
    assert "s3.amazonaws.com" in repr(destination)
    assert "5ec2e7" not in repr(destination)
    assert "Signature" not in repr(destination)


URLS = st.builds(
    "{}://{}{}{}?{}".format,
    st.sampled_from(["https", "http", "HTTPS", "ftp", ""]),
    st.sampled_from(["s3.amazonaws.com", "a.b.store.internal:8333", "[::1]", "u:p@s3.amazonaws.com"]),
    st.sampled_from(["/b/k", "/", "", "/in/../k", "/in/k"]),
    st.text(max_size=5),
    st.lists(
        st.sampled_from([*V4.split("&"), "sig=5ec2e7", "x-id=5ec2e7", "acl", "Expires=9"])
        | st.builds("{}={}".format, st.sampled_from(["X-Amz-Date", "se", "%ff"]), st.text(max_size=20)),
        max_size=9,
    ).map("&".join),
)


@given(URLS | st.text())
@example("https://s3.amazonaws.com/b/k?" + V4.replace("20261123T", "00000000T"))
@example("https://s3.amazonaws.com/b/k?" + V4.replace("20261123T", "\u0662" * 8 + "T"))
@example("https://[v1.x]/b/k?" + V4)
def test_any_text_is_judged(text: str) -> None:
    """Whatever text comes, it is a destination or an UploadError, and no error repeats a value of it."""
    allowed = destinations("default,http://*.*.store.internal:8333/in")
    said = ""
    try:
        judge_destination(text, allowed, NOW)
    except UploadError as error:
        said = f"{error!r} {error} {error.detail} {error.__cause__!r}"
    assert "5ec2e7" not in said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            V4.replace("5ec2e7", "secret"),
            "has an unusable X-Amz-Signature, which must be 64 hexadecimal digits",
        ),
        (V4.replace("X-Amz-Date", "X-Date"), "has no X-Amz-Date"),
        (f"{V4}&X-AMZ-SIGNATURE=5ec2e7", "has the parameter x-amz-signature twice"),
        (
            V4.replace("20261123T11", "20261123T99"),
            "has an unusable X-Amz-Date, which must be a time that exists",
        ),
    ],
)
def test_refusal_names_the_parameter(query: str, said: str) -> None:
    """A malformed signature is told by the name of the parameter."""
    assert reason(f"https://s3.amazonaws.com/b/k?{query}") == f"The URL in uploadUrl {said}."
