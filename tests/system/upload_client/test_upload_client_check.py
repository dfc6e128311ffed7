"""The TypeScript client asks the service before it sends a large file, and hears of a refusal at once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support.examples.running_examples import LARGE_BYTES, until
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer
from tests.system.upload_client.calls import CORS, STORED, Upload, content, phases
from upload_service.errors.upload_error import CATALOGUE

# As the browser's, which all of them share.
pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED_ABOVE = 4_000_000
EXPIRED = signed_queries.v4(date="20200101T000000Z")
ALL_RIGHT = Reply(answer(200, b'{"ok": true, "message": "m", "request_id": "r"}', CORS))
URL = "https://b.example/k"

# Lets the double play the service: what it answers to the check, and to the upload.
Front = Callable[[list[Reply], list[Reply]], tuple[list[Put], list[Put]]]


def problem(code: str, *headers: str) -> Reply:
    """The service's refusal with this code."""
    entry = CATALOGUE[code]
    members = {"success": False, "stored": False, "code": code, "detail": "d", "fault": entry.fault}
    body = json.dumps(members | {"retryable": entry.retryable}).encode()
    return Reply(answer(entry.status, body, CORS, *headers))


def posts(asked: list[Put]) -> list[Put]:
    """The requests without the preflights."""
    return [put for put in asked if put.head.startswith(b"POST")]


@pytest.fixture
def both(front: Callable[..., list[Put]]) -> Front:
    """Script the double's /check and its upload endpoint."""

    def script(checks: list[Reply], uploads: list[Reply]) -> tuple[list[Put], list[Put]]:
        return front(*checks, path="check"), front(*uploads)

    return script


async def test_refusal_is_heard_before_a_byte_is_sent(
    upload: Upload, guarded: Running, double: StorageDouble
) -> None:
    """A large file with an expired URL fails as the upload would, and nothing of it is sent."""
    url = TRANSCRIPT.hide(f"{double.url}client/expired?{EXPIRED}")
    outcome = await upload(url, bytes=LARGE_BYTES)
    error = outcome["error"]
    assert outcome["known"]
    assert (error["name"], error["code"], error["status"]) == ("UploadFailure", "url_expired", 403)
    assert (error["fault"], error["retryable"], error["mayBeStored"]) == ("client", False, False)
    assert error["detail"].endswith(CATALOGUE["url_expired"].cure)
    assert outcome["told"] == []
    assert guarded.upload_event(error["requestId"])["event"] == "check"


async def test_expired_url_is_replaced(
    upload: Upload, double: StorageDouble, bucket: Bucket, presign: Callable[..., str]
) -> None:
    """Where a function gives another URL, that is asked about, and then used."""
    expired = TRANSCRIPT.hide(f"{double.url}client/expired?{EXPIRED}")
    outcome = await upload([expired, presign("client/check-fresh")], bytes=ASKED_ABOVE + 1)
    assert outcome["stored"]["success"] is True, outcome
    assert (outcome["asked"], phases(outcome)[:2]) == (2, ["waiting", "sending"])
    assert bucket.get("client/check-fresh") == content(ASKED_ABOVE + 1)


async def test_token_is_asked_for(upload: Upload, presign: Callable[..., str]) -> None:
    """Without its token a large file is refused before it is sent."""
    outcome = await upload(presign("client/no-token"), token=None, bytes=ASKED_ABOVE + 1)
    assert (outcome["error"]["code"], outcome["error"]["status"]) == ("unauthorized", 401)
    assert outcome["told"] == []


@pytest.mark.parametrize("more", [0, 1])
async def test_only_a_large_file_is_asked_about(
    upload: Upload, double: StorageDouble, both: Front, more: int
) -> None:
    """Up to 4,000,000 bytes a file is sent at once; a larger one is asked about, without the file."""
    checks, uploads = both([ALL_RIGHT], [STORED])
    outcome = await upload(
        URL, serviceUrl=f"{double.url}front", bytes=ASKED_ABOVE + more, headers={"x-amz-meta-a": "b"},
        contentType="text/x-odd", urlAfterFile=True,
    )  # fmt: skip
    assert outcome["stored"] == {"success": True}
    assert (len(posts(checks)), len(posts(uploads))) == (more, 1)
    for asked in posts(checks):
        names = [part.partition('"')[0] for part in asked.body.decode().split('name="')[1:]]
        assert sorted(names) == ["contentType", "header:x-amz-meta-a", "size", "uploadUrl"]


@pytest.mark.parametrize("most", [0, 1])
async def test_refusal_that_passes_counts_as_a_try(
    upload: Upload, double: StorageDouble, both: Front, most: int
) -> None:
    """A service that is too busy for the question is asked again, as often as the upload may be tried."""
    checks, uploads = both([problem("too_busy", "Retry-After: 0"), ALL_RIGHT], [STORED])
    outcome = await upload(URL, serviceUrl=f"{double.url}front", bytes=ASKED_ABOVE + 1, maxRetries=most)
    if most:
        assert outcome["stored"] == {"success": True}
        assert [event["code"] for event in outcome["told"] if event["phase"] == "waiting"] == ["too_busy"]
    else:
        assert (outcome["error"]["code"], outcome["error"]["retryable"]) == ("too_busy", True)
    assert (len(posts(checks)), len(posts(uploads))) == (1 + most, most)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(problem("not_found"), id="404 of a service without it"),
        pytest.param(problem("method_not_allowed"), id="405"),
        pytest.param(Reply(answer(403, b"<h1>No</h1>", CORS)), id="foreign text"),
        pytest.param(Reply(answer(502, b'{"code": "X", "message": "no"}', CORS)), id="foreign JSON"),
        pytest.param(Reply(answer(200, b"<h1>Hello</h1>", CORS)), id="foreign page"),
        pytest.param(Reply(b"", then="close"), id="no answer"),
    ],
)
async def test_whatever_else_answers(
    upload: Upload, double: StorageDouble, both: Front, reply: Reply
) -> None:
    """Where the service itself does not refuse, the file is sent, and no try is lost."""
    checks, uploads = both([reply], [STORED])
    outcome = await upload(URL, serviceUrl=f"{double.url}front", bytes=ASKED_ABOVE + 1, maxRetries=0)
    assert outcome["stored"] == {"success": True}, outcome
    assert posts(checks)
    assert len(posts(uploads)) == 1


async def test_abort_while_it_asks(begin: Callable[..., Any], double: StorageDouble, both: Front) -> None:
    """The signal ends the question, and nothing is sent."""
    checks, uploads = both([Reply(b"", then="hang")], [STORED])
    async with begin(URL, serviceUrl=f"{double.url}front", bytes=ASKED_ABOVE + 1) as call:
        await until(lambda: any(len(put.body) == put.length for put in posts(checks)))
        await call.abort()
        outcome = await call.outcome()
    assert (outcome["error"]["name"], outcome["known"]) == ("AbortError", False)
    assert (uploads, outcome["told"]) == ([], [])
