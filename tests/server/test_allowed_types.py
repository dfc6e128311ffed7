"""UPLOAD_ALLOWED_TYPES in the running service: judged before a byte of the file goes to storage."""

from collections.abc import Callable, Iterator

import pytest
from devtools.signed_queries import sas, v4
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, Connection, chunked, field, file, form, post
from tests.support.scanner.waiting_upload import until
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from upload_service.content.sniffing import HEAD_BYTES

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
# Longer than the pipe's window, and than what the plain endpoint keeps.
LARGE = PNG + bytes(range(256)) * 8000
ORDERS = ["url-first", "file-first"]


@pytest.fixture(scope="module")
def picky(bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """The service, taking images and PDF only."""
    with Running(
        UPLOAD_DESTINATIONS=f"{bucket.url},{double.url}", UPLOAD_ALLOWED_TYPES="image/*,application/pdf"
    ) as running:
        yield running


def ordered(order: str, url: str, part: bytes) -> bytes:
    """The form with its two parts in this order."""
    parts = [field("uploadUrl", url), part]
    return form(*(parts if order == "url-first" else parts[::-1]))


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("content", "claimed"),
    [(PNG, "image/png"), (LARGE, "image/png"), (PDF, "application/x-pdf"), (PNG, None)],
    ids=["png", "large-png", "pdf", "no-claim"],
)
def test_allowed(
    picky: Running, bucket: Bucket, presign: Callable[..., str], path: str, order: str, content: bytes,
    claimed: str | None,
) -> None:  # fmt: skip
    """A file of a listed type is stored whole, with the type that it claims."""
    key = f"types/allowed-{order}"
    body = ordered(order, presign(key), file(content, content_type=claimed))
    answer = post(picky.port, path, body)
    assert answer.status == 200, answer.json
    assert bucket.get(key) == content
    head = bucket.head(key)
    assert head
    assert head.content_type == (claimed or "application/octet-stream")


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("part", "code", "words"),
    [
        (file(HTML, content_type="text/html"), "type_not_allowed", "look like text/html,"),
        (file(HTML + bytes(2_000_000), content_type="text/html"), "type_not_allowed", "look like text/html,"),
        (file(SVG, content_type="image/svg+xml"), "type_not_allowed", "look like image/svg+xml,"),
        (file(HTML), "type_mismatch", "claims to be image/png, but its bytes look like text/html"),
        (
            file(PNG, content_type="image/jpeg"),
            "type_mismatch",
            "be image/jpeg, but its bytes look like image/png",
        ),
        (file(PNG + HTML, content_type="text/html"), "type_mismatch", "look like image/png"),
        (file(b""), "type_unrecognised", "is empty"),
        (file(bytes(20_000)), "type_unrecognised", "do not look like any type"),
    ],
    ids=["html", "large-html", "svg", "html-as-png", "png-as-jpeg", "png-as-html", "empty", "zeros"],
)
def test_refused(
    picky: Running, double: StorageDouble, double_url: Callable[[str], str], path: str, order: str,
    part: bytes, code: str, words: str,
) -> None:  # fmt: skip
    """A type that is unlisted, unknown or contradicts its claim is refused before storage hears anything."""
    puts = double.script("types/refused")
    answer = post(picky.port, path, ordered(order, double_url("types/refused"), part))
    assert words in answer.json["detail"]
    assert_refused(picky, answer, code, path)
    assert puts == []


