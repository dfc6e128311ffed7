"""The destinations that the operator allows in UPLOAD_DESTINATIONS.

Knows: URL prefixes, wildcards in host names, the options of a prefix, and the word that stands for the
well-known stores.
Rules: text that cannot be used is a ValueError; see `settings/parsing.py`. An entry that no URL could ever
match is such text: it would look as if it allowed something.
Must not know: signatures.
"""

import re
from typing import NamedTuple

from upload_service.presigned.object_paths import may_climb, may_lead_to
from upload_service.presigned.providers import provider_of
from upload_service.presigned.url_parts import UnusableUrl, UrlParts, is_partial_address, parse_url

KNOWN_STORES_WORD = "default"
# Behind the URL of a store that answers a PUT without an ETag, and of one that wants no signature.
ETAG_OPTION = "etag=optional"
UNSIGNED_OPTION = "unsigned"
_OPTIONS = {ETAG_OPTION, UNSIGNED_OPTION}
_PLAIN_ONLY = f"must hold URLs without user, fragment and query, except ?{ETAG_OPTION} and ?{UNSIGNED_OPTION}"
# The last two labels must be literal, and the last one begins with a letter. So no wildcard can cover an IP
# address or a whole top-level domain.
_WILDCARD_URL = r"(?i)https?://(?:(?:\*|[a-z0-9_-]+)\.)+[a-z0-9_-]+\.[a-z][a-z0-9_-]*\.?(?::\d+)?(?:/[^*]*)?"
# Second labels below which the registries of many countries sell names: co.uk, com.au, or.kr, ac.jp.
# Source: publicsuffix.org/list
_SOLD_BELOW_COUNTRIES = frozenset(
    ("ac", "co", "com", "edu", "gob", "gouv", "gov", "mil", "ne", "net", "nom", "or", "org", "sch")
)
# Here MinIO has its own interface for administrators, and no bucket can have the name.
_NO_BUCKET = "minio"


class UrlPrefix(NamedTuple):
    """One allowed destination: scheme, host as `UrlParts` has it, port, and undecoded path without the last
    slash.

    A label `*` of the host stands for exactly one label of any text. `etag_optional`: the store there may
    answer a PUT without an ETag. `unsigned`: a URL there needs no signature.
    """

    scheme: str
    host: str
    port: int
    path: str
    etag_optional: bool = False
    unsigned: bool = False

    def allows(self, parts: UrlParts) -> bool:
        """Whether a URL lies below this prefix."""
        return (
            self.scheme == parts.url.scheme
            and self.port == parts.port
            and self._matches_host(parts.host)
            and _is_under(parts.path, self.path)
        )

    def _matches_host(self, host: str) -> bool:
        if host == self.host or "*" not in self.host:
            return host == self.host
        allowed, given = self.host.split("."), host.split(".")
        return len(allowed) == len(given) and all(
            label in ("*", other) for label, other in zip(allowed, given, strict=True)
        )


class AllowedDestinations(NamedTuple):
    """Where uploads may go: the listed prefixes, and whether the well-known stores are allowed as well."""

    prefixes: tuple[UrlPrefix, ...]
    known_stores: bool

    def entries_for(self, parts: UrlParts) -> list[UrlPrefix]:
        """The listed prefixes that allow a URL."""
        return [prefix for prefix in self.prefixes if prefix.allows(parts)]


def parse_destinations(text: str) -> AllowedDestinations:
    """Read URL prefixes separated by commas; the word `default` stands for the well-known stores.

    The ValueError for other text completes the sentence "VARIABLE …".
    """
    entries = [entry.strip() for entry in text.split(",")]
    if not all(entries):
        raise ValueError(f"must be URL prefixes separated by commas, or {KNOWN_STORES_WORD}")
    prefixes = tuple(parse_prefix(entry) for entry in entries if entry != KNOWN_STORES_WORD)
    return AllowedDestinations(prefixes, KNOWN_STORES_WORD in entries)


