"""Bearer tokens over real sockets: without one an upload is refused before its body is read."""

import socket
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.access_control_http.callers import BOTH, MIB, NEW, OLD, PAGES, UNNAMED, WRONG, bearer
from tests.support.client.raw_http import PLAIN, Connection, ask, field, file, form, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

REALM = 'Bearer realm="upload-service"'


@BOTH
@pytest.mark.parametrize(
    ("line", "name"),
    [
        (bearer(OLD), "app"),
        (bearer(NEW), "app"),
        (bearer(UNNAMED), "token-2"),
        (bearer(OLD, "bearer"), "app"),
        (bearer(OLD, "BEARER "), "app"),
        (f"aUTHORIZATION:\t{bearer(NEW)[15:]} ", "app"),
    ],
    ids=["old", "new", "unnamed", "lower case", "upper case", "odd spaces"],
)
def test_token_opens(closed: Running, body: bytes, path: str, line: str, name: str) -> None:
    """Each listed token opens both endpoints, also two tokens of one name, and the log has the name."""
    answered = post(closed.port, path, body, line)
    assert answered.status == 200
    event = closed.upload_event(answered.request_id)
    assert (event["caller"], event["client"]) == (name, "127.0.0.1")


@BOTH
@pytest.mark.parametrize(
    ("lines", "came"),
    [
        ([], False),
        (["Authorization:"], False),
        (["Authorization: Bearer"], False),
        (["Authorization: Basic dXNlcjpwYXNzd29yZA=="], False),
        ([bearer(OLD, "Token")], False),
        ([f"Authorization: {OLD}"], False),
        ([bearer(WRONG)], True),
        ([bearer(OLD[:-1])], True),
        ([bearer(f"app:{OLD}")], True),
        ([bearer("\u00e9" * 40)], True),
        ([bearer(OLD), bearer(OLD)], True),
        ([bearer(OLD), "Authorization: Basic eA=="], True),
        ([f"Proxy-Authorization: Bearer {OLD}"], False),
        ([f"Cookie: token={OLD}", f"X-Api-Key: {OLD}"], False),
    ],
    ids=lambda value: None if isinstance(value, bool) else str(len(value)),
)
def test_no_token_no_upload(closed: Running, body: bytes, path: str, lines: list[str], came: bool) -> None:
    """Without exactly one right token the answer is 401 with the challenge of RFC 6750."""
    answered = post(closed.port, path, body, *lines)
    event = assert_refused(closed, answered, "unauthorized", path)
    assert answered.headers["www-authenticate"] == REALM + (', error="invalid_token"' if came else "")
    assert event["caller"] is None
    assert event["client"] == "127.0.0.1"


@pytest.mark.parametrize("where", ["query", "form"])
def test_token_elsewhere_is_none(closed: Running, body: bytes, where: str) -> None:
    """A token in the query or the form is not accepted, because URLs and forms get into logs too often."""
    if where == "query":
        answered = post(closed.port, f"{PLAIN}?access_token={OLD}", body)
    else:
        answered = post(closed.port, PLAIN, form(field("access_token", OLD)) + body)
    assert answered.status == 401


@BOTH
@pytest.mark.parametrize("lines", [[], [bearer(WRONG)]], ids=["none", "wrong"])
@pytest.mark.parametrize("length", [1000, 6 * 1024 * MIB, None], ids=["small", "too large", "chunked"])
def test_refused_before_the_body(closed: Running, path: str, lines: list[str], length: int | None) -> None:
    """The 401 comes at once, before the rest of the head is judged, and instead of a 100."""
    for more in ([], ["Expect: 100-continue"]):
        with Connection(closed.port) as connection:
            connection.head(path, length, *lines, *more, content_type="text/plain")
            assert connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 401"
            assert connection.answer().json["code"] == "unauthorized"


@BOTH
def test_right_token_is_told_to_go_on(closed: Running, body: bytes, path: str) -> None:
    """A client with a right token that waits for 100 gets it."""
    with Connection(closed.port) as connection:
        connection.head(path, len(body), bearer(NEW), "Expect: 100-continue")
        assert connection.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.send(body)
        assert connection.answer().status == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_pages_need_no_token(closed: Running, method: str, path: str) -> None:
    """Everything but the upload endpoints is open, also with a wrong token."""
    expected = 204 if method == "OPTIONS" else 404 if path == "/nowhere" else 200
    assert ask(closed.port, method, path).status == expected
    assert ask(closed.port, method, path, {"Authorization": f"Bearer {WRONG}"}).status == expected


def test_path_and_method_come_first(closed: Running) -> None:
    """A wrong method is 405 and a preflight is answered, for the upload paths too."""
    assert ask(closed.port, "GET", PLAIN).status == 405
    preflight = ask(closed.port, "OPTIONS", PLAIN, {"Origin": "https://a.example"})
    assert preflight.status == 204
    assert "Authorization" in preflight.headers["access-control-allow-headers"]


def test_page_may_read_the_refusal(closed: Running, body: bytes) -> None:
    """The 401 has the CORS headers, so that a page learns why."""
    answered = post(closed.port, PLAIN, body, "Origin: https://a.example")
    assert answered.headers["access-control-allow-origin"] == "*"


def test_token_goes_no_further(
    closed: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """Storage gets no header of the client, and so not its token."""
    key = f"callers/{uuid.uuid4().hex}"
    puts = double.script(key)
    sent = form(field("uploadUrl", double_url(key)), file(b"content"))
    assert post(closed.port, PLAIN, sent, bearer(OLD), "X-Forwarded-For: 1.1.1.1").status == 200
    assert OLD.encode() not in puts[0].head
    assert puts[0].header("Authorization") is puts[0].header("X-Forwarded-For") is None


def test_broken_head_with_a_token(closed: Running) -> None:
    """A head that cannot be read is refused without a word of the token in it."""
    with Connection(closed.port) as connection:
        connection.send(f"POST {PLAIN} HTTP/1.1\r\nHost: a\r\n{bearer(OLD)}\x00\r\n\r\n".encode())
        assert connection.answer().status == 400
    assert not [line for line in closed.raw_log if OLD[:16] in line]


def test_tokens_from_a_file(tmp_path: Path, double: StorageDouble, body: bytes) -> None:
    """Tokens from a file open the service like tokens from the variable."""
    (tmp_path / "tokens").write_text(f"# callers\n\napp:{NEW}\n")
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_API_TOKENS=f"@{tmp_path}/tokens") as running:
        assert post(running.port, PLAIN, body, bearer(NEW)).status == 200
        assert post(running.port, PLAIN, body, bearer(OLD)).status == 401
