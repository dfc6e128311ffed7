"""HTTP around the uploads: paths, problem documents, request ids, CORS, heads that are broken, `Expect`."""

import html
from collections.abc import Callable, Iterator

import pytest
from local.store import Bucket

from tests.support.ask import ask
from tests.support.service import Running
from tests.support.wire import BOUNDARY, PLAIN, RETRY, Answer, Connection, field, file, form
from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE
from upload_service.pages.error_pages import entry_markdown, page_markdown

PROBLEM_JSON = "application/problem+json"
MEMBERS = {
    "type",
    "title",
    "status",
    "detail",
    "success",
    "code",
    "fault",
    "retryable",
    "request_id",
    "attempts",
    "attempt_log",
}
ALLOWED = "https://app.example.com"
STRANGER = "https://stranger.example.com"
SIX_GIB = 6 * 1024**3
# Stands in every broken head, and must not come back.
MARK = b"zyxwvuts"
HOST = b"Host: localhost\r\n"
BROKEN_HEADS = {
    "no-http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + MARK + b"\r\n\r\n",
    "request-line": MARK + b"\r\n" + HOST + b"\r\n",
    "version": b"GET /" + MARK + b" HTTP/9.9x\r\n" + HOST + b"\r\n",
    "long-line": b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + MARK * 1125 + b"\r\n\r\n",
    "long-target": b"GET /" + MARK * 1125 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "nul": b"GET / HTTP/1.1\r\n" + HOST + b"X-Nul: " + MARK + b"\x00\r\n\r\n",
    "length-word": b"POST /" + MARK + b" HTTP/1.1\r\n" + HOST + b"Content-Length: abc\r\n\r\n",
    "two-lengths": b"POST /"
    + MARK
    + b" HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length-and-chunked": b"POST /"
    + MARK
    + b" HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


def send(port: int, request: bytes) -> Answer:
    """Send these bytes on a connection of their own; the first answer."""
    with Connection(port) as connection:
        connection.send(request)
        return connection.answer()


def too_large(port: int, origin: str = STRANGER) -> Answer:
    """A request that announces 6 GiB, and what it is told."""
    with Connection(port) as connection:
        connection.head(PLAIN, SIX_GIB, f"Origin: {origin}")
        return connection.answer()


def preflight(port: int, path: str = PLAIN, origin: str = STRANGER) -> Answer:
    """What a browser asks before a page may send the form with an Authorization header."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    return ask(port, "OPTIONS", path, {"Origin": origin, **asked})


# Every kind of answer, to a page of an origin.
ANSWERS: dict[str, Callable[[int, str], Answer]] = {
    "200": lambda port, origin: ask(port, "GET", "/", {"Origin": origin}),
    "head": lambda port, origin: ask(port, "HEAD", "/", {"Origin": origin}),
    "page": lambda port, origin: ask(port, "GET", "/docs", {"Origin": origin}),
    "400": lambda port, origin: ask(port, "POST", PLAIN, {"Origin": origin}),
    "404": lambda port, origin: ask(port, "GET", "/nowhere", {"Origin": origin}),
    "405": lambda port, origin: ask(port, "GET", PLAIN, {"Origin": origin}),
    "413": too_large,
    "preflight": lambda port, origin: preflight(port, PLAIN, origin),
}


def after(head: bytes) -> Callable[[int, str], Answer]:
    """The answer to this broken head, which tells no origin."""
    return lambda port, _: send(port, head)


BROKEN = {name: after(head) for name, head in BROKEN_HEADS.items()}
every_answer = pytest.mark.parametrize(
    "make", [pytest.param(make, id=name) for name, make in ANSWERS.items()]
)
every_answer_and_broken = pytest.mark.parametrize(
    "make", [pytest.param(make, id=name) for name, make in (ANSWERS | BROKEN).items()]
)


@pytest.fixture(scope="module")
def listed() -> Iterator[Running]:
    """A service that two origins may call."""
    with Running(UPLOAD_CORS_ORIGINS=f"{ALLOWED}, http://localhost:3000") as running:
        yield running


@pytest.fixture(scope="module")
def without_cors() -> Iterator[Running]:
    """A service behind a gateway that does CORS itself."""
    with Running(UPLOAD_CORS_ORIGINS="off") as running:
        yield running


def assert_problem(answer: Answer, code: str) -> None:
    """The answer is the problem document of this code, with all its members."""
    entry = CATALOGUE[code]
    assert answer.status == entry.status
    assert answer.headers["content-type"].partition(";")[0] == PROBLEM_JSON
    document = answer.json
    assert set(document) == MEMBERS
    assert document["type"] == f"/errors/{code}"
    assert document["detail"].endswith(entry.cure)
    assert document["request_id"] == answer.request_id
    assert (document["success"], document["attempts"], document["code"]) == (False, 0, code)
    assert (document["title"], document["status"]) == (entry.title, entry.status)
    assert (document["fault"], document["retryable"]) == (entry.fault, entry.retryable)


# Paths.


def test_index_names_the_service(service: Running) -> None:
    """GET / tells programs what this is, which version, and where the docs are."""
    answer = ask(service.port, "GET", "/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json == {
        "message": "upload-service is running",
        "version": __version__,
        "docs": "/docs",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_index_is_a_page_for_browsers(service: Running, method: str) -> None:
    """A browser gets the page, no cache gives it to a program, and it may use nothing from elsewhere."""
    answer = ask(service.port, method, "/", {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["vary"] == "Accept-Encoding, Accept"
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"} < set(policy)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.body.lower().startswith(b"<!doctype html>") == (method == "GET")


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/json, text/html;q=0.9"])
def test_index_varies_by_accept_and_origin(listed: Running, accept: str | None) -> None:
    """Programs get JSON, and both things that the answer hangs on stand in one Vary."""
    answer = ask(listed.port, "GET", "/", {"Origin": ALLOWED} | ({"Accept": accept} if accept else {}))
    assert answer.json["docs"] == "/docs"
    assert answer.headers["vary"] == "Accept, Origin"


@pytest.mark.parametrize(
    "name", ["docs.html", "page.html", "nothing.js", "..%2Fpages.py", "%2e%2e/pages.py", ""]
)
def test_only_the_pages_files_are_given_out(service: Running, name: str) -> None:
    """A name that is not one of the page's files is an unknown path, also when there is such a file."""
    assert_problem(ask(service.port, "GET", f"/static/{name}"), "not_found")


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_probes(service: Running, path: str, status: str) -> None:
    """A running service is alive and ready."""
    answer = ask(service.port, "GET", path)
    assert answer.status == 200
    assert answer.json == {"status": status}


def test_docs_is_a_page(service: Running) -> None:
    """GET /docs is an HTML page that names both endpoints."""
    answer = ask(service.port, "GET", "/docs")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.lower().startswith(b"<!doctype html>")
    assert PLAIN.encode() in answer.body
    assert RETRY.encode() in answer.body


def test_errors_is_the_catalogue(service: Running) -> None:
    """GET /errors is the page of all errors, and GET /errors/<code> is the entry as it stands there."""
    page = ask(service.port, "GET", "/errors")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/markdown")
    assert page.body.decode() == page_markdown()
    for code, entry in CATALOGUE.items():
        answer = ask(service.port, "GET", f"/errors/{code}")
        assert answer.status == 200
        assert answer.body.decode() == entry_markdown(entry)
        assert answer.body in page.body


@pytest.mark.parametrize("path", ["/errors", *(f"/errors/{code}" for code in CATALOGUE)])
def test_browsers_get_errors_as_a_page(service: Running, path: str) -> None:
    """Browsers get the same sentences as a page that may load nothing but our own stylesheet."""
    answer = ask(service.port, "GET", path, {"Accept": "text/html,*/*;q=0.8"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    words, wanted = html.unescape(answer.body.decode()), path.rpartition("/")[2]
    for entry in CATALOGUE.values():
        said = {entry.cause, entry.cure, entry.remedy, entry.title}
        assert all(sentence in words for sentence in said) is (wanted in ("errors", entry.code))


@pytest.mark.parametrize("path", ["/", "/healthz", "/docs", "/errors", "/nowhere"])
def test_head_is_get_without_a_body(service: Running, path: str) -> None:
    """HEAD answers with the status and the headers of GET, and no body."""
    head, get = ask(service.port, "HEAD", path), ask(service.port, "GET", path)
    assert head.body == b""
    assert head.status == get.status
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    "path", ["/nowhere", "/healthz/", "/errors/no_such_code", "/errors/url_expired/x", PLAIN + "/"]
)
def test_unknown_path(service: Running, path: str) -> None:
    """An unknown path is a problem document with 404."""
    assert_problem(ask(service.port, "GET", path), "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", PLAIN, {"POST"}),
        ("PUT", RETRY, {"POST"}),
        ("DELETE", "/", {"GET", "HEAD"}),
        ("POST", "/readyz", {"GET", "HEAD"}),
        ("POST", "/errors/url_expired", {"GET", "HEAD"}),
    ],
)
def test_wrong_method(service: Running, method: str, path: str, allow: set[str]) -> None:
    """A wrong method is a problem document with 405, and Allow names the right ones."""
    answer = ask(service.port, method, path)
    assert_problem(answer, "method_not_allowed")
    assert set(answer.headers["allow"].replace(" ", "").split(",")) == allow