def test_storage_hears_nothing_before_the_head(
    picky: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """Even with URL and length known, no PUT begins before the first 8 KiB of the file have arrived."""
    puts = double.script("types/slow")
    body = form(field("uploadUrl", double_url("types/slow")), file(LARGE))
    begin = body.index(PNG)
    with Connection(picky.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(
            body[: begin + HEAD_BYTES // 2], body[begin + HEAD_BYTES // 2 : begin + 8000], pause=0.2
        )
        connection.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.answer()
        assert puts == []
        connection.socket.settimeout(60)
        connection.send(body[begin + 8000 :])
        assert connection.answer().status == 200
    assert bytes(puts[0].body) == LARGE


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("content", "status"), [(PNG + bytes(10_000), 200), (HTML + b" " * 9000, 415), (PNG, 200), (HTML, 415)]
)
def test_small_chunks(
    picky: Running, bucket: Bucket, presign: Callable[..., str], order: str, content: bytes, status: int
) -> None:
    """The verdict is the same when the file arrives in as many chunks as are allowed."""
    key = f"types/bytes-{order}"
    body = ordered(order, presign(key), file(content))
    with Connection(picky.port) as connection:
        connection.head(PLAIN, None)
        step = len(body) // 200 + 1
        connection.send(chunked(body[at : at + step] for at in range(0, len(body), step)))
        assert connection.answer().status == status
    if status == 200:
        assert bucket.get(key) == content


def test_small_pieces_of_a_large_file(
    picky: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """A file that arrives in small chunks is held until it is judged, and then passed on whole."""
    puts = double.script("types/pieces")
    body = form(field("uploadUrl", double_url("types/pieces")), file(LARGE))
    with Connection(picky.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(*(body[at : at + 700] for at in range(0, 14_000, 700)), pause=0.005)
        connection.send(body[14_000:])
        assert connection.answer().status == 200
    assert bytes(puts[0].body) == LARGE


def test_a_list_that_is_not_set_changes_nothing(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """Without the setting any bytes pass under any claim, and the PUT begins before the file has come."""
    puts = double.script("types/off")
    content = bytes(2_000_000)
    body = form(field("uploadUrl", double_url("types/off")), file(content, content_type="text/html"))
    begin = body.index(content)
    with Connection(service.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(body[: begin + 1])
        until(lambda: len(puts) == 1)
        connection.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.answer()
        connection.socket.settimeout(60)
        connection.send(body[begin + 1 :])
        assert connection.answer().status == 200
    assert bytes(puts[0].body) == content


@pytest.mark.parametrize(
    ("name", "order"),
    [
        (name, order)
        for name in ("contentType", "header:content-type", "header:x-ms-blob-content-type")
        for order in ("claim-file-url", "file-claim-url", "url-file-claim")
        # A SAS does not tell what it is signed with, so its PUT waits for no header.
        if ("x-ms" in name, order) != (True, "url-file-claim")
    ],
)
def test_a_claim_in_a_field_is_a_claim(picky: Running, double: StorageDouble, order: str, name: str) -> None:
    """A field that gives the object another type than its bytes have is refused wherever it stands."""
    header = "content-type" if name == "contentType" else name.removeprefix("header:")
    # With S3 the PUT waits for the header that does not come.
    query = sas() if "x-ms" in header else v4(signed_headers="host;x-amz-meta-a")
    key = f"types/claim-{order}-{header}"
    puts = double.script(key)
    parts = {
        "url": field("uploadUrl", TRANSCRIPT.hide(f"{double.url}{key}?{query}")),
        "file": file(PNG + bytes(10_000)),
        "claim": field(name, "image/gif"),
    }
    answered = post(picky.port, PLAIN, form(*(parts[each] for each in order.split("-"))))
    assert (answered.status, answered.json["code"]) == (415, "type_mismatch")
    assert puts == []


def test_a_claim_that_cannot_be_right_needs_no_file(
    picky: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """A field before the file that claims an unlisted type is refused before the file's first byte."""
    puts = double.script("types/hopeless")
    parts = form(
        field("uploadUrl", double_url("types/hopeless")), field("contentType", "text/html"), file(PNG)
    )
    with Connection(picky.port) as connection:
        connection.head(PLAIN, len(parts))
        connection.send(parts[: parts.index(PNG)])
        answered = connection.answer()
    assert (answered.status, answered.json["code"]) == (415, "type_not_allowed")
    assert "claims to be text/html, which is not among" in answered.json["detail"]
    assert puts == []
