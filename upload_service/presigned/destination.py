"""Judges a presigned URL: may a PUT go there, and is it signed and still valid?

Knows: the parsed URL, the operator's list, the ways to sign a URL.
Rules: the object that is judged is the one that is dialled, so no second parser can read it otherwise;
what is sent is byte for byte what was signed; `repr` shows the host only.
Must not know: the network, the clock (now is passed in), loggers.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.allowed_destinations import AllowedDestinations, UrlPrefix
from upload_service.presigned.known_schemes import DECISIVE_PARAMETERS, SIGNATURE_SCHEMES
from upload_service.presigned.providers import RANDOM_ETAG_HOSTS, Provider, provider_of
from upload_service.presigned.signature_scheme import SignatureScheme
from upload_service.presigned.signed_operation import refuse_empty_body_checksum

MAX_URL_BYTES = 8192
LISTED = "listed"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f:.]{2,45}")
_SHAPE = re.compile(r"[hH][tT][tT][pP][sS]?://(?P<authority>[^/?#\\]+)(?P<target>/[^#\\]*)")
# A port that other parsers refuse, such as +443, is read as a number by yarl.
_AUTHORITY = re.compile(r"(?:\[[0-9a-f:.]+\]|[^\[\]:]+)(?::[0-9]{1,5})?", re.IGNORECASE)
_BUCKET_AND_KEY = re.compile(r"/[^/]+/.+")
_SEPARATORS = re.compile(r"/|%2f|%5c", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Destination:
    """A judged URL: what to dial, the headers that the store insists on, and when it expires (epoch s).

    `provider`: whose host it is, or "listed". `listed`: an entry of the operator's list names it.
    `signed_headers` in lower case; None where the URL does not tell. `creates_only`: If-None-Match is signed,
    so storage refuses to overwrite.
    """

    url: URL = field(repr=False)
    host: str
    provider: str
    listed: bool
    signature_scheme: str
    signed_headers: frozenset[str] | None
    required_headers: tuple[tuple[str, str], ...]
    expires_at: float | None
    creates_only: bool = False

    @property
    def etag_is_md5(self) -> bool:
        """Whether the ETag of a plain object is its MD5."""
        return RANDOM_ETAG_HOSTS not in self.host


def judge_destination(text: str, allowed: AllowedDestinations, now: float) -> Destination:
    """The destination that this uploadUrl means; raises UploadError when a PUT must not go there."""
    url, host, port = _parse(text)
    provider = provider_of(host)
    listed = _is_listed(url, host, port, allowed.prefixes)
    at_home = allowed.known_stores and provider is not None and url.scheme == "https" and port == 443
    if not listed and not at_home:
        raise UploadError(
            "destination_not_allowed",
            f"This service does not upload to {url.scheme}://{host}:{port} at that path.",
        )
    if provider and provider.path_hosts.fullmatch(host) and not _BUCKET_AND_KEY.fullmatch(url.raw_path):
        raise _unusable("has no object key behind its bucket")
    query = _query(url.raw_query_string)
    scheme = _scheme_of(query, provider)
    scheme.require_well_formed(query)
    signed_headers = scheme.signed_headers(query)
    scheme.operation.require_put(query, signed_headers)
    refuse_empty_body_checksum(query)
    expires_at = scheme.expires_at(query)
    if expires_at is not None and now >= expires_at:
        raise UploadError("url_expired")
    return Destination(
        url,
        host,
        provider.name if provider else LISTED,
        listed,
        scheme.name,
        signed_headers,
        () if scheme.operation.is_part_upload(query) else scheme.required_headers,
        expires_at,
        signed_headers is not None and "if-none-match" in signed_headers,
    )


def _parse(text: str) -> tuple[URL, str, int]:
    """The URL with its host in lower case and its port."""
    if not text:
        raise UploadError("invalid_upload_url", "The field uploadUrl is empty.")
    if len(text) > MAX_URL_BYTES:
        raise UploadError("invalid_upload_url", "The field uploadUrl is longer than 8 KiB.")
    if not (text.isascii() and text.isprintable()) or " " in text:
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
    if not _HOST.fullmatch(host) or port is None or not _AUTHORITY.fullmatch(shape["authority"]):
        raise _unusable("has no usable host")
    if url.raw_path_qs != shape["target"] or len(url.raw_path) < 2:
        raise _unusable("has no object key")
    return url, host, port


def _unusable(why: str) -> UploadError:
    return UploadError("invalid_upload_url", f"The URL in uploadUrl {why}.")


def _is_listed(url: URL, host: str, port: int, prefixes: tuple[UrlPrefix, ...]) -> bool:
    return any(
        prefix.scheme == url.scheme
        and prefix.port == port
        and prefix.matches_host(host)
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


def _query(text: str) -> Mapping[str, str]:
    """Values by the names in lower case. The last of a parameter counts; one that decides may come once."""
    # Nearly every signer escapes these two and no other, and unquoting takes longer than the rest.
    text = text.replace("%2F", "/").replace("%3B", ";")
    pairs = [pair.partition("=") for pair in text.split("&")]
    if "%" in text:
        pairs = [(unquote(name), "=", unquote(value)) for name, _, value in pairs]
    query = {name.lower(): value for name, _, value in pairs}
    if len(query) < len(pairs):
        _refuse_repeated(name.lower() for name, _, _ in pairs)
    return query


def _refuse_repeated(names: Iterable[str]) -> None:
    seen = set()
    for name in names:
        if name in seen and name in DECISIVE_PARAMETERS:
            raise _unusable(f"has the parameter {name} twice")
        seen.add(name)


def _scheme_of(query: Mapping[str, str], provider: Provider | None) -> SignatureScheme:
    for scheme in provider.signature_schemes if provider else SIGNATURE_SCHEMES:
        if scheme.identified_by <= query.keys() and all(query[name] for name in scheme.identified_by):
            return scheme
    raise UploadError("url_not_signed")
