"""The programs of docs/examples, as they are printed: what they store, and what they say."""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support.examples import running_examples
from tests.support.examples.running_examples import CONTENT, LARGE_BYTES, NO_SPOOL, Program
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

CURL = pytest.param(running_examples.curl(), marks=pytest.mark.curl, id="curl")
TELLING = [
    pytest.param(running_examples.python("python_aiohttp.py"), id="aiohttp"),
    pytest.param(running_examples.curl("--progress"), marks=pytest.mark.curl, id="curl --progress"),
]
PROGRAMS = [
    pytest.param(running_examples.python("python_requests.py"), id="requests"),
    pytest.param(running_examples.python("python_httpx.py"), id="httpx"),
    CURL,
    *TELLING,
]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file whose name means something to shells and to forms."""
    return running_examples.photo(tmp_path, 'a "b";c,$(d) 사진.png')


@pytest.fixture
def patient(double: StorageDouble) -> Iterator[Running]:
    """A service that lets storage stand still for a while, and keeps no copy that would run ahead of it."""
    with Running(UPLOAD_DESTINATIONS=double.url, **NO_SPOOL) as running:
        yield running


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_stores(
    service: Running, bucket: Bucket, presign: Callable[..., str], photo: Path, program: Program
) -> None:
    """The object is the file, with the type that the program was told; its name is answered as it is."""
    key = f"examples/{Path(program[-1]).name}"
    url = presign(key, content_type="image/png")
    done = running_examples.run(program, url, f"{service.url}/", str(photo), "image/png")
    assert done.returncode == 0, done.stderr
    assert re.search(r'a \\?"b\\?";c,\$\(d\) (사진|\\uc0ac\\uc9c4).png', done.stdout)
    assert bucket.get(key) == CONTENT
    head = bucket.head(key)
    assert head
    assert head.content_type == "image/png"


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_says_why_not(service: Running, photo: Path, program: Program) -> None:
    """A refusal: status 1, and on standard error the code, the sentence and the id that the log has too."""
    url = TRANSCRIPT.hide(f"https://elsewhere.example/photo-of-{len(program)}.png?{signed_queries.v4()}")
    done = running_examples.run(program, url, service.url, str(photo))
    assert done.returncode == 1
    assert "destination_not_allowed" in done.stderr
    assert "Use an allowed store" in done.stderr
    request_id = re.findall(r"[0-9a-f]{32}", done.stderr)
    assert service.upload_event(request_id[0])["code"] == "destination_not_allowed"


@pytest.mark.parametrize("program", [each for each in PROGRAMS if each is not CURL])
def test_program_without_answer(closed_port: int, photo: Path, program: Program) -> None:
    """Where nobody listens: status 1 and one line, no traceback."""
    done = running_examples.run(program, "https://b.example/k", f"http://127.0.0.1:{closed_port}", str(photo))
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_without_its_file(service: Running, presign: Callable[..., str], program: Program) -> None:
    """A file that is not there: status 1 and one line."""
    done = running_examples.run(program, presign("examples/no-file"), service.url, "/no/such/file.png")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_says_its_usage(photo: Path, program: Program) -> None:
    """Without the URL in the environment nothing is asked: status 2, and how to call it."""
    done = running_examples.run(program, "", "http://127.0.0.1:1", str(photo))
    assert done.returncode == 2
    assert "Usage: PRESIGNED_URL=... " in done.stderr


@pytest.mark.parametrize("program", TELLING)
def test_program_tells_of_attempts(
    service: Running, double: StorageDouble, double_url: Callable[[str], str], photo: Path, program: Program
) -> None:
    """What the service waits for, and its next attempt, are shown."""
    double.script("examples/attempts", Reply(answer(503, xml("SlowDown"))), Reply())
    done = running_examples.run(program, double_url("examples/attempts"), service.url, str(photo))
    assert done.returncode == 0, done.stderr
    assert re.search(r"another attempt in|waiting", done.stdout + done.stderr)
    assert re.search(r'attempt 2 begins|"attempt": 2', done.stdout + done.stderr)


@pytest.mark.parametrize("program", TELLING)
def test_program_tells_while_it_sends(
    patient: Running,
    double: StorageDouble,
    double_url: Callable[[str], str],
    tmp_path: Path,
    program: Program,
) -> None:
    """Counts are read before all is sent; meanwhile no list of processes has the URL; the object is whole."""
    gate = threading.Event()
    puts = double.script("examples/sending", Reply(gate=gate))
    with subprocess.Popen(
        [*program, patient.url, str(running_examples.large(tmp_path))],
        env=running_examples.environment(double_url("examples/sending")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout
        told = next(line for line in running.stdout if re.search(r"sent \d+ of|[1-9]\d*\.\d%", line))
        count, per_cent = re.search(r"sent (\d+)", told), re.search(r"([\d.]+)%", told)
        assert (count and int(count[1]) < LARGE_BYTES) or (per_cent and float(per_cent[1]) < 100)
        assert signed_queries.WORD not in _arguments(running.pid)
        gate.set()
        TRANSCRIPT.hear(program[-1], running.stdout.read())
    assert running.returncode == 0
    assert len(puts[0].body) == LARGE_BYTES


def _arguments(pid: int) -> str:
    """What a list of processes shows of one and of all that it started."""
    parent = psutil.Process(pid)
    family = [parent, *parent.children(recursive=True)]
    ended = psutil.STATUS_ZOMBIE
    return "\n".join(" ".join(process.cmdline()) for process in family if process.status() != ended)


@pytest.mark.curl
def test_curl_tries_again(double: StorageDouble, double_url: Callable[[str], str], photo: Path) -> None:
    """When something in front has no room, the whole form is sent again; only the last answer is printed."""
    busy = Reply(answer(503, b"busy", "Retry-After: 1"))
    asked = double.script("front/upload-with-presigned-retry", busy, Reply(answer(200, b'{"success": true}')))
    url = double_url("examples/again")
    done = running_examples.run(running_examples.curl(), url, f"{double.url}front", str(photo))
    assert (done.returncode, done.stdout) == (0, '{"success": true}\n'), done.stderr
    assert len(asked) == 2
    assert all(url.encode() in put.body and CONTENT in put.body for put in asked)
