"""Keys at the double whose URLs are signed with headers."""

import uuid
from collections.abc import Callable

import pytest
from devtools.signed import v4

from tests.support.double import Reply, StorageDouble
from tests.support.transcript import TRANSCRIPT
from tests.upload.signed_places import Place


@pytest.fixture
def signed_place(double: StorageDouble) -> Callable[..., Place]:
    """Make a new key at the double whose URL is signed with these headers."""

    def make(*signed: str, reply: Reply | None = None) -> Place:
        key = f"headers/{uuid.uuid4().hex}"
        query = v4(signed_headers=";".join(["host", *signed]))
        return Place(TRANSCRIPT.hide(f"{double.url}{key}?{query}"), double.script(key, reply or Reply()))

    return make
