"""Uploads to the retry endpoint, and the PUTs that come of them."""

import pytest
from devtools import signed_queries

from tests.support.client.raw_http import RETRY, Answer, field, file, form, post
from tests.support.service.running_service import Running

SMALL = b"12345"
LARGE = bytes(range(256)) * 8192  # 2 MiB
SIGNED = signed_queries.v4(seconds=604800)
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])


def upload(
    service: Running, url: str, content: bytes, *, url_first: bool = True, max_retries: int | None = None
) -> Answer:
    """Send a form with its parts in this order."""
    parts = [field("uploadUrl", url), file(content)]
    if max_retries is not None:
        parts.insert(1, field("max_retries", str(max_retries)))
    return post(service.port, RETRY, form(*(parts if url_first else reversed(parts))))


def attempts(service: Running, answered: Answer) -> int:
    """The number of attempts, on which answer and log must agree."""
    count = int(answered.json["attempts"])
    assert service.upload_event(answered.request_id)["attempts"] == count
    return count
