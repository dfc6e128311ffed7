"""A bucket of an S3 store: URLs of Signature Version 4 and 2, made by botocore, and what a part needs.

Knows: how requests to S3 are signed and named.
Must not know: which store answers, the service.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from xml.sax.saxutils import unescape

from botocore.auth import HmacV1QueryAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from compat.target import ask, path_of, require

REGION = "us-east-1"


class _SignedAt(S3SigV4QueryAuth):
    """Signs as if it were another moment."""

    def __init__(self, keys: Credentials, region: str, expires: int, moment: datetime) -> None:
        super().__init__(keys, "s3", region, expires=expires)
        self._moment = moment

    def add_auth(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._moment.strftime("%Y%m%dT%H%M%SZ")
        self._modify_request_before_signing(request)  # type: ignore[attr-defined]  # not in the stubs
        text = self.string_to_sign(request, self.canonical_request(request))
        signature = self.signature(text, request)
        self._inject_signature_to_request(request, signature)  # type: ignore[attr-defined]  # as above


@dataclass(frozen=True)
class S3:
    """A bucket, with path-style addresses."""

    name: str
    version: str
    prefix: str
    access_key: str
    secret_key: str = field(repr=False)
    bucket: str = "uploads"
    metadata: str = "x-amz-meta-"
    own: Mapping[str, str] = field(default_factory=dict)

    def url(
        self,
        key: str,
        *,
        headers: Mapping[str, str] = {},
        query: Mapping[str, str] = {},
        lifetime: int = 3600,
        age: int = 0,
        place: str = "",
        region: str = REGION,
    ) -> str:
        """See Target."""
        address = f"{self.prefix}{place or self.bucket}/{path_of(key)}"
        return self._signed("PUT", address, headers, query, lifetime, age, region)

    def url_to_read(self, key: str, *, place: str = "", method: str = "GET") -> str:
        """See Target."""
        return self._signed(method, f"{self.prefix}{place or self.bucket}/{path_of(key)}")

    def url_for_tags(self, key: str) -> str:
        """See Target."""
        return self._signed("GET", f"{self.prefix}{self.bucket}/{path_of(key)}", query={"tagging": ""})

    def url_v2(self, key: str, headers: Mapping[str, str]) -> str:
        """A PUT URL of Signature Version 2. botocore writes the headers that it signs into the query."""
        request = AWSRequest("PUT", f"{self.prefix}{self.bucket}/{path_of(key)}", dict(headers))
        HmacV1QueryAuth(self._keys(), expires=3600).add_auth(request)
        return str(request.url)

    def keys(self) -> list[str]:
        """See Target."""
        url = self._signed("GET", f"{self.prefix}{self.bucket}", query={"list-type": "2"})
        listed = require(ask("GET", url), "Listing").body.decode()
        return [unescape(key) for key in re.findall("<Key>([^<]*)</Key>", listed)]

    def set_up(self) -> None:
        """See Target."""
        if ask("HEAD", self._signed("HEAD", f"{self.prefix}{self.bucket}")).status == 404:
            require(ask("PUT", self._signed("PUT", f"{self.prefix}{self.bucket}")), "Making the bucket")

    def begin_parts(self, key: str) -> str:
        """Begin a multipart upload; its id."""
        url = self._signed("POST", f"{self.prefix}{self.bucket}/{path_of(key)}", query={"uploads": ""})
        found = re.search(rb"<UploadId>([^<]+)<", require(ask("POST", url), "Beginning parts").body)
        assert found
        return found[1].decode()

    def abort_parts(self, key: str, upload: str) -> None:
        """Give a multipart upload up."""
        address = f"{self.prefix}{self.bucket}/{path_of(key)}"
        require(ask("DELETE", self._signed("DELETE", address, query={"uploadId": upload})), "Aborting parts")

    def finish_parts(self, key: str, upload: str) -> None:
        """Make an object of the only part."""
        address = f"{self.prefix}{self.bucket}/{path_of(key)}"
        query = {"uploadId": upload}
        parts = require(ask("GET", self._signed("GET", address, query=query)), "Listing parts").body
        etag = re.search(rb"<ETag>([^<]+)<", parts)
        part = etag[1].decode() if etag else ""
        body = (
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
            f"<ETag>{part}</ETag></Part></CompleteMultipartUpload>"
        )
        require(ask("POST", self._signed("POST", address, query=query), body.encode()), "Finishing parts")

    def _signed(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str] = {},
        query: Mapping[str, str] = {},
        lifetime: int = 3600,
        age: int = 0,
        region: str = REGION,
    ) -> str:
        asked = f"?{urlencode(query)}" if query else ""
        request = AWSRequest(method=method, url=address + asked, headers=dict(headers))
        moment = datetime.now(UTC) - timedelta(seconds=age)
        _SignedAt(self._keys(), region, lifetime, moment).add_auth(request)
        return str(request.url)

    def _keys(self) -> Credentials:
        return Credentials(self.access_key, self.secret_key)
