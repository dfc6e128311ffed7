"""One bucket of an S3 store on this computer: presigned URLs, and plain reads to check what is stored.

Rules: requests are sent by the standard library, so no proxy setting can redirect them.
Must not know: who runs the store.
"""

import http.client
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "us-east-1"
CHUNK_BYTES = 1 << 20
OK, NO_CONTENT, NOT_FOUND = 200, 204, 404


class StoreError(Exception):
    """The store failed or refused; the text is one sentence for a person, sometimes with lines of a log."""


@dataclass(frozen=True)
class Head:
    """What the store says about an object. `etag` is without quotes; header names are lower case."""

    size: int
    etag: str
    content_type: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Bucket:
    """Signs with path-style addresses and Signature Version 4, as the AWS tools do."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str = field(repr=False)

    @property
    def url(self) -> str:
        """The address that all objects of the bucket begin with."""
        return f"{self.endpoint}/{self.name}/"

    def presign(
        self,
        key: str,
        *,
        method: str = "PUT",
        content_type: str | None = None,
        expires: int = 3600,
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> str:
        """A URL that allows one kind of request for `expires` seconds.

        `query` says what of the object is meant, such as one part of an upload. `content_type` and
        `headers` become signed headers: a request must then carry exactly these.
        """
        signed = dict(headers or {})
        if content_type is not None:
            signed["Content-Type"] = content_type
        url = self.url + quote(key, safe="/") + (query and f"?{query}")
        return self._sign(method, url, expires, signed)

    def copy_to(self, key: str, target: BinaryIO) -> bool:
        """Write the object's bytes to `target`; false when there is no such object."""
        with self._ask("GET", self.presign(key, method="GET"), OK, NOT_FOUND) as reply:
            if reply.status == NOT_FOUND:
                return False
            expected, copied = int(reply.headers["Content-Length"]), 0
            while chunk := reply.read(CHUNK_BYTES):
                target.write(chunk)
                copied += len(chunk)
        # http.client does not report a body that is cut short.
        if copied != expected:
            raise StoreError(f"The store sent {copied} of {expected} bytes of {key!r}.")
        return True

    def get(self, key: str) -> bytes | None:
        """The object's bytes, or None when there is no such object."""
        target = io.BytesIO()
        return target.getvalue() if self.copy_to(key, target) else None

    def head(self, key: str) -> Head | None:
        """Size, ETag, type and all headers of the object, or None when there is no such object."""
        with self._ask("HEAD", self.presign(key, method="HEAD"), OK, NOT_FOUND) as reply:
            if reply.status == NOT_FOUND:
                return None
            headers = {name.lower(): value for name, value in reply.headers.items()}
        return Head(
            size=int(headers["content-length"]),
            etag=headers["etag"].strip('"'),
            content_type=headers.get("content-type", ""),
            headers=headers,
        )

    def put(self, key: str, content: bytes) -> None:
        """Store an object without going through the service."""
        with self._ask("PUT", self.presign(key), OK, body=content):
            pass

    def delete(self, key: str) -> None:
        """Remove the object; quiet when there is none."""
        with self._ask("DELETE", self.presign(key, method="DELETE"), NO_CONTENT, NOT_FOUND):
            pass

    def keys(self, prefix: str = "") -> list[str]:
        """All keys that begin with `prefix`, in the store's order."""
        found: list[str] = []
        query = {"list-type": "2", "prefix": prefix}
        while True:
            with self._ask("GET", self._sign("GET", f"{self.url}?{urlencode(query)}"), OK) as reply:
                # Our own store's answer: nobody else can put entities into it.
                page = ElementTree.fromstring(reply.read())  # noqa: S314
            found += [element.text or "" for element in page.iterfind("{*}Contents/{*}Key")]
            token = page.findtext("{*}NextContinuationToken")
            if not token:
                return found
            query["continuation-token"] = token

    def _sign(
        self, method: str, url: str, expires: int = 60, headers: Mapping[str, str] | None = None
    ) -> str:
        request = AWSRequest(method=method, url=url, headers=dict(headers or {}))
        keys = Credentials(self.access_key, self.secret_key)
        S3SigV4QueryAuth(keys, "s3", REGION, expires=expires).add_auth(request)
        return str(request.url)

    @contextmanager
    def _ask(
        self, method: str, url: str, *expected: int, body: bytes | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """Send one request, and refuse any status but the expected ones."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            reply = self._reply(connection, method, f"{parts.path}?{parts.query}", body)
            if reply.status not in expected:
                raise StoreError(f"The store answered {reply.status} to {method} {parts.path}.")
            yield reply
        finally:
            connection.close()

    def _reply(
        self, connection: http.client.HTTPConnection, method: str, target: str, body: bytes | None
    ) -> http.client.HTTPResponse:
        try:
            connection.request(method, target, body=body)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as fault:
            raise StoreError(f"The store at {self.endpoint} does not answer: {fault}.") from fault
