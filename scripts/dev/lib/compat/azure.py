"""A container of Azure Blob Storage: shared access signatures, by hand.

Knows: which values are signed, and in which order.
Must not know: which store answers, the service.

Source: learn.microsoft.com/rest/api/storageservices/create-service-sas and create-account-sas
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode
from xml.sax.saxutils import unescape

from compat.target import ask, path_of, require

VERSION = "2021-12-02"
ACCOUNT = "devstoreaccount1"
# Azure's own names for headers that other stores know by HTTP's names.
OWN = {
    "content-type": "x-ms-blob-content-type",
    "content-disposition": "x-ms-blob-content-disposition",
    "cache-control": "x-ms-blob-cache-control",
}


@dataclass(frozen=True)
class Azure:
    """A container, with the account in the path, as the emulator has it."""

    name: str
    version: str
    prefix: str
    account_key: str = field(repr=False)
    container: str = "uploads"
    metadata: str = "x-ms-meta-"
    own: Mapping[str, str] = field(default_factory=lambda: OWN)

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
        """See Target. Headers are not signed here."""
        return self.sas(key, "cw", query=query, lifetime=lifetime, age=age, place=place)

    def sas(
        self,
        key: str,
        permissions: str,
        *,
        query: Mapping[str, str] = {},
        lifetime: int = 3600,
        age: int = 0,
        place: str = "",
    ) -> str:
        """A URL with a service SAS for one blob."""
        place = place or self.container
        start = _time(-age) if age else ""
        end = _time(lifetime - age)
        resource = f"/blob/{ACCOUNT}/{place}/{key}"
        # identifier, address, protocol, version, kind; snapshot, encryption scope, five headers of answers
        text = [permissions, start, end, resource, "", "", "", VERSION, "b", *[""] * 7]
        named = {**query, "sv": VERSION, "sr": "b", "sp": permissions, "se": end}
        if start:
            named["st"] = start
        named["sig"] = self._signature("\n".join(text))
        return f"{self.prefix}{place}/{path_of(key)}?{urlencode(named, quote_via=quote)}"

    def url_to_read(self, key: str, *, place: str = "", method: str = "GET") -> str:
        """See Target. The method is not signed here."""
        return self.sas(key, "r", place=place)

    def url_for_tags(self, key: str) -> str:
        """See Target."""
        return self.sas(key, "t", query={"comp": "tags"})

    def keys(self) -> list[str]:
        """See Target."""
        listed = require(ask("GET", self._of_container("l", comp="list")), "Listing").body.decode()
        return [unescape(key) for key in re.findall("<Name>([^<]*)</Name>", listed)]

    def set_up(self) -> None:
        """See Target."""
        require(ask("PUT", self._of_container("c")), "Making the container")

    def put_block(self, key: str, block: str, content: bytes) -> None:
        """Upload a block without the service."""
        url = self.url(key, query={"comp": "block", "blockid": block})
        require(ask("PUT", url, content), "Putting a block")

    def finish_blocks(self, key: str, block: str) -> None:
        """Make a blob of the only block."""
        body = f"<BlockList><Latest>{block}</Latest></BlockList>".encode()
        url = self.url(key, query={"comp": "blocklist"})
        require(ask("PUT", url, body), "Finishing blocks")

    def _of_container(self, permission: str, **query: str) -> str:
        """A URL with an account SAS for the container."""
        end = _time(600)
        # account, permissions, services, resource types, start, expiry, address, protocol, version, scope
        text = "".join(f"{line}\n" for line in (ACCOUNT, permission, "b", "c", "", end, "", "", VERSION, ""))
        named = {"restype": "container", "sv": VERSION, "ss": "b", "srt": "c", "sp": permission, "se": end}
        named["sig"] = self._signature(text)
        return f"{self.prefix}{self.container}?{urlencode({**query, **named}, quote_via=quote)}"

    def _signature(self, text: str) -> str:
        mac = hmac.new(base64.b64decode(self.account_key), text.encode(), hashlib.sha256)
        return base64.b64encode(mac.digest()).decode()


def _time(seconds: int) -> str:
    """That many seconds from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
