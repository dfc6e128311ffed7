"""Metrics for Prometheus: they are the register's, they count what happened, and they cannot grow."""

import re
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest
from local.store import Bucket

from tests.support.ask import ask
from tests.support.double import Reply, StorageDouble, answer
from tests.support.scrape import Scrape, scrape, scrape_until
from tests.support.service import Running
from tests.support.wire import PLAIN, RETRY, Connection, field, file, form, post
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings
from upload_service.telemetry.logs import EVENTS
from upload_service.telemetry.metric_definitions import BUCKETS, CODES, ENDPOINTS, METRICS, PROCESS, fault

ON = {"UPLOAD_METRICS": "prometheus"}
FAILS = Reply(answer(503))


@pytest.fixture(scope="module")
def counted(double: StorageDouble, bucket: Bucket, closed_port: int) -> Iterator[Running]:
    """A service that counts, on its own port."""
    listed = f"{bucket.url},{double.url},http://127.0.0.1:{closed_port}"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_STALL_SECONDS="1", TIMEOUT_SECONDS="3", **ON) as running:
        yield running


@pytest.fixture
def key(double: StorageDouble) -> str:
    """A new key at the double, which stores what comes."""
    name = f"metrics/{uuid.uuid4().hex}"
    double.script(name)
    return name


def wait_for_all(service: Running) -> Scrape:
    """The metrics when nothing runs."""
    return scrape_until(service.port, lambda found: found.get("upload_service_uploads_running") == 0)


def test_stored_uploads_are_counted(counted: Running, presign: Callable[..., str]) -> None:
    """Two objects in the store are two uploads, as many bytes, two PUTs, and one measure of each time."""
    before = wait_for_all(counted)
    for content in (b"x" * 1000, b"y" * 300_000):
        url = presign(f"metrics/{len(content)}", content_type="image/png")
        assert post(counted.port, PLAIN, form(field("uploadUrl", url), file(content))).status == 200
    after = scrape(counted.port)
    assert after.since(before) == {
        "uploads_total{ok,plain,none}": 2,
        "received_bytes_total{}": 301_000,
        "stored_bytes_total{}": 301_000,
        "attempts_total{ok}": 2,
        "storage_connections_made_total{}": pytest.approx(1, abs=1),
    }
    for name in ("upload_duration", "client_leg", "storage_leg"):
        grown = [
            after.get(f"upload_service_{name}_seconds_{part}")
            - before.get(f"upload_service_{name}_seconds_{part}")
            for part in ("count", "sum")
        ]
        assert grown[0] == 2
        assert 0 < grown[1] < 20


