"""Form fields of presigned POSTs with fake signatures: well-formed, for storages that check no signature.

Knows: what the signers of S3 and Google write.
Rules: as in `signed_queries.py`.
"""

import base64
import json
import time
from collections.abc import Mapping, Sequence

from devtools.signed_queries import WORD, digits

Fields = dict[str, str]
BUCKET = "bucket"


def policy(conditions: Sequence[object], expires: str = "2099-01-01T00:00:00Z") -> str:
    """A policy document."""
    return base64.b64encode(json.dumps({"expiration": expires, "conditions": conditions}).encode()).decode()


def v4(
    key: str = "key",
    *conditions: object,
    more: Mapping[str, str] = {},
    expires: str = "2099-01-01T00:00:00Z",
    bucket: str = BUCKET,
    word: str = WORD,
    vendor: str = "amz",
) -> Fields:
    """Fields of Signature Version 4, as boto3 returns them; the policy covers them all."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    algorithm, service, ending, times = (
        ("AWS4-HMAC-SHA256", "s3", "aws4", 1)
        if vendor == "amz"
        else ("GOOG4-RSA-SHA256", "storage", "goog4", 8)
    )
    signing = {
        f"x-{vendor}-algorithm": algorithm,
        f"x-{vendor}-credential": f"A/{date[:8]}/us-east-1/{service}/{ending}_request",
        f"x-{vendor}-date": date,
    }
    covered = [{"bucket": bucket}, _of_key(key), *_each(more), *_each(signing), *conditions]
    return {
        **more,
        "key": key,
        **signing,
        "policy": policy(covered, expires),
        f"x-{vendor}-signature": digits(word) * times,
    }


def v2(
    key: str = "key",
    *conditions: object,
    more: Mapping[str, str] = {},
    vendor: str = "amz",
    bucket: str = BUCKET,
) -> Fields:
    """Fields of Signature Version 2."""
    name, signature = (
        ("AWSAccessKeyId", f"{(WORD * 27)[:27]}=")
        if vendor == "amz"
        else ("GoogleAccessId", f"{WORD * 57}==")
    )
    covered = [{"bucket": bucket}, _of_key(key), *_each(more), *conditions]
    return {**more, "key": key, name: "A", "policy": policy(covered), "signature": signature}


def _of_key(key: str) -> object:
    """As boto3 writes it."""
    if key.endswith("${filename}"):
        return ["starts-with", "$key", key.removesuffix("${filename}")]
    return {"key": key}


def _each(fields: Mapping[str, str]) -> list[object]:
    return [{name: value} for name, value in fields.items()]