def parse_prefix(entry: str) -> UrlPrefix:
    """Read one URL prefix with its options; the ValueError completes the sentence "VARIABLE …"."""
    text, options = _without_options(entry)
    if "*" in text:
        _require_whole_labels(text)
    _require_plain(text)
    scheme, _, rest = text.partition("://")
    authority, _, path = rest.partition("/")
    # The address of an object below the prefix: what is wrong with it is wrong with the entry.
    folder = f"{path.removesuffix('/')}/" if path else ""
    try:
        parts = parse_url(f"{scheme}://{authority.replace('*', 'x')}/{folder}bucket/key")
    except UnusableUrl as error:
        raise ValueError(f"has an entry that {error.why}") from None
    if is_partial_address(parts.host):
        raise ValueError("has an address that is not written as signers write it, as in 127.0.0.1")
    host = _with_wildcards(parts.host, authority)
    prefix = UrlPrefix(
        parts.url.scheme,
        host,
        parts.port,
        f"/{path}".removesuffix("/"),
        etag_optional=ETAG_OPTION in options,
        unsigned=UNSIGNED_OPTION in options,
    )
    if not prefix.allows(parts):
        raise ValueError("has an entry with . or .. in its path: no URL with such a segment is allowed")
    if prefix.unsigned:
        _require_gated(prefix)
    return prefix


def _without_options(entry: str) -> tuple[str, set[str]]:
    """The URL of an entry, and the options behind it; raises ValueError for anything else behind a `?`."""
    text, mark, behind = entry.partition("?")
    options = set(behind.split("&")) if mark else set()
    if options - _OPTIONS or len(options) != len(behind.split("&")) * len(mark):
        raise ValueError(_PLAIN_ONLY)
    return text, options


def _require_gated(prefix: UrlPrefix) -> None:
    """Refuse to do without signatures where more than one folder of the operator's own would be open."""
    if provider_of(prefix.host):
        raise ValueError(f"may not have ?{UNSIGNED_OPTION} for a well-known store: its URLs are signed")
    if "*" in prefix.host or not prefix.path.strip("/"):
        raise ValueError(
            f"may have ?{UNSIGNED_OPTION} only behind one host and a path: a bucket, or a folder, that "
            "callers may write to"
        )


def _require_whole_labels(text: str) -> None:
    if not re.fullmatch(_WILDCARD_URL, text):
        raise ValueError("may have * only for a whole label of a host name, and not for its last two")
    host = re.split("[:/]", text.lower().partition("://")[2])[0].removesuffix(".")
    *_, third, second, last = host.split(".")
    if third == "*" and second in _SOLD_BELOW_COUNTRIES and len(last) == 2:
        raise ValueError("may not have * below a public suffix such as co.uk, where anybody can have a name")


def _require_plain(text: str) -> None:
    """Refuse what no URL, or no prefix of one, can have."""
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("has an entry with a space or a letter outside ASCII, which URLs escape (%20, xn--)")
    scheme, _, rest = text.lower().partition("://")
    if scheme not in ("https", "http") or not rest.strip("/"):
        raise ValueError("must hold URLs that begin with https:// or http:// and a host")
    if any(mark in text for mark in "#@\\"):
        raise ValueError(_PLAIN_ONLY)
    if "%" in rest.partition("/")[0]:
        raise ValueError("has an entry with a % in its host, as in IPv6 zones, which no URL can have")


def _with_wildcards(host: str, authority: str) -> str:
    """The host with `*` where the authority as it is written has it."""
    if "*" not in authority:
        return host
    written = authority.partition(":")[0].split(".")
    return ".".join(
        label if other != "*" else "*" for label, other in zip(host.split("."), written, strict=False)
    )


def _is_under(path: str, listed: str) -> bool:
    """Whether `path` lies below the path `listed`, compared by whole segments and undecoded.

    A path that somebody may read as one with a segment `.` or `..` is not below any. The path `listed` with a
    slash behind it is the bucket or the folder itself, not an object in it.
    """
    if not listed:
        return not may_lead_to(path, _NO_BUCKET)
    return path.startswith(f"{listed}/") and path != f"{listed}/" and not may_climb(path)
