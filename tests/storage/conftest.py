"""Keys at the double, and a double that counts connections."""

from collections.abc import Iterator

import pytest

from tests.storage.puts import CountingDouble
from tests.support.service.patient_service import KeepsConnections
from tests.support.storage.places import at_double, nothing_came_late, place

__all__ = ["at_double", "nothing_came_late", "place"]


@pytest.fixture(scope="module")
def own() -> Iterator[CountingDouble]:
    """A double that only one service uses."""
    with CountingDouble() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def by_name(own: CountingDouble) -> Iterator[KeepsConnections]:
    """A service that may PUT to that double by its address and by its name, and keeps its connections."""
    port = own.server_address[1]
    with KeepsConnections(UPLOAD_DESTINATIONS=f"{own.url},http://localhost:{port}/") as running:
        yield running
