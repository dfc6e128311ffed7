"""`docker compose up`: the main job, for those with Docker."""

import hashlib
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local.bucket import Bucket, StoreError

from tests.support.service.transcript import TRANSCRIPT

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
START_SECONDS = 180
PORT = "18000"
SIGNER_PORT = "18001"
ENVIRONMENT = os.environ | {
    "UPLOAD_PORT": PORT,
    "UPLOAD_SIGNER_PORT": SIGNER_PORT,
    "COMPOSE_PROJECT_NAME": "upload-service-test",
}
SAY_KEYS = "import json; from compose import keys; print(json.dumps(keys.read()))"


def compose(*words: str) -> str:
    """What compose prints."""
    done = subprocess.run(
        ["docker", "compose", *words], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
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
    """What is to be pasted, once the signer answers: containers that are started again still say the old."""
    deadline = time.monotonic() + START_SECONDS
    while '"healthy"' not in compose("ps", "--format", "{{json .Health}}", "ready") or "compose run" not in (
        found := compose("logs", "--no-log-prefix", "ready")
    ):
        assert time.monotonic() < deadline, compose("logs", "ready")
        time.sleep(0.2)
    TRANSCRIPT.hear("compose", re.sub(r'http://storage[^"\s]*', "", found))
    return found


def bash(line: str) -> bytes:
    """Paste a line into a shell."""
    done = subprocess.run(["bash", "-euc", line], cwd=ROOT, capture_output=True, timeout=180, check=True)
    return done.stdout


def test_configuration_is_valid() -> None:
    """Compose has nothing to say against the file."""
    done = subprocess.run(["docker", "compose", "config", "-q"], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout + done.stderr == b""


def configured(*words: str) -> dict[str, Any]:
    """The services that compose would start with these words, by their name."""
    return dict(json.loads(compose(*words, "config", "--format", "json"))["services"])


def test_scan_is_a_profile_of_its_own() -> None:
    """Without the profile nothing of the scanner is there; with it one more service, in front of clamd."""
    usual, with_scan = configured(), configured("--profile", "scan")
    assert sorted(set(with_scan) - set(usual)) == ["clamd", "scanned"]
    assert not [name for name in usual["service"]["environment"] if name.startswith("UPLOAD_SCANNER")]
    assert {name: with_scan[name] for name in usual} == usual


def test_scanned_is_the_service_and_a_scanner() -> None:
    """The scanned service differs in scanner, port, page and spool; it waits for a clamd set up by us."""
    services = configured("--profile", "scan")
    plain, scanned, clamd = (services[name] for name in ("service", "scanned", "clamd"))
    differs = {name for name in plain.keys() | scanned.keys() if plain.get(name) != scanned.get(name)}
    assert differs == {"profiles", "environment", "ports", "volumes", "depends_on"}
    assert scanned["environment"]["UPLOAD_SCANNER"] == "clamd://clamd:3310"
    assert scanned["depends_on"]["clamd"]["condition"] == "service_healthy"
    assert {port["host_ip"] for port in scanned["ports"]} == {"127.0.0.1"}
    assert "ports" not in clamd
    targets = {volume["target"]: volume for volume in clamd["volumes"]}
    assert Path(targets["/etc/clamav/clamd.conf"]["source"]) == ROOT / "scripts/lib/compose/clamd.conf"


def test_printed_lines_work(said: str) -> None:
    """The printed curl lines, pasted as they are: stored, and read back with the same sum."""
    upload, look = re.findall(r"^  (curl .*)$", said, re.MULTILINE)
    answered = bash(upload)
    assert json.loads(answered)["success"] is True
    assert answered.endswith(b"\n")
    assert hashlib.sha256(bash(look)).digest() == hashlib.sha256(README.read_bytes()).digest()


def presigned(*words: str) -> str:
    """A URL as the signer's script prints it."""
    return compose("run", "--rm", "-T", "ready", "python", "-m", "compose.presign", *words).strip()


def test_a_printed_url_works(said: str) -> None:
    """A URL that is signed in a container works from this computer, and for the service in its network."""
    line = (
        f'curl -sS --form-string "uploadUrl={presigned("signed")}" -F "file=@LICENSE" '
        f"http://localhost:{PORT}/upload-with-presigned"
    )
    assert json.loads(bash(line))["file_size"] == (ROOT / "LICENSE").stat().st_size
    assert bash(f'curl -sS "{presigned("signed", "--method", "GET")}"') == (ROOT / "LICENSE").read_bytes()


def answered(url: str, origin: str, *options: str) -> tuple[int, str]:
    """The status of a request from a page of this origin, and which origin may read the answer."""
    line = ["curl", "-sS", "-o", "/dev/null", "-D", "-", "-H", f"Origin: {origin}", *options, url]
    head = subprocess.run(line, capture_output=True, text=True, timeout=180, check=True).stdout
    allowed = re.findall(r"(?i)^access-control-allow-origin: *(.*?)\r?$", head, re.MULTILINE)
    return int(head.split()[1]), ",".join(allowed)


def test_only_the_page_may_call(said: str) -> None:
    """Service, signer and store answer the page's two names, and no other page."""
    preflight = ("-X", "OPTIONS", "-H", "Access-Control-Request-Method: PUT")
    url = presigned("from-a-page")
    service = f"http://localhost:{PORT}/upload-with-presigned"
    signer = f"http://localhost:{SIGNER_PORT}/presign"
    for page in (f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}"):
        assert answered(url, page, *preflight) == (200, page)
        assert (
            answered(service, page, "-X", "OPTIONS", "-H", "Access-Control-Request-Method: POST")[1] == page
        )
        assert answered(signer, page, "-d", '{"name": "a"}') == (200, page)
    for other in ("http://evil.example", "http://localhost:3000", "null"):
        assert answered(url, other, *preflight) == (403, "")
        assert answered(url, other, "-T", "LICENSE")[1] == ""
        assert answered(service, other, "-X", "OPTIONS", "-H", "Access-Control-Request-Method: POST")[1] == ""
        assert answered(service, other, "-F", "file=@LICENSE")[1] == ""
        assert answered(signer, other, "-d", '{"name": "a"}') == (403, "")


def test_signer_begins_uploads_in_parts(said: str) -> None:
    """The signer reaches the store, and its keys suffice to begin, list and drop an upload in parts."""

    def act(action: str, **asked: object) -> dict[str, object]:
        body = json.dumps({"action": action, **asked})
        page, signer = f"Origin: http://localhost:{PORT}", f"http://localhost:{SIGNER_PORT}/presign"
        line = ["curl", "-sS", "-H", page, "-d", body, signer]
        done = subprocess.run(line, capture_output=True, text=True, timeout=180, check=True)
        return dict(json.loads(done.stdout))

    upload = act("create", name="film.mp4", size=100_000_000)["upload"]
    assert act("list", upload=upload) == {"parts": []}
    assert act("abort", upload=upload) == {}


def test_keys_are_of_this_computer_alone(said: str) -> None:
    """The keys stand nowhere in the repository, and allow nothing outside of the bucket."""
    access_key, secret_key = json.loads(
        compose("run", "--rm", "-T", "ready", "python", "-c", SAY_KEYS).strip()
    )
    assert len(access_key) == 20
    assert len(secret_key) == 40
    endpoint = "http://127.0.0.1:8333"
    assert Bucket(endpoint, "uploads", access_key, secret_key).keys()
    for name, pair in (
        ("uploads", ("local", "only-for-this-computer")),
        ("uploads", (access_key, "only-for-this-computer")),
        ("other", (access_key, secret_key)),
    ):
        with pytest.raises(StoreError, match="403"):
            Bucket(endpoint, name, *pair).put("key", b"bytes")


def test_what_to_paste_is_not_buried(said: str) -> None:
    """In front of a terminal, `up` prints no line of the store's log."""
    compose("stop")
    with subprocess.Popen(
        ["docker", "compose", "up"],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout
        lines: list[str] = []
        for line in running.stdout:
            lines.append(line)
            if "compose run" in line:
                break
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=180)
    assert "compose run" in lines[-1]
    assert not [line for line in lines if line.startswith("storage")]
    assert len(lines) < 40
    compose("up", "-d")
    ready()


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
    began = time.monotonic()
    compose("stop", "--timeout", "60", "ready")
    assert time.monotonic() - began < 30
    assert "exited (0)" in compose("ps", "--all", "--format", "{{.Status}}", "ready").lower()
    compose("start", "ready")
    ready()


def test_data_outlives_the_containers(said: str) -> None:
    """After down and up again the object is still there, and the same URL reads it."""
    look = re.findall(r"^  (curl .*)$", said, re.MULTILINE)[1]
    compose("down")
    compose("up", "-d")
    ready()
    assert bash(look) == README.read_bytes()
