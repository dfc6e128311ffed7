"""Judges a presigned URL: may a PUT go there, is it signed, and is it still valid?

Knows: the operator's list of destinations, the known stores, the signature schemes.
Rules: the URL object that is judged is the one that is dialled, so no second parser can read the text in
another way. What is sent is byte for byte what was signed. `repr` shows the host only.
Must not know: the network, the clock (the time is passed in), loggers.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.allowed_destinations import AllowedDestinations, UrlPrefix
from upload_service.presigned.escaped_text import name_escape
from upload_service.presigned.known_schemes import DECISIVE_PARAMETERS, SIGNATURE_SCHEMES
from upload_service.presigned.providers import RANDOM_ETAG_HOSTS, Provider, provider_of
from upload_service.presigned.signature_scheme import SignatureScheme, unusable_url
from upload_service.presigned.signed_operation import refuse_empty_body_checksum

MAX_URL_BYTES = 8192
# The provider's name where the host is no known store's.
LISTED = "listed"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f:.]{2,45}")
_SHAPE = re.compile(r"[hH][tT][tT][pP][sS]?://(?P<authority>[^/?#\\]+)(?P<target>/[^#\\]*)")
# yarl accepts ports that other parsers refuse, such as +443.
_AUTHORITY = re.compile(r"(?:\[[0-9a-f:.]+\]|[^\[\]:]+)(?::[0-9]{1,5})?", re.IGNORECASE)
_BUCKET_AND_KEY = re.compile(r"/[^/]+/.+")
_SEPARATORS = re.compile(r"/|%2f|%5c", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Destination:
    """A presigned URL to which a PUT may go.

    `host` is in lower case. `provider` is the name of the store that it belongs to, or "listed". `listed`: an
    entry of the operator's list allows it. `signed_headers` are names in lower case; None where the URL does
    not tell them. `required_headers` are names and values that the store demands in addition. `expires_at` is
    in epoch seconds; None where only storage knows. `creates_only`: If-None-Match is signed, so storage
    refuses to overwrite an object. `is_part`: the bytes become one part of an upload in parts.
    `etag_optional`: the operator says that this store may answer a PUT without an ETag.
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
    is_part: bool = False
    etag_optional: bool = False

    @property
    def etag_is_md5(self) -> bool:
        """Whether the ETag of a plain object is its MD5; on S3 Express it is random."""
        return RANDOM_ETAG_HOSTS not in self.host


def judge_destination(text: str, allowed: AllowedDestinations, now: float) -> Destination:
    """Judge the text of the field uploadUrl; raises UploadError when a PUT must not go there.

    `now` is in epoch seconds.
    """
    url, host, port = _parse(text)
    provider = provider_of(host)
    entries = _require_allowed(url, host, port, provider, allowed)
    query = _query(url.raw_query_string)
    scheme = _scheme_of(query, provider)
    scheme.require_well_formed(query)
    signed_headers = scheme.signed_headers(query)
    scheme.operation.require_put(query, signed_headers)
    refuse_empty_body_checksum(query)
    expires_at = scheme.expires_at(query)
    if expires_at is not None and now >= expires_at:
        raise UploadError("url_expired")
    is_part = scheme.operation.is_part_upload(query)
    return Destination(
        url=url,
        host=host,
        provider=provider.name if provider else LISTED,
        listed=bool(entries),
        signature_scheme=scheme.name,
        signed_headers=signed_headers,
        required_headers=() if is_part else scheme.required_headers,
        expires_at=expires_at,
        creates_only=signed_headers is not None and "if-none-match" in signed_headers,
        is_part=is_part,
        etag_optional=any(entry.etag_optional for entry in entries),
    )


