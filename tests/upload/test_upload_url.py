"""Where the URL leads: one that cannot be used is refused before a PUT, and before the file is sent."""

from collections.abc import Iterator

import pytest
from devtools import signed_queries

from tests.support.double import StorageDouble
from tests.support.places import whole
from tests.support.problems import assert_nothing_unexpected, assert_refused
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import Connection
from tests.support.written_forms import END, FILE, FILE_HEAD, FORM, OLD, SIZE, URL, V2, both_endpoints, post


@pytest.fixture(scope="module")
def choosy(double: StorageDouble, closed_port: int) -> Iterator[Running]:
    """A service that may only PUT under one path of the double, and to another port over https."""
    listed = f"{double.url}listed/in/,https://127.0.0.1:{closed_port}/"
    with Running(UPLOAD_DESTINATIONS=listed) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize("order", ["url-first", "file-first"])
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "invalid_upload_url"),
        ("a photo", "invalid_upload_url"),
        ("photo.png", "invalid_upload_url"),
        (f"/listed/in/k?{V2}", "invalid_upload_url"),
        (f"//<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/?{V2}", "invalid_upload_url"),
        (f"http:///listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/a b?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2} ", "invalid_upload_url"),
        (f" http://<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/a\nb?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}\r\n", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}\r\nX-Evil: 1", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/사진.png?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k\0?{V2}", "invalid_upload_url"),
        (f"ftp://<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"file:///listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://user:password@<HOST>/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>@127.0.0.2/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}#fragment", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2}#", "invalid_upload_url"),
        (f"http://<HOST>/listed/in\\k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>\\@127.0.0.2/listed/in/k?{V2}", "invalid_upload_url"),
        (f"http://<HOST>0000/listed/in/k?{V2}", "invalid_upload_url"),
        (f"https://<HOST>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://<CLOSED>/k?{V2}", "destination_not_allowed"),
        (f"http://127.0.0.1/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://127.0.0.2:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://localhost:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://[::1]:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://2130706433:<PORT>/listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://store.example/listed/in/k?{V2}", "destination_not_allowed"),
        (f"https://bucket.s3.eu-west-1.amazonaws.com/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/inside/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/LISTED/in/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>//listed/in/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed%2Fin/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in%2Fk?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/../out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/./k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/%2e%2e/out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/.%2E/out/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/%2e%2e%2fout/k?{V2}", "destination_not_allowed"),
        (f"http://<HOST>/listed/in/..%5cout/k?{V2}", "destination_not_allowed"),
        ("http://<HOST>/listed/in/k", "url_not_signed"),
        ("http://<HOST>/listed/in/k?partNumber=1", "url_not_signed"),
        ("http://<HOST>/listed/in/k?X-Amz-Signature=", "url_not_signed"),
        (f"http://<HOST>/listed/in/k?{OLD}", "url_expired"),
        (f"http://<HOST>/listed/in/k?{signed_queries.v2(expires=1)}", "url_expired"),
        (
            f"http://<HOST>/listed/in/k?{signed_queries.sas(expires='2020-01-01T00%3A00%3A00Z')}",
            "url_expired",
        ),
        (f"http://<HOST>/listed/in/k?{V2}&acl", "url_not_for_put"),
        (f"http://<HOST>/listed/in/k?{V2}&x-amz-checksum-crc32=AAAAAA%3D%3D", "url_signed_for_empty_body"),
        (f"http://<HOST>/listed/in/k?{OLD.replace('20200101T', 'tomorrow')}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{OLD.replace('=600', '=long')}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{V2[:-1]}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{signed_queries.v2(expires='soon')}", "invalid_upload_url"),
        (f"http://<HOST>/listed/in/k?{signed_queries.sas(expires='tomorrow')}", "invalid_upload_url"),
    ],
)
def test_wrong_url(
    choosy: Running, double: StorageDouble, closed_port: int, url: str, code: str, order: str, path: str
) -> None:
    """A URL that is none, leads elsewhere, is not signed or has expired is refused before a PUT is sent."""
    port = str(double.server_address[1])
    url = url.replace("<HOST>", f"127.0.0.1:{port}").replace("<PORT>", port)
    url = TRANSCRIPT.hide(url.replace("<CLOSED>", f"127.0.0.1:{closed_port}"))
    before = {path: len(puts) for path, puts in double.puts.items()}
    parts = [URL.replace(b"<URL>", url.encode()), FILE]
    answered = post(choosy, path, b"".join(parts if order == "url-first" else parts[::-1]) + END)
    event = assert_refused(choosy, answered, code, path)
    assert event["attempts"] == 0
    assert {path: len(puts) for path, puts in double.puts.items()} == before


@both_endpoints
def test_listed_url(choosy: Running, double: StorageDouble, path: str) -> None:
    """The same service does PUT to a key under the listed path, so the refusals are not for want of a way."""
    puts = double.script("listed/in/k")
    url = f"{double.url}listed/in/k?{V2}"
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
    """A field that cannot be used is refused when it comes: the client need not send the file for it."""
    part = part.replace(b"<KEY>", double.url.encode() + b"k")
    with Connection(service.port) as connection:
        connection.head(path, 1_000_000_000, content_type=FORM)
        connection.send(part + FILE_HEAD)
        assert_refused(service, connection.answer(), code, path)


def test_nothing_unexpected_was_logged(service: Running, choosy: Running) -> None:
    """Through all of this, nothing came that was not expected, and no library complained."""
    assert_nothing_unexpected(service, choosy)
