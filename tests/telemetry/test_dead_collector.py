"""A collector that is not there, does not answer or refuses: uploads, log and stop are none the worse."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from tests.support.client.raw_http import PLAIN, field, file, form, post
from tests.support.service.patient_service import WaitsForCollector
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble
from tests.support.telemetry.otlp_receiver import PROMPT, Receiver, told
from upload_service.telemetry.otlp_traces import ANSWER_SECONDS, CLOSE_SECONDS

HEADER_SECRET, PATH_SECRET = "secretofaheader", "secretofapath"
FROM_LIBRARY = ("opentelemetry", "urllib3", "requests")


@pytest.fixture
def body(double: StorageDouble, double_url: Callable[[str], str]) -> bytes:
    """A small upload that is stored."""
    double.script("uncollected")
    return form(field("uploadUrl", double_url("uncollected")), file(b"1"))


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections, and never says anything."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


def from_library(service: Running) -> list[dict[str, object]]:
    """What the libraries that send traces have said so far."""
    return [line for line in list(service.log) if str(line.get("logger")).startswith(FROM_LIBRARY)]


def settings(double: StorageDouble, port: int, **more: str) -> dict[str, str]:
    """Of a service whose collector is at this port, with secrets in its URL and headers."""
    return {
        "UPLOAD_DESTINATIONS": double.url,
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://127.0.0.1:{port}/{PATH_SECRET}?key={PATH_SECRET}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{HEADER_SECRET}",
        "LOG_LEVEL": "DEBUG",
        **PROMPT,
        **more,
    }


def test_nobody_there(double: StorageDouble, closed_port: int, body: bytes) -> None:
    """Uploads succeed; the log says once a minute what is wrong, without address, headers or path."""
    with Running(**settings(double, closed_port)) as service:
        answers = [post(service.port, PLAIN, body) for _ in range(10)]
        assert [answer.status for answer in answers] == [200] * 10
        line = service.wait_for(lambda event: "ConnectionRefusedError" in event.get("values", []))
        began = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - began < 30
    said = "".join(service.raw_log)
    assert line["event"] == "library_log"
    assert HEADER_SECRET not in said
    assert PATH_SECRET not in said
    # Each kind of line at most once, and once more with its count at the end.
    kinds = [(each["logger"], each["message"], str(each["values"])) for each in from_library(service)]
    assert all(kinds.count(kind) <= 2 for kind in kinds), kinds


def test_one_that_never_answers(double: StorageDouble, silent_port: int, body: bytes) -> None:
    """Nobody waits for a collector that holds the line: neither uploads nor, for long, the stop."""
    # So long its exporter gives a request: an upload, or a stop, that waited for one would show it.
    with Running(**settings(double, silent_port, OTEL_EXPORTER_OTLP_TIMEOUT="120")) as service:
        durations = [
            service.upload_event(post(service.port, PLAIN, body).request_id)["duration_ms"] for _ in range(20)
        ]
        assert max(durations) < 60_000
        service.process.terminate()
        stopping = service.wait_for(lambda event: event["event"] == "stopping")
        stopped = service.wait_for(lambda event: event["event"] == "stopped")
        assert service.process.wait(60) == 0
    # The library's own stop gives up after 30 seconds.
    assert CLOSE_SECONDS <= seconds_between(stopping, stopped) < 25


def seconds_between(first: dict[str, object], second: dict[str, object]) -> float:
    """The time between two lines of the log."""
    times = [datetime.fromisoformat(str(line["timestamp"])) for line in (first, second)]
    return (times[1] - times[0]).total_seconds()


def test_one_that_refuses(double: StorageDouble, body: bytes) -> None:
    """A collector that refuses the key: the log says its status."""
    with Receiver(status=401) as receiver:
        port = int(receiver.url.rpartition(":")[2])
        with Running(**settings(double, port)) as service:
            assert post(service.port, PLAIN, body).status == 200
            service.wait_for(lambda event: 401 in event.get("values", []))
    assert HEADER_SECRET not in "".join(service.raw_log)


def test_the_last_spans_are_sent_at_the_stop(double: StorageDouble, body: bytes) -> None:
    """What is not sent yet when the service is told to stop is sent before it ends."""
    with Receiver() as receiver:
        more = {
            "OTEL_BSP_SCHEDULE_DELAY": "3600000",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.url}/v1/traces",
        }
        with WaitsForCollector(**settings(double, 9, **more)) as service:
            answered = post(service.port, PLAIN, body)
            service.upload_event(answered.request_id)
            assert receiver.requests == []
            assert service.stop() == 0
        assert len(told(service, receiver, answered)) >= 3


def test_a_frozen_function_has_sent_its_spans(double: StorageDouble, body: bytes) -> None:
    """In Lambda the spans of an upload are sent with its answer, not when the next batch is due.

    That the answer waits for them, and how long, shows the test below.
    """
    with Receiver() as receiver:
        more = {
            "OTEL_BSP_SCHEDULE_DELAY": "3600000",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.url}/v1/traces",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
        }
        with Running(**settings(double, 9, **more)) as service:
            answered = post(service.port, PLAIN, body)
            assert answered.status == 200
            assert len(told(service, receiver, answered)) >= 3


def test_a_function_waits_for_a_dead_collector_once(
    double: StorageDouble, silent_port: int, body: bytes
) -> None:
    """In Lambda an answer waits a moment for a collector that says nothing, and the next ones do not."""
    with Running(**settings(double, silent_port, AWS_LAMBDA_FUNCTION_NAME="f")) as service:
        took = []
        for _ in range(5):
            began = time.monotonic()
            assert post(service.port, PLAIN, body).status == 200
            took.append(time.monotonic() - began)
    assert took[0] >= ANSWER_SECONDS
    assert sorted(took)[1] < 9


def test_switched_off_by_the_standard_variable(double: StorageDouble, body: bytes) -> None:
    """OTEL_SDK_DISABLED turns traces off: nothing is sent, and lines have no trace id."""
    with Receiver() as receiver:
        with Running(**settings(double, 9, OTEL_SDK_DISABLED="true")) as service:
            assert "trace_id" not in service.upload_event(post(service.port, PLAIN, body).request_id)
        assert receiver.requests == []


@pytest.mark.parametrize("queue", ["256", "1"])
def test_a_queue_shorter_than_a_batch(double: StorageDouble, body: bytes, queue: str) -> None:
    """A short OTEL_BSP_MAX_QUEUE_SIZE alone works: a batch is never longer than the queue."""
    with Receiver() as receiver:
        more = {
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.url}/v1/traces",
            "OTEL_BSP_MAX_QUEUE_SIZE": queue,
        }
        with Running(**settings(double, 9, **more)) as service:
            assert told(service, receiver, post(service.port, PLAIN, body))


@pytest.mark.parametrize(("sampler", "count"), [("always_off", 0), ("always_on", 20)])
def test_the_standard_sampler_decides(double: StorageDouble, body: bytes, sampler: str, count: int) -> None:
    """OTEL_TRACES_SAMPLER says what is sent; every line has a trace id all the same."""
    with Receiver() as receiver:
        more = {
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.url}/v1/traces",
            "OTEL_TRACES_SAMPLER": sampler,
        }
        with WaitsForCollector(**settings(double, 9, **more)) as service:
            lines = [service.upload_event(post(service.port, PLAIN, body).request_id) for _ in range(20)]
            assert len({line["trace_id"] for line in lines}) == 20
            service.stop()
        assert sum(span.kind == "SERVER" for span in receiver.spans()) == count


NOTHING_IMPORTED = """
import sys
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings
make_app(Settings.from_environment({}))
wrong = ("opentelemetry", "requests", "upload_service.telemetry.span")
print(*(name for name in sys.modules if name.startswith(wrong)))
"""


def test_off_imports_nothing() -> None:
    """Without UPLOAD_TRACES neither the library nor what makes spans is imported."""
    assert subprocess.check_output([sys.executable, "-c", NOTHING_IMPORTED], text=True).strip() == ""
