"""Services that look at who calls, and a form for them."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.server.access_control_http.callers import NEW, OLD, UNNAMED
from tests.support.client.raw_http import field, file, form
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture(scope="module")
def closed(double: StorageDouble) -> Iterator[Running]:
    """A service that knows three tokens, two of them of one name."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_API_TOKENS=f"app:{OLD},{UNNAMED},app:{NEW}",
        LOG_LEVEL="DEBUG",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def counted(double: StorageDouble) -> Iterator[Running]:
    """A service that lets an address begin two uploads a minute, and takes this computer for a proxy."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_API_TOKENS=OLD,
        UPLOAD_RATE_PER_MINUTE="2",
        UPLOAD_TRUSTED_PROXIES="127.0.0.0/8",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def untrusting(double: StorageDouble) -> Iterator[Running]:
    """A service with a rate limit that trusts other proxies than the one that calls it here."""
    with Running(
        UPLOAD_DESTINATIONS=double.url, UPLOAD_RATE_PER_MINUTE="1", UPLOAD_TRUSTED_PROXIES="10.0.0.0/8"
    ) as running:
        yield running


@pytest.fixture
def body(double: StorageDouble, double_url: Callable[[str], str]) -> bytes:
    """A form whose file the double stores."""
    key = f"callers/{uuid.uuid4().hex}"
    double.script(key)
    return form(field("uploadUrl", double_url(key)), file(b"content"))
