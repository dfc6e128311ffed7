"""The hosts of the known stores: which shapes are a provider's, and which only look like one."""

from pathlib import Path

import pytest
from fuzz import destination_rules
from hypothesis import given
from hypothesis import strategies as st

from tests.presigned.judged_urls import GOOGLE_V2, GOOGLE_V4, SAS, V2, V4, V4A, judged, refusal
from upload_service.presigned.providers import PROVIDERS, provider_of

ACCOUNT = "0123456789abcdef0123456789abcdef"

# Host, a query that its store understands, the provider's name.
HOSTS = [
    ("bucket.s3.amazonaws.com", V4, "s3"),
    ("bucket.s3.amazonaws.com", V2, "s3"),
    ("s3.amazonaws.com", V4, "s3"),
    ("s3.eu-central-1.amazonaws.com", V4, "s3"),
    ("bucket.s3.eu-central-1.amazonaws.com", V4, "s3"),
    ("my.dotted.bucket.s3.us-gov-west-1.amazonaws.com", V4, "s3"),
    ("s3.s3.us-east-1.amazonaws.com", V4, "s3"),
    ("bucket.s3-us-west-2.amazonaws.com", V2, "s3"),
    ("s3-ap-southeast-1.amazonaws.com", V2, "s3"),
    ("s3-external-1.amazonaws.com", V2, "s3"),
    ("bucket.s3.dualstack.eu-west-3.amazonaws.com", V4, "s3"),
    ("s3.dualstack.eu-west-3.amazonaws.com", V4, "s3"),
    ("bucket.s3-fips.us-east-1.amazonaws.com", V4, "s3"),
    ("bucket.s3-fips.dualstack.us-gov-east-1.amazonaws.com", V4, "s3"),
    ("bucket.s3-accelerate.amazonaws.com", V4, "s3"),
    ("bucket.s3-accelerate.dualstack.amazonaws.com", V4, "s3"),
    ("ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com", V4, "s3"),
    ("ap-123456789012.s3-accesspoint.dualstack.eu-west-1.amazonaws.com", V4, "s3"),
    ("ap-123456789012.s3-accesspoint-fips.us-east-1.amazonaws.com", V4, "s3"),
    ("ap-123456789012.s3-accesspoint-fips.dualstack.us-east-1.amazonaws.com", V4, "s3"),
    ("ap-abcdefghijklmnopqrstuvwxyz012use1b-s3alias.s3.us-east-1.amazonaws.com", V4, "s3"),
    ("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com", V4A, "s3"),
    ("bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", V4, "s3"),
    ("bucket--use1-az4--x-s3.s3express-fips-use1-az4.dualstack.us-east-1.amazonaws.com", V4, "s3"),
    ("bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com", V4, "s3"),
    ("my-bucket.bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com", V4, "s3"),
    ("bucket.vpce-1a2b3c4d-5e6f-us-east-1a.s3.us-east-1.vpce.amazonaws.com", V4, "s3"),
    ("ap-123456789012.accesspoint.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com", V4, "s3"),
    ("bucket.s3.cn-north-1.amazonaws.com.cn", V4, "s3"),
    ("s3.dualstack.cn-northwest-1.amazonaws.com.cn", V4, "s3"),
    ("bucket.s3.eusc-de-east-1.amazonaws.eu", V4, "s3"),
    ("BUCKET.S3.amazonaws.com", V4, "s3"),
    (f"{ACCOUNT}.r2.cloudflarestorage.com", V4, "r2"),
    (f"bucket.{ACCOUNT}.r2.cloudflarestorage.com", V4, "r2"),
    (f"bucket.{ACCOUNT}.eu.r2.cloudflarestorage.com", V4, "r2"),
    (f"{ACCOUNT}.fedramp.r2.cloudflarestorage.com", V4, "r2"),
    ("storage.googleapis.com", GOOGLE_V4, "google"),
    ("bucket.storage.googleapis.com", GOOGLE_V4, "google"),
    ("my.dotted.bucket.storage.googleapis.com", GOOGLE_V2, "google"),
    ("storage.googleapis.com", V4, "google"),
    ("account.blob.core.windows.net", SAS, "azure"),
    ("account.blob.core.usgovcloudapi.net", SAS, "azure"),
    ("account.blob.core.chinacloudapi.cn", SAS, "azure"),
    ("account.z01.blob.storage.azure.net", SAS, "azure"),
    ("s3.us-west-004.backblazeb2.com", V4, "b2"),
    ("bucket.s3.eu-central-003.backblazeb2.com", V4, "b2"),
    ("bucket.nyc3.digitaloceanspaces.com", V4, "spaces"),
    ("fra1.digitaloceanspaces.com", V2, "spaces"),
    ("s3.wasabisys.com", V4, "wasabi"),
    ("bucket.s3.wasabisys.com", V2, "wasabi"),
    ("bucket.s3.ap-northeast-1.wasabisys.com", V4, "wasabi"),
    ("s3.nl-1.wasabisys.com", V4, "wasabi"),
]


@pytest.mark.parametrize(("host", "query", "provider"), [pytest.param(*row, id=row[0]) for row in HOSTS])
def test_known_hosts(host: str, query: str, provider: str) -> None:
    """Each shape of a known store's endpoint is allowed by default, over https and on port 443 only."""
    destination = judged(f"https://{host}/folder/key.png?{query}")
    assert (destination.provider, destination.listed) == (provider, False)
    assert refusal(f"https://{host}:443/folder/key.png?{query}") == "ok"
    assert refusal(f"http://{host}/folder/key.png?{query}") == "destination_not_allowed"
    assert refusal(f"http://{host}:443/folder/key.png?{query}") == "destination_not_allowed"
    assert refusal(f"https://{host}:8443/folder/key.png?{query}") == "destination_not_allowed"
    assert refusal(f"https://{host}.evil.example/folder/key.png?{query}") == "destination_not_allowed"
    assert refusal(f"https://evil-{host}x/folder/key.png?{query}") == "destination_not_allowed"


