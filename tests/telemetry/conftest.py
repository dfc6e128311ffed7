"""A service with metrics for Prometheus, one that tells traces, and keys at the double."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from local.store import Bucket

from tests.support.client.raw_http import field
from tests.support.service.metrics_scrape import ON
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble
from tests.support.telemetry.otlp_receiver import PROMPT, Receiver


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


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """A collector."""
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def traced(receiver: Receiver, double: StorageDouble, closed_port: int) -> Iterator[Running]:
    """A service that tells it of every upload."""
    listed = f"{double.url},http://localhost:{double.url.rpartition(':')[2]},http://127.0.0.1:{closed_port}"
    with Running(
        UPLOAD_DESTINATIONS=listed,
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS="x-honeycomb-team=abc",
        OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=tests",
        **PROMPT,
    ) as running:
        yield running


@pytest.fixture
def place(double: StorageDouble, double_url: Callable[[str], str]) -> Callable[..., bytes]:
    """The field of a URL at the double, which plays these replies."""

    def make(*replies: Reply) -> bytes:
        key = f"traces/{uuid.uuid4().hex}"
        double.script(key, *replies)
        return field("uploadUrl", double_url(key))

    return make
