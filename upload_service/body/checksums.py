"""Checksums of the file: computed while its bytes pass, and compared with the client's and with storage's.

Knows: the algorithms, how clients write a checksum, and in which headers storage names that of the object.
Rules: no input and no output; each byte is read once. A checksum that cannot be compared counts neither as
equal nor as different.
Must not know: HTTP libraries, when to compare.

Source: docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html,
cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash,
learn.microsoft.com/rest/api/storageservices/put-blob
"""

import base64
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import NamedTuple, Protocol

import anycrc
from multidict import MultiMapping, istr

from upload_service.errors.upload_error import UploadError

# Computed for every file, unless UPLOAD_VERIFY is off. The answer contains it, and S3 responds with it.
DEFAULT_ALGORITHM = "crc64nvme"
# Another one that a store responds with, by the signature scheme of its URLs.
ALGORITHM_BY_SCHEME: Mapping[str, str] = dict.fromkeys(("google-v4", "google-v2", "google-session"), "crc32c")
# The length of each algorithm's digest.
DIGEST_BYTES: Mapping[str, int] = {"crc64nvme": 8, "crc32c": 4, "md5": 16, "sha256": 32}
# What a client may use in the field `checksum`.
CLIENT_ALGORITHMS = frozenset({"crc64nvme", "md5", "sha256"})

_CRC_NAMES = {"crc64nvme": "CRC64-NVME", "crc32c": "CRC32C"}
# Names whose lower case is known already: looked for in each answer, and seldom there.
_AMZ_HEADERS = {istr(f"x-amz-checksum-{algorithm}"): algorithm for algorithm in DIGEST_BYTES}
_GOOG_HEADER, _MD5_HEADER, _MS_HEADER = istr("x-goog-hash"), istr("Content-MD5"), istr("x-ms-content-crc64")
_ETAG_HEADER = istr("ETag")
_MD5_ETAG = re.compile(r'"([0-9a-f]{32})"')


class Checksum(NamedTuple):
    """A digest and its algorithm. As text: `algorithm:` and the digest in base64."""

    algorithm: str
    digest: bytes

    def __str__(self) -> str:
        return f"{self.algorithm}:{base64.b64encode(self.digest).decode()}"


class _Hash(Protocol):
    def update(self, chunk: bytes, /) -> object: ...
    def digest(self) -> bytes: ...


class _Crc:
    """A CRC with the interface of `hashlib`."""

    __slots__ = ("_model", "_size", "_value")

    def __init__(self, algorithm: str) -> None:
        self._model = _crc_model(algorithm)
        self._size = DIGEST_BYTES[algorithm]
        self._value = 0

    def update(self, chunk: bytes, /) -> None:
        self._value = self._model(chunk, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


@cache
def _crc_model(algorithm: str) -> Callable[..., int]:
    calculate: Callable[..., int] = anycrc.Model(_CRC_NAMES[algorithm]).calc
    return calculate


def _new_hash(algorithm: str) -> _Hash:
    if algorithm in _CRC_NAMES:
        return _Crc(algorithm)
    return hashlib.new(algorithm, usedforsecurity=False)


class RunningChecksums:
    """The checksums of one file by several algorithms, updated with its bytes in their order."""

    def __init__(self, algorithms: Collection[str]) -> None:
        self._hashes = {algorithm: _new_hash(algorithm) for algorithm in algorithms}
        self._updates = tuple(running.update for running in self._hashes.values())

    def update(self, chunk: bytes) -> None:
        """Add the file's next bytes."""
        for update in self._updates:
            update(chunk)

    def get(self, algorithm: str) -> Checksum | None:
        """The checksum of the bytes so far; None if this algorithm is not computed."""
        running = self._hashes.get(algorithm)
        return None if running is None else Checksum(algorithm, running.digest())

    def agrees_with(self, claim: Checksum) -> bool | None:
        """Whether `claim` is the checksum of the bytes so far; None if its algorithm is not computed."""
        own = self.get(claim.algorithm)
        return None if own is None else own.digest == claim.digest


def checksums_for(verify: str, claim: Checksum | None, signature_scheme: str | None) -> RunningChecksums:
    """The checksums to compute for one file.

    `verify` is the setting UPLOAD_VERIFY, `claim` the checksum that the client has sent, `signature_scheme`
    the scheme of the file's URL; None where the URL is not known yet, so that any store is possible.
    """
    return RunningChecksums(_algorithms(verify, claim.algorithm if claim else None, signature_scheme))


@cache
def _algorithms(verify: str, claimed: str | None, signature_scheme: str | None) -> frozenset[str]:
    algorithms = {claimed} if claimed else set()
    if verify != "off":
        algorithms.add(DEFAULT_ALGORITHM)
        algorithms.update(
            algorithm
            for scheme, algorithm in ALGORITHM_BY_SCHEME.items()
            if signature_scheme in (None, scheme)
        )
    if verify == "md5":
        algorithms.add("md5")
    return frozenset(algorithms)


def parse_checksum(text: str) -> Checksum:
    """Read a client's checksum: `algorithm:digest`, the digest in hex or base64; raises UploadError."""
    algorithm, _, digest = text.partition(":")
    algorithm = algorithm.strip().lower()
    digest, size = digest.strip(), DIGEST_BYTES.get(algorithm, 0)
    value = _hex(digest) if len(digest) == 2 * size else _base64(digest)
    if algorithm not in CLIENT_ALGORITHMS or len(value) != size:
        raise UploadError("invalid_checksum")
    return Checksum(algorithm, value)


def stored_checksums(headers: MultiMapping[str]) -> Iterator[Checksum]:
    """The checksums of the stored object in the headers of storage's response; `headers` ignore case."""
    for name, algorithm in _AMZ_HEADERS.items():
        if name in headers:
            yield from _checksum(algorithm, headers[name])
    if _GOOG_HEADER in headers:
        # Google sends a header line for each checksum.
        for entry in ",".join(headers.getall(_GOOG_HEADER)).split(","):
            algorithm, _, digest = entry.strip().partition("=")
            if algorithm in ("crc32c", "md5"):
                yield from _checksum(algorithm, digest)
    if _MD5_HEADER in headers:
        yield from _checksum("md5", headers[_MD5_HEADER])
    if _MS_HEADER in headers:
        # Azure's CRC64 is CRC64-NVME with its bytes in the other order.
        for crc64 in _checksum("crc64nvme", headers[_MS_HEADER]):
            yield crc64._replace(digest=crc64.digest[::-1])


def md5_of_etag(headers: Mapping[str, str]) -> Checksum | None:
    """The MD5 that the ETag looks like; None for other ETags, and for encryption by SSE-KMS or SSE-C."""
    etag = _MD5_ETAG.fullmatch(headers.get(_ETAG_HEADER, ""))
    if not etag:
        return None
    by_kms = headers.get("x-amz-server-side-encryption", "").startswith("aws:kms")
    if by_kms or "x-amz-server-side-encryption-customer-algorithm" in headers:
        return None
    return Checksum("md5", bytes.fromhex(etag[1]))


def _checksum(algorithm: str, text: str) -> Iterator[Checksum]:
    if text and len(digest := _base64(text)) == DIGEST_BYTES[algorithm]:
        yield Checksum(algorithm, digest)


def _base64(text: str) -> bytes:
    """The bytes of base64 text; b"" if it is not base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _hex(text: str) -> bytes:
    """The bytes of hexadecimal text; b"" if it is not hexadecimal."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
