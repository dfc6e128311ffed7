"""Places to upload to, and services with short time limits."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from devtools.signed_queries import v4
from local.store import Bucket

from tests.support.scanner.scripted_clamd import ScriptedClamd
from tests.support.scanner.waiting_upload import start
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.google_sessions import Fault, GoogleSessions, Session
from tests.support.storage.places import (
    Place,
    at_double,
    in_store,
    never_stored,
    nothing_came_late,
    place,
    refused,
    untouched,
)
from tests.support.storage.storage_double import Reply, StorageDouble
from tests.upload.posts import Post

__all__ = ["at_double", "in_store", "never_stored", "nothing_came_late", "place", "refused", "untouched"]

# Longer than a client, or a storage, stands still on a busy machine.
STALL_SECONDS = 6


@pytest.fixture
def signed_place(double: StorageDouble) -> Callable[..., Place]:
    """Make a new key at the double whose URL is signed with these headers."""

    def make(*signed: str, reply: Reply | None = None) -> Place:
        key = f"headers/{uuid.uuid4().hex}"
        query = v4(signed_headers=";".join(["host", *signed]))
        return Place(TRANSCRIPT.hide(f"{double.url}{key}?{query}"), double.script(key, reply or Reply()))

    return make


@pytest.fixture(scope="module")
def stalling(double: StorageDouble, bucket: Bucket) -> Iterator[Running]:
    """A service with a stall time of some seconds."""
    listed = f"{double.url},{bucket.url}"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_STALL_SECONDS=str(STALL_SECONDS)) as running:
        yield running


@pytest.fixture(scope="module")
def hasty(double: StorageDouble) -> Iterator[Running]:
    """A service that gives storage three seconds at the end, for a storage that does not use them."""
    with Running(UPLOAD_DESTINATIONS=double.url, TIMEOUT_SECONDS="3") as running:
        yield running


@pytest.fixture(scope="module")
def scanning(scripted: ScriptedClamd, double: StorageDouble) -> Iterator[Running]:
    """A service that has each file scanned, and has one place."""
    with start(scripted, double, UPLOAD_MAX_CONCURRENT="1", UPLOAD_METRICS="prometheus") as running:
        yield running


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleSessions]:
    """Google's sessions."""
    with GoogleSessions() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def to_google(google: GoogleSessions, double: StorageDouble) -> Iterator[Running]:
    """A service that may send to them."""
    with Running(
        UPLOAD_DESTINATIONS=f"{google.url},{double.url}", UPLOAD_MAX_FILE_BYTES="4000000"
    ) as running:
        yield running


@pytest.fixture
def begin(google: GoogleSessions) -> Callable[..., tuple[str, Session]]:
    """Begin a session; its URL is a secret."""

    def make(*faults: Fault, is_json: bool = True, query: str = "") -> tuple[str, Session]:
        url, session = google.begin(*faults, is_json=is_json, query=query)
        return TRANSCRIPT.hide(url), session

    return make


@pytest.fixture
def at_double_post(double: StorageDouble) -> Callable[..., Post]:
    """Make a POST to the double."""
    return lambda *conditions, **more: Post(double, *conditions, **more)
