"""Rows of the matrix: what signers leave out of the URL, or write into it otherwise than most."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from compat.case import Case, Trial
from compat.plain_cases import LARGE, Maybe, content
from compat.refused_cases import MISMATCH, OF_NOTHING, altered
from compat.s3 import S3
from compat.target import Target
from compat.upload_client import UNSENT, Upload

PNG, WEBP = "image/png", "image/webp"
NOT_SIGNED = f"422 url_not_signed{UNSENT}"


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
    told, metadata = {"content-type": WEBP}, {"content-type": WEBP, "x-amz-meta-colour": "blue green"}
    untold = {"content-type": PNG}
    v2 = "Signature Version 2"
    yield Case(f"{v2}, no type signed", _v2())
    yield Case(f"{v2}, no type signed, retry endpoint", _v2(retrying=True))
    yield Case(f"{v2}, signed type in the query", _v2(told))
    yield Case(f"{v2}, signed type in the query, retry endpoint", _v2(told, retrying=True))
    yield Case(f"{v2}, signed type not told, the file's", _v2(untold, tells_type=False))
    yield Case(
        f"{v2}, signed type not told, the file's, retry endpoint",
        _v2(untold, tells_type=False, retrying=True),
    )
    yield Case(
        f"{v2}, signed type in `contentType`", _v2(told, tells_type=False, fields={"contentType": WEBP})
    )
    yield Case(f"{v2}, signed type not told, another file's", _v2(told, tells_type=False), MISMATCH)
    yield Case(f"{v2}, metadata and type in the query", _v2(metadata))
    yield Case(f"{v2}, metadata in the query, type not told", _v2({**metadata, **untold}, tells_type=False))
    yield Case(
        f"{v2}, metadata in fields",
        _v2(metadata, fields={f"header:{name}": value for name, value in metadata.items()}),
    )
    yield Case(f"{v2}, forged", _v2(forged=True), MISMATCH)
    yield Case("empty region in the scope", _empty_region)
    yield Case("names of parameters in lower case", _lower_case, NOT_SIGNED)
    yield Case("all signed headers in fields", _whole_map)
    yield Case("signed for the checksum of an empty body, in a header", _of_nothing_in_header, OF_NOTHING)
