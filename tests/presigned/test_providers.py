"""The hosts of the known stores: which shapes are a provider's, and which only look like one."""

import re
from pathlib import Path

import pytest
from fuzz import destination_rules
from hypothesis import given
from hypothesis import strategies as st

from tests.presigned.judged_urls import GOOGLE_V2, GOOGLE_V4, SAS, V2, V4, judged, refusal
from tests.presigned.provider_rows import ACCOUNT, HOSTS, HOSTS_WITH_A_PREFIX, OTHER_HOSTS
from tests.presigned.vendor_rows import VENDOR_HOSTS
from upload_service.presigned.providers import PROVIDERS, provider_of

SESSION = (
    "www.googleapis.com",
    "/upload/storage/v1/b/bucket/o?uploadType=resumable&upload_id=A1b2C3d4E5f6G7h8",
)
TARGETS = [(host, f"/folder/key.png?{query}", provider) for host, query, provider in HOSTS]
TARGETS += [*VENDOR_HOSTS, (*SESSION, "google-api")]


@pytest.mark.parametrize(("host", "target", "provider"), [pytest.param(*row, id=row[0]) for row in TARGETS])
def test_known_hosts(host: str, target: str, provider: str) -> None:
    """Each shape of a known store's endpoint is allowed by default, over https and on port 443 only."""
    destination = judged(f"https://{host}{target}")
    assert (destination.provider, destination.listed) == (provider, False)
    assert refusal(f"https://{host}:443{target}") == "ok"
    assert refusal(f"http://{host}{target}") == "destination_not_allowed"
    assert refusal(f"http://{host}:443{target}") == "destination_not_allowed"
    assert refusal(f"https://{host}:8443{target}") == "destination_not_allowed"
    assert refusal(f"https://{host}.evil.example{target}") == "destination_not_allowed"
    assert refusal(f"https://evil-{host}x{target}") == "destination_not_allowed"


def test_every_provider_has_a_host() -> None:
    """No known store is left out of the tables above."""
    assert {row[2] for row in [*TARGETS, *HOSTS_WITH_A_PREFIX]} == {provider.name for provider in PROVIDERS}


def test_names_are_told_apart() -> None:
    """No two stores share a name, by which logs and metrics tell them apart."""
    assert len({provider.name for provider in PROVIDERS}) == len(PROVIDERS)


@pytest.mark.parametrize(("host", "prefix", "provider"), HOSTS_WITH_A_PREFIX)
def test_path_before_the_bucket(host: str, prefix: str, provider: str) -> None:
    """Beside S3's interface such a host has others, and no way leads there, however a path is read."""
    assert judged(f"https://{host}{prefix}/bucket/key.png?{V4}").provider == provider
    for path in (
        f"{prefix}/bucket",
        f"{prefix}/bucket/",
        f"{prefix}/",
        f"{prefix}x/bucket/key",
        f"/{prefix}/bucket/key",
        f"{prefix.upper()}/bucket/key",
        f"{prefix}/bucket/../../object/bucket/key",
        f"{prefix}/bucket/%2e%2e/%2e%2e/object/key",
        f"{prefix}/bucket/..%2f..%2fobject/key",
        f"{prefix.replace('/s3', '/%733')}/bucket/key",
        "/storage/v1/object/bucket/key",
        "/functions/v1/evil/key",
        "/rest/v1/table",
        "/bucket/key",
    ):
        assert refusal(f"https://{host}{path}?{V4}") == "invalid_upload_url", path
        assert refusal(f"https://{host}{path}?{V4}", f"https://{host}/") == "invalid_upload_url", path


def test_fuzzing_knows_every_store() -> None:
    """The fuzz rules read these hosts in a looser way of their own, and their dictionary has each suffix."""
    assert [
        host
        for host, _, _ in [*TARGETS, *HOSTS_WITH_A_PREFIX]
        if not destination_rules.HOSTS.fullmatch(host.lower())
    ] == []
    dictionary = Path(destination_rules.__file__).with_name("destination.dict").read_text(encoding="utf-8")
    suffixes = [suffix for provider in PROVIDERS for suffix in provider.suffixes]
    assert [suffix for suffix in suffixes if f'{suffix}"' not in dictionary] == []


@pytest.mark.parametrize("host", OTHER_HOSTS)
def test_other_hosts(host: str) -> None:
    """A host that is no store's, however much it looks like one, is refused."""
    wanted = "invalid_upload_url" if host.endswith("..") else "destination_not_allowed"
    assert refusal(f"https://{host}/bucket/key?{V4}") == wanted


