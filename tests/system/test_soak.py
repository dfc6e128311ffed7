"""The soak in short: hundreds of uploads to a storage that misbehaves; and its judge, which finds fault."""

import hashlib
import json
from dataclasses import replace

import pytest
from devtools.service_process import Holdings
from soak import checks
from soak.checks import Heard
from soak.clients import Answer
from soak.misbehaving_storage import Put
from soak.misbehaviours import GOOD, WHIMS
from soak.run import soak

CONTENT = b"a file of the soak"
SUM = hashlib.sha256(CONTENT).hexdigest()
STORED = Put(GOOD, len(CONTENT), len(CONTENT), SUM, stored=True)
CUT = Put(GOOD, 5, 5, hashlib.sha256(CONTENT[:5]).hexdigest(), stored=True)
PADDED = Put(GOOD, 20, 20, hashlib.sha256(CONTENT + b"\0\0").hexdigest(), stored=True)
REFUSED = Put(next(whim for whim in WHIMS if whim.name == "403 late"), len(CONTENT), len(CONTENT), SUM)
IDLE = Holdings(rss_bytes=80_000_000, descriptors=7, connections=0)


def answer(status: int, kind: str = "application/problem+json", **members: object) -> Answer:
    """What a client hears."""
    return Answer(status, {"x-request-id": "u", "content-type": kind}, json.dumps(members).encode())


SUCCESS = answer(200, "application/json", success=True, file_size=len(CONTENT))
DENIED = answer(403, success=False, code="access_denied")
CRASHED = answer(500, success=False, code="internal_error")
UPLOAD = Heard("u", len(CONTENT), SUM, cut=False, answer=SUCCESS)


async def test_uploads_to_a_storage_that_misbehaves() -> None:
    """Everything stored is what was sent, every answer is true, and nothing is left over."""
    report = await soak(400, "short", clients=32, warm_up=200)
    assert report.violations == []
    assert len(report.heard) == 400
    assert len(report.held) == 2
    assert len({put.whim.name for puts in report.puts.values() for put in puts}) > 20


@pytest.mark.parametrize(
    ("heard", "puts"),
    [
        pytest.param(UPLOAD, [STORED], id="stored"),
        pytest.param(UPLOAD, [REFUSED, STORED], id="stored-at-the-second-try"),
        pytest.param(replace(UPLOAD, answer=DENIED), [REFUSED], id="refused"),
        pytest.param(replace(UPLOAD, answer=None, cut=True), [], id="left"),
    ],
)
def test_the_judge_finds_no_fault(heard: Heard, puts: list[Put]) -> None:
    """An upload that went as it should is no violation."""
    assert checks.judge(heard, puts) == []


@pytest.mark.parametrize(
    ("heard", "puts", "fault"),
    [
        pytest.param(UPLOAD, [CUT], "another object", id="cut"),
        pytest.param(UPLOAD, [PADDED], "another object", id="padded"),
        pytest.param(UPLOAD, [STORED, CUT], "another object", id="cut-at-the-second-try"),
        pytest.param(replace(UPLOAD, answer=None, cut=True), [STORED], "had left", id="client-left"),
        pytest.param(UPLOAD, [], "nothing is stored", id="nothing-stored"),
        pytest.param(UPLOAD, [REFUSED], "nothing is stored", id="refused-and-told-a-success"),
        pytest.param(replace(UPLOAD, answer=DENIED), [STORED], "said so", id="stored-and-told-a-failure"),
        pytest.param(replace(UPLOAD, answer=DENIED), [], "another failure", id="refused-by-nobody"),
        pytest.param(replace(UPLOAD, answer=CRASHED), [REFUSED], "no code that may be", id="crash"),
        pytest.param(replace(UPLOAD, answer="TimeoutError"), [], "no whole answer", id="no-answer"),
    ],
)
def test_the_judge_finds_fault(heard: Heard, puts: list[Put], fault: str) -> None:
    """An object or an answer that is wrong is a violation that names the upload."""
    first = checks.judge(heard, puts)[0]
    assert first.startswith("u: ")
    assert fault in first


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        (replace(IDLE, rss_bytes=115_000_000), "memory"),
        (replace(IDLE, descriptors=8), "descriptors"),
        (replace(IDLE, connections=1), "connections"),
    ],
)
def test_the_judge_finds_what_is_held(last: Holdings, fault: str) -> None:
    """What the service does not give back is a violation; what varies is none."""
    assert checks.judge_holdings(IDLE, replace(IDLE, rss_bytes=112_000_000)) == []
    assert checks.judge_holdings(IDLE, last)[0].startswith(fault)


def test_the_judge_reads_the_log() -> None:
    """A crash, a library's words and a signature in the log are violations, each kind told once."""
    crash, event = '{"event": "internal_error", "error": "KeyError"}', '{"event": "upload", "code": "ok"}'
    assert checks.judge_log([event]) == []
    assert len(checks.judge_log([event, crash, crash, "Traceback (most recent call last):"])) == 2
    assert "a signature" in checks.judge_log([event.replace("ok", "5ec2e7" * 10)])[0]
