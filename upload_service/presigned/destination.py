"""Judges a presigned URL: may a PUT go there, is it signed, and is it still valid?

Knows: the operator's list of destinations, the known stores, the signature schemes.
Rules: the URL object that is judged is the one that is dialled. What is sent is byte for byte what was
signed. `repr` shows the host only.
Must not know: the network, the clock (the time is passed in), loggers.
"""

import re
from collections.abc import Sequence, Set
from typing import NamedTuple
from urllib.parse import unquote

from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned import sendable_headers
from upload_service.presigned.allowed_destinations import AllowedDestinations, UrlPrefix
from upload_service.presigned.escaped_text import name_escape
from upload_service.presigned.known_schemes import DECISIVE_PARAMETERS, SIGNATURE_SCHEMES
from upload_service.presigned.object_paths import bucket_of, may_climb
from upload_service.presigned.providers import RANDOM_ETAG_HOSTS, Provider, provider_of
from upload_service.presigned.query import Query, parse_query, unusable_url
from upload_service.presigned.sendable_headers import SendableHeaders
from upload_service.presigned.signature_scheme import SignatureScheme
from upload_service.presigned.signed_operation import Kind, refuse_empty_body_checksum
from upload_service.presigned.url_parts import UnusableUrl, UrlParts, parse_url
from upload_service.translation.phrase import Phrase

MAX_URL_BYTES = 8192
_PRINTABLE = bytes(range(ord("!"), ord("~") + 1))
# The provider's name where the host is no known store's.
LISTED = "listed"
# Parameters that give an object its type, or whoever reads it by this URL another one (Azure's rsct).
_TYPE_PARAMETERS = frozenset(("content-type", "x-ms-blob-content-type", "rsct"))


class Destination(NamedTuple):
    """A presigned URL to which a PUT may go.

    `host` is as `UrlParts` has it. `provider` is the name of the store that it belongs to, or "listed".
    `listed`: an entry of the operator's list allows it. `signed_headers` are names in lower case; None where
    the URL does not tell them. `required_headers` are names and values that the store demands in addition.
    `expires_at` is in epoch seconds; None where only storage knows. `creates_only`: If-None-Match is signed,
    so storage refuses to overwrite an object. `kind`: what the bytes become. `etag_optional`: the operator
    says that this store may answer a PUT without an ETag. `host_header`: the host as it is written, which was
    signed. `binds_type`: the signature holds for one Content-Type, or for
    none, and the URL need not tell which. `headers_in_query`: names, in lower case, and values of signed
    headers that the URL tells nevertheless. `sendable`: the headers that the store's page of its PUT has.
    `types_in_query`: the types that parameters would give the object. `parameters`: the names of all, in
    lower case.
    """

    url: URL
    host: str
    provider: str
    listed: bool
    signature_scheme: str
    signed_headers: frozenset[str] | None
    required_headers: tuple[tuple[str, str], ...]
    expires_at: float | None
    creates_only: bool = False
    kind: Kind = "object"
    etag_optional: bool = False
    host_header: str = ""
    binds_type: bool = False
    headers_in_query: tuple[tuple[str, str], ...] = ()
    sendable: SendableHeaders = sendable_headers.S3
    types_in_query: tuple[str, ...] = ()
    parameters: Set[str] = frozenset()

    def __repr__(self) -> str:
        return f"Destination(host={self.host!r})"

    @property
    def etag_is_md5(self) -> bool:
        """Whether the ETag of a plain object is its MD5; on S3 Express it is random."""
        return RANDOM_ETAG_HOSTS not in self.host

    @property
    def key_ending(self) -> str:
        """What follows the last dot in the object's name, in lower case and unescaped; "" without a dot."""
        _, dot, ending = unquote(self.url.raw_path).rpartition("/")[2].rpartition(".")
        return ending.lower() if dot else ""


