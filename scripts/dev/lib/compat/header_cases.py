"""Rows of the table: headers that the URL was signed with, and checksums that the store compares."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping

import anycrc

from compat.azure import Azure
from compat.case import Case, Difference, Trial
from compat.plain_cases import LARGE, Maybe, Plan, content
from compat.s3 import S3
from compat.target import Target, put
from compat.upload_client import OK, Upload

MISMATCH = "403 signature_mismatch"
KNOWN_TYPE = "image/webp"
ATTACHMENT = 'attachment; filename="a b.png"'
ANY_TYPE = {"Azurite": Difference(OK, "A SAS signs no headers, so Azure stores any type.")}
FROM_HEADERS = dict.fromkeys(
    ("SeaweedFS", "versitygw"),
    Difference(
        "ok, without x-amz-meta-colour",
        "SeaweedFS and versitygw take metadata from headers only, not from the query.",
    ),
)
ONE_CLASS = {
    "versitygw": Difference("ok, without x-amz-storage-class", "versitygw has the class STANDARD only.")
}
WRONG_SUM = "400 checksum_mismatch"


def _with(headers: Mapping[str, str], *, seen: Mapping[str, str] | None = None, tags: str = "") -> Plan:
    """Signed, sent, and on the object afterwards (as `seen`, where that differs)."""

    def plan(target: Target, key: str) -> Trial:
        named = {target.own.get(name, name): value for name, value in headers.items()}
        fields = {f"header:{name}": value for name, value in named.items()}
        upload = Upload(target.url(key, headers=named), content(1000), fields=fields)
        return Trial(key, upload, headers if seen is None else seen, tags)

    return plan


def _metadata(target: Target, key: str) -> Trial:
    """Their names are the store's own."""
    named = {f"{target.metadata}colour": "blue green", f"{target.metadata}n": "1"}
    return _with(named)(target, key)


def _metadata_in_query(target: Target, key: str) -> Trial | None:
    """As the SDKs for JavaScript sign them."""
    if not isinstance(target, S3):
        return None
    named = {f"{target.metadata}colour": "blue"}
    return Trial(key, Upload(target.url(key, query=named), content(1000)), named)


def _typed(sent: str) -> Plan:
    """Signed for one type, sent with another."""

    def plan(target: Target, key: str) -> Trial:
        url = target.url(key, headers={"content-type": KNOWN_TYPE})
        upload = Upload(url, content(1000), fields={"contentType": sent})
        return Trial(key, upload, {"content-type": sent})

    return plan


def _type_of_part(target: Target, key: str) -> Trial:
    url = target.url(key, headers={"content-type": KNOWN_TYPE})
    return Trial(key, Upload(url, content(LARGE), KNOWN_TYPE), {"content-type": KNOWN_TYPE})


def _changed(target: Target, key: str) -> Trial | None:
    """Metadata with another value than was signed."""
    if not isinstance(target, S3):
        return None
    name = f"{target.metadata}colour"
    upload = Upload(target.url(key, headers={name: "blue"}), content(1000), fields={f"header:{name}": "red"})
    return Trial(key, upload)


def _s3_with(headers: Mapping[str, str], tags: str = "") -> Maybe:
    """Of S3 alone; where the object has tags, they are looked at instead."""
    plan = _with(headers, seen={} if tags else headers, tags=tags)
    return lambda target, key: plan(target, key) if isinstance(target, S3) else None


def _azure_with(headers: Mapping[str, str], permissions: str, tags: str = "") -> Maybe:
    def plan(target: Target, key: str) -> Trial | None:
        if not isinstance(target, Azure):
            return None
        fields = {f"header:{name}": value for name, value in headers.items()}
        upload = Upload(target.sas(key, permissions), content(1000), fields=fields)
        return Trial(key, upload, {} if tags else headers, tags)

    return plan


def _blob_type(target: Target, key: str) -> Trial | None:
    if not isinstance(target, Azure):
        return None
    return Trial(key, Upload(target.url(key), content(1000)), {"x-ms-blob-type": "BlockBlob"})


def _summed(name: str, digest: Callable[[bytes], bytes], *, right: bool, s3: bool) -> Maybe:
    """A checksum for the store, signed: of the file, or of another one."""

    def plan(target: Target, key: str) -> Trial | None:
        if s3 and not isinstance(target, S3):
            return None
        file = content(LARGE)
        value = base64.b64encode(digest(file if right else file + b"!")).decode()
        url = target.url(key, headers={name: value})
        return Trial(key, Upload(url, file, fields={f"header:{name}": value}))

    return plan


def _md5(file: bytes) -> bytes:
    return hashlib.md5(file, usedforsecurity=False).digest()


def _sha256(file: bytes) -> bytes:
    return hashlib.sha256(file).digest()


def _crc32(file: bytes) -> bytes:
    return zlib.crc32(file).to_bytes(4, "big")


def _crc64(file: bytes) -> bytes:
    return int(anycrc.Model("CRC64-NVME").calc(file)).to_bytes(8, "big")


def _only_once(*, exists: bool) -> Plan:
    def plan(target: Target, key: str) -> Trial:
        if exists:
            put(target, key, b"first")
        url = target.url(key, headers={"if-none-match": "*"})
        upload = Upload(url, content(LARGE), fields={"header:if-none-match": "*"})
        return Trial(key, upload, kept=b"first" if exists else None)

    return plan


def cases() -> Iterator[Case]:
    """These rows."""
    yield Case("signed `content-type`, of the file's part", _type_of_part)
    yield Case("signed `content-type`, in `contentType`", _typed(KNOWN_TYPE))
    yield Case("signed `content-type`, another one sent", _typed("image/png"), MISMATCH, ANY_TYPE)
    yield Case("signed metadata", _metadata)
    yield Case("signed metadata, another value sent", _changed, MISMATCH)
    yield Case("metadata in the query of the URL", _metadata_in_query, OK, FROM_HEADERS)
    yield Case("signed `content-disposition`", _with({"content-disposition": ATTACHMENT}))
    yield Case("signed `cache-control`", _with({"cache-control": "max-age=60, private"}))
    reduced = _s3_with({"x-amz-storage-class": "REDUCED_REDUNDANCY"})
    yield Case("signed `x-amz-storage-class`", reduced, OK, ONE_CLASS)
    yield Case("signed `x-amz-tagging`", _s3_with({"x-amz-tagging": "team=blue"}, tags="team=blue"))
    yield Case("`x-ms-blob-type`, added by the service", _blob_type)
    yield Case("`x-ms-access-tier`", _azure_with({"x-ms-access-tier": "Cool"}, "cw"))
    yield Case("`x-ms-tags`", _azure_with({"x-ms-tags": "team=blue"}, "cwt", tags="team=blue"))
    yield Case("signed `if-none-match: *`, new key", _only_once(exists=False))
    yield Case("signed `if-none-match: *`, key exists", _only_once(exists=True), "412 precondition_failed")
    for name, digest, s3 in (
        ("content-md5", _md5, False),
        ("x-amz-checksum-crc32", _crc32, True),
        ("x-amz-checksum-sha256", _sha256, True),
        ("x-amz-checksum-crc64nvme", _crc64, True),
    ):
        yield Case(f"signed `{name}`, right", _summed(name, digest, right=True, s3=s3))
        yield Case(f"signed `{name}`, wrong", _summed(name, digest, right=False, s3=s3), WRONG_SUM)
