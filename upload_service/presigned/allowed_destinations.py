"""The destinations that the operator allows in UPLOAD_DESTINATIONS.

Knows: URL prefixes, wildcards in host names, the option of a prefix, and the word that stands for the
well-known stores.
Rules: text that cannot be used is a ValueError; see `settings/parsing.py`.
Must not know: presigned URLs.
"""

import re
from dataclasses import dataclass

from yarl import URL

KNOWN_STORES_WORD = "default"
# Behind the URL of a store that answers a PUT without an ETag.
ETAG_OPTION = "etag=optional"
# The last two labels must be literal, and the last one begins with a letter. So no wildcard can cover an IP
# address or a whole top-level domain.
_WILDCARD_URL = re.compile(
    r"https?://(?:(?:\*|[a-z0-9_-]+)\.)+[a-z0-9_-]+\.[a-z][a-z0-9_-]*(?::\d+)?(?:[/?][^*]*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class UrlPrefix:
    """One allowed destination: scheme, host in lower case, port, and undecoded path without the last slash.

    A label `*` of the host stands for exactly one label of any text. `etag_optional`: the store there may
    answer a PUT without an ETag.
    """

    scheme: str
    host: str
    port: int
    path: str
    etag_optional: bool = False

    def matches_host(self, host: str) -> bool:
        """Whether `host`, in lower case, is one that this prefix allows."""
        if host == self.host or "*" not in self.host:
            return host == self.host
        allowed, given = self.host.split("."), host.split(".")
        return len(allowed) == len(given) and all(
            label in ("*", other) for label, other in zip(allowed, given, strict=True)
        )


@dataclass(frozen=True, slots=True)
class AllowedDestinations:
    """Where uploads may go: the listed prefixes, and whether the well-known stores are allowed as well."""

    prefixes: tuple[UrlPrefix, ...]
    known_stores: bool


def parse_destinations(text: str) -> AllowedDestinations:
    """Read URL prefixes separated by commas; the word `default` stands for the well-known stores.

    The ValueError for other text completes the sentence "VARIABLE …".
    """
    entries = [entry.strip() for entry in text.split(",")]
    if not all(entries):
        raise ValueError(f"must be URL prefixes separated by commas, or {KNOWN_STORES_WORD}")
    prefixes = tuple(_parse_prefix(entry) for entry in entries if entry != KNOWN_STORES_WORD)
    return AllowedDestinations(prefixes, KNOWN_STORES_WORD in entries)


def _parse_prefix(text: str) -> UrlPrefix:
    if "*" in text and not _WILDCARD_URL.fullmatch(text):
        raise ValueError("may have * only for a whole label of a host name, and not for its last two")
    try:
        url = URL(text, encoded=True)
        port = url.port
    except ValueError:
        raise ValueError("has an entry that is not a URL") from None
    if url.scheme not in ("https", "http") or not url.raw_host or port is None:
        raise ValueError("must hold URLs that begin with https:// or http:// and a host")
    option = url.raw_query_string
    if url.raw_user is not None or option not in ("", ETAG_OPTION) or url.raw_fragment or "\\" in text:
        raise ValueError(f"must hold URLs without user, fragment and query, except ?{ETAG_OPTION}")
    return UrlPrefix(url.scheme, url.raw_host.lower(), port, url.raw_path.rstrip("/"), bool(option))
