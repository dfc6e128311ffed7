"""The chaos run for 20 seconds: everything misbehaves at once. And its checks, which find each fault."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest
from devtools import PYTHONPATH
from devtools.service_process import Resources
from soak.chaos import checks
from soak.chaos.checks import Upload
from soak.chaos.files import REAL, content_of, old_content_of
from soak.chaos.line import Told
from soak.checks import check_log
from soak.client import Response
from soak.misbehaving_storage import Put
from soak.misbehaviours import GOOD

ROOT = Path(__file__).parents[2]
KEY = f"chaos-test-1-{REAL}"
CONTENT = content_of(KEY)
SUM = hashlib.sha256(CONTENT).hexdigest()
STORED = Put(GOOD, len(CONTENT), len(CONTENT), SUM, stored=True)
REFUSED = Put(GOOD, len(CONTENT))
IDLE = Resources(rss_bytes=80_000_000, descriptors=7, connections=0, threads=12)


def answer(status: int, kind: str = "application/problem+json", **members: object) -> Response:
    """What a caller gets."""
    return Response(status, {"content-type": kind}, json.dumps(members).encode())


OK = answer(200, "application/json", success=True, stored=True, file_size=len(CONTENT))
DENIED = answer(403, success=False, code="access_denied", stored=False)
UPLOAD = Upload(KEY, len(CONTENT), SUM, Told("behaves", whole=True, answer=OK), stopped=False)


def told(response: Response | str | None, how: str = "behaves", *, whole: bool = True) -> Upload:
    """The same upload, of which the caller was told this."""
    return replace(UPLOAD, told=Told(how, whole=whole, answer=response))


@pytest.mark.unshare
def test_everything_misbehaves_at_once() -> None:
    """What must hold holds, the service ends in time at each signal, and gives everything back."""
    command = [sys.executable, "-P", "-m", "soak", "--chaos", "--seconds", "20", "--seed", "short"]
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": PYTHONPATH}, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-6000:]
    assert ran.stdout.endswith("violations: 0\n")
    assert "name server and disk: they fail at times" in ran.stdout
    assert "Traceback" not in ran.stderr
    assert int(ran.stdout.partition(" uploads,")[0].rpartition(" ")[2]) > 100
    assert "SIGKILL" in ran.stdout
    # Which of them come in 20 seconds depends on the machine; that many do shows that they do at all.
    assert len(ways(ran.stdout, "callers:")) >= 8
    assert len(ways(ran.stdout, "PUTs:")) >= 10


def ways(said: str, heading: str) -> list[str]:
    """The lines below this heading."""
    below = said.partition(f"{heading}\n")[2].splitlines()
    return list(takewhile(lambda line: line.startswith("  "), below))


@pytest.mark.parametrize(
    ("upload", "puts"),
    [
        pytest.param(UPLOAD, [STORED], id="stored"),
        pytest.param(UPLOAD, [REFUSED, STORED], id="stored-at-the-second-try"),
        pytest.param(told(DENIED), [REFUSED], id="refused"),
        pytest.param(told(None, "leaves", whole=False), [], id="left"),
        pytest.param(replace(told("EOFError"), stopped=True), [], id="stopped"),
        pytest.param(UPLOAD, [replace(REFUSED, crossed=True)], id="crossed"),
    ],
)
def test_upload_without_fault(upload: Upload, puts: list[Put]) -> None:
    """An upload that went as it may is no violation."""
    assert checks.check_upload(upload, puts, None) == []


@pytest.mark.parametrize(
    ("upload", "puts", "event", "fault"),
    [
        pytest.param(UPLOAD, [replace(STORED, foreign=True)], None, "not the file's", id="foreign-byte"),
        pytest.param(UPLOAD, [STORED, replace(STORED, length=5)], None, "another object", id="cut"),
        pytest.param(
            told(None, "leaves", whole=False), [STORED], None, "though the form had not", id="caller-left"
        ),
        pytest.param(
            told(DENIED), [replace(REFUSED, cut_in_order=True)], None, "in order in mid-body", id="old-object"
        ),
        pytest.param(UPLOAD, [REFUSED], None, "nothing is stored", id="told-a-success"),
        pytest.param(told(DENIED), [STORED], None, "not to be stored, and it is", id="told-not-stored"),
        pytest.param(
            told(None, "leaves before the answer"), [STORED], {"stored": False}, "not to be", id="logged"
        ),
        pytest.param(
            told(None, "leaves before the answer"), [REFUSED], {"stored": True}, "and it is not", id="logged"
        ),
        pytest.param(told("EOFError"), [REFUSED], None, "no whole response", id="no-answer"),
        pytest.param(
            told(answer(500, code="internal_error")), [REFUSED], None, "must not occur", id="crash"
        ),
        pytest.param(told(answer(403, code="brand_new")), [REFUSED], None, "must not occur", id="unknown"),
        pytest.param(told(answer(400, code="access_denied")), [REFUSED], None, "has status 400", id="status"),
        pytest.param(
            told(answer(403, code="access_denied", detail="5EC2E7" * 5)), [REFUSED], None, "the signature",
            id="secret",
        ),
    ],
)  # fmt: skip
def test_upload_with_fault(
    upload: Upload, puts: list[Put], event: dict[str, object] | None, fault: str
) -> None:
    """An object, an answer or a log line that is wrong is a violation that names the upload."""
    first = checks.check_upload(upload, puts, event)[0]
    assert first.startswith(f"{KEY}: ")
    assert fault in first


def test_objects_of_the_real_store() -> None:
    """At a key is the new object, or the old one, or none; and what was told fits."""
    had_old = replace(told(DENIED), has_old=True)
    assert checks.check_real(UPLOAD, CONTENT, {"stored": True}) == []
    assert checks.check_real(told(DENIED), None, None) == []
    assert checks.check_real(had_old, old_content_of(KEY), None) == []
    assert "of neither object" in checks.check_real(had_old, None, None)[0]
    assert "of neither object" in checks.check_real(had_old, CONTENT[:-1], None)[0]
    assert "of neither object" in checks.check_real(told(DENIED), CONTENT + b"\0", None)[0]
    assert "nothing is stored" in checks.check_real(UPLOAD, None, None)[0]
    assert "and it is" in checks.check_real(told(DENIED), CONTENT, None)[0]


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        (replace(IDLE, rss_bytes=115_000_000), "memory"),
        (replace(IDLE, descriptors=14), "descriptors"),
        (replace(IDLE, threads=53), "threads"),
        (replace(IDLE, connections=1), "1 connections"),
    ],
)
def test_resources_that_are_not_given_back(last: Resources, fault: str) -> None:
    """What the service does not give back is a violation; what varies is none."""
    assert checks.check_resources(IDLE, replace(IDLE, rss_bytes=112_000_000)) == []
    assert checks.check_resources(IDLE, last)[0].startswith(fault)


def test_gauges_at_rest() -> None:
    """What runs, is kept or is open at rest is a violation; a counter is none; no gauge at all is one."""
    rest = (
        "upload_service_uploads_running 0.0\n"
        'upload_service_spool_used_bytes{where="memory"} 0.0\n'
        "upload_service_storage_connections 0.0\n"
        "upload_service_storage_connections_made_total 7.0\n"
    )
    assert checks.check_gauges(rest) == []
    assert len(checks.check_gauges(rest.replace('memory"} 0.0', 'memory"} 5.0'))) == 1
    assert len(checks.check_gauges(rest.replace("running 0", "running 2"))) == 1
    assert len(checks.check_gauges("")) == 1


def test_log_lines_that_must_not_occur() -> None:
    """A crash, a library's words and a signature in the log are violations, each kind told once."""
    crash, event = '{"event": "internal_error", "error": "KeyError"}', '{"event": "upload", "code": "ok"}'
    assert check_log([event, '{"event": "bad_request_head"}'], checks.BAD_EVENTS) == []
    assert len(check_log([event, crash, crash, "Traceback (most recent call last):"], checks.BAD_EVENTS)) == 2
    assert "a signature" in check_log([event.replace("ok", "5EC2E7" * 10)])[0]
