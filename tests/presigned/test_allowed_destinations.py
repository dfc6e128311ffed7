"""The operator's list of destinations: prefixes, wildcards, and the word default beside them."""

import pytest

from tests.presigned.judged_urls import GOOGLE_V4, SAS, V2, V4, V4A, destinations, judged, refusal
from upload_service.settings.environment import SettingError

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
        ("http://127.0.0.1:8333/uploads/incoming//", "ok"),
        ("http://127.0.0.1:8333/uploads/incoming", "destination_not_allowed"),
        ("http://127.0.0.1:8333/uploads/incoming/", "destination_not_allowed"),
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


PINNED = "https://my-bucket.s3.*.amazonaws.com/incoming/"


@pytest.mark.parametrize(
    ("allowed", "url", "code"),
    [
        (PINNED, "https://my-bucket.s3.eu-west-1.amazonaws.com/incoming/a", "ok"),
        (PINNED, "https://MY-BUCKET.s3.us-gov-west-1.amazonaws.com/incoming/a/b", "ok"),
        (PINNED, "https://my-bucket.s3.eu-west-1.amazonaws.com/incoming/../a", "destination_not_allowed"),
        (PINNED, "https://my-bucket.s3.eu-west-1.amazonaws.com/other/a", "destination_not_allowed"),
        (PINNED, "https://my-bucket.s3.eu-west-1.amazonaws.com/Incoming/a", "destination_not_allowed"),
        (PINNED, "https://my-bucket.s3.amazonaws.com/incoming/a", "destination_not_allowed"),
        (
            PINNED,
            "https://my-bucket.s3.dualstack.eu-west-1.amazonaws.com/incoming/a",
            "destination_not_allowed",
        ),
        (PINNED, "https://my-bucket.s3-eu-west-1.amazonaws.com/incoming/a", "destination_not_allowed"),
        (PINNED, "https://other-bucket.s3.eu-west-1.amazonaws.com/incoming/a", "destination_not_allowed"),
        (
            PINNED,
            "https://my-bucket.s3.eu-west-1.amazonaws.com.evil.example/incoming/a",
            "destination_not_allowed",
        ),
        (PINNED, "https://evil.my-bucket.s3.eu-west-1.amazonaws.com/incoming/a", "destination_not_allowed"),
        (PINNED, "http://my-bucket.s3.eu-west-1.amazonaws.com/incoming/a", "destination_not_allowed"),
        (PINNED, "https://my-bucket.s3.eu-west-1.amazonaws.com:8443/incoming/a", "destination_not_allowed"),
        (PINNED, "https://my-bucket.s3.*.amazonaws.com/incoming/a", "invalid_upload_url"),
        ("https://*.s3.eu-west-1.amazonaws.com", "https://any.s3.eu-west-1.amazonaws.com/a", "ok"),
        (
            "https://*.s3.eu-west-1.amazonaws.com",
            "https://two.labels.s3.eu-west-1.amazonaws.com/a",
            "destination_not_allowed",
        ),
        (
            "https://*.s3.eu-west-1.amazonaws.com",
            "https://s3.eu-west-1.amazonaws.com/a/b",
            "destination_not_allowed",
        ),
        ("http://*.*.store.internal:8333/a", "http://x.y.store.internal:8333/a/k", "ok"),
        ("http://*.*.store.internal:8333/a", "http://x.store.internal:8333/a/k", "destination_not_allowed"),
        ("https://node-1.*.example.com", "https://node-1.eu.example.com/k", "ok"),
        ("https://node-1.*.example.com", "https://node-12.eu.example.com/k", "destination_not_allowed"),
        ("https://*.s3.amazonaws.com./", "https://any.s3.amazonaws.com/k", "ok"),
        ("https://*.store.co.uk/", "https://any.store.co.uk/k", "ok"),
    ],
)
def test_wildcards(allowed: str, url: str, code: str) -> None:
    """A label * stands for exactly one label; everything else of the entry is as strict as without."""
    assert refusal(f"{url}?{V4}", allowed) == code


