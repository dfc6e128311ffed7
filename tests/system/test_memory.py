"""A file of 1 GiB passes through a service of 80 MB, and reaches storage while it is still being sent."""

from collections.abc import Callable

import pytest
from local.store import Bucket

from tests.support.client.large_upload import MOST_BYTES, NAP_SECONDS, PIECE_BYTES, SIGNED, send
from tests.support.client.raw_http import PLAIN, RETRY, Connection
from tests.support.service.peak_memory import Peak
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.large_objects import Sink, stored_sum

FILE_BYTES = 1024 * PIECE_BYTES
# Enough to find out a service that keeps what it should pass on.
SMALLER_BYTES = 256 * PIECE_BYTES
SPOOL_BYTES = 64 * 1024 * 1024


@pytest.fixture
def note_peak(record_property: Callable[[str, object], None]) -> Callable[[Peak], int]:
    """The peak, which is also printed and recorded with the test."""

    def note(peak: Peak) -> int:
        reached = peak.bytes
        record_property("peak_bytes", reached)
        print(f"peak: {reached / 1e6:.1f} MB")
        return reached

    return note


def test_real_store_in_bounded_memory(
    bucket: Bucket, presign: Callable[..., str], note_peak: Callable[[Peak], int]
) -> None:
    """With the URL first and a real store, memory stays under its bound and the object is the file."""
    key = "memory/large"
    try:
        with Running(UPLOAD_DESTINATIONS=bucket.url) as service, Peak(service.process.pid) as peak:
            sent = send(Connection(service.port), PLAIN, presign(key), url_first=True, file_bytes=FILE_BYTES)
            assert note_peak(peak) < MOST_BYTES
        assert sent.answer.status == 200, sent.answer.json
        assert stored_sum(bucket, key) == sent.sha256
    finally:
        bucket.delete(key)


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_url_first_streams_in_bounded_memory(path: str, note_peak: Callable[[Peak], int]) -> None:
    """With the URL first, storage has the first byte before the last is sent, and memory stays bounded."""
    with Sink(NAP_SECONDS) as sink, Running(UPLOAD_DESTINATIONS=sink.url) as service:

        def storage_has_begun() -> None:
            assert sink.began.wait(60)

        with Peak(service.process.pid) as peak:
            upload_url = TRANSCRIPT.hide(f"{sink.url}large?{SIGNED}")
            sent = send(
                Connection(service.port), path, upload_url,
                url_first=True, file_bytes=SMALLER_BYTES, meanwhile=storage_has_begun,
            )  # fmt: skip
            reached = note_peak(peak)
        assert sent.answer.status == 200, sent.answer.json
        assert (sink.received_bytes, sink.sum()) == (SMALLER_BYTES, sent.sha256)
        # The retry endpoint keeps a copy, which may take the spool's memory.
        assert reached < MOST_BYTES + (SPOOL_BYTES if path == RETRY else 0)


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_file_first_waits_in_bounded_memory(path: str, note_peak: Callable[[Peak], int]) -> None:
    """With the file first, memory stays under its bound and the spool's, and storage gets the same bytes."""
    with Sink(NAP_SECONDS) as sink, Running(UPLOAD_DESTINATIONS=sink.url) as service:
        with Peak(service.process.pid) as peak:
            upload_url = TRANSCRIPT.hide(f"{sink.url}large?{SIGNED}")
            sent = send(Connection(service.port), path, upload_url, url_first=False, file_bytes=SMALLER_BYTES)
            reached = note_peak(peak)
        assert sent.answer.status == 200, sent.answer.json
        assert (sink.received_bytes, sink.sum()) == (SMALLER_BYTES, sent.sha256)
        assert reached < MOST_BYTES + SPOOL_BYTES