@pytest.mark.parametrize(
    ("path", "allow"), [(PLAIN, "POST,OPTIONS"), ("/healthz", "GET,HEAD,OPTIONS"), ("/nowhere", "OPTIONS")]
)
def test_options_name_the_methods(service: Running, path: str, allow: str) -> None:
    """OPTIONS answers with the methods that this very path has."""
    answer = ask(service.port, "OPTIONS", path)
    assert answer.status == 204
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    ("path", "header", "value"),
    [
        ("/", "Expect", "the-unexpected"),
        ("/docs", "Range", "bytes=1000000-"),
        ("/docs", "If-Match", '"another"'),
    ],
)
def test_odd_headers_get_no_other_kind_of_failure(
    service: Running, path: str, header: str, value: str
) -> None:
    """A header that makes the HTTP library refuse is ignored, or refused with a problem document."""
    answer = ask(service.port, "GET", path, {header: value})
    assert answer.status == 200 or answer.headers["content-type"].startswith(PROBLEM_JSON)


# Request ids.


@pytest.mark.parametrize("given", ["7", "A-z_0.9", "x" * 128])
def test_usable_request_id_is_kept(service: Running, given: str) -> None:
    """The caller's id comes back in the header and the document, and stands in the log."""
    answer = ask(service.port, "POST", PLAIN, {"X-Request-Id": given})
    assert answer.request_id == given
    assert answer.json["request_id"] == given
    assert service.upload_event(given)["code"] == answer.json["code"]