@pytest.mark.parametrize(
    "entry",
    [
        "*",
        "*://a.example.com/",
        "https://*",
        "https://*/",
        "https://*.example/",
        "https://*.com",
        "https://a.*.com/",
        "https://a.example.*/",
        "https://my-*.s3.eu-west-1.amazonaws.com/",
        "https://**.s3.eu-west-1.amazonaws.com/",
        "https://s3.*-west-1.amazonaws.com/",
        "https://*.s3.amazonaws.com:*/",
        "https://*.s3.amazonaws.com/in*/",
        "https://a.s3.amazonaws.com/*",
        "https://*@s3.eu-west-1.amazonaws.com/",
        "http://10.*.0.1/",
        "http://*.168.0.1:8333/",
        "http://[fe80::*]/",
    ],
)
def test_wildcards_elsewhere_are_refused_at_start(entry: str) -> None:
    """A * that is no whole label, not in front of two literal ones, or in an address, ends the start."""
    with pytest.raises(SettingError, match=r"^UPLOAD_DESTINATIONS may have \* only for a whole label"):
        destinations(entry)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("https://store.example/my files/", "has an entry with a space or a letter outside ASCII"),
        ("https://store .example/", "has an entry with a space"),
        ("https://store.example/a\tb", "has an entry with a space"),
        ("https://m\u00fcller.example/", "has an entry with a space or a letter outside ASCII"),
        ("https://store.example/\uc0ac\uc9c4/", "has an entry with a space or a letter outside ASCII"),
        ("http://[fe80::1%eth0]:9000/", "has an entry with a % in its host, as in IPv6 zones"),
        ("http://[fe80::1%25eth0]:9000/", "has an entry with a % in its host"),
        ("http://store%2eexample/", "has an entry with a % in its host"),
        ("http://127.1:9000/", "has an address that is not written as signers write it"),
        ("http://2130706433:9000/", "has an address that is not written as signers write it"),
        ("http://0x7f000001/", "has an address that is not written as signers write it"),
        ("http://0177.0.0.1/", "has an address that is not written as signers write it"),
        ("http://127.0.0.256/", "has an address that is not written as signers write it"),
        ("http://127.0.0.1./", "has an entry that has no usable host"),
        ("http://[1:2]/", "has an entry that has no usable host"),
        ("http://::1/", "has an entry that has no usable host"),
        ("https://store..example/", "has an entry that has no usable host"),
        ("https://store.example../", "has an entry that has no usable host"),
        ("https://store.example:0/", "has an entry that has no usable host"),
        ("https://store.example:99999/", "has an entry that has no usable host"),
        ("https://store.example:/", "has an entry that has no usable host"),
        ("https://store.example/a/../b/", "has an entry with . or .. in its path"),
        ("https://store.example/..", "has an entry with . or .. in its path"),
        ("https://store.example/./b", "has an entry with . or .. in its path"),
        ("https://store.example/a/%2E%2e/b", "has an entry with . or .. in its path"),
        ("https://store.example/a%2f..", "has an entry with . or .. in its path"),
        ("https://*.co.uk/", "may not have * below a public suffix"),
        ("https://*.com.au./", "may not have * below a public suffix"),
        ("https://*.*.or.kr:8443/in/", "may not have * below a public suffix"),
        ("https://store.*.AC.JP", "may not have * below a public suffix"),
        (
            "https://user@store.example/",
            "must hold URLs without user, fragment and query, except ?etag=optional",
        ),
        (
            "https://store.example/?x",
            "must hold URLs without user, fragment and query, except ?etag=optional",
        ),
        ("https://store.example/#", "must hold URLs without user, fragment and query, except ?etag=optional"),
        (
            "https://store.example\\a/",
            "must hold URLs without user, fragment and query, except ?etag=optional",
        ),
        ("store.example", "must hold URLs that begin with https:// or http:// and a host"),
        ("https:///bucket/", "has an entry that is not an https"),
        ("https://", "must hold URLs that begin with https:// or http:// and a host"),
        ("s3://bucket/", "must hold URLs that begin with https:// or http:// and a host"),
        ("https:/store.example/", "must hold URLs that begin with https:// or http:// and a host"),
    ],
)
def test_entries_that_no_url_can_match(entry: str, why: str) -> None:
    """An entry that would allow nothing, or far more than it seems to, ends the start with the reason."""
    with pytest.raises(SettingError) as refused:
        destinations(f"default,{entry}")
    assert str(refused.value).startswith(f"UPLOAD_DESTINATIONS {why}")
    assert not entry[8:] or entry[8:] not in str(refused.value)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("HTTPS://Store.Example/In/", "https://store.example/In/k"),
        ("https://store.example:443/", "https://store.example/a/k"),
        ("https://store.example/", "https://store.example:443/k"),
        ("http://store.example:80", "http://store.example/k"),
        ("http://minio.svc.cluster.local.:9000/b/", "http://minio.svc.cluster.local:9000/b/k"),
        ("http://minio.svc.cluster.local:9000/b/", "http://minio.svc.cluster.local.:9000/b/k"),
        ("http://minio.svc.cluster.local.:9000/b/", "http://minio.svc.cluster.local.:9000/b/k"),
        ("https://*.eu.example.net/", "https://a.eu.example.net./k"),
        ("http://[::1]:9000/", "http://[0:0:0:0:0:0:0:1]:9000/k"),
        ("http://[0:0::0:1]:9000/", "http://[::1]:9000/k"),
        ("http://[2001:DB8::A]/", "http://[2001:db8::a]/k"),
        ("http://[::ffff:10.0.0.1]/", "http://[::ffff:a00:1]/k"),
        ("https://store.example/a%2Fb", "https://store.example/a%2Fb/k"),
        ("https://store.example/a//", "https://store.example/a//k"),
        ("https://store.example//", "https://store.example//k"),
        ("http://store_1/", "http://store_1/k"),
        ("https://xn--mller-kva.example/", "https://xn--mller-kva.example/k"),
    ],
)
def test_entries_that_mean_the_same(entry: str, url: str) -> None:
    """Case, the scheme's own port, a dot at the end and long IPv6 addresses make no difference."""
    assert refusal(f"{url}?{V4}", entry) == "ok"


