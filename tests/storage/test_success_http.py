"""What proves a success, through the service: web servers in a store's place, and answers that come early."""

import http.client
import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from devtools import signed_queries
from local.store import Store

from tests.storage.success_rows import HTML, JSON, NO_ETAG, OTHERS, PAGE, STORES
from tests.support.client.raw_http import PLAIN, RETRY, Answer
from tests.support.client.written_forms import END, FILE, FORM, RETRIES, URL, both_endpoints, file, post
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.certificates import authority
from tests.support.storage.places import Place, whole
from tests.support.storage.storage_double import OK, Reply, StorageDouble, answer
from upload_service.presigned.allowed_destinations import ETAG_OPTION
from upload_service.server.progress import CONTENT_TYPE

NOT_RETRIED = RETRIES % b"3"


@pytest.fixture(scope="module")
def lenient(double: StorageDouble) -> Iterator[Running]:
    """A service whose operator says that the double gives no ETags."""
    with Running(UPLOAD_DESTINATIONS=f"{double.url}?{ETAG_OPTION}") as running:
        yield running


@pytest.fixture(scope="module")
def filer_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store whose filer answers who has no signature."""
    with Store(tmp_path_factory.mktemp("filer"), s3_port=0, open_filer=True) as running:
        yield running


@both_endpoints
def test_filer_in_the_place_of_its_store(filer_store: Store, path: str) -> None:
    """A URL with the port of SeaweedFS's filer is answered 201, and is no success: the bucket has nothing."""
    store, bucket = filer_store, filer_store.bucket
    key = f"filer/{uuid.uuid4().hex}"
    filer = f"http://127.0.0.1:{store.filer_port}/"
    url = TRANSCRIPT.hide(bucket.presign(key).replace(f"{bucket.endpoint}/", filer))
    with Running(UPLOAD_DESTINATIONS=filer) as running:
        answered = post(running, path, (URL + NOT_RETRIED + FILE + END).replace(b"<URL>", url.encode()))
        event = assert_refused(running, answered, "storage_bad_answer", path, (201, None), final=True)
    assert (event["attempts"], event["stored"]) == (1, None)
    assert f"answered 201 with {JSON}: the URL may point at a web server" in answered.json["detail"]
    assert bucket.get(key) is None


@both_endpoints
@pytest.mark.parametrize(
    "name", ["nothing", "login page", "S3's error under 200", "SeaweedFS's filer", "Express"]
)
def test_web_server_is_asked_once(
    service: Running, at_double: Callable[..., Place], name: str, path: str
) -> None:
    """Anything but a store's answer fails, in the same way whenever it is asked: so it is asked once."""
    _, answered_with, what = OTHERS[name]
    headers = [f"{name}: {value}" for name, value in answered_with.headers.items()]
    place = at_double(Reply(answer(answered_with.status, answered_with.body, *headers)), prefix="answered")
    answered = post(service, path, place.fill(URL + NOT_RETRIED + FILE + END))
    status = answered_with.status
    event = assert_refused(service, answered, "storage_bad_answer", path, (status, None), final=True)
    assert what in answered.json["detail"]
    assert (event["stored"], event["attempts"], len(place.puts)) == (None, 1, 1)


def test_page_before_the_file_has_come(service: Running, at_double: Callable[..., Place]) -> None:
    """A web server that answers at once, without looking at the file, is told as a web server."""
    page = answer(200, PAGE, "Content-Type: text/html")
    place = at_double(Reply(page, after=1000, then="hang"))
    answered = post(service, RETRY, place.fill(URL + NOT_RETRIED + file(bytes(2 << 20)) + END))
    event = assert_refused(service, answered, "storage_bad_answer", RETRY, (200, None), final=True)
    assert HTML in answered.json["detail"]
    assert event["attempts"] == 1