@pytest.mark.parametrize(
    "given", [None, "", "x" * 129, "a b", "a/b", "a\tb", "é", "<script>", "a;b"], ids=repr
)
def test_unusable_request_id_is_replaced(service: Running, given: str | None) -> None:
    """Without an id, or with one that is too long or has other characters, a new one is made and logged."""
    answer = ask(service.port, "POST", PLAIN, {} if given is None else {"X-Request-Id": given})
    assert len(answer.request_id) == 32
    assert answer.json["request_id"] == answer.request_id
    assert service.upload_event(answer.request_id)["code"] == answer.json["code"]


# CORS.


@every_answer_and_broken
def test_any_page_may_read_every_answer(service: Running, make: Callable[[int, str], Answer]) -> None:
    """By default every page may read every answer and the headers that it needs, without credentials."""
    headers = make(service.port, STRANGER).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-expose-headers"] == "X-Request-Id, Retry-After"
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize("path", [PLAIN, RETRY, "/", "/nowhere"])
def test_preflight(service: Running, path: str) -> None:
    """A preflight allows the method and the headers for two hours, without a body."""
    answer = preflight(service.port, path)
    assert (answer.status, answer.body) == (204, b"")
    assert "POST" in answer.headers["access-control-allow-methods"].split(", ")
    assert answer.headers["access-control-allow-headers"] == "Authorization, Content-Type, X-Request-Id"
    assert answer.headers["access-control-max-age"] == "7200"


