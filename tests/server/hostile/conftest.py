"""A service to attack, and a key to send hostile forms to."""

import uuid
from collections.abc import Iterator

import pytest

from tests.server.hostile.target import Target, target
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture(scope="module")
def aim(double: StorageDouble) -> Iterator[Target]:
    """A service to attack, which is checked for leftovers afterwards."""
    with target(double) as found:
        yield found


@pytest.fixture
def key(double: StorageDouble) -> str:
    """An object's key, at which the double stores."""
    name = f"hostile/{uuid.uuid4().hex}"
    double.script(name)
    return name
