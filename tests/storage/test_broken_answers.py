"""Answers that storage breaks off."""

import pytest

from tests.storage.test_unasked_answers import pause, upload
from tests.storage.unasked_store import UnaskedStore, says
from tests.support.service.running_service import Running


@pytest.mark.parametrize(
    ("status", "code"), [("200 OK", "storage_bad_answer"), ("403 Forbidden", "refused_before_storage")]
)
def test_what_follows_is_no_chunk(status: str, code: str) -> None:
    """A body that cannot be read on ends the attempt at once; a refusal counts all the same."""
    head = f'HTTP/1.1 {status}\r\nETag: "e"\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nbroken\r\n'
    store = UnaskedStore(says(head.encode(), b"no chunk\r\n", after=pause))
    with Running(UPLOAD_DESTINATIONS=store.url, UPLOAD_STALL_SECONDS="120") as running:
        assert upload(running, store).json["code"] == code
    store.close()
