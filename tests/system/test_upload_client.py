"""The TypeScript client, compiled strictly: the same calls in Node (fetch) and Chromium (XMLHttpRequest)."""

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support import upload_client
from tests.support.double import Put, Reply, StorageDouble, answer, xml
from tests.support.examples import LARGE_BYTES, until
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.upload_client import Call, Runner
from upload_service.errors.upload_error import CATALOGUE

TOKEN = secrets.token_hex(32)
RUNNERS = [
    pytest.param(upload_client.in_node, marks=pytest.mark.node, id="node"),
    pytest.param(upload_client.in_chromium, marks=[pytest.mark.node, pytest.mark.chromium], id="chromium"),
]
CORS = "Access-Control-Allow-Origin: *"
PREFLIGHT = Reply(
    answer(204, b"", CORS, "Access-Control-Allow-Headers: *, Authorization", "Access-Control-Max-Age: 600",
           "Connection: close"),
    after="head",
    then="close",
)  # fmt: skip
STORED = Reply(answer(200, b'{"success": true}', CORS))

# Begins an upload and gives what came of it.
Upload = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client as JavaScript."""
    folder = tmp_path_factory.mktemp("upload-client")
    upload_client.compile_into(folder)
    return folder


@pytest.fixture(scope="module")
def guarded(bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """A service that asks for a token."""
    listed = f"{bucket.url},{double.url}"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_API_TOKENS=TOKEN) as running:
        yield running


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> Runner:
    """Where the client runs."""
    found: Runner = request.param
    return found


@pytest.fixture
def begin(compiled: Path, guarded: Running, runner: Runner) -> Callable[..., Any]:
    """Begin an upload with these options."""

    @asynccontextmanager
    async def begun(urls: str | list[str], **options: object) -> AsyncIterator[Call]:
        usual = {"bytes": 100_000, "name": "사진.png", "type": "image/png", "firstPauseMs": 20}
        asked = {"serviceUrl": guarded.url, "token": TOKEN, "urls": urls}
        async with runner(compiled, usual | asked | options) as call:
            yield call

    return begun


@pytest.fixture
def upload(begin: Callable[..., Any]) -> Upload:
    """Upload with these options."""

    async def uploaded(urls: str | list[str], **options: object) -> dict[str, Any]:
        async with begin(urls, **options) as call:
            found: dict[str, Any] = await call.outcome()
            return found

    return uploaded


@pytest.fixture
def front(double: StorageDouble, runner: Runner) -> Callable[..., list[Put]]:
    """Let the double play the service, with these replies; in Chromium a preflight comes before them."""

    def script(*replies: Reply) -> list[Put]:
        first = [] if runner is upload_client.in_node else [PREFLIGHT]
        return double.script("front/upload-with-presigned", *first, *replies)

    return script


def content(size: int) -> bytes:
    """The file that is sent."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def phases(outcome: dict[str, Any]) -> list[str]:
    """What was told, without repetitions."""
    told = [event["phase"] for event in outcome["told"]]
    return [phase for before, phase in zip([None, *told], told, strict=False) if phase != before]


@pytest.mark.parametrize("size", [0, 3_000_000])
@pytest.mark.parametrize("late", [False, True], ids=["url-first", "file-first"])
async def test_file_is_stored(
    upload: Upload, bucket: Bucket, presign: Callable[..., str], runner: Runner, late: bool, size: int
) -> None:
    """In both orders the object is the file, with type and signed headers; what can be seen of it is told."""
    key, headers = f"client/{runner.__name__}-{late}-{size}", {"x-amz-meta-colour": "blue"}
    url = presign(key, content_type="text/x-odd", headers=headers)
    outcome = await upload(
        url, bytes=size, headers=headers, contentType="text/x-odd", urlAfterFile=late, storageRetries=2
    )
    assert outcome["stored"]["success"] is True, outcome
    assert (outcome["stored"]["filename"], outcome["stored"]["attempts"]) == ("사진.png", 1)
    assert bucket.get(key) == content(size)
    head = bucket.head(key)
    assert head
    assert (head.content_type, head.headers["x-amz-meta-colour"]) == ("text/x-odd", "blue")
    if runner is upload_client.in_node:
        assert outcome["told"] == [{"phase": "sending", "attempt": 1, "sent": None, "total": size}]
    else:
        assert phases(outcome) == ["sending", "storing"]
        assert outcome["told"][-2] == {"phase": "sending", "attempt": 1, "sent": size, "total": size}


async def test_blob_without_a_name(upload: Upload, presign: Callable[..., str]) -> None:
    """A Blob is sent as well, under a name that the caller may give."""
    assert (await upload(presign("client/blob"), name=None))["stored"]["filename"] == "file"


