"""A file of 1 GiB passes through a service of 80 MB, and reaches storage while it is still being sent."""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support.client import raw_http
from tests.support.client.raw_http import PLAIN, RETRY, Connection
from tests.support.service.peak_memory import Peak
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.large_objects import Sink, stored_sum

PIECE_BYTES = 1024 * 1024
FILE_BYTES = 1024 * PIECE_BYTES
# Enough to find out a service that keeps what it should pass on.
SMALLER_BYTES = 256 * PIECE_BYTES
MOST_BYTES = 80_000_000
SPOOL_BYTES = 64 * 1024 * 1024
# So much has been sent when a service that streams must have begun its PUT.
BEGUN_PIECES = 8
# Storage stands still for so long, so that a service that takes in more than it passes on is found out.
NAP_SECONDS = 0.5
SIGNED = signed_queries.v4("6b1f00d5", seconds=604800)


@dataclass(frozen=True)
class Sent:
    """An answer, and the SHA-256 of the file that it is the answer to."""

    answer: raw_http.Answer
    sha256: str


def pieces(file_bytes: int) -> Iterator[memoryview]:
    """At most 1024 pieces of random bytes, all of them different."""
    view = memoryview(random.Random(7).randbytes(2 * PIECE_BYTES))
    return (view[1021 * index :][:PIECE_BYTES] for index in range(file_bytes // PIECE_BYTES))


def send(
    port: int,
    path: str,
    upload_url: str,
    *,
    url_first: bool,
    file_bytes: int = SMALLER_BYTES,
    meanwhile: Callable[[], object] | None = None,
) -> Sent:
    """Send the file piece by piece; `meanwhile` is called when the first few pieces have been sent."""
    url, opening = raw_http.field("uploadUrl", upload_url), raw_http.file(b"").removesuffix(b"\r\n")
    start, end = (
        (url + opening, raw_http.form(b"\r\n")) if url_first else (opening, raw_http.form(b"\r\n", url))
    )
    summed = hashlib.sha256()
    with Connection(port, timeout=60) as connection:
        connection.head(path, len(start) + file_bytes + len(end))
        connection.send(start)
        for index, piece in enumerate(pieces(file_bytes)):
            if index == BEGUN_PIECES and meanwhile:
                meanwhile()
            summed.update(piece)
            connection.socket.sendall(piece)
        connection.send(end)
        return Sent(connection.answer(), summed.hexdigest())


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
            sent = send(service.port, PLAIN, presign(key), url_first=True, file_bytes=FILE_BYTES)
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
            sent = send(service.port, path, upload_url, url_first=True, meanwhile=storage_has_begun)
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
            sent = send(service.port, path, upload_url, url_first=False)
            reached = note_peak(peak)
        assert sent.answer.status == 200, sent.answer.json
        assert (sink.received_bytes, sink.sum()) == (SMALLER_BYTES, sent.sha256)
        assert reached < MOST_BYTES + SPOOL_BYTES
