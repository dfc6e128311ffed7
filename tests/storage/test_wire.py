"""The PUT as storage sees it, byte by byte: target, headers, body, and when each of them comes."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from devtools import signed_queries

from tests.support.double import Put, Reply, StorageDouble, answer
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import PLAIN, RETRY, Connection, chunked, field, file, form, post
from upload_service.server.request_body import LARGEST_READ_BYTES

SMALL = b"12345"
LARGE = bytes(range(256)) * 8192  # 2 MiB: more than the plain endpoint keeps
SIGNED = signed_queries.v2()
# What a browser sends to the service is between the two of them.
CALLERS_OWN = (
    "User-Agent: Mozilla/5.0",
    "Accept: application/json",
    "Accept-Encoding: gzip, br",
    "Accept-Language: ko",
    "Cookie: session=1",
    "Authorization: Bearer token",
    "X-Request-Id: r-1",
    "Origin: https://app.example",
    "Referer: https://app.example/page",
    "X-Forwarded-For: 192.0.2.1",
    "X-Amz-Acl: public-read",
    "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)

both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])


class CountingDouble(StorageDouble):
    """A double that counts connections."""

    def __init__(self) -> None:
        self.connections = 0
        super().__init__()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """What socketserver asks for each new connection."""
        self.connections += 1
        return True


@dataclass(frozen=True)
class Place:
    """A key at the double, and the PUTs that have come to it."""

    url: str
    puts: list[Put]


@pytest.fixture
def place(double: StorageDouble, double_url: Callable[[str], str]) -> Callable[..., Place]:
    """Make a new key at the double, which plays these replies to it."""

    def make(*replies: Reply) -> Place:
        key = f"wire/{uuid.uuid4().hex}"
        return Place(double_url(key), double.script(key, *replies))

    return make


@pytest.fixture(scope="module")
def own() -> Iterator[CountingDouble]:
    """A double for one service only."""
    with CountingDouble() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def by_name(own: CountingDouble) -> Iterator[Running]:
    """A service that may PUT to that double by its address and by its name."""
    port = own.server_address[1]
    with Running(UPLOAD_DESTINATIONS=f"{own.url},http://localhost:{port}/") as running:
        yield running


def only(puts: list[Put]) -> Put:
    """The one PUT that there must have been, when it has ended."""
    assert len(puts) == 1
    assert puts[0].ended.wait(5)
    return puts[0]


def headers(put: Put) -> list[str]:
    """The header lines of a PUT, sorted, with their names in lower case."""
    lines = put.head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(": ") for line in lines)
    return sorted(f"{name.lower()}: {value}" for name, _, value in pairs)


def parts(url: str, content: bytes, *, url_first: bool) -> bytes:
    """The form in this order."""
    found = [field("uploadUrl", url), file(content)]
    return form(*(found if url_first else found[::-1]))


@both_endpoints
@orders
@pytest.mark.parametrize("content", [b"", b"x", SMALL, LARGE], ids=len)
@pytest.mark.parametrize("with_length", [True, False], ids=["with-length", "chunked"])
def test_whole_put(
    service: Running,
    place: Callable[..., Place],
    double: StorageDouble,
    content: bytes,
    with_length: bool,
    url_first: bool,
    path: str,
) -> None:
    """Whatever the caller sends along, the PUT has the file, its length, its type, Host, and no more."""
    at = place()
    body = parts(at.url, content, url_first=url_first)
    with Connection(service.port) as connection:
        connection.head(path, len(body) if with_length else None, *CALLERS_OWN)
        cut = [body[start : start + 10_000] for start in range(0, len(body), 10_000)]
        connection.send(body if with_length else chunked(cut))
        answered = connection.answer()
    assert answered.status == 200, answered.json
    put = only(at.puts)
    assert put.head.split(b"\r\n")[0].decode() == f"PUT {at.url.removeprefix(double.url[:-1])} HTTP/1.1"
    assert headers(put) == [
        f"content-length: {len(content)}",
        "content-type: image/png",
        *(["expect: 100-continue"] if content is LARGE else []),
        f"host: 127.0.0.1:{double.server_address[1]}",
    ]
    assert bytes(put.body) == content


@both_endpoints
@orders
def test_azure_wants_one_header_more(
    service: Running, double: StorageDouble, url_first: bool, path: str
) -> None:
    """A PUT to an Azure SAS URL says that it is a block blob, and nothing else beyond the usual."""
    puts = double.script(key := f"wire/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.sas()}")
    answered = post(service.port, path, parts(url, SMALL, url_first=url_first))
    assert answered.status == 200, answered.json
    put = only(puts)
    assert headers(put) == [
        "content-length: 5",
        "content-type: image/png",
        f"host: 127.0.0.1:{double.server_address[1]}",
        "x-ms-blob-type: BlockBlob",
    ]
    assert put.target == url.removeprefix(double.url[:-1])


@both_endpoints
@pytest.mark.parametrize(
    "target",
    [
        "a%2Fb%21c",
        "a+b%20c%2B",
        "~tilde%7E",
        "%e0%a4%85%E0%A4%85",
        "a//b///c",
        "a;p=1;q=2/b,c=3",
        "!$&'()*+,-.:=@_~",
        'a"<>^`{|}[b]',
        "100%25",
        "a.b/..c/d../...",
        "a/./b/../c/%2e%2e/d",
        "trailing/",
        "%00%0D%0A",
        "100%",
    ],
)
def test_path_is_sent_as_signed(service: Running, double: StorageDouble, target: str, path: str) -> None:
    """The path of the URL arrives byte for byte."""
    puts = double.script(key := f"wire/{uuid.uuid4().hex}/{target}")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{SIGNED}")
    answered = post(service.port, path, parts(url, SMALL, url_first=True))
    assert answered.status == 200, answered.json
    assert only(puts).target == f"/{key}?{SIGNED}"


@both_endpoints
@pytest.mark.parametrize(
    "query",
    [
        f"{SIGNED}&x=%2f%2F",
        f"{SIGNED}&x=1&x=2&x=1",
        f"{SIGNED}&empty=&flag&",
        f"&&{SIGNED}&&",
        f"{SIGNED}&x=a+b%20c%2B",
        f"{SIGNED}&x=~%7E!%21*'()",
        f"{SIGNED}&x=a;b&c;d=1",
        f"{SIGNED}&x==1&=&=2",
        f"{SIGNED}&x=a/b?c:d@e",
        f'{SIGNED}&x={{"a":[1]}}',
        f"{SIGNED}&content-disposition=attachment%3B%20filename%3D%22%EC%82%AC%EC%A7%84.png%22",
        f"x-id=PutObject&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2f20990101%2Fus-east-1%2Fs3%2F"
        f"aws4_request&X-Amz-Date=20990101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3bhost&"
        f"X-Amz-Signature={signed_queries.digits()}",
    ],
)
def test_query_is_sent_as_signed(service: Running, double: StorageDouble, query: str, path: str) -> None:
    """The query of the URL arrives byte for byte, with its order, its repetitions and its kind of escapes."""
    puts = double.script(key := f"wire/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{query}")
    answered = post(service.port, path, parts(url, SMALL, url_first=True))
    assert answered.status == 200, answered.json
    assert only(puts).target == f"/{key}?{query}"


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        (b"Content-Type: image/png\r\n", "image/png"),
        (b"Content-Type: IMAGE/PNG\r\n", "IMAGE/PNG"),
        (b"content-type:text/plain\r\n", "text/plain"),
        (b'Content-Type: text/plain;charset="utf-8" ; x=1\r\n', 'text/plain;charset="utf-8" ; x=1'),
        (b"Content-Type: multipart/form-data; boundary=other\r\n", "multipart/form-data; boundary=other"),
        (b"Content-Type: no type at all\r\n", "no type at all"),
        (b"Content-Type: \r\n", "application/octet-stream"),
        (b"", "application/octet-stream"),
        (b"Content-Type: image/png\r\nContent-Encoding: gzip\r\nX-Amz-Acl: public-read\r\n", "image/png"),
    ],
)
@orders
def test_type_of_the_part(
    service: Running, place: Callable[..., Place], header: bytes, sent: str, url_first: bool
) -> None:
    """The part's Content-Type is passed on as it is, because it may be signed, and no other header is."""
    at = place()
    url = b'--B\r\nContent-Disposition: form-data; name="uploadUrl"\r\n\r\n' + at.url.encode() + b"\r\n"
    photo = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        + header
        + b"\r\n12345\r\n"
    )
    body = (url + photo if url_first else photo + url) + b"--B--\r\n"
    answered = post(service.port, PLAIN, body, content_type="multipart/form-data; boundary=B")
    assert answered.status == 200, answered.json
    put = only(at.puts)
    assert put.header("Content-Type") == sent
    assert len(headers(put)) == 3


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1"])
def test_host_of_the_url(by_name: Running, own: CountingDouble, host: str) -> None:
    """Host is host and port as they stand in the URL, because it is signed."""
    puts = own.script(key := f"wire/{uuid.uuid4().hex}")
    authority = f"{host}:{own.server_address[1]}"
    url = TRANSCRIPT.hide(f"http://{authority}/{key}?{SIGNED}")
    assert post(by_name.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
    assert only(puts).header("Host") == authority


def test_cookies_are_not_kept(by_name: Running, own: CountingDouble) -> None:
    """What storage sets as a cookie is neither sent back to it with the next PUT nor passed on to callers."""
    cookie = "Set-Cookie: who=storage; Path=/"
    puts = own.script(
        key := f"wire/{uuid.uuid4().hex}", Reply(answer(503, b"", cookie)), Reply(answer(200, b"", cookie))
    )
    url = TRANSCRIPT.hide(f"http://localhost:{own.server_address[1]}/{key}?{SIGNED}")
    for path, count in ((RETRY, 2), (PLAIN, 3)):
        answered = post(by_name.port, path, parts(url, SMALL, url_first=True))
        assert answered.status == 200, answered.json
        assert "set-cookie" not in answered.headers
        assert len(puts) == count
    assert [put.header("Cookie") for put in puts] == [None] * 3


@both_endpoints
def test_connection_is_reused(by_name: Running, own: CountingDouble, path: str) -> None:
    """Uploads one after the other share one connection, whatever their order and their size."""
    own.script(key := f"wire/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{own.url}{key}?{SIGNED}")
    post(by_name.port, path, parts(url, SMALL, url_first=True))
    before = own.connections
    for content in (b"", SMALL, LARGE):
        for url_first in (True, False):
            assert post(by_name.port, path, parts(url, content, url_first=url_first)).status == 200
    assert own.connections == before
    assert len(own.puts[f"/{key}"]) == 7


@pytest.mark.parametrize(
    "reply", [Reply(answer(403)), Reply(answer(503)), Reply(answer(307, b"", "Location: /"))]
)
def test_connection_is_reused_after_a_refusal(by_name: Running, own: CountingDouble, reply: Reply) -> None:
    """A refusal that came after the whole body leaves a connection that is still good."""
    own.script(key := f"wire/{uuid.uuid4().hex}", reply, Reply())
    url = TRANSCRIPT.hide(f"{own.url}{key}?{SIGNED}")
    post(by_name.port, PLAIN, parts(url, SMALL, url_first=True))
    before = own.connections
    assert post(by_name.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
    assert own.connections == before


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("after", ["head", "body"])
def test_no_second_put_by_itself(by_name: Running, own: CountingDouble, then: Any, after: Any) -> None:
    """When a reused connection breaks, one attempt is one PUT on the wire: the HTTP library adds none."""
    warm, cold = (f"wire/{uuid.uuid4().hex}" for _ in range(2))
    own.script(warm)
    puts = own.script(cold, Reply(b"", after=after, then=then), Reply())
    url = TRANSCRIPT.hide(f"{own.url}{warm}?{SIGNED}")
    assert post(by_name.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
    before = own.connections
    answered = post(by_name.port, PLAIN, parts(url.replace(warm, cold), SMALL, url_first=True))
    assert answered.json["code"] == "storage_disconnected"
    assert answered.json["attempts"] == 1
    time.sleep(0.05)
    assert len(puts) == 1
    assert own.connections == before


def test_proxies_of_the_environment_are_ignored(double: StorageDouble, place: Callable[..., Place]) -> None:
    """A proxy in the environment sees nothing: presigned URLs are bearer secrets."""
    with StorageDouble() as proxy:
        names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy")
        proxies = dict.fromkeys(names, proxy.url) | {"NO_PROXY": "", "no_proxy": ""}
        with Running(UPLOAD_DESTINATIONS=double.url, **proxies) as service:
            at = place()
            assert post(service.port, PLAIN, parts(at.url, SMALL, url_first=True)).status == 200
        assert bytes(only(at.puts).body) == SMALL
        assert proxy.puts == {}
        proxy.shutdown()


@pytest.mark.parametrize("name", ["127.0.0.1", "default"])
def test_passwords_of_the_environment_are_ignored(
    double: StorageDouble, place: Callable[..., Place], tmp_path: Path, name: str
) -> None:
    """A password for storage in a .netrc file is not sent: it is nobody's business there."""
    machine = name if name == "default" else f"machine {name}"
    for file_name in (".netrc", "netrc"):
        (tmp_path / file_name).write_text(f"{machine}\nlogin who\npassword ever\n")
        (tmp_path / file_name).chmod(0o600)
    found = {"HOME": str(tmp_path), "NETRC": str(tmp_path / "netrc")}
    with Running(UPLOAD_DESTINATIONS=double.url, **found) as service:
        at = place()
        assert post(service.port, PLAIN, parts(at.url, SMALL, url_first=True)).status == 200
    assert only(at.puts).header("Authorization") is None


# When the bytes come.

ENDING = b"\r\n------boundary7MA4YWxk--\r\n"


def until(wanted: Callable[[], bool]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + 5
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@both_endpoints
@pytest.mark.parametrize(
    "missing", [ENDING, b"-\r\n", b"\r\n", b"\n"], ids=["boundary", "dash", "crlf", "lf"]
)
@pytest.mark.parametrize("sized", [False, True], ids=["predicted", "with-size"])
def test_last_piece_waits_for_the_end(
    service: Running, place: Callable[..., Place], missing: bytes, sized: bool, path: str
) -> None:
    """With the URL first storage gets the file while it is sent, and its end only when the form has ended."""
    at = place()
    size = field("size", str(len(LARGE))) if sized else b""
    body = size + field("uploadUrl", at.url) + file(LARGE).removesuffix(b"\r\n") + ENDING
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[:1_000_000])
        until(lambda: bool(at.puts) and len(at.puts[0].body) > 500_000)
        assert at.puts[0].length == len(LARGE)
        connection.send(body[1_000_000 : -len(missing)])
        # What is held back is the newest piece, and one piece is never more than is taken in at once.
        until(lambda: len(at.puts[0].body) >= len(LARGE) - LARGEST_READ_BYTES)
        time.sleep(0.15)
        assert len(at.puts[0].body) < len(LARGE)
        assert not at.puts[0].ended.is_set()
        connection.send(missing)
        answered = connection.answer()
    assert answered.status == 200, answered.json
    assert bytes(only(at.puts).body) == LARGE


@both_endpoints
@pytest.mark.parametrize("content", [b"", b"x", SMALL], ids=len)
def test_put_of_one_piece_waits_for_the_end(
    service: Running, place: Callable[..., Place], content: bytes, path: str
) -> None:
    """Of a file that is one piece, or empty, storage does not see the head before the form has ended."""
    at = place()
    body = field("uploadUrl", at.url) + file(content).removesuffix(b"\r\n") + ENDING
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[: -len(ENDING)])
        time.sleep(0.15)
        assert at.puts == []
        connection.send(ENDING)
        assert connection.answer().status == 200
    assert bytes(only(at.puts).body) == content


@both_endpoints
def test_file_first_waits_for_the_url(service: Running, place: Callable[..., Place], path: str) -> None:
    """With the file first, the PUT begins when the URL has come, and ends when the form has."""
    at = place()
    body = file(LARGE) + field("uploadUrl", at.url).removesuffix(b"\r\n") + ENDING
    with Connection(service.port) as connection:
        connection.head(path, len(body))
        connection.send(body[: -len(ENDING)])
        time.sleep(0.1)
        assert at.puts == []
        connection.send(ENDING[:-2])
        until(lambda: bool(at.puts) and len(at.puts[0].body) > 1_000_000)
        time.sleep(0.1)
        assert not at.puts[0].ended.is_set()
        connection.send(ENDING[-2:])
        assert connection.answer().status == 200
    assert bytes(only(at.puts).body) == LARGE


def test_slow_storage_slows_the_client(service: Running, place: Callable[..., Place]) -> None:
    """On the plain endpoint, with the URL first, a client can send no more than storage takes."""
    at = place(Reply(b"", after="head", pause=3, then="close"))
    length = 256 << 20
    opening = field("uploadUrl", at.url) + file(b"").removesuffix(b"\r\n")
    with Connection(service.port, timeout=0.4) as connection:
        connection.head(PLAIN, len(opening) + length + len(ENDING))
        connection.send(opening)
        # The buffers of this machine between the three of them hold some more.
        assert send_while_taken(connection, length) < 64 << 20


def send_while_taken(connection: Connection, length: int) -> int:
    """Send up to so many bytes, until nobody takes them any more; how many it were.

    It ends before the service gives storage up (UPLOAD_STALL_SECONDS=2) and throws away what still comes.
    """
    sent, deadline = 0, time.monotonic() + 1.5
    with suppress(TimeoutError):
        while sent < length and time.monotonic() < deadline:
            sent += connection.socket.send(bytes(1 << 20))
    return sent
