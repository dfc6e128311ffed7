"""Signature Version 2 through the service: the Content-Type that was signed is found without being told."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from devtools import signed_queries

from tests.server.told import of, told
from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, field, file, form, post
from tests.support.scanner.waiting_upload import until
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer, xml
from tests.upload.header_forms import LARGE, both_endpoints, sizes
from upload_service.storage.exchange import CONTINUE_SECONDS

MISMATCH = answer(403, xml("SignatureDoesNotMatch"))
# After the whole body, as SeaweedFS and versitygw do, or before any of it, as MinIO does.
REFUSALS = {
    "late": Reply(MISMATCH),
    "early": Reply(
        answer(403, xml("SignatureDoesNotMatch"), "Connection: close"), after="head", then="close"
    ),
}
GOOGLE_V2 = (
    f"GoogleAccessId=a%40b&Expires={signed_queries.LATE}&Signature={(signed_queries.WORD * 57)[:342]}%3D%3D"
)
refusals = pytest.mark.parametrize("refusal", REFUSALS.values(), ids=list(REFUSALS))
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])


@pytest.fixture
def v2_place(double: StorageDouble) -> Callable[..., Place]:
    """Make a new key at the double whose URL has a V2 signature, and more in its query."""

    def make(*replies: Reply, more: str = "", query: str = "") -> Place:
        key = f"v2/{uuid.uuid4().hex}"
        url = f"{double.url}{key}?{query or signed_queries.v2()}{more}"
        return Place(TRANSCRIPT.hide(url), double.script(key, *replies))

    return make


def upload(
    service: Running, path: str, at: Place, content: bytes, *more: bytes, url_first: bool = True
) -> Answer:
    """Send a form whose file is a PNG."""
    parts = [field("uploadUrl", at.url), *more, file(content, content_type="image/png")]
    return post(service.port, path, form(*(parts if url_first else reversed(parts))))


def names(put: Put) -> set[bytes]:
    """The names of a PUT's header lines, in lower case."""
    return {line.partition(b":")[0].lower() for line in put.head.split(b"\r\n")[1:]}


def types(at: Place) -> list[str | None]:
    """The Content-Type of each PUT."""
    return [put.header("content-type") for put in at.puts]


@both_endpoints
@sizes
@orders
def test_nothing_was_signed(
    service: Running, v2_place: Callable[..., Place], path: str, content: bytes, url_first: bool
) -> None:
    """A URL without a type in it gets a PUT without one: no header at all, and no default of the client's."""
    at = v2_place()
    stored = upload(service, path, at, content, url_first=url_first)
    assert stored.status == 200, stored.json
    [put] = at.puts
    assert put.ended.wait(30)
    assert names(put) - {b"expect", b"connection"} == {b"host", b"content-length"}
    assert bytes(put.body) == content
    event = service.upload_event(stored.request_id)
    assert (event["attempts"], event["content_type"]) == (1, "image/png")


@both_endpoints
@sizes
@orders
@refusals
@pytest.mark.parametrize("query", [signed_queries.v2(), GOOGLE_V2], ids=["s3", "google"])
def test_the_type_of_the_file_was_signed(
    service: Running,
    v2_place: Callable[..., Place],
    path: str,
    content: bytes,
    url_first: bool,
    refusal: Reply,
    query: str,
) -> None:
    """When storage says that the signature does not match, the bytes go once more, with the file's type."""
    at = v2_place(refusal, Reply(), query=query)
    retries = [field("max_retries", "0")] if path == RETRY else []
    stored = upload(service, path, at, content, *retries, url_first=url_first)
    assert stored.status == 200, stored.json
    assert types(at) == [None, "image/png"]
    assert at.bodies[1] == content
    event = service.upload_event(stored.request_id)
    assert [each["code"] for each in event["attempt_log"]] == ["signature_mismatch", "ok"]
    assert [each["status"] for each in event["attempt_log"]] == [403, 200]
    if path == RETRY:
        assert stored.json["attempt_log"] == event["attempt_log"]


@both_endpoints
@refusals
def test_neither_was_signed(
    service: Running, v2_place: Callable[..., Place], path: str, refusal: Reply
) -> None:
    """A URL that nothing fits is refused after the two tries, however many retries the caller allows."""
    at = v2_place(refusal)
    retries = [field("max_retries", "5")] if path == RETRY else []
    refused = upload(service, path, at, LARGE, *retries)
    assert (refused.status, refused.json["code"], refused.json["attempts"]) == (403, "signature_mismatch", 2)
    assert types(at) == [None, "image/png"]


@both_endpoints
@refusals
@pytest.mark.parametrize(
    ("more", "fields", "sent"),
    [
        ("&content-type=image%2Fwebp", {}, ["image/webp"]),
        ("&Content-Type=text%2Fplain%3B%20charset%3Dutf-8", {}, ["text/plain; charset=utf-8"]),
        ("", {"contentType": "image/webp"}, ["image/webp"]),
        ("", {"header:content-type": "image/webp"}, ["image/webp"]),
        ("&content-type=a%2Fb", {"contentType": "a/b"}, ["a/b"]),
        ("&content-type=a%2Fb", {"contentType": "c/d"}, ["a/b", "c/d"]),
    ],
)
def test_what_was_signed_is_told(
    service: Running,
    v2_place: Callable[..., Place],
    path: str,
    refusal: Reply,
    more: str,
    fields: dict[str, str],
    sent: list[str],
) -> None:
    """A type in the query, or in the form, is what was signed: it is sent, and nothing else is tried."""
    at = v2_place(refusal, more=more)
    refused = upload(service, path, at, LARGE, *(field(*each) for each in fields.items()))
    assert (refused.status, refused.json["attempts"]) == (403, len(sent))
    assert types(at) == sent


