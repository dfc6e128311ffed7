"""The keys of an identity provider, as it publishes them: discovery, then its key set; or a file.

Knows: OpenID Connect Discovery 1.0 section 4, JSON Web Key Sets, and how long an answer may be kept.
Rules: bounded in time and size. No redirect is followed, no proxy asked, no cookie kept. Discovery must name
the very issuer that was asked, and keys behind https. What went wrong is one word, and never text of the
provider's.
Must not know: when keys are fetched, tokens.
"""

import asyncio
import re
import ssl
from pathlib import Path
from typing import Literal, NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from upload_service.clients.key_urls import may_be_asked
from upload_service.identity.key_set import KeySet, read_key_set
from upload_service.identity.strict_json import json_object

DISCOVERY_PATH = "/.well-known/openid-configuration"
# For everything that a fetch does: name look-ups, connections, discovery and keys.
FETCH_SECONDS = 5.0
MAX_ANSWER_BYTES = 256 * 1024
# How long keys are kept, within these bounds whatever the provider's Cache-Control says.
KEPT_SECONDS, LEAST_KEPT_SECONDS, MOST_KEPT_SECONDS = 3600.0, 300.0, 86_400.0

FetchFault = Literal[
    "unreachable", "tls_failed", "timed_out", "status", "too_large", "not_json", "other_issuer",
    "no_key_url", "no_usable_key", "file_unreadable",
]  # fmt: skip


class FetchFailed(Exception):
    """The keys could not be had. `fault` says why; `status` is that of an answer that was no success."""

    def __init__(self, fault: FetchFault, status: int | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.status = status


class Fetched(NamedTuple):
    """The keys, and for how many seconds they need not be asked for again."""

    keys: KeySet
    kept_seconds: float


class Provider:
    """Where keys come from: the key set at `key_source`, or else what `issuer` publishes.

    `key_source`: a URL, or `@` and the path of a file, or None. `names`: who looks host names up.
    """

    def __init__(self, issuer: str | None, key_source: str | None, names: AbstractResolver) -> None:
        self._names = names
        self._issuer = issuer
        self._source = key_source

    @property
    def name(self) -> str:
        """For the log: the provider's host, or the word file."""
        source = self._source or self._issuer or ""
        return "file" if source.startswith("@") else URL(source).host or ""

    async def fetch(self) -> Fetched:
        """The keys as they are published now. Raises FetchFailed."""
        if self._source and self._source.startswith("@"):
            return Fetched(_usable(_file(Path(self._source[1:]))), KEPT_SECONDS)
        try:
            # The client's own bound is for one request each.
            async with asyncio.timeout(FETCH_SECONDS), self._session() as session:
                return await self._over(session)
        except TimeoutError:
            raise FetchFailed("timed_out") from None
        except (aiohttp.ClientSSLError, ssl.SSLError):
            raise FetchFailed("tls_failed") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise FetchFailed("unreachable") from None

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=self._names, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS),
            auto_decompress=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def _over(self, session: aiohttp.ClientSession) -> Fetched:
        source = self._source
        if source is None:
            issuer = self._issuer or ""
            discovered, _ = await _get(session, URL(issuer.rstrip("/") + DISCOVERY_PATH, encoded=True))
            source = _key_url(discovered, issuer)
        body, cache_control = await _get(session, URL(source, encoded=True))
        return Fetched(_usable(body), _kept_seconds(cache_control))


async def _get(session: aiohttp.ClientSession, url: URL) -> tuple[bytes, str]:
    """The body of a successful answer, and its Cache-Control."""
    async with session.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            raise FetchFailed("status", answer.status)
        body = bytearray()
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise FetchFailed("too_large")
        return bytes(body), answer.headers.get("Cache-Control", "")


def _key_url(discovered: bytes, issuer: str) -> str:
    """The URL of the keys in a discovery document of this issuer."""
    try:
        told = json_object(discovered)
    except ValueError:
        raise FetchFailed("not_json") from None
    if told.get("issuer") != issuer:
        raise FetchFailed("other_issuer")
    url = told.get("jwks_uri")
    if not isinstance(url, str) or not may_be_asked(url) or (url[:5] == "http:" and issuer[:5] != "http:"):
        raise FetchFailed("no_key_url")
    return url


def _usable(text: bytes) -> KeySet:
    try:
        keys = read_key_set(text)
    except ValueError:
        raise FetchFailed("not_json") from None
    if not keys:
        raise FetchFailed("no_usable_key")
    return keys


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_ANSWER_BYTES)
    except OSError:
        raise FetchFailed("file_unreadable") from None


def _kept_seconds(cache_control: str) -> float:
    match = re.search(r"(?:^|[\s,])max-age=(\d{1,9})", cache_control, re.ASCII | re.IGNORECASE)
    told = float(match[1]) if match else KEPT_SECONDS
    return min(max(told, LEAST_KEPT_SECONDS), MOST_KEPT_SECONDS)