async def test_another_try_has_a_fresh_url(
    upload: Upload, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """After a passing failure the whole is sent again, with the URL that the function gives then."""
    first = double.script("client/first", Reply(answer(429, b"", "Retry-After: 0")))
    second = double.script("client/second")
    outcome = await upload([double_url("client/first"), double_url("client/second")])
    assert outcome["stored"]["success"] is True, outcome
    assert outcome["asked"] == 2
    assert [event["code"] for event in outcome["told"] if event["phase"] == "waiting"] == [
        "storage_throttled"
    ]
    assert [bytes(put.body) for put in [*first, *second]] == [content(100_000)] * 2


async def test_expired_url_is_replaced(
    upload: Upload, double: StorageDouble, presign: Callable[..., str]
) -> None:
    """A URL that had expired is no end where a function gives another, and is one where there is none."""
    expired = TRANSCRIPT.hide(f"{double.url}client/expired?{signed_queries.v4(date='20200101T000000Z')}")
    outcome = await upload([expired, presign("client/fresh")])
    assert outcome["stored"]["success"] is True, outcome
    outcome = await upload(expired)
    assert (outcome["error"]["code"], phases(outcome).count("waiting")) == ("url_expired", 0)


async def test_failure_carries_what_the_service_said(upload: Upload, guarded: Running) -> None:
    """A refusal has code, sentence, fault, status and the id that the log has too; it is not repeated."""
    outcome = await upload("https://elsewhere.example/k?X-Amz-Signature=1")
    error = outcome["error"]
    assert outcome["known"]
    assert (error["name"], error["code"], error["status"]) == (
        "UploadFailure",
        "destination_not_allowed",
        403,
    )
    assert (error["fault"], error["retryable"], error["mayBeStored"]) == ("client", False, False)
    assert "Use an allowed store" in error["detail"]
    assert guarded.upload_event(error["requestId"])["code"] == "destination_not_allowed"
    assert "waiting" not in phases(outcome)


async def test_token_is_sent(upload: Upload, presign: Callable[..., str]) -> None:
    """Without the token the service refuses; every other test here has it."""
    outcome = await upload(presign("client/no-token"), token=None)
    assert (outcome["error"]["code"], outcome["error"]["status"]) == ("unauthorized", 401)


async def test_too_large_is_refused_before_anything(upload: Upload) -> None:
    """A file over the caller's bound fails at once: no URL is asked for, nothing is sent."""
    outcome = await upload(["never"], maxBytes=99_999)
    assert (outcome["error"]["code"], outcome["error"]["status"]) == ("file_too_large", 0)
    assert (outcome["asked"], outcome["told"]) == (0, [])


async def test_network_failure_is_repeated(upload: Upload, closed_port: int) -> None:
    """Where nobody listens it tries as often as it may, and says that nothing was stored."""
    outcome = await upload("https://b.example/k", serviceUrl=f"http://127.0.0.1:{closed_port}", maxRetries=2)
    error = outcome["error"]
    assert (error["code"], error["fault"]) == ("network_failure", "network")
    assert (error["retryable"], error["mayBeStored"]) == (True, False)
    assert [event["attempt"] for event in outcome["told"] if event["phase"] == "waiting"] == [1, 2]


@pytest.mark.parametrize("allowed", [False, True], ids=["by-default", "allowed"])
async def test_unknown_end_is_not_repeated_unless_allowed(
    upload: Upload, double: StorageDouble, front: Callable[..., list[Put]], allowed: bool
) -> None:
    """When the connection broke after all was sent, only `allowTwice` sends the file again."""
    front(Reply(b"", then="close"), STORED)
    outcome = await upload("https://b.example/k", serviceUrl=f"{double.url}front", allowTwice=allowed)
    if allowed:
        assert outcome["stored"] == {"success": True}
    else:
        assert (outcome["error"]["code"], outcome["error"]["mayBeStored"]) == ("network_failure", True)
        assert "waiting" not in phases(outcome)


@pytest.mark.parametrize("allowed", [False, True], ids=["by-default", "allowed"])
@pytest.mark.parametrize(
    ("broken", "code"),
    [
        pytest.param(Reply(b"", then="reset"), "storage_disconnected", id="reset"),
        pytest.param(Reply(answer(500, xml("InternalError"))), "storage_error", id="500"),
    ],
)
async def test_storage_that_failed_with_the_whole_file_ends_it(
    upload: Upload,
    double: StorageDouble,
    double_url: Callable[[str], str],
    broken: Reply,
    code: str,
    allowed: bool,
) -> None:
    """When storage had all bytes and then failed, only `allowTwice` sends the file again."""
    puts = double.script("client/failed", broken, Reply())
    outcome = await upload(double_url("client/failed"), allowTwice=allowed)
    assert [put.whole for put in puts] == [True] * (2 if allowed else 1)
    if allowed:
        assert outcome["stored"]["success"] is True, outcome
    else:
        error = outcome["error"]
        assert (error["code"], error["retryable"], error["mayBeStored"]) == (code, True, True)
        assert "waiting" not in phases(outcome)


async def test_storage_that_broke_off_amid_the_file_is_tried_again(
    upload: Upload, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """When storage cannot have had all bytes, nothing is stored, and the file is sent again."""
    puts = double.script("client/amid", Reply(b"", after=1_000_000, then="reset"), Reply())
    outcome = await upload(double_url("client/amid"), bytes=LARGE_BYTES)
    assert outcome["stored"]["success"] is True, outcome
    assert [put.whole for put in puts] == [False, True]


NOT_REACHED = {"code": "storage_unreachable", "status": None, "ms": 1, "bytes": 0}
RESET = {"code": "storage_disconnected", "status": None, "ms": 1, "bytes": 100_000}
UNFINISHED = {"code": "given_up", "status": None, "ms": 1, "bytes": 99_999}


@pytest.mark.parametrize(
    ("code", "status", "log", "again"),
    [
        ("too_busy", 503, [], True),
        ("spool_full", 503, [], True),
        ("rate_limited", 429, [], True),
        ("storage_unreachable", 502, [NOT_REACHED, NOT_REACHED], True),
        ("shutting_down", 503, [UNFINISHED], True),
        ("shutting_down", 503, [RESET], False),
        ("storage_unreachable", 502, [RESET, NOT_REACHED], False),
    ],
)
async def test_each_put_counts(
    upload: Upload,
    double: StorageDouble,
    front: Callable[..., list[Put]],
    code: str,
    status: int,
    log: list[object],
    again: bool,
) -> None:
    """A passing refusal is tried again, unless any PUT before it may have stored the file."""
    entry = CATALOGUE[code]
    problem = {"code": code, "detail": "d", "fault": entry.fault, "retryable": entry.retryable}
    body = json.dumps(problem | {"success": False, "attempts": len(log), "attempt_log": log}).encode()
    front(Reply(answer(status, body, CORS)), STORED)
    outcome = await upload("https://b.example/k", serviceUrl=f"{double.url}front")
    if again:
        assert outcome["stored"] == {"success": True}
    else:
        assert (outcome["error"]["code"], outcome["error"]["mayBeStored"]) == (code, True)
    assert ("waiting" in phases(outcome)) is again


@pytest.mark.parametrize(("status", "stored"), [(500, True), (502, True), (503, True), (413, False)])
async def test_answer_of_something_in_between(
    upload: Upload, double: StorageDouble, front: Callable[..., list[Put]], status: int, stored: bool
) -> None:
    """A gateway's own page is no success; one that gave up may have passed the file on: that is the end."""
    front(Reply(answer(status, b"<html>sorry</html>", CORS)), STORED)
    outcome = await upload("https://b.example/k", serviceUrl=f"{double.url}front")
    error = outcome["error"]
    assert (error["code"], error["status"], error["mayBeStored"]) == ("foreign_answer", status, stored)
    assert "waiting" not in phases(outcome)


async def test_pause_that_is_too_long_ends_it(
    upload: Upload, double: StorageDouble, front: Callable[..., list[Put]]
) -> None:
    """Who is told to come back in an hour fails at once, and knows when."""
    expose = "Access-Control-Expose-Headers: Retry-After"
    front(Reply(answer(429, b"busy", CORS, expose, "Retry-After: 3600")))
    outcome = await upload("https://b.example/k", serviceUrl=f"{double.url}front")
    assert outcome["error"]["retryAfterSeconds"] == 3600
    assert "waiting" not in phases(outcome)


async def test_abort_ends_the_upload(
    begin: Callable[..., Any], double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """The signal ends the request while it runs, and the PUT behind it is never whole."""
    gate = threading.Event()
    puts = double.script("client/aborted", Reply(gate=gate))
    async with begin(double_url("client/aborted"), bytes=LARGE_BYTES) as call:
        await until(lambda: puts)
        await call.abort()
        outcome = await call.outcome()
        gate.set()
    assert (outcome["error"]["name"], outcome["known"]) == ("AbortError", False)
    assert await asyncio.to_thread(puts[0].ended.wait, 20)
    assert not puts[0].whole


async def test_abort_ends_a_pause(
    begin: Callable[..., Any], double: StorageDouble, front: Callable[..., list[Put]], runner: Runner
) -> None:
    """The signal ends the wait for another try as well."""
    asked = front(Reply(answer(429, b"busy", CORS)), STORED)
    async with begin("https://b.example/k", serviceUrl=f"{double.url}front", firstPauseMs=50_000) as call:
        await until(lambda: any(put.head.startswith(b"POST") and put.whole for put in asked))
        await call.abort()
        assert (await call.outcome())["error"]["name"] == "AbortError"
