"""UPLOAD_ALLOWED_TYPES and the bytes of a part, whose type nobody can see."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from devtools.signed_queries import sas, v4

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, Answer, field, file, form, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
NOISE = b"\xff\x00\x01" * 9000
LIST = b"<BlockList><Latest>QUFB</Latest></BlockList>"
SESSION = "upload_id=" + "a1B2" * 10
QUERIES = {
    "S3's first part": f"{v4()}&partNumber=1&uploadId=x",
    "S3's second part": f"{v4()}&partNumber=2&uploadId=x",
    "block": f"{sas()}&comp=block&blockid=QUFB",
    "list of blocks": f"{sas()}&comp=blocklist",
    "piece": SESSION,
}
UNIT = 256 * 1024
PIECE = field("header:content-range", f"bytes {UNIT}-{UNIT + len(NOISE) - 1}/{UNIT + len(NOISE)}")
kinds = pytest.mark.parametrize("kind", QUERIES)
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
Place = Callable[..., tuple[bytes, list[Put]]]


@pytest.fixture(scope="module")
def strict(double: StorageDouble) -> Iterator[Running]:
    """A service that takes images."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_ALLOWED_TYPES="image/*") as running:
        yield running


@pytest.fixture(scope="module")
def lenient(double: StorageDouble) -> Iterator[Running]:
    """A service that takes images, and parts of anything."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_ALLOWED_TYPES="image/*, Parts") as running:
        yield running


@pytest.fixture
def place(double: StorageDouble) -> Place:
    """A new key: the field with its URL, and the PUTs that come."""

    def make(query: str, name: str = "key") -> tuple[bytes, list[Put]]:
        key = f"{uuid.uuid4().hex}/{name}"
        puts = double.script(key, Reply(answer(200, b"", 'ETag: "e"', "x-ms-request-id: 1")))
        return field("uploadUrl", TRANSCRIPT.hide(f"{double.url}{key}?{query}")), puts

    return make


def fields_of(kind: str) -> list[bytes]:
    """What else the form has."""
    return [PIECE] if kind == "piece" else []


def content_of(kind: str) -> bytes:
    """Bytes that look like no image."""
    return LIST if kind == "list of blocks" else NOISE


@kinds
@both_endpoints
def test_parts_are_refused(strict: Running, place: Place, kind: str, path: str) -> None:
    """A service that judges types takes no part, before a byte of it is read: nobody sees what it becomes."""
    url, puts = place(QUERIES[kind])
    answered = post(strict.port, path, form(*fields_of(kind), url, file(content_of(kind), content_type=None)))
    assert_refused(strict, answered, "type_not_checkable", path)
    assert puts == []


@kinds
@both_endpoints
def test_allowed_bytes_do_not_help(strict: Running, place: Place, kind: str, path: str) -> None:
    """Nor when the part comes before its URL, and looks like an image."""
    url, puts = place(QUERIES[kind])
    image = PNG + bytes(len(NOISE) - len(PNG))
    answered = post(strict.port, path, form(file(image), *fields_of(kind), url))
    code = "invalid_block_list" if kind == "list of blocks" else "type_not_checkable"
    assert_refused(strict, answered, code, path)
    assert puts == []


@kinds
def test_check_says_it(strict: Running, lenient: Running, place: Place, kind: str) -> None:
    """The check of a form without its file knows it, too."""
    url, _ = place(QUERIES[kind])
    body = form(*fields_of(kind), url)
    assert post(strict.port, CHECK, body).json["code"] == "type_not_checkable"
    assert post(lenient.port, CHECK, body).status == 200


@kinds
@both_endpoints
def test_parts_that_the_operator_allows(lenient: Running, place: Place, kind: str, path: str) -> None:
    """With the word parts in the list they pass, whatever they look like."""
    url, puts = place(QUERIES[kind])
    answered = post(
        lenient.port, path, form(*fields_of(kind), url, file(content_of(kind), content_type=None))
    )
    assert answered.status == 200, answered.json
    assert [bytes(put.body) for put in puts] == [content_of(kind)]


def listed(lenient: Running, place: Place, kind: str | None, name: str = "key") -> Answer:
    """A list of blocks for an object of this type."""
    url, _ = place(f"{sas()}&comp=blocklist", name)
    typed = [field("header:x-ms-blob-content-type", kind)] if kind else []
    return post(lenient.port, PLAIN, form(url, *typed, file(LIST, content_type="text/html")))


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("image/png", "key", None),
        ("image/png", "key.html", None),
        (None, "key", None),
        (None, "key.html", "type_not_allowed"),
        ("text/html", "key", "type_not_allowed"),
        ("image/svg+xml", "key", "type_not_allowed"),
        ("image/png, text/html", "key", "invalid_content_type"),
    ],
)
def test_type_of_an_object_made_of_blocks(
    lenient: Running, place: Place, kind: str | None, name: str, code: str | None
) -> None:
    """It comes in the header that goes with the list, and is judged; the list's own type is none of it."""
    answered = listed(lenient, place, kind, name)
    assert answered.json.get("code") == code, answered.json


def test_whole_files_are_judged_as_ever(lenient: Running, place: Place) -> None:
    """The word parts opens nothing for whole files, those for a session too."""
    for query in (v4(), sas(), SESSION):
        url, puts = place(query)
        answered = post(lenient.port, PLAIN, form(url, file(NOISE, content_type=None)))
        assert_refused(lenient, answered, "type_unrecognised", PLAIN)
        assert puts == []
        assert post(lenient.port, PLAIN, form(url, file(PNG))).status == 200


def test_a_piece_that_is_all_of_the_object_is_a_whole_file(
    strict: Running, lenient: Running, place: Place
) -> None:
    """A file for a session in one piece is judged as without Content-Range."""
    for service in (strict, lenient):
        for content, code in ((NOISE, "type_unrecognised"), (PNG, None)):
            url, puts = place(SESSION)
            piece = field("header:content-range", f"bytes 0-{len(content) - 1}/{len(content)}")
            answered = post(service.port, PLAIN, form(piece, url, file(content, content_type=None)))
            assert answered.json.get("code") == code
            assert len(puts) == (code is None)