def test_operator_knows_an_odd_store(lenient: Running, at_double: Callable[..., Place]) -> None:
    """Where the operator says so, a 2xx counts without an ETag; a page still does not."""
    place = at_double(Reply(answer(201)), prefix="answered")
    answered = post(lenient, PLAIN, place.fill(URL + FILE + END))
    assert (answered.status, answered.json["stored"]) == (200, True)
    assert "etag" not in answered.json
    place = at_double(Reply(answer(200, PAGE)), prefix="answered")
    answered = post(lenient, PLAIN, place.fill(URL + FILE + END))
    assert_refused(lenient, answered, "storage_bad_answer", PLAIN, (200, None), final=True)
    assert NO_ETAG not in answered.json["detail"]


def test_google_answers_in_its_own_way(service: Running, double: StorageDouble) -> None:
    """The resource of an object is a success under a signature of Google's, and under no other."""
    _, resource = STORES["Google, resource"]
    codes = []
    for query in (signed_queries.google_v4(), signed_queries.v4()):
        double.script(key := f"google/{uuid.uuid4().hex}", Reply(answer(200, resource.body)))
        url = TRANSCRIPT.hide(f"{double.url}{key}?{query}").encode()
        answered = post(service, PLAIN, (URL + FILE + END).replace(b"<URL>", url))
        codes.append(answered.json.get("code"))
    assert codes == [None, "storage_bad_answer"]


@pytest.fixture(scope="module", params=["plain", "TLS"])
def narrow(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[StorageDouble, Running]]:
    """A storage whose system takes little that it has not asked for, and a service that may PUT to it."""
    tls = authority(tmp_path_factory.mktemp("authority"))
    with StorageDouble(tls.trusted if request.param == "TLS" else None, narrow=True) as running:
        with Running(UPLOAD_DESTINATIONS=running.url, SSL_CERT_FILE=tls.ca_file) as service:
            yield running, service
        running.shutdown()


def progress(service: Running, path: str, body: bytes) -> Iterator[dict[str, Any]]:
    """Send this form; what is told of its upload, as it comes."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    with closing(connection):
        connection.request("POST", path, body, {"Content-Type": FORM, "Accept": CONTENT_TYPE})
        with connection.getresponse() as reply:
            yield from map(json.loads, reply)


@both_endpoints
def test_answer_before_all_has_been_taken(narrow: tuple[StorageDouble, Running], path: str) -> None:
    """A 200 is no success while storage has not taken all that was sent, and its connection is not kept."""
    storage, service = narrow
    size, read = 1_000_000, 658
    all_has_left, over = threading.Event(), threading.Event()
    early = Reply(OK, after=read, speak=all_has_left, then="nap", wake=over, at_once=read)
    puts = storage.script(key := f"early/{uuid.uuid4().hex}", early, Reply())
    url = TRANSCRIPT.hide(f"{storage.url}{key}?{signed_queries.v4()}").encode()
    form = (URL + RETRIES % b"0" + file(bytes(size)) + END).replace(b"<URL>", url)
    lines = progress(service, path, form)
    assert {"event": "sent", "bytes": size, "of": size} in lines
    all_has_left.set()
    *_, problem = lines
    over.set()
    # The last line is the answer that other clients get.
    headers = {
        "content-type": "application/problem+json; charset=utf-8",
        "x-request-id": problem["request_id"],
    }
    answered = Answer(problem["status"], headers, json.dumps(problem).encode())
    event = assert_refused(service, answered, "storage_bad_answer", path, (200, None))
    missing = re.search(r"while (\d+) bytes of the upload had not reached it", answered.json["detail"])
    assert missing
    assert 0 < int(missing[1]) < size - read
    assert (event["stored"], event["attempt_log"][0]["bytes"]) == (None, size)
    assert post(service, path, form).json["success"] is True
    assert whole(puts) == [bytes(size)]
    assert [put.left for put in puts] == ["by a reset", ""]


def test_nothing_unexpected_was_logged(service: Running, lenient: Running) -> None:
    """Through all of this, nothing came that was not expected, and no library complained."""
    assert_nothing_unexpected(service, lenient)
