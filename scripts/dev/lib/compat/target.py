"""What the cases need of a store: URLs to upload to, and what it really holds.

Knows: plain HTTP to a store on this computer, so that no proxy setting can redirect it.
Must not know: the service, how URLs are signed.
"""

import hashlib
import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlsplit


class StoreFault(Exception):
    """A store failed at something that is needed beside the uploads; the text is a sentence for a person."""


class NotHere(Exception):
    """A store cannot be had on this computer; the text says why."""


@dataclass(frozen=True)
class Reply:
    """A store's answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Stored:
    """An object as the store gives it back."""

    sha256: str
    size: int
    headers: Mapping[str, str]


class Target(Protocol):
    """A bucket or container in a running store.

    `prefix`: what all its URLs begin with. `metadata`: what the names of its metadata headers begin with.
    `own`: its own names for headers that have other names elsewhere.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def metadata(self) -> str: ...
    @property
    def own(self) -> Mapping[str, str]: ...

    def url(
        self,
        key: str,
        *,
        headers: Mapping[str, str] = {},
        query: Mapping[str, str] = {},
        lifetime: int = 3600,
        age: int = 0,
        place: str = "",
    ) -> str:
        """A presigned PUT URL that was signed `age` seconds ago; `place` is another bucket or container."""
        ...

    def url_to_read(self, key: str, *, place: str = "", method: str = "GET") -> str:
        """A presigned URL for GET or HEAD."""
        ...

    def url_for_tags(self, key: str) -> str:
        """A presigned GET URL of the object's tags."""
        ...

    def keys(self) -> list[str]:
        """The keys of all objects, as the store lists them; of many thousand, the first."""
        ...

    def set_up(self) -> None:
        """Make the bucket or container."""
        ...


def ask(method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
    """One request, straight to the store."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body=body, headers=dict(headers or {}))
        reply = connection.getresponse()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    except (OSError, http.client.HTTPException) as fault:
        raise StoreFault(f"The store at {parts.netloc} does not answer: {fault}.") from fault
    finally:
        connection.close()


def require(reply: Reply, what: str) -> Reply:
    """The reply, if it is a success."""
    if not 200 <= reply.status < 300:
        raise StoreFault(f"{what} was answered {reply.status}: {reply.body[:300]!r}")
    return reply


def read(target: Target, key: str, place: str = "") -> Stored | None:
    """What lies at the key, read whole; None too where there is no such place, or can be no such key."""
    reply = ask("GET", target.url_to_read(key, place=place))
    if reply.status in (400, 404):
        return None
    require(reply, f"Reading {key!r}")
    # Azure says more to HEAD than to GET.
    head = require(ask("HEAD", target.url_to_read(key, place=place, method="HEAD")), f"Looking at {key!r}")
    return Stored(hashlib.sha256(reply.body).hexdigest(), len(reply.body), head.headers)


def put(target: Target, key: str, content: bytes) -> None:
    """Store an object without the service."""
    own = {"x-ms-blob-type": "BlockBlob"} if target.metadata == "x-ms-meta-" else {}
    require(ask("PUT", target.url(key), content, own), f"Putting {key!r}")


def path_of(key: str) -> str:
    """The key as it stands in an address."""
    return quote(key, safe="/~")
