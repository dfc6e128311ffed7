"""`Expect: 100-continue`, refusals while the client sends, and the next request on the connection."""

from collections.abc import Callable

import pytest
from local.store import Bucket

from tests.server.every_answer import HOST, SIX_GIB
from tests.support.client.raw_http import BOUNDARY, CHECK, PLAIN, RETRY, Connection, field, file, form
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running


def test_pipelined_requests_are_answered_in_order(
    service: Running, bucket: Bucket, presign: Callable[..., str]
) -> None:
    """Requests that are sent without waiting are answered one after the other, an upload among them."""
    body = form(field("uploadUrl", presign("http/pipelined")), file(b"pipelined"))
    head = f"POST {PLAIN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    with Connection(service.port) as connection:
        get = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
        connection.send(get + head.encode() + kind.encode() + body + get.replace(b"/healthz", b"/nowhere"))
        assert [connection.answer().status for _ in range(3)] == [200, 200, 404]
    assert bucket.get("http/pipelined") == b"pipelined"


def first_bytes(connection: Connection) -> bytes:
    """The first bytes that have arrived."""
    return connection.socket.recv(65536)


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_good_head_is_told_to_go_on(
    service: Running, bucket: Bucket, presign: Callable[..., str], path: str
) -> None:
    """A client that waits for 100 gets it before it has sent a byte of the body, and the answer after it."""
    key = f"http/expect-{path[1:]}"
    body = form(field("uploadUrl", presign(key)), file(b"expected"))
    with Connection(service.port) as connection:
        connection.head(path, len(body), "Expect: 100-continue")
        assert first_bytes(connection) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.send(body)
        assert connection.answer().status == 200
    assert bucket.get(key) == b"expected"


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize(
    ("length", "content_type", "status"),
    [
        pytest.param(SIX_GIB, None, 413, id="too-large"),
        pytest.param(1000, "text/plain", 415, id="no-form"),
        pytest.param(1000, "multipart/form-data", 400, id="no-boundary"),
    ],
)
def test_bad_head_is_refused_without_100(
    service: Running, path: str, length: int, content_type: str | None, status: int
) -> None:
    """A client that waits for 100 with a head that cannot be served gets the refusal at once and no 100."""
    with Connection(service.port) as connection:
        connection.head(path, length, "Expect: 100-continue", content_type=content_type)
        refused = f"HTTP/1.1 {status} "  # the phrase depends on the version of Python
        assert first_bytes(connection).startswith(refused.encode())


@pytest.mark.parametrize("path", [PLAIN, RETRY, CHECK])
def test_caller_who_leaves_before_100(service: Running, path: str) -> None:
    """A client that has left before it could be told to go on is gone; that is no fault of the service."""
    names = [f"left{path.replace('/', '-')}-{number}" for number in range(10)]
    for name in names:
        with Connection(service.port) as connection:
            connection.head(path, 1000, "Expect: 100-continue", f"X-Request-Id: {name}")
    assert {service.upload_event(name)["code"] for name in names} == {"client_gone"}


def test_old_client_is_not_told_to_go_on(
    service: Running, bucket: Bucket, presign: Callable[..., str]
) -> None:
    """HTTP/1.0 knows no 100, so an expectation there means nothing."""
    body = form(field("uploadUrl", presign("http/expect-1.0")), file(b"old"))
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
    head = f"POST {PLAIN} HTTP/1.0\r\n{kind}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    with Connection(service.port) as connection:
        connection.send(head.encode() + body)
        assert first_bytes(connection).startswith(b"HTTP/1.0 200 ")
    assert bucket.get("http/expect-1.0") == b"old"


def test_refused_sender_may_still_send(service: Running) -> None:
    """A client that sends without waiting gets the refusal and not a reset connection."""
    with Connection(service.port) as connection:
        # Not so long a body that its end would come too late to be waited for.
        connection.head(PLAIN, 64 * 1024 * 1024, content_type="text/plain")
        connection.send(*[bytes(1024 * 1024)] * 8, pause=0.02)
        assert_problem(connection.answer(), "not_multipart")


def test_answers_in_a_row(service: Running) -> None:
    """After a refusal that needed nothing of the body, the connection serves the next request."""
    with Connection(service.port) as connection:
        connection.head(PLAIN, 5, content_type="text/plain")
        connection.send(b"hello")
        assert connection.answer().status == 415
        connection.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert connection.answer().status == 200
