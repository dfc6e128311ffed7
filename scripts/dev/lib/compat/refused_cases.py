"""Rows of the table: URLs that must not work, and other ways to sign."""

import re
from collections.abc import Callable, Iterator

from compat.azure import Azure
from compat.case import Case, Difference, Trial
from compat.plain_cases import LARGE, Maybe, Plan, content
from compat.s3 import S3
from compat.target import Target, put
from compat.upload_client import OK, UNSENT, Upload

HOUR = 3600
EXPIRED = f"403 url_expired{UNSENT}"
MISMATCH = "403 signature_mismatch"
OF_NOTHING = f"422 url_signed_for_empty_body{UNSENT}"
NOWHERE = "no-such-place"
NOT_FOR_PUT = f"422 url_not_for_put{UNSENT}"

MAKES_BUCKETS = {"SeaweedFS": Difference(OK, "SeaweedFS makes a bucket that does not exist.")}
UNREAD_SUM = {
    "MinIO": Difference(
        OF_NOTHING,
        "MinIO itself does not look at checksums in the query and would store the file; SeaweedFS compares "
        "them, and refuses.",
    )
}
EARLY = {
    **dict.fromkeys(
        ("SeaweedFS", "versitygw"),
        Difference(OK, "SeaweedFS and versitygw do not mind a time of signing that lies ahead."),
    ),
    "Azurite": Difference(
        MISMATCH, "Azurite says the same of a SAS that is not valid yet as of one with a wrong signature."
    ),
}

NO_OVERWRITE = {
    "Azurite": Difference(
        "403 access_denied",
        "Azurite calls it a permission that is missing; Azure itself has the code UnauthorizedBlobOverwrite "
        "for this, which is told as 412 precondition_failed.",
    )
}


def _at(sign: Callable[[Target, str], str], size: int = 1000) -> Plan:
    return lambda target, key: Trial(key, Upload(sign(target, key), content(size)))


def _expired(target: Target, key: str) -> str:
    return target.url(key, age=2 * HOUR, lifetime=HOUR)


def _prolonged(target: Target, key: str) -> str:
    """Expired, but for who believes what stands there."""
    url = target.url(key, age=2 * HOUR, lifetime=HOUR)
    later = target.url(key).partition("se=")[2][:24]
    url = re.sub(r"se=.{24}", f"se={later}", url)
    return url.replace(f"X-Amz-Expires={HOUR}", f"X-Amz-Expires={9 * HOUR}")


def _early(target: Target, key: str) -> str:
    return target.url(key, age=-HOUR)


def _forged(target: Target, key: str) -> str:
    return altered(target.url(key))


def altered(url: str) -> str:
    """With another letter or digit at the beginning of the signature, behind what is escaped there."""

    def alter(found: re.Match[str]) -> str:
        return found[1] + ("1" if found[2] == "0" else "0")

    return re.sub(r"((?:Signature|sig)=(?:%..)*)(\w)", alter, url)


def _moved(target: Target, key: str) -> str:
    """Signed for another key."""
    return target.url(f"{key}-other").replace(f"{key}-other", key)


def _of_get(target: Target, key: str) -> str:
    return target.url_to_read(key)


def _placeless(target: Target, key: str) -> Trial:
    upload = Upload(target.url(key, place=NOWHERE), content(1000))
    return Trial(key, upload, place=NOWHERE)


def _of_nothing(target: Target, key: str) -> str:
    """As the SDKs for JavaScript sign by default."""
    query = {"x-amz-checksum-crc32": "AAAAAA==", "x-amz-sdk-checksum-algorithm": "CRC32"}
    return target.url(key, query=query)


def _s3(plan: Plan) -> Maybe:
    return lambda target, key: plan(target, key) if isinstance(target, S3) else None


def _stranger(target: Target, key: str) -> Trial | None:
    """Signed by somebody whom the store does not know."""
    if not isinstance(target, S3):
        return None
    stranger = S3(target.name, target.version, target.prefix, "NOBODYKNOWSME1234", "x" * 40, target.bucket)
    return Trial(key, Upload(stranger.url(key), content(1000)))


def _sas(permissions: str, *, exists: bool = False) -> Maybe:
    def plan(target: Target, key: str) -> Trial | None:
        if not isinstance(target, Azure):
            return None
        if exists:
            put(target, key, b"first")
        upload = Upload(target.sas(key, permissions), content(1000))
        return Trial(key, upload, kept=b"first" if exists else None)

    return plan


def cases() -> Iterator[Case]:
    """These rows."""
    yield Case("expired URL", _at(_expired), EXPIRED)
    yield Case("expired URL, expiry altered", _at(_prolonged), MISMATCH)
    yield Case("URL signed an hour ahead", _at(_early), "403 clock_skewed", EARLY)
    yield Case("forged signature", _at(_forged), MISMATCH)
    yield Case("forged signature, file of 1 MiB + 1", _at(_forged, LARGE), MISMATCH)
    yield Case("signed for another key", _at(_moved), MISMATCH)
    yield Case("signed by an unknown key", _stranger, "403 credentials_expired")
    yield Case("bucket or container that does not exist", _placeless, "404 no_such_bucket", MAKES_BUCKETS)
    yield Case("signed for the checksum of an empty body", _s3(_at(_of_nothing)), OF_NOTHING, UNREAD_SUM)
    yield Case("signed for GET (S3)", _s3(_at(_of_get)), MISMATCH)
    yield Case("SAS with `sp=cw`, key exists", _sas("cw", exists=True))
    yield Case("SAS with `sp=w`", _sas("w"))
    yield Case("SAS with `sp=c`", _sas("c"))
    yield Case("SAS with `sp=c`, key exists", _sas("c", exists=True), "412 precondition_failed", NO_OVERWRITE)
    yield Case("SAS with `sp=r`", _sas("r"), NOT_FOR_PUT)
