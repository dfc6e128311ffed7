"""Rows of the table: presigned POSTs, by each library that signs them.

Knows: what a policy can say, and how a caller breaks it.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from devtools import post_signers
from devtools.node_packages import NoNodePackages
from devtools.post_signers import Place, SignedPost, Wish

from compat.case import Case, Difference, Trial
from compat.plain_cases import LARGE, Maybe, content
from compat.refused_cases import EXPIRED, MISMATCH
from compat.s3 import S3
from compat.signer_cases import ONLY_V4
from compat.target import NotHere, Target
from compat.upload_client import OK, UNSENT, Upload

TOO_LARGE, TOO_SMALL = "413 entity_too_large", "422 file_too_small"
NOT_MET = f"403 policy_not_met{UNSENT}"
EXACT_RANGE = ["content-length-range", LARGE, LARGE]
IMAGES = ["starts-with", "$Content-Type", "image/"]
Signer = Callable[[S3, Wish], SignedPost]
Change = Callable[[dict[str, str]], None]


def _place(target: S3) -> Place:
    return Place(target.prefix.rstrip("/"), target.bucket, target.access_key, target.secret_key)


def _v4(target: S3, wish: Wish) -> SignedPost:
    return post_signers.botocore(_place(target), wish)


def _v2(target: S3, wish: Wish) -> SignedPost:
    return post_signers.botocore(_place(target), wish, "s3")


def _js(target: S3, wish: Wish) -> SignedPost:
    return _js_of(_place(target), json.dumps(wish))


@cache
def _js_of(place: Place, wish: str) -> SignedPost:
    try:
        return post_signers.aws_sdk(place, [Wish(*json.loads(wish))])[0]
    except NoNodePackages as reason:
        raise NotHere(str(reason)) from None


def _post(
    signer: Signer,
    *conditions: object,
    fields: Mapping[str, str] = {},
    key: str = "",
    change: Change | None = None,
    size: int = LARGE,
    seconds: int = 600,
    single: bool = False,
    **sent: Any,
) -> Maybe:
    """A POST of a file. `key`: what follows the trial's own key in the policy; `sent`: see Upload."""

    def plan(target: Target, stored: str) -> Trial | None:
        if not isinstance(target, S3):
            return None
        signed = signer(target, Wish(stored + key, conditions, fields, seconds))
        if change:
            change(signed.fields)
        texts = (
            {f"field:{name}": value for name, value in signed.fields.items()}
            if single
            else {"fields": json.dumps(signed.fields)}
        )
        upload = Upload(signed.url, content(size), fields=texts, **sent)
        told = {"content-type": upload.content_type} if IMAGES in conditions else {}
        return Trial(stored + key.replace("${filename}", "photo.png"), upload, told)

    return plan


def _altered(fields: dict[str, str]) -> None:
    """With another signature of the same form."""
    name = next(each for each in fields if each.lower().endswith("signature"))
    first = fields[name][0]
    fields[name] = ("1" if first == "0" else "0") + fields[name][1:]


def _widened(fields: dict[str, str]) -> None:
    """With a policy that would take any length."""
    name = next(each for each in fields if each.lower() == "policy")
    policy = json.loads(base64.b64decode(fields[name]))
    policy["conditions"] = [each for each in policy["conditions"] if each != EXACT_RANGE]
    fields[name] = base64.b64encode(json.dumps(policy).encode()).decode()


def _moved(fields: dict[str, str]) -> None:
    fields["key"] += "-other"


def _more(fields: dict[str, str]) -> None:
    fields["x-amz-meta-colour"] = "blue"


def cases() -> Iterator[Case]:
    """These rows."""
    signers: dict[str, tuple[Signer, Mapping[str, Difference]]] = {
        "boto3": (_v4, {}),
        "boto3, Signature Version 2": (_v2, ONLY_V4),
        "@aws-sdk/s3-presigned-post": (_js, {}),
    }
    for name, (signer, differences) in signers.items():
        for row, plan, expected in _of(signer):
            unsent = expected.endswith(UNSENT)
            yield Case(f"POST by {name}, {row}", plan, expected, {} if unsent else differences)


def _of(signer: Signer) -> Iterator[tuple[str, Maybe, str]]:
    """The rows of one signer: name, plan, and what a cell must say."""
    yield "right", _post(signer, EXACT_RANGE, IMAGES), OK
    yield "right, retry endpoint", _post(signer, EXACT_RANGE, IMAGES, retrying=True), OK
    yield "right, request without a length", _post(signer, EXACT_RANGE, IMAGES, chunked=True), OK
    yield "right, single fields", _post(signer, EXACT_RANGE, IMAGES, single=True), OK
    yield "status 201", _post(signer, fields={"success_action_status": "201"}), OK
    yield "empty file", _post(signer, size=0), OK
    yield "`${filename}`", _post(signer, key="/${filename}"), OK
    yield "key with letters beyond ASCII", _post(signer, key="/grüße 写真.png"), OK
    yield "too large", _post(signer, ["content-length-range", 1, 1000], size=1001), TOO_LARGE + UNSENT
    yield "too small", _post(signer, EXACT_RANGE, size=1000), TOO_SMALL + UNSENT
    yield "wrong type", _post(signer, IMAGES, content_type="text/html"), NOT_MET
    yield "expired", _post(signer, seconds=-600), EXPIRED
    yield "other key", _post(signer, change=_moved), NOT_MET
    yield "field without a condition", _post(signer, change=_more), NOT_MET
    yield "forged signature", _post(signer, change=_altered), MISMATCH
    yield "policy altered", _post(signer, EXACT_RANGE, change=_widened, size=1000), MISMATCH
