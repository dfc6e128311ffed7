"""Which of storage's words may be passed on: to the caller, the log, or the terminal of `--check`.

Knows: what an ETag, an error code and a request id look like, and how a storage could say a secret.
Rules: no input and no output. A word passes only if it has its known shape and no SHARED characters of it in
a row stand in what is secret of the PUT, in any case: percent-decoded once or twice, in hexadecimal digits or
in base64.
Must not know: HTTP libraries, what the words mean.

Shapes: docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html (ETag), ErrorResponses.html and
RESTCommonResponseHeaders.html; docs.cloud.google.com/storage/docs/xml-api/reference-headers;
learn.microsoft.com/rest/api/storageservices/put-blob; docs.openstack.org/api-ref/object-store (no quotes).
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from upload_service.storage.signed_names import CHECKSUM_NAMES
from upload_service.storage.store_codes import STORE_CODES

# So many characters of a secret are no coincidence. Fewer do not help to guess one.
SHARED = 16
# That many characters of base64, in hexadecimal digits.
SHARED_BASE64_DIGITS = SHARED // 4 * 3 * 2

_ETAG = re.compile(r'(?:W/)?"[A-Za-z0-9+/=_.:-]{1,128}"|[A-Za-z0-9+/=_.:-]{1,128}', re.ASCII)
_CODE = r"(?=.{1,64}\Z)[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*"
_REQUEST_ID = re.compile(r"[A-Za-z0-9+/=_.:-]{1,200}", re.ASCII)

_HEX = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_DIGITS = re.compile(rf"[0-9a-fA-F]{{{SHARED},}}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}", re.ASCII)
# A value that may be 16 bytes or more in base64; sought behind its mark, which is much faster than anywhere.
_BASE64_VALUE = re.compile(r"[=\n.,:;~\"]([A-Za-z0-9+/_-]{22,})", re.ASCII)
_READABLE = re.compile(rb"[\x21-\x7e]{16,}")
_DIGEST_ETAG = re.compile(r'"?[0-9a-fA-F]{32}(?:-\d{1,5})?"?', re.ASCII)
# An ETag may be what the caller has said about the file: its checksum, or the ETag that it had before.
_OF_THE_FILE = CHECKSUM_NAMES | {"if-match", "if-none-match"}
# Tools keep the MD5 there.
_METADATA = ("x-amz-meta-", "x-goog-meta-", "x-ms-meta-")


def is_error_code(text: str) -> bool:
    """Whether it looks like an error code."""
    return bool(re.fullmatch(_CODE, text))


class _Said(NamedTuple):
    """All forms of what is secret: as text in lower case, and its bytes as hexadecimal digits."""

    text: str
    digits: str


class Secrets:
    """What is secret of one PUT: all of its URL behind the host, and the values of its headers.

    The path is no secret from the caller, who reads the ETag, but has no place in the log.
    """

    def __init__(self, path: str, query: str, headers: Mapping[str, str]) -> None:
        self._path = path
        self._query = query
        self._headers = headers
        self._said: _Said | None = None

    def etag(self, text: str) -> str | None:
        """The ETag, if it may be passed on to the caller."""
        if not _ETAG.fullmatch(text):
            return None
        return None if self._has(text) and _share(text, _forms(*self._beside_the_file(text))) else text

    def error_code(self, text: str) -> str | None:
        """The error code, if it may be passed on and logged."""
        if text in STORE_CODES:
            return text
        return None if not is_error_code(text) or self._has(text) else text

    def request_id(self, text: str) -> str | None:
        """The id of the request, if it may be logged."""
        return None if not _REQUEST_ID.fullmatch(text) or self._has(text) else text

    def _has(self, text: str) -> bool:
        if len(text) < SHARED:
            return False
        self._said = self._said or _forms(self._path, self._query, *self._headers.values())
        return _share(text, self._said)

    def _beside_the_file(self, etag: str) -> Iterator[str]:
        """What an ETag must not say. The file's checksum it may say, wherever that stands."""
        metadata = _METADATA if _DIGEST_ETAG.fullmatch(etag) else ()
        for pair in self._query.split("&"):
            if not _is_of_the_file(unquote(pair.partition("=")[0]).lower(), metadata):
                yield pair
        for name, value in self._headers.items():
            if not _is_of_the_file(name.lower(), metadata):
                yield value


def _is_of_the_file(name: str, metadata: tuple[str, ...]) -> bool:
    return name in _OF_THE_FILE or name.startswith(metadata)


def _forms(*secrets: str) -> _Said:
    """What stands in them, decoded once and twice."""
    text = "\n".join(("", *secrets))
    texts, digits = [text.lower()], []
    # Nearly every signer escapes only these three characters, and `unquote` takes longer than all the rest.
    once = text.replace("%2F", "/").replace("%3D", "=").replace("%3B", ";")
    for _ in range(2):
        if "%" in once:
            once = unquote(once)
        if once != text:
            texts.append((text := once).lower())
    for each in _BASE64_VALUE.findall(text):
        digits.append(each.lower() if _HEX.fullmatch(each) else _bytes_of(each).hex())
    return _Said("\n".join(texts), "\n".join(digits))


def _share(text: str, said: _Said) -> bool:
    """Whether SHARED characters in a row of any form of `text` are among what is secret."""
    text = text.removeprefix("W/").strip('"')
    lower = text.lower()
    if _has_part(lower, said.text):
        return True
    for digits in _DIGITS.findall(lower):
        if _digits_share(digits, said):
            return True
    if _HEX.fullmatch(text):
        return False
    if ("-" in text or "_" in text) and _has_part(_standard(lower), said.text):
        return True
    return any(
        _has_part(raw.hex(), said.digits, SHARED_BASE64_DIGITS)
        or any(_has_part(each, said.text) for each in _readable(raw))
        for raw in _decoded(text)
    )


def _digits_share(digits: str, said: _Said) -> bool:
    """The same for what hexadecimal digits say; a part of a longer text may begin in the middle of a byte."""
    if _has_part(digits, said.digits):
        return True
    for start in range(2):
        pairs = digits[start : start + (len(digits) - start) // 2 * 2]
        if len(pairs) < 2 * SHARED:
            break  # too few bytes
        for each in _readable(bytes.fromhex(pairs)):
            if _has_part(each, said.text):
                return True
    return False


def _has_part(form: str, said: str, shared: int = SHARED) -> bool:
    # So many characters in a row hold a whole block of half as many, so most texts need a few looks only.
    half = shared // 2
    if not any([form[at : at + half] in said for at in range(0, len(form) - half + 1, half)]):  # noqa: C419  faster
        return False
    return any(form[at : at + shared] in said for at in range(len(form) - shared + 1))


def _decoded(text: str) -> Iterator[bytes]:
    """What it says if it is base64. A part of a longer text may begin at any of four characters."""
    for match in _BASE64.finditer(text):
        for start in range(4):
            if len(match[0]) - start >= SHARED:
                yield _bytes_of(match[0][start:])


def _readable(raw: bytes) -> list[str]:
    return [each.decode("ascii").lower() for each in _READABLE.findall(raw)]


def _bytes_of(text: str) -> bytes:
    """The bytes of a part of a text in base64; what is no whole byte at its end is left out."""
    whole = text[:-1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(_standard(whole) + "=" * (-len(whole) % 4))


def _standard(text: str) -> str:
    """The same text in the alphabet of base64 that is not made for URLs."""
    return text.replace("-", "+").replace("_", "/")
