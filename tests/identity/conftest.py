"""Forms that the double stores."""

import uuid
from collections.abc import Callable

import pytest

from tests.support.client.raw_http import field, file, form
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture
def body(double: StorageDouble, double_url: Callable[[str], str]) -> bytes:
    """A form whose file the double stores."""
    key = f"callers/{uuid.uuid4().hex}"
    double.script(key)
    return form(field("uploadUrl", double_url(key)), file(b"content"))
