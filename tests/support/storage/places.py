"""Where an upload is to go, and what has come there: at the double, and in the real store.

Rules: under `untouched/` comes no PUT at all, under `refused/` none that is whole.
The fixtures are for the conftest.py of the folders that use them.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from local.store import Bucket

from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble


def whole(puts: list[Put]) -> list[bytes]:
    """What a store would have kept: the bodies of the PUTs that came whole."""
    return [bytes(put.body) for put in puts if put.ended.wait(30) and put.whole]


@dataclass(frozen=True)
class Place:
    """Where an upload is to go, and what has arrived there. At the double, `puts` has every PUT."""

    url: str
    puts: list[Put] = field(default_factory=list)
    in_store: Callable[[], bytes | None] | None = None

    def stored(self) -> bytes | None:
        """The object that is stored there, if there is one."""
        return self.in_store() if self.in_store else next(iter(whole(self.puts)), None)

    @property
    def bodies(self) -> list[bytes]:
        """The body of each PUT, in order."""
        assert all(put.ended.wait(30) for put in self.puts)
        return [bytes(put.body) for put in self.puts]

    def fill(self, body: bytes) -> bytes:
        """The form with this place's URL."""
        return body.replace(b"<URL>", self.url.encode())


@pytest.fixture
def place(double: StorageDouble, double_url: Callable[[str], str]) -> Callable[..., Place]:
    """Make a new key at the double, which plays these replies to it."""

    def make(*replies: Reply, prefix: str = "place") -> Place:
        key = f"{prefix}/{uuid.uuid4().hex}"
        return Place(double_url(key), double.script(key, *replies))

    return make


@pytest.fixture
def at_double(place: Callable[..., Place], nothing_came_late: None) -> Callable[..., Place]:
    """Make a new place at the double, by default one where nothing whole must come."""

    def make(*replies: Reply, prefix: str = "refused") -> Place:
        return place(*replies, prefix=prefix)

    return make


@pytest.fixture(scope="module")
def never_stored(bucket: Bucket, nothing_came_late: None) -> dict[str, Place]:
    """Two places in the real store that must stay empty; one of them must not even see a PUT."""

    def make(prefix: str) -> Place:
        key = f"{prefix}/never"
        return Place(TRANSCRIPT.hide(bucket.presign(key)), in_store=lambda: bucket.get(key))

    return {prefix: make(prefix) for prefix in ("untouched", "refused")}


@pytest.fixture
def in_store(bucket: Bucket, presign: Callable[..., str]) -> Callable[[], Place]:
    """Make a new place in the real store, for what is to be stored."""

    def make() -> Place:
        key = f"stored/{uuid.uuid4().hex}"
        return Place(presign(key), in_store=lambda: bucket.get(key))

    return make


@pytest.fixture(params=["double", "store"])
def untouched(
    request: pytest.FixtureRequest, at_double: Callable[..., Place], never_stored: dict[str, Place]
) -> Place:
    """A place, at the double and in the store in turn, to which no PUT must come."""
    return at_double(prefix="untouched") if request.param == "double" else never_stored["untouched"]


@pytest.fixture(params=["double", "store"])
def refused(
    request: pytest.FixtureRequest, at_double: Callable[..., Place], never_stored: dict[str, Place]
) -> Place:
    """A place, at the double and in the store in turn, where nothing must be stored."""
    return at_double() if request.param == "double" else never_stored["refused"]


@pytest.fixture(scope="module")
def nothing_came_late(double: StorageDouble, bucket: Bucket) -> Iterator[None]:
    """After the tests of a file, nothing has been stored, or even sent, where it must not be."""
    yield
    assert bucket.keys("untouched/") == []
    assert bucket.keys("refused/") == []
    assert not any(puts for path, puts in list(double.puts.items()) if path.startswith("/untouched/"))
    assert not any(whole(puts) for path, puts in list(double.puts.items()) if path.startswith("/refused/"))
