"""What the TypeScript client tries again, and what not, because the file may be stored already."""

import json
from collections.abc import Callable

import pytest

from tests.support.examples.running_examples import LARGE_BYTES
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer, xml
from tests.system.upload_client.calls import CORS, STORED, Upload, content, phases
from upload_service.errors.upload_error import CATALOGUE

# As the browser's, which all of them share.
pytestmark = pytest.mark.asyncio(loop_scope="module")


def whole(puts: list[Put]) -> list[bool]:
    """Which of them came whole, as the double knows a little after it has answered."""
    return [put.ended.wait(60) and put.whole for put in puts]


async def test_another_try_has_a_fresh_url(
    upload: Upload, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """After a failure that passes the whole file is sent again, with a new URL from the function."""
    first = double.script("client/first", Reply(answer(429, b"", "Retry-After: 0")))
    second = double.script("client/second")
    outcome = await upload([double_url("client/first"), double_url("client/second")])
    assert outcome["stored"]["success"] is True, outcome
    assert outcome["asked"] == 2
    assert [event["code"] for event in outcome["told"] if event["phase"] == "waiting"] == [
        "storage_throttled"
    ]
    assert [bytes(put.body) for put in [*first, *second]] == [content(100_000)] * 2


async def test_network_failure_is_repeated(upload: Upload, closed_port: int) -> None:
    """Where nobody listens the client tries as often as it may, and says that nothing was stored."""
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
    assert whole(puts) == [True] * (2 if allowed else 1)
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
    assert whole(puts) == [False, True]


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
    attempts = {"stored": False if again else None, "attempts": len(log), "attempt_log": log}
    body = json.dumps(problem | {"success": False} | attempts).encode()
    front(Reply(answer(status, body, CORS)), STORED)
    outcome = await upload("https://b.example/k", serviceUrl=f"{double.url}front")
    if again:
        assert outcome["stored"] == {"success": True}
    else:
        assert (outcome["error"]["code"], outcome["error"]["mayBeStored"]) == (code, True)
    assert ("waiting" in phases(outcome)) is again


async def test_pause_that_is_too_long_ends_it(
    upload: Upload, double: StorageDouble, front: Callable[..., list[Put]]
) -> None:
    """A Retry-After of an hour ends the upload at once, and the error says how long to wait."""
    expose = "Access-Control-Expose-Headers: Retry-After"
    front(Reply(answer(429, b"busy", CORS, expose, "Retry-After: 3600")))
    outcome = await upload("https://b.example/k", serviceUrl=f"{double.url}front")
    assert outcome["error"]["retryAfterSeconds"] == 3600
    assert "waiting" not in phases(outcome)