def judge_destination(text: str, allowed: AllowedDestinations, now: float) -> Destination:
    """Judge the text of the field uploadUrl; raises UploadError when a PUT must not go there.

    `now` is in epoch seconds.
    """
    parts = _parse(text)
    provider = provider_of(parts.host)
    entries = _require_allowed(parts, provider, allowed)
    query = parse_query(parts.url.raw_query_string, DECISIVE_PARAMETERS)
    scheme = _scheme_of(query, _schemes_at(parts, provider, query))
    scheme.require_well_formed(query)
    signed_headers = scheme.signed_headers(query)
    kind = scheme.operation.require_put(query, signed_headers)
    refuse_empty_body_checksum(query.lower)
    expires_at = scheme.expires_at(query)
    if expires_at is not None and now >= expires_at:
        raise UploadError("url_expired")
    return Destination(
        url=parts.url,
        host=parts.host,
        provider=provider.name if provider else LISTED,
        listed=bool(entries),
        signature_scheme=scheme.name,
        signed_headers=signed_headers,
        required_headers=scheme.required_headers if kind == "object" else (),
        expires_at=expires_at,
        creates_only=signed_headers is not None and "if-none-match" in signed_headers,
        kind=kind,
        etag_optional=any(entry.etag_optional for entry in entries),
        host_header=parts.host_header,
        binds_type=scheme.binds_type,
        headers_in_query=scheme.headers_in_query(query),
        sendable=_sendable(scheme, provider),
        types_in_query=_types_in(query),
        parameters=query.lower.keys(),
    )


def _parse(text: str) -> UrlParts:
    if not text:
        raise UploadError("invalid_upload_url", Phrase("The field uploadUrl is empty."))
    if len(text) > MAX_URL_BYTES:
        raise UploadError("invalid_upload_url", Phrase("The field uploadUrl is longer than 8 KiB."))
    if escape := name_escape(text):
        raise unusable_url(escape)
    if not text.isascii() or text.encode().translate(None, _PRINTABLE):
        raise UploadError(
            "invalid_upload_url",
            Phrase("The field uploadUrl has a space, a line break or a character outside ASCII."),
        )
    try:
        return parse_url(text)
    except UnusableUrl as error:
        raise unusable_url(error.why) from None


def _require_allowed(
    parts: UrlParts, provider: Provider | None, allowed: AllowedDestinations
) -> list[UrlPrefix]:
    """The entries of the operator's list that have the URL; raises UploadError where no PUT may go."""
    entries = allowed.entries_for(parts)
    scheme, host, port = parts.url.scheme, parts.host, parts.port
    is_known = allowed.known_stores and provider is not None and scheme == "https" and port == 443
    if not entries and not is_known:
        raise UploadError(
            "destination_not_allowed",
            Phrase(
                "This service does not upload to {scheme}://{host}:{port} at that path.",
                scheme=scheme,
                host=host,
                port=port,
            ),
        )
    return entries


def _schemes_at(parts: UrlParts, provider: Provider | None, query: Query) -> Sequence[SignatureScheme]:
    """The schemes that the store knows at this path; raises UploadError where nobody may write."""
    if provider is None:
        return SIGNATURE_SCHEMES
    opened, has_paths = provider.opened, re.fullmatch(provider.path_hosts, parts.host)
    if opened and (has_paths or re.fullmatch(opened.hosts, parts.host)):
        is_open = re.fullmatch(opened.path, parts.path)
        if is_open and any(scheme.has_signed(query) for scheme in opened.signature_schemes):
            return opened.signature_schemes
        if not has_paths:
            raise _other_interface()
    if has_paths:
        _require_bucket_and_key(parts.path, provider)
    return provider.signature_schemes


def _require_bucket_and_key(path: str, provider: Provider) -> None:
    bucket = bucket_of(path)
    if bucket is None:
        raise unusable_url(Phrase("has no object key behind its bucket"))
    if bucket.lower() in provider.no_buckets or (provider.no_buckets and may_climb(path)):
        raise _other_interface()


def _other_interface() -> UploadError:
    return unusable_url(
        Phrase("leads to another interface of its store: sign for a host that begins with the bucket")
    )


def _sendable(scheme: SignatureScheme, provider: Provider | None) -> SendableHeaders:
    if provider and scheme.sendable is sendable_headers.S3:
        return provider.s3_headers
    return scheme.sendable


def _types_in(query: Query) -> tuple[str, ...]:
    if _TYPE_PARAMETERS.isdisjoint(query.lower):
        return ()
    return tuple(value for name, value in query.lower.items() if name in _TYPE_PARAMETERS)


def _scheme_of(query: Query, known: Sequence[SignatureScheme]) -> SignatureScheme:
    """The scheme by which the URL is signed, among those that its store knows; raises UploadError."""
    for scheme in known:
        if scheme.has_signed(query):
            return scheme
    raise UploadError("url_not_signed")