def _parse(text: str) -> tuple[URL, str, int]:
    """The URL, its host in lower case, and its port."""
    if not text:
        raise UploadError("invalid_upload_url", "The field uploadUrl is empty.")
    if len(text) > MAX_URL_BYTES:
        raise UploadError("invalid_upload_url", "The field uploadUrl is longer than 8 KiB.")
    if escape := name_escape(text):
        raise unusable_url(f"{escape}; send it exactly as it was signed")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise UploadError(
            "invalid_upload_url",
            "The field uploadUrl has a space, a line break or a character outside ASCII.",
        )
    shape = _SHAPE.fullmatch(text)
    if not shape:
        raise unusable_url("is not an https:// (or http://) address with a host and an object key")
    if "@" in shape["authority"]:
        raise unusable_url("has a user name or password in it")
    try:
        url = URL(text, encoded=True)
        host, port = (url.raw_host or "").lower(), url.port
    except ValueError:
        raise UploadError("invalid_upload_url") from None
    if not _HOST.fullmatch(host) or port is None or not _AUTHORITY.fullmatch(shape["authority"]):
        raise unusable_url("has no usable host")
    if url.raw_path_qs != shape["target"] or len(url.raw_path) < 2:
        raise unusable_url("has no object key")
    return url, host, port


def _require_allowed(
    url: URL, host: str, port: int, provider: Provider | None, allowed: AllowedDestinations
) -> list[UrlPrefix]:
    """The entries of the operator's list that have the URL; raises UploadError where no PUT may go."""
    entries = _entries_with(url, host, port, allowed.prefixes)
    is_known = allowed.known_stores and provider is not None and url.scheme == "https" and port == 443
    if not entries and not is_known:
        raise UploadError(
            "destination_not_allowed",
            f"This service does not upload to {url.scheme}://{host}:{port} at that path.",
        )
    if provider and provider.path_hosts.fullmatch(host) and not _BUCKET_AND_KEY.fullmatch(url.raw_path):
        raise unusable_url("has no object key behind its bucket")
    return entries


def _entries_with(url: URL, host: str, port: int, prefixes: tuple[UrlPrefix, ...]) -> list[UrlPrefix]:
    return [
        prefix
        for prefix in prefixes
        if prefix.scheme == url.scheme
        and prefix.port == port
        and prefix.matches_host(host)
        and _is_under(url.raw_path, prefix.path)
    ]


def _is_under(path: str, listed: str) -> bool:
    """Whether `path` lies below the path `listed`, compared by whole segments and undecoded.

    A path with a segment `.` or `..` is not below any, in whatever way these are encoded.
    """
    if not listed:
        return True
    segments = _SEPARATORS.split(path)
    has_dots = any(re.sub("%2e", ".", segment, flags=re.IGNORECASE) in (".", "..") for segment in segments)
    return path.startswith(f"{listed}/") and not has_dots


def _query(text: str) -> Mapping[str, str]:
    """The query's values by their names in lower case; of a repeated parameter the last value.

    Raises UploadError when a decisive parameter is repeated.
    """
    # Nearly every signer escapes only these two characters, and `unquote` takes longer than all the rest.
    text = text.replace("%2F", "/").replace("%3B", ";")
    pairs = [pair.partition("=") for pair in text.split("&")]
    if "%" in text:
        pairs = [(unquote(name), "=", unquote(value)) for name, _, value in pairs]
    query = {name.lower(): value for name, _, value in pairs}
    if len(query) < len(pairs):
        _refuse_repeated_decisive(name.lower() for name, _, _ in pairs)
    return query


def _refuse_repeated_decisive(names: Iterable[str]) -> None:
    seen = set()
    for name in names:
        if name in seen and name in DECISIVE_PARAMETERS:
            raise unusable_url(f"has the parameter {name} twice")
        seen.add(name)


def _scheme_of(query: Mapping[str, str], provider: Provider | None) -> SignatureScheme:
    """The scheme by which the URL is signed, among those that its store knows; raises UploadError."""
    for scheme in provider.signature_schemes if provider else SIGNATURE_SCHEMES:
        if scheme.identified_by <= query.keys() and all(query[name] for name in scheme.identified_by):
            return scheme
    raise UploadError("url_not_signed")