def test_every_provider_has_a_host() -> None:
    """No known store is left out of the table above."""
    assert {name for _, _, name in HOSTS} == {provider.name for provider in PROVIDERS}


def test_fuzzing_knows_every_store() -> None:
    """The fuzz rules read these hosts in a looser way of their own, and their dictionary has each suffix."""
    assert [host for host, _, _ in HOSTS if not destination_rules.HOSTS.fullmatch(host.lower())] == []
    dictionary = Path(destination_rules.__file__).with_name("destination.dict").read_text(encoding="utf-8")
    suffixes = [suffix for provider in PROVIDERS for suffix in provider.suffixes]
    assert [suffix for suffix in suffixes if f'{suffix}"' not in dictionary] == []


@pytest.mark.parametrize(
    "host",
    [
        "amazonaws.com",
        "amazonaws.com.cn",
        "ec2-1-2-3-4.compute-1.amazonaws.com",
        "ec2-1-2-3-4.eu-west-1.compute.amazonaws.com",
        "abc.execute-api.eu-west-1.amazonaws.com",
        "lb-1.eu-west-1.elb.amazonaws.com",
        "abc.lambda-url.eu-west-1.on.aws",
        "lambda.eu-west-1.amazonaws.com",
        "sts.amazonaws.com",
        "sqs.eu-west-1.amazonaws.com",
        "bucket.s3-website-us-east-1.amazonaws.com",
        "bucket.s3-website.eu-central-1.amazonaws.com",
        "ap-123456789012.s3-object-lambda.eu-west-1.amazonaws.com",
        "ap-123456789012.outpost-1.s3-outposts.eu-west-1.amazonaws.com",
        "123456789012.s3-control.eu-west-1.amazonaws.com",
        "s3express-control.us-west-2.amazonaws.com",
        "s3-accelerate.amazonaws.com",
        "s3-accesspoint.eu-west-1.amazonaws.com",
        "accesspoint.s3-global.amazonaws.com",
        "evil.accesspoint.s3-global.amazonaws.com",
        "control.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
        "accesspoint.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
        "vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
        "bucket.vpce-1a2b3c4d-5e6f.execute-api.us-east-1.vpce.amazonaws.com",
        "vpce-svc-1a2b.us-east-1.vpce.amazonaws.com",
        "s3.compute.amazonaws.com",
        "s3.evil.amazonaws.com",
        "s3.us-east-1.evil.amazonaws.com",
        "s3.us-east-1x.amazonaws.com",
        "s3.us-east-1.amazonaws.com.cn",
        "evil.com.cn",
        "evil-s3.amazonaws.com",
        "bucket-s3.us-east-1.amazonaws.com",
        "s3.amazonaws.co",
        "s3xamazonaws.com",
        "s3.amazonaws.com.evil.example",
        "s3.amazonaws.com..",
        "s3.amazonaws.com.evil.example.",
        f"{ACCOUNT[:-1]}.r2.cloudflarestorage.com",
        f"{ACCOUNT}.evil.r2.cloudflarestorage.com",
        "pub-0123456789abcdef.r2.dev",
        "r2.cloudflarestorage.com",
        "www.googleapis.com",
        "fake-storage.googleapis.com",
        "storage.cloud.google.com",
        "evilstorage.googleapis.com.example",
        "blob.core.windows.net",
        "a.b.blob.core.windows.net",
        "my-account.blob.core.windows.net",
        "account.queue.core.windows.net",
        "account.z1.blob.storage.azure.net",
        "account.azurewebsites.net",
        "f004.backblazeb2.com",
        "s3.us-west-4.backblazeb2.com",
        "bucket.nyc3.cdn.digitaloceanspaces.com",
        "digitaloceanspaces.com",
        "app.wasabisys.com",
        "iam.wasabisys.com",
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:169.254.169.254]",
        "2130706433",
        "0x7f000001",
        "localhost",
        "metadata.google.internal",
        "example.com",
    ],
)
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
    assert refusal(f"https://{host}/bucket/key?{query}") == "url_not_signed"
    assert refusal(f"https://{host}/bucket/key?{query}", f"https://{host}/") == "url_not_signed"


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
    ["s3", "s3-fips", "dualstack", "us-east-1", "bucket", "vpce-1", "vpce", "accesspoint", "storage", "blob"]
)
_SUFFIX = st.sampled_from([suffix for provider in PROVIDERS for suffix in provider.suffixes])


@given(st.lists(_LABEL | _WORDS, max_size=6), _SUFFIX)
def test_suffix_alone_is_never_enough(labels: list[str], suffix: str) -> None:
    """A host is a store's only if one of the labels before its suffix is a word of that store's endpoints."""
    provider = provider_of(".".join([*labels, suffix]))
    if provider:
        spoken = ("s3", "storage", "blob", "r2", "accesspoint")
        marked = [label for label in labels if label.startswith(spoken)]
        assert marked or (provider.name == "spaces" and len(labels[-1]) == 4)


@given(st.lists(_LABEL, min_size=1, max_size=5))
def test_foreign_suffix_is_never_known(labels: list[str]) -> None:
    """Whatever stands before it, a host of another domain is no store's."""
    assert provider_of(".".join([*labels, "s3.amazonaws.com", "evil", "example"])) is None
    assert provider_of(".".join([*labels, "xamazonaws.com"])) is None