@pytest.mark.parametrize(
    ("host", "query"),
    [
        ("bucket.s3.amazonaws.com", GOOGLE_V4),
        ("bucket.s3.amazonaws.com", GOOGLE_V2),
        ("bucket.s3.amazonaws.com", SAS),
        (f"{ACCOUNT}.r2.cloudflarestorage.com", V2),
        (f"{ACCOUNT}.r2.cloudflarestorage.com", GOOGLE_V4),
        ("storage.googleapis.com", SAS),
        ("account.blob.core.windows.net", V4),
        ("account.blob.core.windows.net", GOOGLE_V4),
        ("s3.us-west-004.backblazeb2.com", V2),
        ("bucket.nyc3.digitaloceanspaces.com", SAS),
        ("s3.wasabisys.com", GOOGLE_V4),
    ],
)
def test_signature_of_another_store(host: str, query: str) -> None:
    """A known store's URL needs a signature that this store understands, also when the operator lists it."""
    assert refusal(f"https://{host}/bucket/key?{query}") == "signature_kind_unsupported"
    assert refusal(f"https://{host}/bucket/key?{query}", f"https://{host}/") == "signature_kind_unsupported"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://s3.eu-central-1.amazonaws.com/bucket", "invalid_upload_url"),
        ("https://s3.eu-central-1.amazonaws.com/bucket/", "invalid_upload_url"),
        ("https://s3.eu-central-1.amazonaws.com//key", "invalid_upload_url"),
        ("https://s3.eu-central-1.amazonaws.com/bucket%2Fkey", "invalid_upload_url"),
        ("https://s3.eu-central-1.amazonaws.com/bucket/key", "ok"),
        ("https://bucket.s3.eu-central-1.amazonaws.com/key", "ok"),
        ("https://bucket.s3.eu-central-1.amazonaws.com/", "invalid_upload_url"),
        ("https://bucket.vpce-1a-2b.s3.us-east-1.vpce.amazonaws.com/my-bucket", "invalid_upload_url"),
        ("https://b.bucket.vpce-1a-2b.s3.us-east-1.vpce.amazonaws.com/key", "ok"),
        (f"https://{ACCOUNT}.r2.cloudflarestorage.com/bucket", "invalid_upload_url"),
        ("https://storage.googleapis.com/bucket", "invalid_upload_url"),
        ("https://s3.us-west-004.backblazeb2.com/bucket/", "invalid_upload_url"),
        ("https://nyc3.digitaloceanspaces.com/bucket", "invalid_upload_url"),
        ("https://s3.wasabisys.com/bucket", "invalid_upload_url"),
        ("https://kr.object.ncloudstorage.com/bucket", "invalid_upload_url"),
        ("https://bucket.kr.object.ncloudstorage.com/key", "ok"),
        ("https://us-east-1.linodeobjects.com/bucket", "invalid_upload_url"),
        ("https://namespace.compat.objectstorage.us-ashburn-1.oraclecloud.com/bucket", "invalid_upload_url"),
        ("https://bucket.vhcompat.objectstorage.us-ashburn-1.oci.customer-oci.com/key", "ok"),
    ],
)
def test_bucket_and_key(url: str, code: str) -> None:
    """Where the path begins with the bucket, a key must follow: a PUT to the bucket alone would make one."""
    assert refusal(f"{url}?{V4}") == code


def test_object_of_the_root_container() -> None:
    """In Azure, a path of one segment is an object of the container $root, which may be named as well."""
    assert refusal(f"https://account.blob.core.windows.net/key?{SAS}") == "ok"
    assert refusal(f"https://account.blob.core.windows.net/$root/key?{SAS}") == "ok"


_LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=20)
_WORDS = st.sampled_from(
    [
        *(
            "s3",
            "s3-fips",
            "dualstack",
            "us-east-1",
            "bucket",
            "vpce-1",
            "vpce",
            "accesspoint",
            "storage",
            "blob",
        ),
        *(
            "kr",
            "object",
            "fr-par",
            "gra",
            "io",
            "cloud",
            "fsn1",
            "compat",
            "objectstorage",
            "oci",
            "gateway",
        ),
        *("cloud-object-storage", "eu", "us-south", "fly", "t3", "private", "website-us-east-1", "a" * 20),
    ]
)
_SUFFIX = st.sampled_from([suffix for provider in PROVIDERS for suffix in provider.suffixes])


# A word that stands for storage, a region or a city with a number, or a project of Supabase's.
_SPOKEN = re.compile(
    r"(?:s3|storage|blob|r2|accesspoint|object|compat|vhcompat|gateway|t3|fly|sos-)"
    r"|[a-z]{2,3}\d(?:-api-object-storage)?$|[a-z]{2}(?:-[a-z]+)+(?:-\d+)?$|kr$|[a-z]{20}$"
)


@given(st.lists(_LABEL | _WORDS, max_size=6), _SUFFIX)
def test_suffix_alone_is_never_enough(labels: list[str], suffix: str) -> None:
    """A host is a store's only if one of the labels before its suffix is a word of that store's endpoints."""
    provider = provider_of(".".join([*labels, suffix]))
    if provider:
        assert any(_SPOKEN.match(label) for label in labels)


@given(st.lists(_LABEL, min_size=1, max_size=5))
def test_foreign_suffix_is_never_known(labels: list[str]) -> None:
    """Whatever stands before it, a host of another domain is no store's."""
    assert provider_of(".".join([*labels, "s3.amazonaws.com", "evil", "example"])) is None
    assert provider_of(".".join([*labels, "xamazonaws.com"])) is None