@every_answer
def test_listed_origin_may_read(listed: Running, make: Callable[[int, str], Answer]) -> None:
    """A listed origin is echoed on every answer, which caches keep apart by origin."""
    headers = make(listed.port, ALLOWED).headers
    assert headers["access-control-allow-origin"] == ALLOWED
    assert headers["access-control-expose-headers"] == "X-Request-Id, Retry-After"
    assert "Origin" in headers["vary"].split(", ")
    assert "access-control-allow-credentials" not in headers


@every_answer_and_broken
def test_other_origins_may_not_read(listed: Running, make: Callable[[int, str], Answer]) -> None:
    """An origin that is not listed gets no CORS header at all, and caches are told why."""
    headers = make(listed.port, STRANGER).headers
    assert [name for name in headers if name.startswith("access-control-")] == []
    assert "Origin" in headers["vary"].split(", ")


@pytest.mark.parametrize(
    "origin", ["null", "*", f"{ALLOWED}.evil.example", ALLOWED.upper(), f"{ALLOWED}:443"]
)
def test_similar_origin_is_another(listed: Running, origin: str) -> None:
    """Origins are compared whole."""
    assert "access-control-allow-origin" not in ask(listed.port, "GET", "/", {"Origin": origin}).headers


@every_answer_and_broken
def test_cors_off(without_cors: Running, make: Callable[[int, str], Answer]) -> None:
    """With `off`, no answer has a CORS header that would double the gateway's."""
    headers = make(without_cors.port, STRANGER).headers
    assert [name for name in headers if name.startswith("access-control-")] == []
    assert "Origin" not in headers.get("vary", "")


# Heads.


@every_answer_and_broken
def test_no_software_is_named(service: Running, make: Callable[[int, str], Answer]) -> None:
    """No answer has a Server header that names a library or a version."""
    assert make(service.port, STRANGER).headers.get("server", "upload-service") == "upload-service"


@pytest.mark.parametrize("name", BROKEN_HEADS)
def test_broken_head_is_refused(service: Running, name: str) -> None:
    """A broken head gets a problem document with 400, nothing of it comes back, and the connection closes."""
    with Connection(service.port) as connection:
        connection.send(BROKEN_HEADS[name])
        answer = connection.answer()
        assert_problem(answer, "bad_request")
        said = repr((answer.headers, answer.body))
        assert MARK.decode() not in said
        assert connection.socket.recv(1) == b""
    assert not any(MARK.decode() in line for line in service.raw_log)


def test_broken_head_is_logged_with_its_id(service: Running) -> None:
    """The id in the answer to a broken head finds its line in the log."""
    answer = send(service.port, BROKEN_HEADS["nul"])
    event = service.wait_for(lambda event: event.get("request_id") == answer.request_id, seconds=2)
    assert event["event"] == "bad_request_head"


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


# Expect.


def first_bytes(connection: Connection) -> bytes:
    """What comes first, as far as it has come."""
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


def test_refused_sender_may_still_send(service: Running) -> None:
    """A client that sends without waiting gets the refusal and not a reset connection."""
    with Connection(service.port) as connection:
        connection.head(PLAIN, SIX_GIB)
        connection.send(*[bytes(1024 * 1024)] * 8, pause=0.02)
        assert_problem(connection.answer(), "file_too_large")


def test_answers_in_a_row(service: Running) -> None:
    """After a refusal that needed nothing of the body, the connection serves the next request."""
    with Connection(service.port) as connection:
        connection.head(PLAIN, 5, content_type="text/plain")
        connection.send(b"hello")
        assert connection.answer().status == 415
        connection.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert connection.answer().status == 200