@both_endpoints
@sizes
def test_metadata_in_the_query(
    service: Running, v2_place: Callable[..., Place], path: str, content: bytes
) -> None:
    """Headers in the query are sent as headers; if that does not match, all but the metadata."""
    more = "&content-type=image%2Fpng&x-amz-meta-colour=blue%20green&x-amz-acl=private&X-Amz-Security-Token=t"
    at = v2_place(Reply(MISMATCH), Reply(), more=more)
    stored = upload(service, path, at, content)
    assert stored.status == 200, stored.json
    first, second = at.puts
    assert [first.header(f"x-amz-{name}") for name in ("meta-colour", "acl")] == ["blue green", "private"]
    assert [second.header(f"x-amz-{name}") for name in ("meta-colour", "acl")] == [None, "private"]
    assert types(at) == ["image/png"] * 2
    assert names(first) - {b"expect", b"connection"} == {
        b"host",
        b"content-length",
        b"content-type",
        b"x-amz-meta-colour",
        b"x-amz-acl",
    }


def test_a_try_is_no_retry(service: Running, v2_place: Callable[..., Place]) -> None:
    """Neither a pause nor one of the caller's retries goes for it, and what was found out is kept."""
    at = v2_place(Reply(answer(503)), Reply(MISMATCH), Reply(answer(503)), Reply())
    stored = upload(service, RETRY, at, LARGE, field("max_retries", "2"))
    assert stored.status == 200, stored.json
    assert types(at) == [None, None, "image/png", "image/png"]
    assert [each["code"] for each in stored.json["attempt_log"]] == [
        "storage_error",
        "signature_mismatch",
        "storage_error",
        "ok",
    ]
    events = told(
        service, RETRY, form(field("uploadUrl", v2_place(Reply(MISMATCH), Reply()).url), file(LARGE))
    )
    assert of(events, "attempt") == [{"event": "attempt", "attempt": number} for number in (1, 2)]
    assert of(events, "waiting") == []


@both_endpoints
@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "RequestTimeTooSkewed"])
def test_other_refusals_end_it(
    service: Running, v2_place: Callable[..., Place], path: str, code: str
) -> None:
    """Only a signature that does not match may be cured by other headers."""
    at = v2_place(Reply(answer(403, xml(code))), Reply())
    assert upload(service, path, at, LARGE).status == 403
    assert len(at.puts) == 1


@both_endpoints
def test_v4_is_asked_once(service: Running, place: Callable[..., Place], path: str) -> None:
    """A V4 URL says what it signed: its file's type goes along, and a mismatch is the end."""
    at = place(Reply(MISMATCH), Reply())
    assert upload(service, path, at, LARGE).json["code"] == "signature_mismatch"
    assert types(at) == ["image/png"]


@both_endpoints
def test_the_second_try_begins_while_the_file_comes(
    service: Running, v2_place: Callable[..., Place], path: str
) -> None:
    """Storage that refuses at once gets the second PUT before the caller's last byte."""
    at = v2_place(REFUSALS["early"], Reply())
    body = form(field("uploadUrl", at.url), file(LARGE))
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[: len(body) // 2])
        until(lambda: len(at.puts) == 2)
        connection.send(body[len(body) // 2 :])
        stored = connection.answer()
    assert stored.status == 200, stored.json
    assert at.bodies[1] == LARGE


@pytest.fixture(scope="module")
def narrow(double: StorageDouble) -> Iterator[Running]:
    """A service without room for a copy of a large file."""
    with Running(
        UPLOAD_DESTINATIONS=double.url, UPLOAD_SPOOL_MEMORY_BYTES="1048576", UPLOAD_SPOOL_DISK_BYTES="0"
    ) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize(("when", "status"), [("early", 200), ("late", 403)])
def test_without_room_for_a_copy(
    narrow: Running, v2_place: Callable[..., Place], path: str, when: str, status: int
) -> None:
    """A second try needs a copy of the file only if storage has taken some of the first one."""
    at = v2_place(REFUSALS[when], Reply())
    ended = upload(narrow, path, at, LARGE)
    event = narrow.upload_event(ended.request_id)
    # Storage that stands still for longer than its 100 is waited for has taken some before it refuses.
    if when == "late" or event["attempt_log"][0]["ms"] < 1000 * CONTINUE_SECONDS:
        assert ended.status == status, ended.json
    assert event["replayable"] is False


@pytest.fixture(scope="module")
def pictures_only(double: StorageDouble) -> Iterator[Running]:
    """A service that stores PNG alone."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_ALLOWED_TYPES="image/png") as running:
        yield running


@orders
def test_the_type_in_the_query_is_a_claim(
    pictures_only: Running, v2_place: Callable[..., Place], url_first: bool
) -> None:
    """A type that the object would be served with counts as claimed, wherever it comes from."""
    png = b"\x89PNG\r\n\x1a\n" + bytes(LARGE)
    allowed = upload(
        pictures_only, PLAIN, v2_place(more="&content-type=image%2Fpng"), png, url_first=url_first
    )
    assert allowed.status == 200, allowed.json
    at = v2_place(more="&content-type=text%2Fhtml")
    refused = upload(pictures_only, PLAIN, at, png, url_first=url_first)
    # Before the file is there, all that is known is that no PNG may claim this.
    assert refused.json["code"] == ("type_not_allowed" if url_first else "type_mismatch"), refused.json
    assert at.puts == []
