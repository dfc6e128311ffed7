"""`docker compose up`: the main job, for those with Docker."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service.transcript import TRANSCRIPT

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
PORT = "18000"
SIGNER_PORT = "18001"


def compose(*words: str) -> str:
    """What compose prints."""
    ports = {"UPLOAD_PORT": PORT, "UPLOAD_SIGNER_PORT": SIGNER_PORT}
    environment = os.environ | ports | {"COMPOSE_PROJECT_NAME": "upload-service-test"}
    done = subprocess.run(
        ["docker", "compose", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def said() -> Iterator[str]:
    """The project is up; what its last container said."""
    compose("up", "-d", "--build")
    try:
        yield ready()
    finally:
        compose("down", "-v")


def ready() -> str:
    """What is to be pasted, once it is there."""
    deadline = time.monotonic() + 30
    while "compose run" not in (found := compose("logs", "--no-log-prefix", "ready")):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    TRANSCRIPT.hear("compose", re.sub(r'http://storage[^"\s]*', "", found))
    return found


def bash(line: str) -> bytes:
    """Paste a line into a shell."""
    done = subprocess.run(["bash", "-euc", line], cwd=ROOT, capture_output=True, timeout=60, check=True)
    return done.stdout


def test_configuration_is_valid() -> None:
    """Compose has nothing to say against the file."""
    done = subprocess.run(["docker", "compose", "config", "-q"], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout + done.stderr == b""


def test_printed_lines_work(said: str) -> None:
    """The printed curl lines, pasted as they are: stored, and read back with the same sum."""
    upload, look = re.findall(r"^  (curl .*)$", said, re.MULTILINE)
    answered = bash(upload)
    assert json.loads(answered)["success"] is True
    assert answered.endswith(b"\n")
    assert hashlib.sha256(bash(look)).digest() == hashlib.sha256(README.read_bytes()).digest()


@pytest.mark.parametrize("where", ["here", "in a container"])
def test_a_url_works_wherever_it_was_signed(said: str, where: str) -> None:
    """A URL that is signed on this computer works for the service in its network, and the other way round."""
    script = ["scripts/lib/compose/presign.py", f"signed-{where.replace(' ', '-')}"]
    if where == "here":
        done = subprocess.run([sys.executable, *script], cwd=ROOT, capture_output=True, text=True, check=True)
        url = done.stdout.strip()
    else:
        url = compose("run", "--rm", "-T", "ready", "python", "/compose/presign.py", script[1]).strip()
    line = f'curl -sS --form-string "uploadUrl={url}" -F "file=@LICENSE" http://localhost:{PORT}/upload-with-presigned'
    assert json.loads(bash(line))["file_size"] == (ROOT / "LICENSE").stat().st_size


def test_page_gets_urls_and_uploads(said: str) -> None:
    """The page knows its signer, which signs for it alone; what was sent to that URL can be looked at."""
    assert f"Drop files at http://localhost:{PORT}" in said
    page = bash(f"curl -sS -H 'Accept: text/html' http://localhost:{PORT}/").decode()
    signer = page.partition('data-signer="')[2].partition('"')[0]
    assert signer == f"http://localhost:{SIGNER_PORT}/presign"
    ask = f"curl -sS {signer} -H 'Content-Type: application/json' -d '{{\"name\": \"my file.txt\"}}'"
    assert "uploadUrl" not in json.loads(bash(ask))
    given = json.loads(bash(f"{ask} -H 'Origin: http://localhost:{PORT}'"))
    upload = f'curl -sS --form-string "uploadUrl={given["uploadUrl"]}" -F "file=@LICENSE"'
    assert (
        json.loads(bash(f"{upload} http://localhost:{PORT}/upload-with-presigned-retry"))["success"] is True
    )
    assert bash(f'curl -sS "{given["viewUrl"]}"') == (ROOT / "LICENSE").read_bytes()


def test_signer_is_healthy_and_stops_at_once(said: str) -> None:
    """The signer is healthy, and a SIGTERM ends it with status 0 long before it would be killed."""
    deadline = time.monotonic() + 30
    while '"healthy"' not in compose("ps", "--format", "{{json .Health}}", "ready"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    began = time.monotonic()
    compose("stop", "--timeout", "60", "ready")
    assert time.monotonic() - began < 30
    assert "exited (0)" in compose("ps", "--all", "--format", "{{.Status}}", "ready").lower()
    compose("start", "ready")


def test_data_outlives_the_containers(said: str) -> None:
    """After down and up again the object is still there, and the same URL reads it."""
    look = re.findall(r"^  (curl .*)$", said, re.MULTILINE)[1]
    compose("down")
    compose("up", "-d")
    ready()
    assert bash(look) == README.read_bytes()
