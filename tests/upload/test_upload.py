"""The main job with a real store: a file and a presigned URL in, an object in the store out."""

from collections.abc import Callable

import pytest
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, Connection, chunked, field, file, form, post
from tests.support.service.running_service import Running

CONTENT = bytes(range(256)) * 1000


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ["url-first", "file-first"])
def test_object_is_the_file(
    service: Running, bucket: Bucket, presign: Callable[..., str], path: str, order: str
) -> None:
    """On both endpoints and in both orders, the object has the file's bytes and type."""
    key = f"upload/{path[1:]}-{order}.png"
    parts = [field("uploadUrl", presign(key)), file(CONTENT)]
    answer = post(service.port, path, form(*(parts if order == "url-first" else parts[::-1])))
    assert answer.status == 200, answer.json
    assert answer.json["success"] is True
    assert answer.json["status"] == 200
    assert answer.json["file_size"] == len(CONTENT)
    assert answer.json["filename"] == "photo.png"
    assert answer.json.get("attempts") == (1 if path == RETRY else None)
    assert bucket.get(key) == CONTENT
    head = bucket.head(key)
    assert head
    assert head.content_type == "image/png"


def test_chunked_request_without_length(
    service: Running, bucket: Bucket, presign: Callable[..., str]
) -> None:
    """A chunked request, whose length is not known, works by the spool."""
    body = form(field("uploadUrl", presign("upload/chunked.bin")), file(CONTENT))
    with Connection(service.port) as connection:
        connection.head(PLAIN, None)
        connection.send(chunked(body[at : at + 5000] for at in range(0, len(body), 5000)))
        assert connection.answer().status == 200
    assert bucket.get("upload/chunked.bin") == CONTENT


def test_empty_file_is_an_empty_object(service: Running, bucket: Bucket, presign: Callable[..., str]) -> None:
    """A file of no bytes becomes an object of no bytes."""
    answer = post(service.port, PLAIN, form(field("uploadUrl", presign("upload/empty")), file(b"")))
    assert answer.status == 200, answer.json
    assert bucket.get("upload/empty") == b""


@pytest.mark.parametrize(
    ("size", "path", "code", "puts"),
    [
        # Where the form has come whole before its PUT begins, nothing is predicted.
        (1_000_000, PLAIN, "ok", (1, 2)),
        (3_000_000, PLAIN, "ok", (1, 2)),
        (9_000_000, PLAIN, "length_unpredictable", (1,)),
        (3_000_000, RETRY, "ok", (1, 2)),
        (0, PLAIN, "ok", (1,)),
    ],
)
def test_field_after_the_file(
    service: Running,
    bucket: Bucket,
    presign: Callable[..., str],
    size: int,
    path: str,
    code: str,
    puts: tuple[int, ...],
) -> None:
    """A field after the file may cost a second PUT where a copy is kept, else it is a clear error."""
    key, content = f"upload/trailing-{path[1:]}-{size}", CONTENT * (size // len(CONTENT))
    body = form(field("uploadUrl", presign(key)), file(content), field("submit", "Send"))
    answer = post(service.port, path, body)
    assert answer.json.get("code", "ok") == code
    assert service.upload_event(answer.request_id)["attempts"] in puts
    assert bucket.get(key) == (content if code == "ok" else None)
