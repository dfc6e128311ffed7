"""Callers over real sockets: refused before the body is read, counted by address, and named in the log."""

import asyncio
import itertools
import json
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.ask import ask
from tests.support.double import StorageDouble
from tests.support.problems import assert_refused
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import PLAIN, RETRY, Answer, Connection, field, file, form, post
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings

MIB = 1024 * 1024
CONTENT = bytes(3 * MIB)
BOTH = pytest.mark.parametrize("path", [PLAIN, RETRY])
PAGES = ("/", "/docs", "/errors", "/errors/rate_limited", "/healthz", "/readyz", "/nowhere")
REALM = 'Bearer realm="upload-service"'


def secret(mark: str) -> str:
    """A token of the tests; it and its first half are secrets of the run."""
    text = f"{mark}{uuid.uuid4().hex}~%/+="
    TRANSCRIPT.secrets.update({text, text[: len(text) // 2]})
    return text


OLD, NEW, UNNAMED, WRONG = secret("old"), secret("new"), secret("unnamed"), secret("wrong")


@pytest.fixture(scope="module")
def closed(double: StorageDouble) -> Iterator[Running]:
    """A service that knows three tokens, two of them of one name."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_API_TOKENS=f"app:{OLD},{UNNAMED},app:{NEW}",
        LOG_LEVEL="DEBUG",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def counted(double: StorageDouble) -> Iterator[Running]:
    """A service that lets an address begin two uploads a minute, and takes this computer for a proxy."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_API_TOKENS=OLD,
        UPLOAD_RATE_PER_MINUTE="2",
        UPLOAD_TRUSTED_PROXIES="127.0.0.0/8",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def untrusting(double: StorageDouble) -> Iterator[Running]:
    """A service that counts, and trusts other proxies than the one that calls it here."""
    with Running(
        UPLOAD_DESTINATIONS=double.url, UPLOAD_RATE_PER_MINUTE="1", UPLOAD_TRUSTED_PROXIES="10.0.0.0/8"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def one_each(double: StorageDouble) -> Iterator[Running]:
    """A service that runs one upload at once for each client."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_MAX_CONCURRENT_PER_CLIENT="1",
        UPLOAD_TRUSTED_PROXIES="127.0.0.1",
    ) as running:
        yield running


@pytest.fixture
def body(double: StorageDouble, double_url: Callable[[str], str]) -> bytes:
    """A form whose file the double stores."""
    key = f"callers/{uuid.uuid4().hex}"
    double.script(key)
    return form(field("uploadUrl", double_url(key)), file(b"content"))


def bearer(token: str, scheme: str = "Bearer") -> str:
    """The header line that shows a token."""
    return f"Authorization: {scheme} {token}"


_LAST_OCTETS = itertools.count(1)


def stranger() -> str:
    """The header line of an address that has not been seen before."""
    return f"X-Forwarded-For: 198.51.100.{next(_LAST_OCTETS)}"


# Tokens.


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
    """Each listed token opens both endpoints, also both of one name, and the log has the name."""
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
    """Without one right token in one Authorization header it is 401, with the challenge of RFC 6750."""
    answered = post(closed.port, path, body, *lines)
    event = assert_refused(closed, answered, "unauthorized", path)
    assert answered.headers["www-authenticate"] == REALM + (', error="invalid_token"' if came else "")
    assert event["caller"] is None
    assert event["client"] == "127.0.0.1"


@pytest.mark.parametrize("where", ["query", "form"])
def test_token_elsewhere_is_none(closed: Running, body: bytes, where: str) -> None:
    """A token in the query or the form opens nothing: URLs and forms are written down too often."""
    if where == "query":
        answered = post(closed.port, f"{PLAIN}?access_token={OLD}", body)
    else:
        answered = post(closed.port, PLAIN, form(field("access_token", OLD)) + body)
    assert answered.status == 401


@BOTH
@pytest.mark.parametrize("lines", [[], [bearer(WRONG)]], ids=["none", "wrong"])
@pytest.mark.parametrize("length", [1000, 6 * 1024 * MIB, None], ids=["small", "too large", "chunked"])
def test_refused_before_the_body(closed: Running, path: str, lines: list[str], length: int | None) -> None:
    """The 401 comes at once, before the rest of the head is judged, and without a 100 to those that wait."""
    for more in ([], ["Expect: 100-continue"]):
        with Connection(closed.port) as connection:
            connection.head(path, length, *lines, *more, content_type="text/plain")
            assert connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 401"
            assert connection.answer().json["code"] == "unauthorized"


@BOTH
def test_right_token_is_told_to_go_on(closed: Running, body: bytes, path: str) -> None:
    """Who waits for 100 with a right token gets it."""
    with Connection(closed.port) as connection:
        connection.head(path, len(body), bearer(NEW), "Expect: 100-continue")
        assert connection.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.send(body)
        assert connection.answer().status == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_pages_need_no_token(closed: Running, method: str, path: str) -> None:
    """All but the uploads is open, with a wrong token too."""
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
    """Storage gets no header of the caller, and not its token."""
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


def test_start_says_that_anybody_may_upload(closed: Running, untrusting: Running) -> None:
    """Without tokens the start says once what bounds everybody, and with tokens nothing of it."""
    [event] = [event for event in untrusting.log if event["event"] == "anybody_may_upload"]
    assert event["rate_per_minute"] == 1
    assert event["max_concurrent"] == 64
    assert event["max_file_bytes"] == 5 * 1024 * MIB
    assert [each for each in event["destinations"] if each.startswith("http://127.0.0.1:")]
    assert not [event for event in closed.log if event["event"] == "anybody_may_upload"]


def test_tokens_from_a_file(tmp_path: Path, double: StorageDouble, body: bytes) -> None:
    """A file of tokens opens as the variable does."""
    (tmp_path / "tokens").write_text(f"# callers\n\napp:{NEW}\n")
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_API_TOKENS=f"@{tmp_path}/tokens") as running:
        assert post(running.port, PLAIN, body, bearer(NEW)).status == 200
        assert post(running.port, PLAIN, body, bearer(OLD)).status == 401


# Rates.


@BOTH
def test_rate_per_address(counted: Running, body: bytes, path: str) -> None:
    """Past the rate an address is told how long to wait, another is not harmed."""
    address = stranger()
    for _ in range(2):
        assert post(counted.port, path, body, bearer(OLD), address).status == 200
    refused = post(counted.port, path, body, bearer(OLD), address)
    event = assert_refused(counted, refused, "rate_limited", path)
    assert 25 <= int(refused.headers["retry-after"]) <= 30
    assert event["client"] == address.split()[-1]
    assert post(counted.port, path, body, bearer(OLD), stranger()).status == 200


@BOTH
def test_guessed_tokens_count(counted: Running, body: bytes, path: str) -> None:
    """A refused token counts, so that nobody can guess for long; then a right one has to wait as well."""
    address = stranger()
    codes = [post(counted.port, path, body, bearer(WRONG), address).status for _ in range(3)]
    assert codes == [401, 401, 429]
    assert post(counted.port, path, body, bearer(OLD), address).status == 429


def test_rate_is_judged_before_the_body(counted: Running) -> None:
    """Who waits for 100 past the rate gets the refusal and no 100."""
    address = stranger()
    for status in (b"401", b"401", b"429"):
        with Connection(counted.port) as connection:
            connection.head(PLAIN, 1000, address, "Expect: 100-continue")
            assert connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 " + status
            connection.answer()


def test_pages_count_for_nothing(counted: Running, body: bytes) -> None:
    """Pages, preflights and wrong paths are not counted, however many."""
    address = stranger()
    name, _, value = address.partition(": ")
    for path in (*PAGES, PLAIN) * 2:
        assert ask(counted.port, "OPTIONS", path, {name: value}).status == 204
        assert ask(counted.port, "GET", path, {name: value}).status in (200, 404, 405)
    assert post(counted.port, PLAIN, body, bearer(OLD), address).status == 200


def test_retry_after_is_true(double: StorageDouble, body: bytes) -> None:
    """Who waits as long as it is told may go on."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_RATE_PER_MINUTE="60") as running:
        answered = _until_refused(running, body)
        assert answered.headers["retry-after"] == "1"
        time.sleep(1)
        assert post(running.port, PLAIN, body).status == 200


def _until_refused(running: Running, body: bytes) -> Answer:
    for _ in range(100):
        answered = post(running.port, PLAIN, body)
        if answered.status != 200:
            assert answered.json["code"] == "rate_limited"
            return answered
    raise AssertionError("no rate")


def test_forged_address_does_nothing(untrusting: Running, body: bytes) -> None:
    """From elsewhere than a trusted proxy, X-Forwarded-For gives no new address."""
    answers = [post(untrusting.port, PLAIN, body, stranger()) for _ in range(3)]
    assert [answered.status for answered in answers] == [200, 429, 429]
    clients = {untrusting.upload_event(answered.request_id)["client"] for answered in answers}
    assert clients == {"127.0.0.1"}


def test_forged_address_behind_a_proxy(counted: Running, body: bytes) -> None:
    """What a client writes into the header stands left of its own address, and is not read."""
    address = stranger().split()[-1]
    for forged in ("9.9.9.1", "9.9.9.2", "127.0.0.1", "unknown"):
        answered = post(counted.port, PLAIN, body, bearer(OLD), f"X-Forwarded-For: {forged}, {address}:4711")
        assert counted.upload_event(answered.request_id)["client"] == address
    assert answered.status == 429
    two_lines = [f"X-Forwarded-For: {each}" for each in ("9.9.9.3", address)]
    assert post(counted.port, PLAIN, body, bearer(OLD), *two_lines).status == 429


def test_ipv6_addresses_of_one_customer(counted: Running, body: bytes) -> None:
    """The addresses of one /64 have one rate; the log has the address itself."""
    answers = [
        post(counted.port, PLAIN, body, bearer(OLD), f"X-Forwarded-For: [2001:db8::{number}]:80")
        for number in (1, 2, 3)
    ]
    assert [answered.status for answered in answers] == [200, 200, 429]
    assert counted.upload_event(answers[2].request_id)["client"] == "2001:db8::3"
    assert post(counted.port, PLAIN, body, bearer(OLD), "X-Forwarded-For: 2001:db8:0:1::1").status == 200


async def test_peers_without_an_address(tmp_path: Path) -> None:
    """All that come through a Unix socket are counted as one, whatever they forward."""
    runner = web.AppRunner(make_app(Settings.from_environment({"UPLOAD_RATE_PER_MINUTE": "1"})))
    await runner.setup()
    await web.UnixSite(runner, tmp_path / "socket").start()
    lines = []
    for _ in range(2):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(f"POST {PLAIN} HTTP/1.1\r\nHost: a\r\n{stranger()}\r\n\r\n".encode())
        lines.append(await reader.readline())
        writer.close()
    await runner.cleanup()
    assert lines == [b"HTTP/1.1 400 Bad Request\r\n", b"HTTP/1.1 429 Too Many Requests\r\n"]


def test_counting_is_imported_only_when_it_is_set() -> None:
    """Without a rate, the library that counts is not loaded: it costs cold start."""
    code = (
        "import sys, json;"
        "from upload_service.settings.settings import Settings;"
        "from upload_service.server.app import make_app;"
        "make_app(Settings.from_environment(dict(UPLOAD_RATE_PER_MINUTE=sys.argv[1])));"
        "print(json.dumps('throttled' in sys.modules))"
    )
    loaded = [
        json.loads(subprocess.run([sys.executable, "-c", code, rate], capture_output=True, check=True).stdout)
        for rate in ("0", "1")
    ]
    assert loaded == [False, True]


# At once.


@BOTH
@pytest.mark.parametrize("expects", [False, True], ids=["sends at once", "waits for 100"])
def test_one_at_once_for_each_client(
    one_each: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    path: str,
    expects: bool,
) -> None:
    """A client's second upload is refused before its body is read, another client's runs; then it may."""
    key, mine, other = f"callers/{uuid.uuid4().hex}", stranger(), stranger()
    puts = double.script(key)
    sent = form(field("uploadUrl", double_url(key)), file(CONTENT))
    with Connection(one_each.port) as first, Connection(one_each.port) as second:
        first.head(path, len(sent), mine)
        first.send(sent[: 2 * MIB])
        _wait_for(lambda: bool(puts))
        second.head(path, len(sent), mine, *(["Expect: 100-continue"] if expects else []))
        if expects:
            assert second.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 429"
        else:
            second.send(sent)
        event = assert_refused(one_each, second.answer(), "too_many_at_once", path)
        assert event["client"] == mine.split()[-1]
        assert post(one_each.port, path, sent, other).status == 200
        first.send(sent[2 * MIB :])
        assert first.answer().status == 200
    assert post(one_each.port, path, sent, mine).status == 200


@BOTH
def test_place_of_one_that_left(
    one_each: Running, double: StorageDouble, double_url: Callable[[str], str], path: str
) -> None:
    """A client that leaves in the middle of its file, or is refused, gives its place back."""
    key, mine = f"callers/{uuid.uuid4().hex}", stranger()
    puts = double.script(key)
    sent = form(field("uploadUrl", double_url(key)), file(CONTENT))
    with Connection(one_each.port) as first:
        first.head(path, len(sent), mine)
        first.send(sent[: 2 * MIB])
        _wait_for(lambda: bool(puts))
    assert post(one_each.port, path, b"no form", mine, content_type="text/plain").status in (415, 429)
    _wait_for(lambda: post(one_each.port, path, sent, mine).status == 200)


def _wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
