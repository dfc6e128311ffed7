"""A service with metrics for Prometheus, and keys at the double."""

import uuid
from collections.abc import Iterator

import pytest
from local.store import Bucket

from tests.support.service.metrics_scrape import ON
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture(scope="module")
def counted(double: StorageDouble, bucket: Bucket, closed_port: int) -> Iterator[Running]:
    """A service that serves metrics on its own port."""
    listed = f"{bucket.url},{double.url},http://127.0.0.1:{closed_port}"
    with Running(UPLOAD_DESTINATIONS=listed, **ON) as running:
        yield running


@pytest.fixture
def key(double: StorageDouble) -> str:
    """A new key at the double, which stores what comes."""
    name = f"metrics/{uuid.uuid4().hex}"
    double.script(name)
    return name
