"""Judges a presigned URL: may a PUT go there, is it signed, and is it still valid?

Knows: the operator's list of destinations, the known stores, the signature schemes.
Rules: the URL object that is judged is the one that is dialled. What is sent is byte for byte what was
signed. `repr` shows the host only.
Must not know: the network, the clock (the time is passed in), loggers.
"""

import re
from collections.abc import Set
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned import sendable_headers
from upload_service.presigned.allowed_destinations import AllowedDestinations, UrlPrefix
from upload_service.presigned.escaped_text import name_escape
from upload_service.presigned.known_schemes import DECISIVE_PARAMETERS, LIST_PARAMETERS, SIGNATURE_SCHEMES
from upload_service.presigned.object_paths import bucket_of, may_climb
from upload_service.presigned.provider import Provider
from upload_service.presigned.providers import RANDOM_ETAG_HOSTS, provider_of
from upload_service.presigned.query import Query, parse_query, unusable_url
from upload_service.presigned.scheme_choice import kind_of, scheme_of
from upload_service.presigned.sendable_headers import SendableHeaders
from upload_service.presigned.signature_scheme import SignatureScheme
from upload_service.presigned.signed_operation import Kind, refuse_empty_body_checksum
from upload_service.presigned.url_parts import UnusableUrl, UrlParts, parse_url
from upload_service.translation.phrase import Phrase

if TYPE_CHECKING:  # loaded with the first POST
    from upload_service.presigned.post_form import PostForm

MAX_URL_BYTES = 8192
_PRINTABLE = bytes(range(ord("!"), ord("~") + 1))
# The provider's name where the host is no known store's.
LISTED = "listed"
# The signature scheme's name where the operator says that a URL needs no signature.
UNSIGNED = "unsigned"
# Parameters that give an object its type, or whoever reads it by this URL another one (Azure's rsct).
_TYPE_PARAMETERS = frozenset(("content-type", "x-ms-blob-content-type", "rsct"))
_DECISIVE = DECISIVE_PARAMETERS | _TYPE_PARAMETERS


class Destination(NamedTuple):
    """A presigned URL to which a PUT may go, or the URL of a presigned POST.

    `host` is as `UrlParts` has it. `provider` is the name of the store that it belongs to, or "listed".
    `listed`: an entry of the operator's list allows it. `signed_headers` are names in lower case; None where
    the URL does not tell them. `required_headers` are names and values that the store demands in addition.
    `expires_at` is in epoch seconds; None where only storage knows. `creates_only`: If-None-Match is signed,
    so storage refuses to overwrite an object. `kind`: what the bytes become. `etag_optional`: the operator
    says that this store may answer a PUT without an ETag. `host_header`: the host as it is written, which was
    signed. `binds_type`: the signature holds for one Content-Type, or for
    none, and the URL need not tell which. `headers_in_query`: names, in lower case, and values of signed
    headers that the URL tells nevertheless. `sendable`: the headers that the store's page of its PUT has.
    `default_headers` are sent unless the form gives others.
    `types_in_query`: the types that parameters would give the object. `parameters`: the names of all, in
    lower case. `post`: the form of a POST; None for a PUT. `object_key`: the key in that form, once the
    file's name is known.
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
    default_headers: tuple[tuple[str, str], ...] = ()
    types_in_query: tuple[str, ...] = ()
    parameters: Set[str] = frozenset()
    post: "PostForm | None" = None
    object_key: str | None = None

    def __repr__(self) -> str:
        return f"Destination(host={self.host!r})"

    @property
    def etag_is_md5(self) -> bool:
        """Whether the ETag of a plain object is its MD5; on S3 Express it is random, elsewhere anything."""
        return RANDOM_ETAG_HOSTS not in self.host and self.signature_scheme != UNSIGNED

    @property
    def key_ending(self) -> str:
        """What follows the last dot in the object's name, in lower case and unescaped; "" without a dot."""
        path = unquote(self.url.raw_path) if self.object_key is None else self.object_key
        _, dot, ending = path.rpartition("/")[2].rpartition(".")
        return ending.lower() if dot else ""


def judge_destination(text: str, allowed: AllowedDestinations, now: float) -> Destination:
    """Judge the text of the field uploadUrl; raises UploadError when a PUT must not go there.

    `now` is in epoch seconds.
    """
    parts = read_url(text)
    provider = provider_of(parts.host)
    entries = require_allowed(parts, provider, allowed)
    query = parse_query(parts.url.raw_query_string, _DECISIVE, LIST_PARAMETERS)
    scheme = scheme_of(query, parts.url, provider.signature_schemes if provider else SIGNATURE_SCHEMES)
    if provider and (scheme is None or scheme.path is None):
        require_object(parts, provider)
    if scheme is None:
        if any(entry.unsigned for entry in entries):
            return _unsigned(parts, entries)
        from upload_service.presigned.foreign_signatures import not_signed

        raise not_signed(query, parts.url, provider)
    scheme.require_well_formed(query, parts.url)
    if is_gated := any(entry.unsigned for entry in entries):
        from upload_service.presigned.unsigned_urls import require_nothing_but_signature

        require_nothing_but_signature(query, scheme)
    signed_headers = scheme.signed_headers(query)
    kind = kind_of(query, signed_headers, scheme, provider.signature_schemes if provider else None)
    refuse_empty_body_checksum(query.lower)
    expires_at = scheme.expires_at(query, parts.url)
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
        sendable=sendable_headers.PLAIN if is_gated else _sendable(scheme, provider),
        default_headers=scheme.default_headers,
        types_in_query=_types_in(query),
        parameters=query.lower.keys(),
    )


def _unsigned(parts: UrlParts, entries: list[UrlPrefix]) -> Destination:
    """A store that the operator keeps behind a gate of his own; a PUT there carries plain headers only."""
    from upload_service.presigned.unsigned_urls import kind_of_unsigned

    return Destination(
        url=parts.url,
        host=parts.host,
        provider=LISTED,
        listed=True,
        signature_scheme=UNSIGNED,
        signed_headers=None,
        required_headers=(),
        expires_at=None,
        kind=kind_of_unsigned(parts),
        etag_optional=any(entry.etag_optional for entry in entries),
        host_header=parts.host_header,
        sendable=sendable_headers.PLAIN,
    )


def read_url(text: str, *, has_key: bool = True) -> UrlParts:
    """The parts of the field uploadUrl; raises UploadError for what is no URL. `has_key`: as for a PUT."""
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
        return parse_url(text, has_key=has_key)
    except UnusableUrl as error:
        raise unusable_url(error.why) from None


def require_allowed(
    parts: UrlParts, provider: Provider | None, allowed: AllowedDestinations
) -> list[UrlPrefix]:
    """The entries of the operator's list that have an object's URL; raises UploadError where none may go."""
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


def require_object(parts: UrlParts, provider: Provider) -> None:
    """Raise UploadError where the path has to tell a bucket and a key, and does not."""
    if re.fullmatch(provider.path_hosts, parts.host):
        _require_bucket_and_key(parts.path, provider)


def _require_bucket_and_key(path: str, provider: Provider) -> None:
    prefix = provider.path_prefix
    if not path.startswith(f"{prefix}/"):
        raise unusable_url(Phrase("leads to another interface of its store: its path begins otherwise"))
    bucket = bucket_of(path.removeprefix(prefix))
    if bucket is None:
        raise unusable_url(Phrase("has no object key behind its bucket"))
    if bucket.lower() in provider.no_buckets or ((prefix or provider.no_buckets) and may_climb(path)):
        raise unusable_url(
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
