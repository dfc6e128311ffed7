"""Every file is scanned before it is stored: a real clamd, a real store, and whatever stands in the file."""

import random
import uuid
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, chunked, field, file, form, post
from tests.support.scanner.running_clamd import Clamd
from tests.support.scanner.samples import MARKER, MARKER_NAME, UNOFFICIAL, WHOLE_FILE, WHOLE_FILE_NAME
from tests.support.scanner.waiting_upload import until
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

pytestmark = pytest.mark.clamd

BYTES = random.Random("scan").randbytes(300_000)
LARGE = random.Random("large").randbytes(3_000_000)
HELD = random.Random("held").randbytes(9_000_000)  # more than streams on before its verdict
QUERY = signed_queries.v4()
OLD = b"what was there before"
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
lengths = pytest.mark.parametrize("knows_length", [True, False], ids=["length", "chunked"])
# Where in a file the sample is.
PLACES: dict[str, Callable[[bytes], bytes]] = {
    "start": lambda around: MARKER + around,
    "middle": lambda around: around[: len(around) // 2] + MARKER + around[len(around) // 2 :],
    "end": lambda around: around + MARKER,
}


@pytest.fixture(scope="module")
def scanning(clamd: Clamd, bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """A service that has every file scanned."""
    listed = f"{bucket.url},{double.url}"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_SCANNER=clamd.url, LOG_LEVEL="DEBUG") as running:
        yield running


def send(
    service: Running,
    url: str,
    content: bytes,
    *,
    path: str = PLAIN,
    url_first: bool = True,
    knows_length: bool = True,
) -> Answer:
    """One form with this file."""
    parts = [field("uploadUrl", url), file(content)]
    body = form(*(parts if url_first else reversed(parts)))
    if knows_length:
        return post(service.port, path, body)
    with Connection(service.port) as connection:
        connection.head(path, None)
        connection.send(chunked(body[at : at + 65536] for at in range(0, len(body), 65536)))
        return connection.answer()


def assert_found(service: Running, answered: Answer, path: str, name: str = MARKER_NAME) -> None:
    """The answer and the log name what was found, and nothing may be stored."""
    event = assert_refused(service, answered, "malware_found", path)
    assert f"{name}{UNOFFICIAL}" in answered.json["detail"]
    assert (event["scan"], event["scan_detail"]) == ("found", f"{name}{UNOFFICIAL}")
    assert event["scan_ms"] >= 0
    assert answered.json["stored"] is False


@both_endpoints
@orders
@lengths
def test_found_wherever_it_stands(
    scanning: Running, bucket: Bucket, path: str, url_first: bool, knows_length: bool
) -> None:
    """A sample at a file's start, in its middle and at its end is found, and the old object stays."""
    for where, place in PLACES.items():
        key = f"scan/{where}-{uuid.uuid4().hex}"
        bucket.put(key, OLD)
        url = TRANSCRIPT.hide(bucket.presign(key))
        told = send(scanning, url, place(BYTES), path=path, url_first=url_first, knows_length=knows_length)
        assert_found(scanning, told, path)
        assert bucket.get(key) == OLD


@both_endpoints
@orders
@lengths
def test_a_clean_file_is_stored(
    scanning: Running, bucket: Bucket, path: str, url_first: bool, knows_length: bool
) -> None:
    """A file in which nothing is found is stored byte for byte: none, one, many, and more than streams on."""
    for content in (b"", b"x", BYTES, HELD):
        key = f"scan/{uuid.uuid4().hex}"
        url = TRANSCRIPT.hide(bucket.presign(key))
        told = send(scanning, url, content, path=path, url_first=url_first, knows_length=knows_length)
        assert told.status == 200, told.json
        assert bucket.get(key) == content
        event = scanning.upload_event(told.request_id)
        assert (event["scan"], event["scan_detail"]) == ("ok", None)


@both_endpoints
@pytest.mark.parametrize("where", PLACES)
def test_found_in_a_large_file(scanning: Running, double: StorageDouble, path: str, where: str) -> None:
    """Of an infected file that streams on, storage sees a PUT that is reset; of a larger one it sees none."""
    for content, is_put in ((LARGE, True), (HELD, False)):
        key = f"scan/{uuid.uuid4().hex}"
        puts = double.script(key)
        url = TRANSCRIPT.hide(f"{double.url}{key}?{QUERY}")
        assert_found(scanning, send(scanning, url, PLACES[where](content), path=path), path)
        if is_put:
            until(partial(bool, puts))  # it may still wait for the double's thread
        assert all(put.ended.wait(30) for put in puts)
        assert [(put.whole, put.left) for put in puts] == ([(False, "by a reset")] if is_put else [])


def test_found_in_bytes_that_come_one_by_one(scanning: Running, bucket: Bucket) -> None:
    """A sample that comes in pieces of one byte is found."""
    key = f"scan/{uuid.uuid4().hex}"
    url = TRANSCRIPT.hide(bucket.presign(key))
    body = form(field("uploadUrl", url), file(b"before" + MARKER + b"after"))
    with Connection(scanning.port) as connection:
        connection.head(PLAIN, len(body))
        for at in range(len(body)):
            connection.send(body[at : at + 1])
        assert_found(scanning, connection.answer(), PLAIN)
    assert bucket.get(key) is None


def test_of_a_file_in_one_chunk_nothing_has_left(scanning: Running, double: StorageDouble) -> None:
    """A small infected file is found by its MD5, and storage has not got a byte of it."""
    key = f"scan/{uuid.uuid4().hex}"
    puts = double.script(key)
    url = TRANSCRIPT.hide(f"{double.url}{key}?{QUERY}")
    assert_found(scanning, send(scanning, url, WHOLE_FILE), PLAIN, WHOLE_FILE_NAME)
    assert all(put.ended.wait(30) for put in puts)
    assert [bytes(put.body) for put in puts] in ([], [b""])


@pytest.mark.parametrize("clean", [LARGE, HELD], ids=["streams", "waits"])
def test_scanned_once_for_all_attempts(
    scanning: Running, clamd: Clamd, double: StorageDouble, clean: bytes
) -> None:
    """An infected file is found once, although its PUT was begun again meanwhile, and no PUT is whole."""
    key = f"scan/{uuid.uuid4().hex}"
    puts = double.script(key, Reply(b"", after=1000, then="reset"), Reply())
    url = TRANSCRIPT.hide(f"{double.url}{key}?{QUERY}")
    before = clamd.log_of_scans().count(f"{MARKER_NAME}{UNOFFICIAL} FOUND")
    assert_found(scanning, send(scanning, url, clean + MARKER, path=RETRY), RETRY)
    assert clamd.log_of_scans().count(f"{MARKER_NAME}{UNOFFICIAL} FOUND") == before + 1
    assert not any(put.ended.wait(30) and put.whole for put in puts)


def test_storage_refuses_before_the_verdict(scanning: Running, double: StorageDouble) -> None:
    """What storage refuses before the file has come is what the caller is told: the scan has not ended."""
    key = f"scan/{uuid.uuid4().hex}"
    double.script(key, Reply(answer(403, xml("AccessDenied")), after=1000, then="close"))
    url = TRANSCRIPT.hide(f"{double.url}{key}?{QUERY}")
    body = form(field("uploadUrl", url), file(LARGE + MARKER))
    with Connection(scanning.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(body[:2_000_000])
        told = connection.answer()
    assert told.json["code"] == "access_denied", told.json
    assert scanning.upload_event(told.request_id)["scan"] == "given_up"
