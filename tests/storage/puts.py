"""Forms that lead to the double, and the PUTs that come of them."""

from typing import Any

import pytest
from devtools import signed_queries

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form
from tests.support.storage.storage_double import Put, StorageDouble

SMALL = b"12345"
LARGE = bytes(range(256)) * 8192  # 2 MiB: more than the plain endpoint keeps
SIGNED = signed_queries.v4(seconds=604800)
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])


class CountingDouble(StorageDouble):
    """A double that counts connections."""

    def __init__(self) -> None:
        self.connections = 0
        super().__init__()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """What socketserver asks for each new connection."""
        self.connections += 1
        return True


def only(puts: list[Put]) -> Put:
    """Check that there was exactly one PUT, wait for its end, and return it."""
    assert len(puts) == 1
    assert puts[0].ended.wait(30)
    return puts[0]


def headers(put: Put) -> list[str]:
    """The header lines of a PUT, sorted, with their names in lower case."""
    lines = put.head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(": ") for line in lines)
    return sorted(f"{name.lower()}: {value}" for name, _, value in pairs)


def parts(url: str, content: bytes, *, url_first: bool) -> bytes:
    """The form, with its parts in this order."""
    found = [field("uploadUrl", url), file(content)]
    return form(*(found if url_first else found[::-1]))
