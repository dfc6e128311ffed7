"""A query has one reading, or is refused: what one reader takes for a parameter, another may not see."""

import pytest

from tests.presigned.judged_urls import GOOGLE_V4, SAS, V2, V4, reason, refusal
from tests.presigned.vendor_rows import RIGHT

LISTED = "https://store.example.com"
URL = f"{LISTED}/bucket/key?"


@pytest.mark.parametrize(
    "hidden",
    [
        "acl",
        "append;position=0",
        "%61ppend",
        "uploadId=a",
        "partNumber=1",
        "comp=appendblock",
        "X-Amz-Date=a",
    ],
)
@pytest.mark.parametrize("signature", [V4, V2, SAS, GOOGLE_V4])
def test_parameter_behind_a_semicolon(signature: str, hidden: str) -> None:
    """Older Go and Python take a semicolon for &, so MinIO of 2020 would read another request."""
    for before in ("x=1", "x", ""):
        for query in (f"{signature}&{before};{hidden}", f"{before};{hidden}&{signature}"):
            assert reason(f"{URL}{query}", LISTED).endswith("behind a semicolon.")


def test_semicolons_between_names() -> None:
    """A list of names may have them as they are, or escaped, also where a name is that of a parameter."""
    for semicolon in (";", "%3B"):
        several = V4.replace("=host", f"=content-md5{semicolon}host{semicolon}x-amz-content-sha256")
        assert refusal(f"{URL}{several}", LISTED) == "ok"
        listed = RIGHT["tencent-cos"].replace("-list=&q-s", f"-list=partnumber{semicolon}uploadid&q-s")
        assert refusal(f"{listed}&partNumber=1&uploadId=A") == "ok"
        assert refusal(f"{URL}{V4}&x=1{semicolon}y=2", LISTED) == "ok"
    assert refusal(f"{URL}{V4.replace('=host', '=host;acl=')}", LISTED) == "invalid_upload_url"


@pytest.mark.parametrize("name", ["acl%00", "%00acl", "acl%0A", "%09acl", "x%7f"])
def test_control_character_in_a_name(name: str) -> None:
    """Who reads the name to its end, or to the character, sees another parameter."""
    assert reason(f"{URL}{V4}&{name}=1", LISTED).endswith("control character in the name of a parameter.")


@pytest.mark.parametrize("name", ["rsct", "Content-Type", "x-ms-blob-content-type"])
def test_two_types(name: str) -> None:
    """The type that is judged is the only one that a store can read."""
    azure = f"https://account.blob.core.windows.net/container/key?{SAS}"
    assert refusal(f"{azure}&{name}=image/png") == "ok"
    assert refusal(f"{azure}&{name}=image/png&{name.lower()}=text/html") == "invalid_upload_url"
