"""A short soak: hundreds of uploads to a storage that misbehaves. And its checks, which find each fault."""

import hashlib
import json
from dataclasses import replace

import pytest
from devtools.service_process import Resources
from soak import checks
from soak.checks import UploadResult
from soak.client import Response
from soak.misbehaving_storage import Put
from soak.misbehaviours import GOOD, MISBEHAVIOURS
from soak.run import run_soak

CONTENT = b"a file of the soak"
SUM = hashlib.sha256(CONTENT).hexdigest()
STORED = Put(GOOD, len(CONTENT), len(CONTENT), SUM, stored=True)
CUT = Put(GOOD, 5, 5, hashlib.sha256(CONTENT[:5]).hexdigest(), stored=True)
PADDED = Put(GOOD, 20, 20, hashlib.sha256(CONTENT + b"\0\0").hexdigest(), stored=True)
REFUSED = Put(
    next(each for each in MISBEHAVIOURS if each.name == "403 late"), len(CONTENT), len(CONTENT), SUM
)
IDLE = Resources(rss_bytes=80_000_000, descriptors=7, connections=0)


def response(status: int, kind: str = "application/problem+json", **members: object) -> Response:
    """What a client gets."""
    return Response(status, {"x-request-id": "u", "content-type": kind}, json.dumps(members).encode())


SUCCESS = response(200, "application/json", success=True, file_size=len(CONTENT))
DENIED = response(403, success=False, code="access_denied")
CRASHED = response(500, success=False, code="internal_error")
UPLOAD = UploadResult("u", len(CONTENT), SUM, cut=False, response=SUCCESS)


async def test_uploads_to_a_storage_that_misbehaves() -> None:
    """Everything stored is what was sent, every answer is true, and nothing is left over."""
    report = await run_soak(400, "short", clients=32, warm_up=200)
    assert report.violations == []
    assert len(report.results) == 400
    assert len(report.resources) == 2
    assert len({put.misbehaviour.name for puts in report.puts.values() for put in puts}) > 20


@pytest.mark.parametrize(
    ("result", "puts"),
    [
        pytest.param(UPLOAD, [STORED], id="stored"),
        pytest.param(UPLOAD, [REFUSED, STORED], id="stored-at-the-second-try"),
        pytest.param(replace(UPLOAD, response=DENIED), [REFUSED], id="refused"),
        pytest.param(replace(UPLOAD, response=None, cut=True), [], id="left"),
    ],
)
def test_upload_without_fault(result: UploadResult, puts: list[Put]) -> None:
    """An upload that went as it should is no violation."""
    assert checks.check_upload(result, puts) == []


@pytest.mark.parametrize(
    ("result", "puts", "fault"),
    [
        pytest.param(UPLOAD, [CUT], "another object", id="cut"),
        pytest.param(UPLOAD, [PADDED], "another object", id="padded"),
        pytest.param(UPLOAD, [STORED, CUT], "another object", id="cut-at-the-second-try"),
        pytest.param(replace(UPLOAD, response=None, cut=True), [STORED], "had left", id="client-left"),
        pytest.param(UPLOAD, [], "nothing is stored", id="nothing-stored"),
        pytest.param(UPLOAD, [REFUSED], "nothing is stored", id="refused-and-told-a-success"),
        pytest.param(replace(UPLOAD, response=DENIED), [STORED], "said so", id="stored-and-told-a-failure"),
        pytest.param(replace(UPLOAD, response=DENIED), [], "another failure", id="refused-by-nobody"),
        pytest.param(replace(UPLOAD, response=CRASHED), [REFUSED], "must not occur", id="crash"),
        pytest.param(replace(UPLOAD, response="TimeoutError"), [], "no whole response", id="no-response"),
    ],
)
def test_upload_with_fault(result: UploadResult, puts: list[Put], fault: str) -> None:
    """An object or an answer that is wrong is a violation that names the upload."""
    first = checks.check_upload(result, puts)[0]
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
def test_resources_that_are_not_given_back(last: Resources, fault: str) -> None:
    """What the service does not give back is a violation; what varies is none."""
    assert checks.check_resources(IDLE, replace(IDLE, rss_bytes=112_000_000)) == []
    assert checks.check_resources(IDLE, last)[0].startswith(fault)


def test_log_lines_that_must_not_occur() -> None:
    """A crash, a library's words and a signature in the log are violations, each kind told once."""
    crash, event = '{"event": "internal_error", "error": "KeyError"}', '{"event": "upload", "code": "ok"}'
    assert checks.check_log([event]) == []
    assert len(checks.check_log([event, crash, crash, "Traceback (most recent call last):"])) == 2
    assert "a signature" in checks.check_log([event.replace("ok", "5ec2e7" * 10)])[0]
