"""The image itself: what is in it, who it runs as, and how it stops."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from devtools.signed_queries import v4

from tests.support.client.raw_http import PLAIN, Connection, field, file, form, post
from tests.support.service.container_service import IMAGE, Contained
from tests.support.storage.storage_double import ETAG, Reply, StorageDouble, answer

BASE = "python:3.13-slim-trixie"
MOST_MB_ABOVE_BASE = 45
CONTENT = bytes(range(256)) * 4096  # 1 MiB


def docker(*words: str) -> str:
    """What the command prints."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def inside(*words: str) -> str:
    """What a command prints in the image, run as users run it."""
    return docker("run", "--rm", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", IMAGE, *words)


@pytest.fixture
def contained(double: StorageDouble) -> Iterator[Contained]:
    """The image in a container, allowed to PUT to the double."""
    with Contained(UPLOAD_DESTINATIONS=double.url) as running:
        yield running


def test_size_above_its_base() -> None:
    """All that is added, the Web Adapter included, is small."""
    sizes = [int(docker("image", "inspect", "-f", "{{.Size}}", name)) for name in (IMAGE, BASE)]
    assert sizes[0] - sizes[1] < MOST_MB_ABOVE_BASE * 1_000_000


def test_configuration() -> None:
    """Nobody's user, the command in exec form, a health check, the adapter's variables, labels."""
    config = json.loads(docker("image", "inspect", "-f", "{{json .Config}}", IMAGE))
    environment = dict(entry.split("=", 1) for entry in config["Env"])
    assert config["User"] == "10001:10001"
    assert config["Cmd"] == ["python", "-m", "upload_service"]
    assert not config.get("Entrypoint")
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert environment["AWS_LWA_PORT"] == environment["PORT"] == "8000"
    assert environment["AWS_LWA_READINESS_CHECK_PATH"] == "/healthz"
    assert config["Labels"]["org.opencontainers.image.title"] == "upload-service"


def test_content() -> None:
    """The adapter is where Lambda looks; no tests, no build tools; all bytecode is there."""
    assert inside("ls", "/opt/extensions") == "lambda-adapter"
    packages = inside("ls", "/opt/upload-service/lib/python3.13/site-packages").split()
    assert not {"pip", "setuptools", "pytest", "botocore"} & set(packages)
    assert inside("ls", "/opt/upload-service/app") == "upload_service"
    script = (
        "import glob; p = '/opt/upload-service/**/*.py'; n = glob.glob(p, recursive=True); "
        "print(len(n) - len(glob.glob(p + 'c', recursive=True)))"
    )
    assert inside("python", "-c", script) == "0"


def test_start_compiles_nothing() -> None:
    """All modules that a start loads have their bytecode there, with traces or without."""
    script = (
        "import encodings.idna, os, requests, sys, upload_service.command; "
        "import upload_service.telemetry.otlp_traces; "
        "specs = [getattr(each, '__spec__', None) for each in sys.modules.values()]; "
        "cached = [each.cached for each in specs if each and each.cached]; "
        "print(*(each for each in cached if not os.path.exists(each)))"
    )
    assert inside("python", "-c", script) == ""


def test_rights(contained: Contained) -> None:
    """In a container without capabilities and with a root that cannot be written to, it runs as nobody."""
    status = docker("exec", contained.name, "cat", "/proc/1/status")
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert lines["Name"].startswith("python")
    assert lines["Uid"].split() == ["10001"] * 4
    assert int(lines["CapEff"], 16) == 0
    with pytest.raises(subprocess.CalledProcessError):
        docker("exec", contained.name, "touch", "/opt/upload-service/app/x")


def test_one_process(contained: Contained) -> None:
    """The service is the container's only process, so signals reach it."""
    tree = docker("top", contained.name, "-o", "pid,args").splitlines()[1:]
    assert [line.split(None, 1)[1] for line in tree] == ["python -m upload_service"]


def test_health_check(contained: Contained) -> None:
    """The image's own health check finds a running service healthy, and one on a wrong port not."""
    test = json.loads(docker("image", "inspect", "-f", "{{json .Config.Healthcheck.Test}}", IMAGE))[1:]
    docker("exec", "-e", f"PORT={contained.port}", contained.name, *test)
    with pytest.raises(subprocess.CalledProcessError):
        docker("exec", "-e", "PORT=1", contained.name, *test)


def test_spool_in_memory_is_said(double: StorageDouble, contained: Contained) -> None:
    """Without a volume for files that wait, on a temporary file system, the start says so."""
    contained.wait_for(lambda event: event["event"] == "spool_in_memory")


def test_stop_finishes_what_runs(contained: Contained, double: StorageDouble) -> None:
    """SIGTERM in the middle of an upload: it is finished, and the container ends with status 0."""
    puts = double.script("stop")
    body = form(field("uploadUrl", f"{double.url}stop?{v4()}"), file(CONTENT))
    with Connection(contained.port) as connection:
        connection.begin(PLAIN, len(body))
        connection.send(body[: len(body) // 2])
        stopping = subprocess.Popen(["docker", "stop", "-t", "30", contained.name], stdout=subprocess.DEVNULL)
        contained.wait_for(lambda event: event["event"] == "stopping")
        connection.send(body[len(body) // 2 :])
        assert connection.answer().status == 200
    assert stopping.wait(30) == 0
    assert contained.process.wait(30) == 0
    assert bytes(puts[0].body) == CONTENT


def test_replacing_one_after_the_other_loses_nothing(double: StorageDouble) -> None:
    """Two replicas are replaced in turn under load; a client that tries once more loses no upload."""
    double.script("rolling", Reply(answer(200, b"", ETAG), pause=0.01))
    body = form(field("uploadUrl", f"{double.url}rolling?{v4()}"), file(CONTENT[:200_000]))
    done, stop = [], threading.Event()
    with ExitStack() as held:
        replicas = [held.enter_context(Contained(UPLOAD_DESTINATIONS=double.url)) for _ in range(2)]

        def ask(first: int) -> int:
            return post(replicas[first].port, PLAIN, body).status

        def upload(first: int) -> bool:
            for attempt in range(2):
                try:
                    if ask((first + attempt) % 2) == 200:
                        return True
                except OSError:
                    pass
            return False

        def load(turn: int) -> None:
            while not stop.is_set():
                done.append(upload(turn % 2))
                turn += 1

        with ThreadPoolExecutor(8) as pool:
            for turn in range(8):
                pool.submit(load, turn)
            for index in range(2):
                time.sleep(1)
                old, replicas[index] = (
                    replicas[index],
                    held.enter_context(Contained(UPLOAD_DESTINATIONS=double.url)),
                )
                docker("stop", "-t", "30", old.name)
            time.sleep(1)
            stop.set()
    assert len(done) > 100
    assert all(done)
