"""The PUT as storage sees it, byte by byte: target, headers, body."""

import uuid
from collections.abc import Callable

import pytest
from devtools import signed_queries

from tests.storage.puts import (
    LARGE,
    SIGNED,
    SMALL,
    CountingDouble,
    both_endpoints,
    headers,
    only,
    orders,
    parts,
)
from tests.support.client.raw_http import PLAIN, Connection, chunked, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble

# Headers of browsers and proxies, which must not reach storage.
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
    """Whatever headers the client sends, the PUT has length, type and Host only, and the file's bytes."""
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
    """Host is the URL's host and port as they are written there, because they are signed."""
    puts = own.script(key := f"wire/{uuid.uuid4().hex}")
    authority = f"{host}:{own.server_address[1]}"
    url = TRANSCRIPT.hide(f"http://{authority}/{key}?{SIGNED}")
    assert post(by_name.port, PLAIN, parts(url, SMALL, url_first=True)).status == 200
    assert only(puts).header("Host") == authority
