"""What the vendors' own libraries can ask for with a PUT: of all that, only bytes of an object go through."""

from collections.abc import Iterator

import pytest
from botocore.session import get_session
from devtools import signed_queries

from tests.presigned.judged_urls import SAS, V2, V4, refusal
from tests.presigned.vendor_rows import RIGHT

LISTED = "https://store.example.com"
# Their query says that they are PUTs of bytes, or nothing: a copy is one by its header, a bucket by its path.
OF_BYTES = {"PutObject", "UploadPart"}
TOLD_OTHERWISE = {"CopyObject", "UploadPartCopy", "CreateBucket"}


def puts_of_s3() -> Iterator[tuple[str, str]]:
    """The operations of S3 that are a PUT, and the query of each."""
    model = get_session().get_service_model("s3")
    for name in model.operation_names:
        http = model.operation_model(name).http
        if http["method"] == "PUT" and name not in OF_BYTES | TOLD_OTHERWISE:
            yield name, http["requestUri"].partition("?")[2]


@pytest.mark.parametrize(("name", "query"), list(puts_of_s3()))
def test_each_put_of_s3(name: str, query: str) -> None:
    """botocore has a table of all operations of S3, which grows with each year."""
    assert query, name
    for signature in (V4, V2):
        for host in ("https://bucket.s3.eu-west-1.amazonaws.com", LISTED):
            assert refusal(f"{host}/key?{query}&{signature}", f"default,{LISTED}") == "url_not_for_put"


@pytest.mark.parametrize(
    "query", ["legalHold", "objectWorm", "style=a", "quota", "accessPoint", "regionList"]
)
@pytest.mark.parametrize("kind", ["alibaba-v1", "alibaba-v4"])
def test_puts_of_alibaba(kind: str, query: str) -> None:
    """Those of alibabacloud-oss-v2: the older signature does not even bind their names."""
    assert refusal(f"{RIGHT[kind]}&{query}") == "url_not_for_put"


@pytest.mark.parametrize("query", ["resource=directory", "resource=filesystem", "action=append&position=0"])
def test_puts_of_a_data_lake(query: str) -> None:
    """A SAS of Azure's opens a Data Lake as well, which makes folders with a PUT."""
    url = f"https://account.dfs.core.windows.net/container/key?{SAS}"
    assert refusal(url, "https://account.dfs.core.windows.net/container") == "ok"
    assert refusal(f"{url}&{query}", "https://account.dfs.core.windows.net/container") == "url_not_for_put"


def test_puts_of_swift() -> None:
    """An older version is brought back with a PUT, too."""
    signature = f"temp_url_sig={signed_queries.digits()}&temp_url_expires=4102444800"
    url = f"{LISTED}/v1/account/container/key?{signature}"
    assert refusal(url, LISTED) == "ok"
    assert refusal(f"{url}&version-id=1", LISTED) == "url_not_for_put"
