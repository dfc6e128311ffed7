"""Where the URL leads: one that cannot be used is refused before a PUT, and before the file is sent."""

from collections.abc import Iterator

import pytest

from tests.support.client.raw_http import Connection
from tests.support.client.written_forms import (
    END,
    FILE,
    FILE_HEAD,
    FORM,
    OLD,
    SIZE,
    URL,
    V2,
    both_endpoints,
    post,
)
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import whole
from tests.support.storage.storage_double import StorageDouble
from tests.upload.upload_url_rows import WRONG_URLS


@pytest.fixture(scope="module")
def alone() -> Iterator[StorageDouble]:
    """A double to which no other test's PUT may still be on its way."""
    with StorageDouble() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def choosy(alone: StorageDouble, closed_port: int) -> Iterator[Running]:
    """A service that may only PUT under one path of that double, and to another port over https."""
    listed = f"{alone.url}listed/in/,https://127.0.0.1:{closed_port}/"
    with Running(UPLOAD_DESTINATIONS=listed) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize("order", ["url-first", "file-first"])
@pytest.mark.parametrize(("url", "code"), WRONG_URLS)
def test_wrong_url(
    choosy: Running, alone: StorageDouble, closed_port: int, url: str, code: str, order: str, path: str
) -> None:
    """A URL that is malformed, not allowed, not signed or expired is refused before a PUT is sent."""
    port = str(alone.server_address[1])
    url = url.replace("<HOST>", f"127.0.0.1:{port}").replace("<PORT>", port)
    url = TRANSCRIPT.hide(url.replace("<CLOSED>", f"127.0.0.1:{closed_port}"))
    before = {path: len(puts) for path, puts in alone.puts.items()}
    parts = [URL.replace(b"<URL>", url.encode()), FILE]
    answered = post(choosy, path, b"".join(parts if order == "url-first" else parts[::-1]) + END)
    event = assert_refused(choosy, answered, code, path)
    assert event["attempts"] == 0
    assert {path: len(puts) for path, puts in alone.puts.items()} == before


@both_endpoints
def test_listed_url(choosy: Running, alone: StorageDouble, path: str) -> None:
    """The same service does PUT to a key under the listed path, so the refusals have no other reason."""
    puts = alone.script("listed/in/k")
    url = f"{alone.url}listed/in/k?{V2}"
    answered = post(choosy, path, URL.replace(b"<URL>", url.encode()) + FILE + END)
    assert answered.status == 200, answered.json
    assert whole(puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize(
    ("part", "code"),
    [
        (URL.replace(b"<URL>", b"http://127.0.0.2/k?" + V2.encode()), "destination_not_allowed"),
        (URL.replace(b"<URL>", b"<KEY>?" + OLD.encode()), "url_expired"),
        (SIZE % b"-1", "invalid_size"),
    ],
    ids=["destination", "expired", "size"],
)
def test_refused_before_the_file_is_sent(
    service: Running, double: StorageDouble, part: bytes, code: str, path: str
) -> None:
    """An unusable field is refused when it arrives, before the client sends the file."""
    part = part.replace(b"<KEY>", double.url.encode() + b"k")
    with Connection(service.port) as connection:
        connection.head(path, 1_000_000_000, content_type=FORM)
        connection.send(part + FILE_HEAD)
        assert_refused(service, connection.answer(), code, path)


def test_nothing_unexpected_was_logged(service: Running, choosy: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service, choosy)
