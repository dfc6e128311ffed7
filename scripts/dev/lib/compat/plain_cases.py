"""Rows of the table: files of any size, in any order of fields, at any key."""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from compat.case import Case, Trial
from compat.target import Target
from compat.upload_client import Upload

MIB = 1 << 20
# Large enough that storage is asked first (Expect: 100-continue), and that a copy is kept for another
# attempt.
LARGE = MIB + 1
_BLOCK = random.Random("compat").randbytes(MIB)  # noqa: S311 - the same each time

Plan = Callable[[Target, str], Trial]
# None where the store has no such feature.
Maybe = Callable[[Target, str], Trial | None]


def content(size: int) -> bytes:
    """A file of that size."""
    return (_BLOCK * (size // MIB + 1))[:size]


def _sized(size: int) -> Plan:
    return lambda target, key: Trial(key, Upload(target.url(key), content(size)))


def _sent(*, retrying: bool = False, url_last: bool = False, chunked: bool = False) -> Plan:
    def plan(target: Target, key: str) -> Trial:
        upload = Upload(target.url(key), content(LARGE))
        return Trial(key, replace(upload, retrying=retrying, url_last=url_last, chunked=chunked))

    return plan


def _keyed(name: str, sent_as: str = "") -> Plan:
    """A key with this in it; `sent_as` stands in the URL instead of what was signed."""

    def plan(target: Target, key: str) -> Trial:
        url = target.url(key + name)
        if sent_as:
            signed = url.partition("?")[0].rpartition(key)[2]
            url = url.replace(key + signed, key + sent_as, 1)
        return Trial(key + name, Upload(url, content(1000)))

    return plan


def _declared(target: Target, key: str) -> Trial:
    file = content(LARGE)
    return Trial(key, Upload(target.url(key), file, fields={"checksum": declared_sum(file)}))


def declared_sum(file: bytes) -> str:
    """The value of the field `checksum` for this file."""
    return f"sha256:{hashlib.sha256(file).hexdigest()}"


def cases() -> Iterator[Case]:
    """These rows."""
    yield Case("0 bytes", _sized(0))
    yield Case("1 byte", _sized(1))
    yield Case("1 MiB + 1", _sized(LARGE))
    yield Case("64 MiB", _sized(64 * MIB))
    yield Case("file before `uploadUrl`", _sent(url_last=True))
    yield Case("retry endpoint", _sent(retrying=True))
    yield Case("retry endpoint, file before `uploadUrl`", _sent(retrying=True, url_last=True))
    yield Case("request without a length", _sent(chunked=True))
    yield Case("`checksum` right", _declared)
    yield Case("key with a space and brackets", _keyed("/a b (1).png"))
    yield Case("key with letters beyond ASCII", _keyed("/grüße 写真.png"))
    yield Case("key with `%` and `&`", _keyed("/50% & more.png"))
    yield Case("key with `+`, as `%2B`", _keyed("/a+b.png"))
    yield Case("key with `+`, as it is", _keyed("/a+b.png", "/a+b.png"))
    yield Case("key with `/`, as `%2F`", _keyed("/a/b.png", "/a%2Fb.png"))
