"""Where the operator lets uploads go, as it is written in UPLOAD_DESTINATIONS.

Knows: URL prefixes, wildcards, and the word for the well-known stores.
Rules: see `settings/parsing.py`.
Must not know: presigned URLs.
"""

import re
from dataclasses import dataclass

from yarl import URL

KNOWN_STORES_WORD = "default"
# The last two labels are literal, and the last one begins with a letter: neither an address nor a whole top
# domain.
_WILD_HOST = re.compile(
    r"https?://(?:(?:\*|[a-z0-9_-]+)\.)+[a-z0-9_-]+\.[a-z][a-z0-9_-]*(?::\d+)?(?:/[^*]*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class UrlPrefix:
    """One allowed destination: scheme, host in lower case, port, and a raw path without a last slash.

    A label `*` of the host stands for exactly one label, whichever.
    """

    scheme: str
    host: str
    port: int
    path: str

    def matches_host(self, host: str) -> bool:
        """Whether a host in lower case is the one that is meant."""
        if host == self.host or "*" not in self.host:
            return host == self.host
        allowed, given = self.host.split("."), host.split(".")
        return len(allowed) == len(given) and all(
            label in ("*", other) for label, other in zip(allowed, given, strict=True)
        )


@dataclass(frozen=True, slots=True)
class AllowedDestinations:
    """Where uploads may go: listed prefixes, and whether the well-known stores are among them."""

    prefixes: tuple[UrlPrefix, ...]
    known_stores: bool


def _prefix(text: str) -> UrlPrefix:
    if "*" in text and not _WILD_HOST.fullmatch(text):
        raise ValueError("may have * only for a whole label of a host name, and not for its last two")
    try:
        url = URL(text, encoded=True)
        port = url.port
    except ValueError:
        raise ValueError("has an entry that is not a URL") from None
    if url.scheme not in ("https", "http") or not url.raw_host or port is None:
        raise ValueError("must hold URLs that begin with https:// or http:// and a host")
    if url.raw_user is not None or url.raw_query_string or url.raw_fragment or "\\" in text:
        raise ValueError("must hold URLs without user, query and fragment")
    return UrlPrefix(url.scheme, url.raw_host.lower(), port, url.raw_path.rstrip("/"))


def parse_destinations(text: str) -> AllowedDestinations:
    """Prefixes, and the word that stands for the well-known stores."""
    entries = [entry.strip() for entry in text.split(",")]
    if not all(entries):
        raise ValueError(f"must be URL prefixes separated by commas, or {KNOWN_STORES_WORD}")
    prefixes = tuple(_prefix(entry) for entry in entries if entry != KNOWN_STORES_WORD)
    return AllowedDestinations(prefixes, KNOWN_STORES_WORD in entries)
