"""Judges a presigned URL: may a PUT go there, and is it signed and still valid?

Knows: the parsed URL, the operator's list, the ways to sign a URL.
Rules: the object that is judged is the one that is dialled, so no second parser can read it otherwise;
what is sent is byte for byte what was signed; `repr` shows the host only.
Must not know: the network, the clock (now is passed in), loggers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from yarl import URL

from upload_service.errors import UploadError
from upload_service.parsing import Destinations, Prefix
from upload_service.providers import KNOWN_HOSTS, RANDOM_ETAG_HOSTS, SIGNINGS, Signing

MAX_URL_BYTES = 8192
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f:.]{2,45}")
_SHAPE = re.compile(r"https?://(?P<authority>[^/?#\\]+)(?P<target>/[^#\\]*)", re.IGNORECASE)
_BASIC_TIME = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_SEPARATORS = re.compile(r"/|%2f|%5c", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Destination:
    """A judged URL: what to dial, the headers that the store insists on, and when it expires (epoch s).

    `creates_only`: If-None-Match is signed, so storage refuses to overwrite. `signed_headers`: names in lower
    case, None where the URL does not tell.
    """

    url: URL = field(repr=False)
    host: str
    signing: str
    headers: tuple[tuple[str, str], ...]
    expires_at: float | None
    creates_only: bool = False
    signed_headers: frozenset[str] | None = None

    @property
    def etag_is_md5(self) -> bool:
        """Whether the ETag of a plain object is its MD5."""
        return RANDOM_ETAG_HOSTS not in self.host


def judge(text: str, allowed: Destinations, now: float) -> Destination:
    """The destination that this uploadUrl means; raises UploadError when a PUT must not go there."""
    url, host, port = _parse(text)
    if not (_is_listed(url, host, port, allowed.prefixes) or _is_known_store(url, host, port, allowed)):
        raise UploadError(
            "destination_not_allowed",
            f"This service does not upload to {url.scheme}://{host}:{port} at that path.",
        )
    query = {name.lower(): value for name, value in url.query.items()}
    signing = _signing(query)
    expires_at = _expiry(signing, query)
    if expires_at is not None and now >= expires_at:
        raise UploadError("url_expired")
    names = query.get("x-amz-signedheaders") or query.get("x-goog-signedheaders")
    signed = frozenset(names.lower().split(";")) if names else None
    creates_only = signed is not None and "if-none-match" in signed
    return Destination(url, host, signing.name, signing.headers, expires_at, creates_only, signed)


def _parse(text: str) -> tuple[URL, str, int]:
    """The URL with its host in lower case and its port."""
    if not text:
        raise UploadError("invalid_upload_url", "The field uploadUrl is empty.")
    if len(text) > MAX_URL_BYTES:
        raise UploadError("invalid_upload_url", "The field uploadUrl is longer than 8 KiB.")
    if not _PRINTABLE.fullmatch(text):
        raise UploadError(
            "invalid_upload_url",
            "The field uploadUrl has a space, a line break or a character outside ASCII.",
        )
    shape = _SHAPE.fullmatch(text)
    if not shape:
        raise _unusable("is not an https:// (or http://) address with a host and an object key")
    if "@" in shape["authority"]:
        raise _unusable("has a user name or password in it")
    try:
        url = URL(text, encoded=True)
        host, port = (url.raw_host or "").lower(), url.port
    except ValueError:
        raise UploadError("invalid_upload_url") from None
    if not _HOST.fullmatch(host) or port is None or shape["authority"].endswith(":"):
        raise _unusable("has no usable host")
    if url.raw_path_qs != shape["target"] or len(url.raw_path) < 2:
        raise _unusable("has no object key")
    return url, host, port


def _unusable(why: str) -> UploadError:
    return UploadError("invalid_upload_url", f"The URL in uploadUrl {why}.")


def _is_known_store(url: URL, host: str, port: int, allowed: Destinations) -> bool:
    at_home = allowed.known_stores and url.scheme == "https" and port == 443
    return at_home and any(shape.fullmatch(host) for shape in KNOWN_HOSTS)


def _is_listed(url: URL, host: str, port: int, prefixes: tuple[Prefix, ...]) -> bool:
    return any(
        (url.scheme, host, port) == (prefix.scheme, prefix.host, prefix.port)
        and _is_under(url.raw_path, prefix.path)
        for prefix in prefixes
    )


def _is_under(path: str, listed: str) -> bool:
    """Whole segments, compared raw. Under a listed path nothing may climb out again, however encoded."""
    if not listed:
        return True
    segments = _SEPARATORS.split(path)
    climbs = any(re.sub("%2e", ".", segment, flags=re.IGNORECASE) in (".", "..") for segment in segments)
    return path.startswith(f"{listed}/") and not climbs


def _signing(query: Mapping[str, str]) -> Signing:
    for signing in SIGNINGS:
        if all(query.get(mark) for mark in signing.marks):
            return signing
    raise UploadError("url_not_signed")


def _expiry(signing: Signing, query: Mapping[str, str]) -> float | None:
    """When the URL expires, in epoch seconds; None where only storage knows (an Azure stored policy)."""
    try:
        if signing.signed_at:
            return _basic_time(query[signing.signed_at]) + _lifetime(query[signing.lifetime])
        if signing.expires not in query:
            return None
        expires = query[signing.expires]
        return float(expires) if expires.isdecimal() else _iso_time(expires)
    except (KeyError, ValueError, OverflowError):
        raise _unusable("has no readable time of signing or expiry") from None


def _basic_time(text: str) -> float:
    """Epoch seconds of a time such as 20261123T120000Z."""
    if not _BASIC_TIME.fullmatch(text):
        raise ValueError
    return datetime.fromisoformat(text).timestamp()


def _lifetime(text: str) -> int:
    """Seconds; more than centuries is a mistake."""
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        raise ValueError
    return int(text)


def _iso_time(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
