"""Rows of the matrix: what signers leave out of the URL, or write into it otherwise than most."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from compat.case import Case, Difference, Trial
from compat.plain_cases import LARGE, Maybe, content
from compat.refused_cases import MISMATCH, OF_NOTHING, altered
from compat.s3 import S3
from compat.target import Target
from compat.upload_client import OK, UNSENT, Upload

PNG, WEBP = "image/png", "image/webp"
NOT_SIGNED = f"422 url_not_signed{UNSENT}"
ONLY_V4 = {
    "versitygw": Difference(
        "400 signature_not_supported",
        "versitygw knows Signature Version 4 only: `Please use AWS4-HMAC-SHA256`.",
    )
}
ITS_REGION = {
    "versitygw": Difference("400 storage_redirected", "versitygw expects its own region in the scope.")
}


def _v2(
    headers: Mapping[str, str] = {},
    *,
    tells_type: bool = True,
    type_of_part: str = PNG,
    fields: Mapping[str, str] = {},
    retrying: bool = False,
    forged: bool = False,
) -> Maybe:
    """As botocore signs it; with `tells_type` false as those who keep the type to themselves."""

    def plan(target: Target, key: str) -> Trial | None:
        if not isinstance(target, S3):
            return None
        url = target.url_v2(key, headers)
        if not tells_type:
            url = re.sub("&content-type=[^&]*", "", url)
        if forged:
            url = altered(url)
        upload = Upload(url, content(LARGE), type_of_part, fields=fields, retrying=retrying)
        return Trial(key, upload, headers)

    return plan


def _empty_region(target: Target, key: str) -> Trial | None:
    if not isinstance(target, S3):
        return None
    return Trial(key, Upload(target.url(key, region=""), content(LARGE)))


def _lower_case(target: Target, key: str) -> Trial | None:
    """Names of parameters in lower case."""
    if not isinstance(target, S3):
        return None
    return Trial(key, Upload(target.url(key).replace("X-Amz-", "x-amz-"), content(1000)))


def _whole_map(target: Target, key: str) -> Trial | None:
    """All signed headers in fields, Host and Content-Length among them."""
    if not isinstance(target, S3):
        return None
    signed = {"content-length": str(LARGE), "content-type": WEBP, f"{target.metadata}colour": "blue"}
    url = target.url(key, headers=signed)
    named = {"Host": urlsplit(url).netloc, **signed}
    fields = {f"header:{name}": value for name, value in named.items()}
    return Trial(key, Upload(url, content(LARGE), fields=fields), {"content-type": WEBP})


def _of_nothing_in_header(target: Target, key: str) -> Trial | None:
    """As Go's SDK signs for ChecksumAlgorithm."""
    if not isinstance(target, S3):
        return None
    value = base64.b64encode(hashlib.sha256().digest()).decode()
    url = target.url(key, headers={"x-amz-checksum-sha256": value})
    return Trial(key, Upload(url, content(LARGE), fields={"header:x-amz-checksum-sha256": value}))


def cases() -> Iterator[Case]:
    """These rows."""
    for name, plan, expected in _of_v2():
        yield Case(f"Signature Version 2, {name}", plan, expected, ONLY_V4)
    yield Case("empty region in the scope", _empty_region, OK, ITS_REGION)
    yield Case("names of parameters in lower case", _lower_case, NOT_SIGNED)
    yield Case("all signed headers in fields", _whole_map)
    yield Case("signed for the checksum of an empty body, in a header", _of_nothing_in_header, OF_NOTHING)


def _of_v2() -> Iterator[tuple[str, Maybe, str]]:
    """The rows of Signature Version 2: name, plan, and what a cell must say."""
    told, metadata = {"content-type": WEBP}, {"content-type": WEBP, "x-amz-meta-colour": "blue green"}
    untold = {"content-type": PNG}
    in_fields = {f"header:{name}": value for name, value in metadata.items()}
    yield "no type signed", _v2(), OK
    yield "no type signed, retry endpoint", _v2(retrying=True), OK
    yield "signed type in the query", _v2(told), OK
    yield "signed type in the query, retry endpoint", _v2(told, retrying=True), OK
    yield "signed type not told, the file's", _v2(untold, tells_type=False), OK
    retried = _v2(untold, tells_type=False, retrying=True)
    yield "signed type not told, the file's, retry endpoint", retried, OK
    yield "signed type in `contentType`", _v2(told, tells_type=False, fields={"contentType": WEBP}), OK
    yield "signed type not told, another file's", _v2(told, tells_type=False), MISMATCH
    yield "metadata and type in the query", _v2(metadata), OK
    yield "metadata in the query, type not told", _v2({**metadata, **untold}, tells_type=False), OK
    yield "metadata in fields", _v2(metadata, fields=in_fields), OK
    yield "forged", _v2(forged=True), MISMATCH
