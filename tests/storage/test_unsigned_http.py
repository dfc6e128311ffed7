"""Uploads without a signature, through the service, to real stores that ask for none."""

import http.client
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Answer, field, file, form, post
from tests.support.client.written_forms import LARGE, SMALL, both_endpoints
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import whole
from tests.support.storage.storage_double import OK, Reply, StorageDouble, answer
from tests.support.storage.stores_without_keys import keyless_s3, web_dav


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket of SeaweedFS's, which has no keys."""
    with keyless_s3(tmp_path_factory.mktemp("keyless")) as address:
        yield address


@pytest.fixture(scope="module")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a folder of a WebDAV server."""
    with web_dav(tmp_path_factory.mktemp("dav")) as address:
        yield address


@pytest.fixture(scope="module")
def s3_service(keyless: str) -> Iterator[Running]:
    with Running(UPLOAD_DESTINATIONS=f"default,{keyless}?unsigned", LOG_LEVEL="DEBUG") as running:
        yield running


@pytest.fixture(scope="module")
def dav_service(dav: str) -> Iterator[Running]:
    with Running(UPLOAD_DESTINATIONS=f"{dav}?unsigned&etag=optional", LOG_LEVEL="DEBUG") as running:
        yield running


def _send(
    service: Running, path: str, url: str, content: bytes, *fields: bytes, late: bool = False
) -> Answer:
    parts = [field("uploadUrl", url), *fields, file(content)]
    return post(service.port, path, form(*parts[::-1] if late else parts))


def _ask(method: str, url: str, body: bytes = b"") -> tuple[int, bytes, str]:
    """The status, the body and the type with which the store itself answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, url.partition(parts.netloc)[2], body)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("Content-Type", "")
    finally:
        connection.close()


@both_endpoints
@pytest.mark.parametrize("late", [False, True], ids=["url first", "file first"])
@pytest.mark.parametrize("content", [b"", b"12345", SMALL, LARGE], ids=len)
def test_store_without_keys(keyless: str, s3_service: Running, path: str, content: bytes, late: bool) -> None:
    """A file goes to a plain address below the listed one, byte for byte and with its type."""
    folder = f"{uuid.uuid4().hex}-" if late else f"{uuid.uuid4().hex}/"
    url = f"{keyless}{folder}photo.png"
    answered = _send(s3_service, path, url, content, late=late)
    assert (answered.status, answered.json["success"]) == (200, True), answered.json
    assert _ask("GET", url) == (200, content, "image/png")
    assert s3_service.upload_event(answered.request_id)["host"] == "127.0.0.1"


@pytest.mark.nginx
@both_endpoints
@pytest.mark.parametrize("late", [False, True], ids=["url first", "file first"])
@pytest.mark.parametrize("content", [b"", b"12345", SMALL, LARGE], ids=len)
def test_web_dav(dav: str, dav_service: Running, path: str, content: bytes, late: bool) -> None:
    """A WebDAV server answers 201 without an ETag, and 204 when it overwrites; both are a success there."""
    url = f"{dav}{uuid.uuid4().hex}/photo.png"
    for status in (201, 204):
        answered = _send(dav_service, path, url, content, late=late)
        assert (answered.status, answered.json.get("status")) == (200, status), answered.json
        assert "etag" not in answered.json
        assert _ask("GET", url)[:2] == (200, content)


@pytest.mark.nginx
def test_web_dav_without_the_option(dav: str) -> None:
    """Without etag=optional an answer that proves nothing is no success there, either."""
    with Running(UPLOAD_DESTINATIONS=f"{dav}?unsigned") as running:
        answered = _send(running, PLAIN, f"{dav}{uuid.uuid4().hex}", b"12345")
        assert_refused(running, answered, "storage_bad_answer", PLAIN, (201, None), final=True)
    assert "no ETag" in answered.json["detail"]


def test_tried_again(double: StorageDouble) -> None:
    """A PUT without a signature is as idempotent as one with: the same bytes go to the same address."""
    with Running(UPLOAD_DESTINATIONS=f"{double.url}gated/?unsigned") as running:
        key = f"gated/{uuid.uuid4().hex}"
        puts = double.script(key, Reply(answer(503)), Reply(OK))
        answered = _send(running, RETRY, f"{double.url}{key}", SMALL)
        assert (answered.status, answered.json["attempts"]) == (200, 2), answered.json
        assert whole(puts) == [SMALL, SMALL]
        assert [put.target for put in puts] == [f"/{key}"] * 2


def test_part_of_an_upload_in_parts(keyless: str, s3_service: Running) -> None:
    """Two parts go through the service, and the object that is made of them has their bytes."""
    key = f"{keyless}{uuid.uuid4().hex}"
    _, begun, _ = _ask("POST", f"{key}?uploads")
    upload_id = begun.partition(b"<UploadId>")[2].partition(b"</UploadId>")[0].decode()
    tags = []
    for number, content in ((1, bytes(5 << 20)), (2, b"the end")):
        answered = _send(s3_service, PLAIN, f"{key}?partNumber={number}&uploadId={upload_id}", content)
        assert answered.status == 200, answered.json
        tags.append(answered.json["etag"])
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        for number, tag in enumerate(tags, 1)
    )
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"
    assert _ask("POST", f"{key}?uploadId={upload_id}", body.encode())[0] == 200
    assert _ask("GET", key)[1] == bytes(5 << 20) + b"the end"


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        ("/../../other/key", "destination_not_allowed"),
        ("?acl", "invalid_upload_url"),
        ("?tagging", "invalid_upload_url"),
        ("?uploads", "invalid_upload_url"),
        ("?x-amz-copy-source=/uploads/b", "invalid_upload_url"),
        ("?token=abc", "invalid_upload_url"),
        ("/", "invalid_upload_url"),
    ],
)
def test_anything_else_is_refused(keyless: str, s3_service: Running, tail: str, code: str) -> None:
    """What might make something else of a PUT, or leaves the folder, is refused before a byte is sent."""
    key = f"{keyless}{uuid.uuid4().hex}"
    answered = _send(s3_service, PLAIN, f"{key}{tail}", b"12345")
    assert_refused(s3_service, answered, code, PLAIN)
    assert _ask("GET", key)[0] == 404


@pytest.mark.parametrize("header", ["x-amz-meta-colour", "x-amz-acl", "x-ms-meta-a", "x-amz-copy-source"])
def test_only_plain_headers(keyless: str, s3_service: Running, header: str) -> None:
    """Without a signature nobody says whose headers these are, so only those of plain HTTP are sent."""
    answered = _send(
        s3_service, PLAIN, f"{keyless}{uuid.uuid4().hex}", b"12345", field(f"header:{header}", "a")
    )
    assert_refused(s3_service, answered, "header_not_allowed", PLAIN)
    named = f"{keyless}{uuid.uuid4().hex}"
    assert _send(s3_service, PLAIN, named, b"12345", field("contentType", "text/plain")).status == 200
    assert _ask("GET", named) == (200, b"12345", "text/plain")
