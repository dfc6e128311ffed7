"""`/metrics`: its formats, who may read it, and its own port."""

import re
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.support.client.raw_http import PLAIN, Connection, ask, field, file, form, post
from tests.support.service.metrics_scrape import ON, scrape, scrape_until
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture(scope="module")
def counted() -> Iterator[Running]:
    """A service that serves metrics on its own port."""
    with Running(**ON) as running:
        yield running


@pytest.fixture
def key(double: StorageDouble) -> str:
    """A new key at the double, which stores what comes."""
    name = f"metrics/{uuid.uuid4().hex}"
    double.script(name)
    return name


@pytest.mark.promtool
def test_text_is_as_prometheus_likes_it(counted: Running) -> None:
    """`promtool check metrics`, which knows the conventions of names and texts, has nothing to say."""
    text = scrape(counted.port).text
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_openmetrics_is_spoken(counted: Running) -> None:
    """A reader that prefers OpenMetrics gets it, any other the text format."""
    asked = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"}
    answered = ask(counted.port, "GET", "/metrics", asked)
    assert answered.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answered.body.endswith(b"# EOF\n")
    plain = ask(counted.port, "GET", "/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=")


@pytest.mark.parametrize("version", ["latest", "1e9", "1.0.0x", "99999999999999999999999.0.0"])
def test_odd_versions_get_the_text(counted: Running, version: str) -> None:
    """A format that is asked for in a version of no sense is no fault of the service."""
    for kind in ("text/plain", "application/openmetrics-text"):
        answer = ask(counted.port, "GET", "/metrics", {"Accept": f"{kind}; version={version}"})
        assert answer.status == 200
        assert b"upload_service_uploads_total" in answer.body


def test_no_page_reads_metrics(counted: Running) -> None:
    """No page of another origin can read them through its visitor, whatever origins may upload."""
    answer = ask(counted.port, "GET", "/metrics", {"Origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_own_port_is_no_worse_guarded() -> None:
    """A broken head is refused there in our own words, too, and without its bytes."""
    with Running(UPLOAD_METRICS_PORT="0", **ON) as running:
        port = running.wait_for(lambda event: event["event"] == "listening")["metrics_port"]
        with Connection(port) as connection:
            connection.send(b"GET /metrics HTTP/1.1\r\nbad header X-Amz-Signature=canary\r\n\r\n")
            answer = connection.answer()
    assert (answer.status, answer.json["code"]) == (400, "bad_request")
    assert b"canary" not in answer.body
    assert answer.headers.get("server", "upload-service") == "upload-service"


@pytest.mark.parametrize(
    "lines",
    [
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 1\r\n\r\nx",
        "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
)
def test_own_port_answers_nothing_behind_a_body(lines: str) -> None:
    """Behind a request with a body or an upgrade no other one is answered there."""
    with Running(UPLOAD_METRICS_PORT="0", **ON) as running:
        port = running.wait_for(lambda event: event["event"] == "listening")["metrics_port"]
        get = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
        with Connection(port) as connection:
            connection.send(f"{get}{lines}{get}\r\n".encode())
            assert connection.answer().status == 200
            with pytest.raises(ConnectionError):
                connection.answer()


def test_own_port_drops_who_reads_nothing() -> None:
    """A client that asks there again and again, and reads no answer, is dropped."""
    get = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Running(UPLOAD_METRICS_PORT="0", UPLOAD_STALL_SECONDS="1", **ON) as running:
        port = running.wait_for(lambda event: event["event"] == "listening")["metrics_port"]
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.settimeout(60)
            line.connect(("127.0.0.1", port))
            with pytest.raises(ConnectionError):
                _send_without_end(line, get)


def _send_without_end(line: socket.socket, data: bytes) -> None:
    """Raises ConnectionError once the other side has hung up, TimeoutError if it does not."""
    while True:
        line.sendall(data)


def test_off_there_is_nothing(service: Running) -> None:
    """Without the setting /metrics is a path like any other that does not exist."""
    answered = ask(service.port, "GET", "/metrics")
    assert (answered.status, answered.json["code"]) == (404, "not_found")


def test_own_port(double: StorageDouble, double_url: Callable[[str], str], key: str) -> None:
    """On a port of their own, metrics are there alone, nothing else is, and the service's port has none."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_METRICS_PORT="0", **ON) as running:
        port = running.log[-1]["metrics_port"]
        assert post(running.port, PLAIN, form(field("uploadUrl", double_url(key)), file(b"1"))).status == 200
        found = scrape(port)
        assert found.get("upload_service_uploads_total", code="ok") == 1
        assert ask(running.port, "GET", "/metrics").status == 404
        for method, path in (("GET", "/"), ("GET", PLAIN), ("POST", "/metrics"), ("GET", "/metrics/x")):
            refused = ask(port, method, path)
            assert (refused.status, refused.headers["server"]) == (404, "upload-service")
        assert ask(port, "HEAD", "/metrics").status == 200
        assert running.stop() == 0


@pytest.mark.parametrize("own", [False, True], ids=["same-port", "own-port"])
def test_metrics_while_stopping(
    double: StorageDouble, double_url: Callable[[str], str], *, own: bool
) -> None:
    """After the signal metrics are read while an upload is waited for, and whoever reads holds up no stop."""
    settings = {"UPLOAD_METRICS_PORT": "0"} if own else {"UPLOAD_DRAIN_DELAY_SECONDS": "10"}
    body = form(field("uploadUrl", double_url(f"metrics/{uuid.uuid4().hex}")), file(b"12345"))
    with (
        Running(UPLOAD_DESTINATIONS=double.url, **settings, **ON) as running,
        Connection(running.port) as connection,
    ):
        port = running.log[-1]["metrics_port" if own else "port"]
        connection.head(PLAIN, len(body))
        connection.send(body[:-20])
        scrape_until(port, lambda found: found.get("upload_service_uploads_running") == 1)
        with socket.create_connection(("127.0.0.1", port)):  # a reader that keeps its connection
            running.process.send_signal(signal.SIGTERM)
            running.wait_for(lambda event: event["event"] == "stopping")
            assert scrape(port).get("upload_service_uploads_running") == 1
            connection.send(body[-20:])
            assert connection.answer().status == 200
            assert running.process.wait(30) == 0


def test_port_that_cannot_be_had() -> None:
    """A port for metrics that is taken is one plain line that names the setting, and exit status 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = {"PORT": "0", "UPLOAD_BIND": "127.0.0.1", "UPLOAD_METRICS_PORT": str(port)} | ON
        done = subprocess.run(
            [sys.executable, "-m", "upload_service"],
            env=settings, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(
        rf"upload-service: cannot listen on port {port} of 127\.0\.0\.1 \(Address already in use\): "
        r"stop what uses it, or set UPLOAD_METRICS_PORT\n",
        done.stderr,
    )
