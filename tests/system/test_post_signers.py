"""POSTs that vendors' libraries sign in Node: AWS's for a real store, Google's for an oracle of our own.

No store here checks Google's signatures. The oracle reads what storage got with the package `multipart`,
verifies the signature with the public key, and compares each condition: what docs.cloud.google.com says that
Google does.
"""

import base64
import binascii
import itertools
import json
import uuid
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from devtools import post_signers
from devtools.post_signers import Place, SignedPost, Wish
from local.store import Bucket
from multipart import MultipartSegment, PushMultipartParser

from tests.support.client.posted_forms import hide, posted
from tests.support.client.raw_http import PLAIN, RETRY, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer

pytestmark = pytest.mark.node
CONTENT = b"12345"
RANGE, IMAGES = ["content-length-range", 5, 5], ["starts-with", "$Content-Type", "image/"]
# What a policy says, the file that is sent, its type, and what the caller is told.
ROWS: dict[str, tuple[Wish, bytes, str, str]] = {
    "right": (Wish("a", [RANGE, IMAGES]), CONTENT, "image/png", "ok"),
    "filename": (Wish("in/${filename}", [RANGE]), CONTENT, "image/png", "ok"),
    "too-large": (Wish("a", [RANGE]), b"123456", "image/png", "entity_too_large"),
    "too-small": (Wish("a", [RANGE]), b"1234", "image/png", "file_too_small"),
    "wrong-type": (Wish("a", [IMAGES]), CONTENT, "text/html", "policy_not_met"),
    "tampered": (Wish("a", [RANGE]), CONTENT, "image/png", "signature_mismatch"),
}
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])


def forged(fields: dict[str, str]) -> dict[str, str]:
    """With another signature of the same form."""
    name = next(each for each in fields if each.lower().endswith("signature"))
    return fields | {name: ("1" if fields[name][0] == "0" else "0") + fields[name][1:]}


@pytest.fixture(scope="module")
def aws(bucket: Bucket) -> dict[str, SignedPost]:
    """What AWS's library signs, by row; keys begin with the row's name."""
    place = Place(bucket.endpoint.rstrip("/"), bucket.name, bucket.access_key, bucket.secret_key)
    wishes = [row[0]._replace(key=f"js/{name}/{row[0].key}") for name, row in ROWS.items()]
    return dict(zip(ROWS, post_signers.aws_sdk(place, wishes), strict=True))


@both_endpoints
@pytest.mark.parametrize("name", ROWS)
def test_aws_sdk_for_javascript(
    service: Running, bucket: Bucket, aws: dict[str, SignedPost], name: str, path: str
) -> None:
    """What createPresignedPost returns goes through as it is; what it does not allow is refused."""
    wish, content, content_type, code = ROWS[name]
    fields = forged(aws[name].fields) if name == "tampered" else aws[name].fields
    hide(fields)
    answered = post(service.port, path, posted(aws[name].url, fields, content, content_type=content_type))
    assert answered.json.get("code", "ok") == code, answered.json
    key = f"js/{name}/{wish.key.replace('${filename}', 'photo.png')}"
    assert bucket.get(key) == (content if code == "ok" else None)


@pytest.fixture(scope="module")
def google(double: StorageDouble) -> Callable[[int], dict[str, SignedPost]]:
    """What Google's library signs, by row, for the double; each row has a bucket."""

    def sign(version: int) -> dict[str, SignedPost]:
        found = {}
        # Version 2 knows no type.
        rows = {name: row for name, row in ROWS.items() if version == 4 or name != "wrong-type"}
        for name, (wish, *_) in rows.items():
            bucket = f"g{uuid.uuid4().hex}"
            double.script(bucket, Reply(answer(204, b"", 'ETag: "e"')))
            place = Place(double.url.rstrip("/"), bucket)
            found[name] = post_signers.google(place, [wish], version)[0]
        return found

    return sign


@pytest.mark.parametrize("version", [4, 2])
def test_google(
    service: Running, double: StorageDouble, google: Callable[[int], dict[str, SignedPost]], version: int
) -> None:
    """What generateSignedPostPolicyV4 and V2 return reaches storage as the oracle wants it, or is refused."""
    for name, signed in google(version).items():
        _, content, content_type, code = ROWS[name]
        fields = forged(signed.fields) if name == "tampered" else signed.fields
        hide(fields)
        answered = post(service.port, PLAIN, posted(signed.url, fields, content, content_type=content_type))
        puts = double.puts[f"/{signed.url.rpartition('/')[2]}"]
        if code in ("ok", "signature_mismatch"):
            assert answered.status == 200, answered.json
            assert verdict(puts[0]) == code
            assert len(puts) == 1
        else:
            assert (answered.json["code"], puts) == (code, [])


def verdict(put: Put) -> str:
    """What Google would make of the form: `ok`, `signature_mismatch`, or the condition that is not met."""
    fields, filename = read(put)
    given = fields.get("x-goog-signature") or fields["signature"]
    signature = binascii.unhexlify(given) if "x-goog-signature" in fields else base64.b64decode(given)
    try:
        post_signers.google_key().public_key().verify(
            signature, fields["policy"].encode(), padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        return "signature_mismatch"
    bucket = put.target.strip("/")
    for condition in json.loads(base64.b64decode(fields["policy"]))["conditions"]:
        if not is_met(condition, fields | {"bucket": bucket}, filename):
            return f"not met: {condition}"
    return "ok"


def is_met(condition: object, fields: dict[str, str], filename: str) -> bool:
    """Whether one condition holds; the variable counts as it is written, as Google's library signs it."""
    if isinstance(condition, dict):
        return all(fields.get(name.lower()) == value for name, value in condition.items())
    assert isinstance(condition, list)
    operator, name, value = condition
    if operator == "content-length-range":
        return name <= len(fields["file"]) <= value  # type: ignore[no-any-return]  # numbers
    found = fields.get(name[1:].lower(), "")
    return found == value if operator == "eq" else found.startswith(value)


def read(put: Put) -> tuple[dict[str, str], str]:
    """The fields by their names in lower case, the file's content among them, and the file's name."""
    boundary = (put.header("Content-Type") or "").rpartition("boundary=")[2]
    found: dict[str, str] = {}
    name, filename = "", ""
    with PushMultipartParser(boundary) as parser:
        for event in itertools.chain.from_iterable(parser.parse(piece) for piece in (bytes(put.body), b"")):
            if isinstance(event, MultipartSegment):
                name, filename = event.name.lower(), event.filename or ""
                found[name] = ""
            elif event:
                found[name] += bytes(event).decode()
    return found, filename
