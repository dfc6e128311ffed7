"""Keys at the double, and a double that counts connections."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.storage.places import CountingDouble, Place
from tests.support.double import Reply, StorageDouble
from tests.support.service import Running


@pytest.fixture
def place(double: StorageDouble, double_url: Callable[[str], str]) -> Callable[..., Place]:
    """Make a new key at the double, which plays these replies to it."""

    def make(*replies: Reply) -> Place:
        key = f"wire/{uuid.uuid4().hex}"
        return Place(double_url(key), double.script(key, *replies))

    return make


@pytest.fixture(scope="module")
def own() -> Iterator[CountingDouble]:
    """A double for one service only."""
    with CountingDouble() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def by_name(own: CountingDouble) -> Iterator[Running]:
    """A service that may PUT to that double by its address and by its name."""
    port = own.server_address[1]
    with Running(UPLOAD_DESTINATIONS=f"{own.url},http://localhost:{port}/") as running:
        yield running
