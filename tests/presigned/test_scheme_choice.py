"""A URL is signed by one scheme: what a listed host is, nobody here knows, and each store reads its own."""

import pytest
from devtools import signed_queries

from tests.presigned.judged_urls import GOOGLE_V2, GOOGLE_V4, V4, judged, reason, refusal
from tests.presigned.vendor_rows import RIGHT
from upload_service.presigned.known_schemes import SIGNATURE_SCHEMES

LISTED = "http://127.0.0.1:9000/"
SESSION = "upload_id=ABPtcPqVxM0kNq9Z_JwT-3y5Qm7"
SAS = signed_queries.sas()
V2 = signed_queries.v2()
SWIFT = f"temp_url_sig={'a' * 40}&temp_url_expires=4102444800"
# What makes something else of a PUT, for the store whose signature stands before it.
OTHERWISE = (
    f"{SAS}&comp=block&blockid=QUFBQQ%3D%3D",
    f"{SAS}&comp=blocklist",
    f"{SAS}&restype=container",
    f"{SWIFT}&multipart-manifest=put",
    f"{V4}&partNumber=1&uploadId=a",
    f"{V4}&acl",
)


def url(*queries: str) -> str:
    """An address at a listed host with all of these behind it."""
    path = "v1/account/container/object" if any(SWIFT in each for each in queries) else "bucket/key"
    return f"{LISTED}{path}?{'&'.join(queries)}"


def meaning(text: str) -> str:
    """What the bytes would become, or the code of the refusal."""
    code = refusal(text, LISTED)
    return judged(text, LISTED).kind if code == "ok" else code


@pytest.mark.parametrize("signed", OTHERWISE)
@pytest.mark.parametrize("beside", [V4, SESSION, GOOGLE_V4, V2, SAS, SWIFT])
def test_a_second_signature_hides_nothing(signed: str, beside: str) -> None:
    """With a signature that another store would read, a part is no whole object, and a list none either."""
    alone = meaning(url(signed))
    assert alone in ("part", "block list", "url_not_for_put")
    if beside not in signed:
        for both in (url(signed, beside), url(beside, signed)):
            assert meaning(both) in (alone, "invalid_upload_url", "url_not_for_put")


@pytest.mark.parametrize(
    "both",
    [(V4, SAS), (SAS, SESSION), (SWIFT, SESSION), (SWIFT, V4), (V2, SAS), (GOOGLE_V2, SAS), (V4, GOOGLE_V4)],
)
def test_two_signatures(both: tuple[str, str]) -> None:
    """They are refused in words, whichever stands first."""
    for one, other in (both, both[::-1]):
        assert reason(url(one, other), LISTED).endswith("is signed in two ways, for two kinds of stores.")


@pytest.mark.parametrize(
    ("signed", "path"),
    [
        ("swift-temp-url", path)
        for path in ("v1/a/c/o", "%761/a/c/o", "%25761/a/c/o", "V1/a/c/o", "v1//a/c/o", "x/..;/v1/a/c/o")
    ]
    + [
        ("supabase-upload", f"{path}/bucket/key")
        for path in (
            "object/upload/sign", "object/upload/%73ign", "object%2Fupload%2Fsign", "object//upload/sign",
            "object/./upload/sign", "object/x/%2e%2e/upload/sign",
        )
    ],
)  # fmt: skip
def test_a_second_signature_by_its_path(signed: str, path: str) -> None:
    """Swift and Supabase are told by their paths as well, which a server may read unescaped or shortened."""
    query = RIGHT[signed].partition("?")[2]
    assert refusal(f"{LISTED}{path}?{query}&{V4}", LISTED) == "invalid_upload_url"
    assert refusal(f"{LISTED}bucket/key?{query}&{V4}", LISTED) == "ok"


@pytest.mark.parametrize("beside", [V4, V2, RIGHT["alibaba-v4"].partition("?")[2]])
def test_a_second_signature_in_another_case(beside: str) -> None:
    """Garage reads names in any case: to it this is a part, signed as S3 does."""
    for both in (url(SAS, beside.lower()), url(SAS, beside.upper(), "partNumber=1&uploadId=a")):
        assert refusal(both, LISTED) == "invalid_upload_url"


@pytest.mark.parametrize("query", [V4, V2, GOOGLE_V4, GOOGLE_V2, SAS, SWIFT, SESSION])
def test_one_signature(query: str) -> None:
    """One alone is known, also beside parameters that are of no scheme."""
    assert refusal(url(query), LISTED) == "ok"
    assert refusal(url(query, "x-id=PutObject", "filename=a"), LISTED) == "ok"


@pytest.mark.parametrize(
    ("host", "query"),
    [
        ("bucket.storage.googleapis.com", "compose"),
        ("bucket.s3.wasabisys.com", "compose"),
        ("bucket.s3.eu-central-1.wasabisys.com", "compliance"),
        ("bucket.s3.eu-central-003.backblazeb2.com", "Compose"),
        ("bucket.storage.googleapis.com", "generation=1"),
        ("bucket.obs.ap-southeast-1.myhuaweicloud.com", "modify&position=0"),
        ("bucket.obs.ap-southeast-1.myhuaweicloud.com", "truncate&length=1"),
        ("bucket-1250000000.cos.ap-guangzhou.myqcloud.com", "position=0"),
    ],
)
def test_own_operations_of_a_store_that_takes_s3s_signature(host: str, query: str) -> None:
    """What makes something else of a PUT does so behind either signature."""
    assert refusal(f"https://{host}/key?{V4}") == "ok"
    assert refusal(f"https://{host}/key?{V4}&partNumber=1&uploadId=a") == "ok"
    assert refusal(f"https://{host}/key?{V4}&{query}") == "url_not_for_put"


@pytest.mark.parametrize(
    "query",
    ["compose", "Compose=", "modify&position=0", "truncate&length=1", "legalHold", "metadata", "symlink"],
)
def test_own_operations_of_a_listed_store(query: str) -> None:
    """A private way to Google, OBS or OSS is a listed host, and reads the same."""
    for signature in (V4, V2):
        assert refusal(url(signature, query), LISTED) == "url_not_for_put"
        assert refusal(url(signature, SESSION, query), LISTED) == "url_not_for_put"


@pytest.mark.parametrize(
    "bucket",
    [
        "kr1-api-object-storage.nhncloudservice.com/bucket",
        "abcdefghijklmnopqrst.supabase.co/storage/v1/s3/bucket",
    ],
)
def test_parts_of_a_store_with_another_interface(bucket: str) -> None:
    """Swift and Supabase's own uploads have no parts; S3's interface on the same host does."""
    assert judged(f"https://{bucket}/key?{V4}&partNumber=1&uploadId=a").kind == "part"


def test_part_in_another_case() -> None:
    """Google may read names in any case, so what it could take for a part is one, whoever signed."""
    query = f"{V4}&partnumber=1&uploadid=a"
    assert judged(f"https://storage.googleapis.com/bucket/key?{query}").kind == "part"
    assert judged(f"https://bucket.s3.eu-west-1.amazonaws.com/key?{query}").kind == "object"


def test_each_scheme_has_a_mark() -> None:
    """A scheme without one would be a second one of any URL."""
    assert all(scheme.identified_by for scheme in SIGNATURE_SCHEMES)