def test_retried_upload_counts_each_attempt(
    counted: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """An upload that is stored at the third try is one upload, three attempts, and the bytes of one file."""
    double.script(key, FAILS, FAILS, Reply())
    before = wait_for_all(counted)
    body = form(field("uploadUrl", double_url(key)), field("max_retries", "2"), file(b"12345"))
    assert post(counted.port, RETRY, body).json["attempts"] == 3
    assert scrape(counted.port).since(before) == {
        "uploads_total{ok,retry,none}": 1,
        "received_bytes_total{}": 5,
        "stored_bytes_total{}": 5,
        "attempts_total{ok}": 1,
        "attempts_total{storage_error}": 2,
        "storage_connections_made_total{}": pytest.approx(2, abs=1),
    }


def test_failure_is_counted_by_code_and_fault(
    counted: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """A file that storage does not take was received and not stored, and the fault is storage's."""
    double.script(key, FAILS)
    before = wait_for_all(counted)
    answered = post(counted.port, PLAIN, form(field("uploadUrl", double_url(key)), file(b"12345")))
    assert answered.json["code"] == "storage_error"
    grown = scrape(counted.port).since(before)
    assert grown.pop("storage_connections_made_total{}", 0) <= 1
    assert grown == {
        "uploads_total{storage_error,plain,storage}": 1,
        "received_bytes_total{}": 5,
        "attempts_total{storage_error}": 1,
    }


def test_refusal_at_the_door_is_counted_twice(counted: Running) -> None:
    """What is refused before its body is read is an upload that ended and a refusal, and has no times."""
    before = wait_for_all(counted)
    assert post(counted.port, PLAIN, b"x", content_type="text/plain").json["code"] == "not_multipart"
    after = scrape(counted.port)
    assert after.since(before) == {
        "uploads_total{not_multipart,plain,client}": 1,
        "refused_total{not_multipart}": 1,
    }
    name = "upload_service_upload_duration_seconds_count"
    assert after.get(name) == before.get(name)


def test_gauges_rise_and_fall(counted: Running, double_url: Callable[[str], str], key: str) -> None:
    """A file that waits for its URL holds a place and memory, its PUT a connection; then nothing is held."""
    content = bytes(100_000)
    body = form(file(content), field("uploadUrl", double_url(key)))
    with Connection(counted.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(body[:-500])
        held = scrape_until(
            counted.port,
            lambda found: found.get("upload_service_spool_used_bytes", where="memory") >= len(content),
        )
        assert held.get("upload_service_uploads_running") == 1
        connection.send(body[-500:])
        assert connection.answer().status == 200
        assert scrape(counted.port).get("upload_service_storage_connections") >= 1
    after = scrape_until(
        counted.port,
        lambda found: (
            found.get("upload_service_spool_used_bytes") + found.get("upload_service_uploads_running") == 0
        ),
    )
    assert after.get("upload_service_uploads_limit") == Settings().max_concurrent
    assert after.get("upload_service_spool_limit_bytes", where="disk") == Settings().spool_disk_bytes
    # Kept for the next upload, and only for seconds.
    scrape_until(counted.port, lambda found: found.get("upload_service_storage_connections") == 0, 10)


def test_metrics_are_the_register(counted: Running) -> None:
    """What is scraped stands in the register, with kind, labels and their values, and the other way round."""
    found = scrape(counted.port)
    kinds = {family.name + "_total" * (family.type == "counter"): family for family in found.families}
    register = {metric.name: metric for metric in METRICS + PROCESS}
    assert kinds.keys() == register.keys()
    for name, metric in register.items():
        assert kinds[name].type == metric.kind
        for sample in kinds[name].samples:
            labels = {label: value for label, value in sample.labels.items() if label != "le"}
            assert labels.keys() == metric.labels.keys()
            assert all(value in metric.labels[label] for label, value in labels.items())
        if metric.kind == "histogram":
            bounds = [each.labels["le"] for each in kinds[name].samples if "le" in each.labels]
            assert bounds == [*map(str, BUCKETS), "+Inf"]


def test_every_code_is_there_from_the_start(counted: Running) -> None:
    """Every way in which an upload can end has its series, under the fault of its code and no other."""
    series = {
        dict(labels)["code"] + dict(labels)["endpoint"]: dict(labels)["fault"]
        for name, labels in scrape(counted.port).values
        if name == "upload_service_uploads_total"
    }
    assert series == {code + endpoint: fault(code) or "none" for code in CODES for endpoint in ENDPOINTS}


def test_nobody_can_make_a_series(
    counted: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """Whatever callers and storage make up, there are the same series as before, and none of it is said."""
    before = wait_for_all(counted)
    for turn in range(20):
        mark = f"madeup{uuid.uuid4().hex}"
        key = uuid.uuid4().hex
        double.script(key, Reply(answer(400 + turn, f"<Code>{mark}</Code>".encode(), f"Server: {mark}")))
        url = double_url(key) if turn % 2 else f"http://{mark}.example/{mark}?{mark}"
        body = form(field("uploadUrl", url), field(mark, mark), file(b"1", mark, f"image/{mark}"))
        headers = f"X-Request-Id: {mark}", f"User-Agent: {mark}", f"X-Forwarded-For: {turn}.2.3.4"
        post(counted.port, f"{(PLAIN, RETRY)[turn % 3 == 0]}?{mark}", body, *headers)
        ask(counted.port, "GET", f"/{mark}")
    after = scrape(counted.port)
    assert after.values.keys() == before.values.keys()
    assert after.get("upload_service_uploads_total") - before.get("upload_service_uploads_total") == 20
    assert "madeup" not in after.text


@pytest.mark.promtool
def test_text_is_as_prometheus_likes_it(counted: Running) -> None:
    """`promtool check metrics`, which knows the conventions of names and texts, has nothing to say."""
    text = scrape(counted.port).text
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=20, check=False
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


def test_off_there_is_nothing(service: Running) -> None:
    """Without the setting /metrics is a path like any other that does not exist."""
    answered = ask(service.port, "GET", "/metrics")
    assert (answered.status, answered.json["code"]) == (404, "not_found")


def test_off_nothing_is_imported() -> None:
    """Without the setting, neither the library nor what counts is imported by a service that runs."""
    code = """
import asyncio, sys
from aiohttp import web
import upload_service.command
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings

async def start():
    runner = web.AppRunner(make_app(Settings()))
    await runner.setup()
    await runner.cleanup()

asyncio.run(start())
print([name for name in sys.modules if "prometheus" in name or name.endswith(".emf")])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "[]\n"


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
    settings = {"UPLOAD_METRICS_PORT": "0"} if own else {"UPLOAD_DRAIN_DELAY_SECONDS": "2"}
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
            assert running.process.wait(10) == 0


def test_port_that_cannot_be_had() -> None:
    """A port for metrics that is taken is one plain line that names the setting, and exit status 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = {"PORT": "0", "UPLOAD_BIND": "127.0.0.1", "UPLOAD_METRICS_PORT": str(port)} | ON
        done = subprocess.run(
            [sys.executable, "-m", "upload_service"],
            env=settings, capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert re.fullmatch(
        rf"upload-service: cannot listen on port {port} of 127\.0\.0\.1 \(Address already in use\): "
        r"stop what uses it, or set UPLOAD_METRICS_PORT\n",
        done.stderr,
    )


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"UPLOAD_METRICS": "statsd"}, "UPLOAD_METRICS must be one of"),
        ({"UPLOAD_METRICS_PORT": "x"} | ON, "UPLOAD_METRICS_PORT must be a whole number"),
        ({"UPLOAD_METRICS_PORT": "9100"}, "UPLOAD_METRICS_PORT must not be set unless"),
        ({"UPLOAD_METRICS_PORT": "9100", "PORT": "9100"} | ON, "UPLOAD_METRICS_PORT must be another port"),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f"} | ON, "UPLOAD_METRICS must be emf or off in Lambda"),
        (
            {"UPLOAD_METRICS": "emf", "LOG_LEVEL": "WARNING"},
            "UPLOAD_METRICS must be off, or LOG_LEVEL be INFO",
        ),
    ],
)
def test_settings_that_contradict_each_other(settings: dict[str, str], wrong: str) -> None:
    """What cannot be is refused with one line that names the setting."""
    with pytest.raises(SettingError) as caught:
        Settings.from_environment(settings)
    assert str(caught.value).startswith(wrong)
    assert "\n" not in str(caught.value)


def test_lambda_measures_by_its_log() -> None:
    """In Lambda the default is emf, elsewhere off; and it can be off there, too."""
    inside = {"AWS_LAMBDA_FUNCTION_NAME": "f"}
    assert Settings.from_environment(inside).metrics == "emf"
    assert Settings.from_environment(inside | {"UPLOAD_METRICS": "off"}).metrics == "off"
    assert Settings.from_environment({}).metrics == "off"


def test_quiet_function_still_starts() -> None:
    """A function whose LOG_LEVEL hides the lines starts; only who asks for metrics in them is refused."""
    quiet = {"AWS_LAMBDA_FUNCTION_NAME": "f", "LOG_LEVEL": "WARNING"}
    assert Settings.from_environment(quiet).metrics == "emf"
    with pytest.raises(SettingError):
        Settings.from_environment(quiet | {"UPLOAD_METRICS": "emf"})


def test_events_and_metrics_share_no_name() -> None:
    """A name in the register means one thing."""
    names = [*EVENTS, *(metric.name for metric in METRICS + PROCESS)]
    assert len(names) == len(set(names))