def test_the_last_slash_alone_is_left_out() -> None:
    """An entry for keys that begin with a slash does not allow the others."""
    assert (
        refusal(f"https://store.example/a/k?{V4}", "https://store.example/a//") == "destination_not_allowed"
    )
    assert refusal(f"https://store.example/k?{V4}", "https://store.example//") == "destination_not_allowed"


def test_default_beside_listed() -> None:
    """The word default keeps the known stores beside a list, and `listed` tells which of the two it was."""
    both = f"{LISTED},{PINNED},default"
    other = judged(f"https://bucket.s3.amazonaws.com/a?{V4}", both)
    assert (other.provider, other.listed) == ("s3", False)
    ours = judged(f"http://127.0.0.1:8333/uploads/incoming/a?{V4}", both)
    assert (ours.provider, ours.listed) == ("listed", True)
    pinned = judged(f"https://my-bucket.s3.eu-west-1.amazonaws.com/incoming/a?{V4}", both)
    assert (pinned.provider, pinned.listed) == ("s3", True)


@pytest.mark.parametrize("query", [V4, V4A, V2, GOOGLE_V4, SAS], ids=["v4", "v4a", "v2", "google", "sas"])
def test_listed_store_signs_as_it_likes(query: str) -> None:
    """A store that only the list knows may understand any way to sign."""
    assert refusal(f"{LISTED}a?{query}", LISTED) == "ok"


@pytest.mark.parametrize(
    ("allowed", "optional"),
    [
        (LISTED, False),
        (f"{LISTED}?etag=optional", True),
        ("http://127.0.0.1:8333?etag=optional", True),
        (f"http://127.0.0.1:8333/uploads/other/?etag=optional,{LISTED}", False),
        (f"{LISTED},http://127.0.0.1:8333/uploads/?etag=optional", True),
    ],
)
def test_a_store_without_etags(allowed: str, optional: bool) -> None:
    """The option holds for what lies below its own entry, and for nothing else."""
    assert judged(f"{LISTED}a?{V4}", allowed).etag_optional is optional


def test_stores_without_etags_by_a_wildcard() -> None:
    """An entry with a wildcard may have the option, with a path and without."""
    for entry in ("https://*.store.example", "https://*.store.example/", "https://*.store.example/a"):
        found = judged(f"https://x.store.example/a/b?{V4}", f"{entry}?etag=optional,default")
        assert (found.etag_optional, found.listed) == (True, True)
    assert (
        judged(f"https://bucket.s3.amazonaws.com/a?{V4}", f"{LISTED}?etag=optional,default").etag_optional
        is False
    )


def test_what_the_bytes_become() -> None:
    """Whether the bytes become an object, or a part or the blocks of one, is read from the URL."""
    assert judged(f"{LISTED}a?{V4}&partNumber=1&uploadId=x", LISTED).kind == "part"
    assert judged(f"{LISTED}a?{SAS}&comp=block&blockid=MQ==", LISTED).kind == "part"
    assert judged(f"{LISTED}a?{SAS}&comp=blocklist", LISTED).kind == "block list"
    assert judged(f"{LISTED}a?upload_id=ABPtcPqVxM0kNq9Z_JwT", LISTED).kind == "session"
    assert judged(f"{LISTED}a?{V4}", LISTED).kind == "object"
