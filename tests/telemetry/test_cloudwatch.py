"""Metrics for CloudWatch: the log line of an upload is the embedded metric format, at the docs' price."""

import io
import re
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import structlog

from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.telemetry.emf_specification import UNITS, taken
from upload_service.clients.caller import Caller
from upload_service.telemetry import logs
from upload_service.telemetry.cloudwatch import CloudWatchMetrics
from upload_service.telemetry.metric_definitions import CLOUD_METRICS, CODES, FAULTS, most_cloud_metrics
from upload_service.telemetry.upload_event import UploadEvent

IN_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024"}


@pytest.fixture(scope="module", params=[{"UPLOAD_METRICS": "emf"}, IN_LAMBDA], ids=["emf", "in-lambda"])
def measured(request: pytest.FixtureRequest, double: StorageDouble) -> Iterator[Running]:
    """A service whose log lines are metrics: because it is told so, and because it runs in Lambda."""
    with Running(UPLOAD_DESTINATIONS=double.url, **request.param) as running:
        yield running


@pytest.fixture
def place(double: StorageDouble, double_url: Callable[[str], str]) -> Callable[..., bytes]:
    """The field of a URL at the double, which plays these replies."""

    def make(*replies: Reply) -> bytes:
        key = f"emf/{uuid.uuid4().hex}"
        double.script(key, *replies)
        return field("uploadUrl", double_url(key))

    return make


def line_of(service: Running, answered: Answer) -> dict[str, Any]:
    """The log line of this upload."""
    return service.upload_event(answered.request_id)


def test_stored_upload(measured: Running, place: Callable[..., bytes]) -> None:
    """A stored upload counts as ok, with its bytes, its attempts and its times, under no other dimension."""
    began = time.time()
    body = form(place(Reply(answer(503)), Reply()), field("max_retries", "1"), file(b"12345"))
    line = line_of(measured, post(measured.port, RETRY, body))
    found = taken(line)
    assert found == {
        ("uploads", "code=ok"): 1,
        ("duration_ms", ""): line["duration_ms"],
        ("client_ms", ""): line["client_ms"],
        ("storage_ms", ""): line["storage_ms"],
        ("file_size", ""): 5,
        ("stored_bytes", ""): 5,
        ("attempts", ""): 2,
    }
    assert began - 1 <= line["_aws"]["Timestamp"] / 1000 <= time.time() + 1


def test_failed_upload(measured: Running, place: Callable[..., bytes]) -> None:
    """A file that storage refuses counts under its code and the fault; its bytes came and are not stored."""
    line = line_of(measured, post(measured.port, PLAIN, form(place(Reply(answer(503))), file(b"12345"))))
    found = taken(line)
    assert (found["uploads", "code=storage_error"], found["uploads", "fault=storage"]) == (1, 1)
    assert (found["file_size", ""], found["stored_bytes", ""], found["attempts", ""]) == (5, 0, 1)


def test_refused_upload(measured: Running) -> None:
    """What is refused at the door counts under code and fault, and would only spoil times and sizes."""
    answered = post(measured.port, PLAIN, b"x", content_type="text/plain")
    found = taken(line_of(measured, answered))
    assert found == {("uploads", "code=not_multipart"): 1, ("uploads", "fault=client"): 1}


def test_upload_without_a_whole_file(measured: Running, place: Callable[..., bytes]) -> None:
    """A caller that leaves in mid-file has no time of its leg, and the line does not name one."""
    with Connection(measured.port) as connection:
        connection.head(PLAIN, 1 << 20)
        connection.send(place() + file(b"12345")[:-3])
    line = measured.wait_for(lambda event: event.get("code") == "client_gone")
    assert "client_ms" not in {name for name, _ in taken(line)}


def test_only_uploads_are_metrics(measured: Running, place: Callable[..., bytes]) -> None:
    """No other line is one, and none has two lines."""
    line_of(measured, post(measured.port, PLAIN, form(place(), file(b"12345"))))
    lines = [line for line in list(measured.log) if "_aws" in line]
    assert {line["event"] for line in lines} == {"upload"}
    assert len({line["request_id"] for line in lines}) == len(lines)


def test_metrics_are_in_the_namespace_that_is_set(double: StorageDouble, place: Callable[..., bytes]) -> None:
    """All metrics of an upload are in the deployment's own namespace."""
    own = {"UPLOAD_METRICS": "emf", "UPLOAD_METRICS_NAMESPACE": "Shop/Uploads"}
    with Running(UPLOAD_DESTINATIONS=double.url, **own) as service:
        line = line_of(service, post(service.port, PLAIN, form(place(Reply()), file(b"1"))))
    assert {each["Namespace"] for each in line["_aws"]["CloudWatchMetrics"]} == {"Shop/Uploads"}


def test_metrics_are_the_register() -> None:
    """Each end of an upload makes metrics of the register, with their units, and no more than it says."""
    seen = set()
    units = {metric.name: metric.unit for metric in CLOUD_METRICS}
    assert set(units.values()) <= set(UNITS)
    for code in CODES:
        ended = UploadEvent(code, False, 1.0, Caller(None, "group"), None, None)
        counted = CloudWatchMetrics("UploadService").count(ended)
        line = {**counted, **ended.members()}
        seen |= set(taken(line))
        for directive in counted["_aws"]["CloudWatchMetrics"]:  # type: ignore[index]  # an object
            assert all(units[metric["Name"]] == metric["Unit"] for metric in directive["Metrics"])
    expected = {("uploads", f"code={code}") for code in CODES}
    expected |= {("uploads", f"fault={fault}") for fault in FAULTS if fault != "none"}
    assert seen == expected
    plain = sum(not metric.dimensions for metric in CLOUD_METRICS)
    assert len(expected) + plain == most_cloud_metrics()


@pytest.mark.parametrize(
    "change",
    [
        {"_aws": {"CloudWatchMetrics": []}},
        {"_aws": {"Timestamp": "now", "CloudWatchMetrics": []}},
        {
            "_aws": {
                "Timestamp": 1,
                "CloudWatchMetrics": [{"Namespace": "N", "Dimensions": [], "Metrics": []}],
            }
        },
    ],
)
def test_the_schema_can_fail(change: dict[str, object]) -> None:
    """Lines without a time, with a text for a time, or with an empty list are none of the format."""
    with pytest.raises(jsonschema_rs.ValidationError):
        taken(change)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_on_a_terminal_it_is_still_readable() -> None:
    """On a terminal, where no metrics are taken, the line of an upload is written like any other."""
    target = Terminal()
    logs.set_up("INFO", target)
    ended = UploadEvent("ok", False, 1.0, Caller(None, "group"), None, None)
    structlog.get_logger().info(
        "upload", **ended.members(), **CloudWatchMetrics("UploadService").count(ended)
    )
    structlog.reset_defaults()
    assert "UploadService" in target.getvalue()


def test_price_in_the_docs() -> None:
    """The month in docs/deploying.md pays for as many metrics as docs/operations.md counts."""
    docs = Path(__file__).parents[2] / "docs"
    usual = sum(not metric.dimensions for metric in CLOUD_METRICS) + len(FAULTS) - 1 + 5
    assert f"{usual} where five codes occur" in (docs / "operations.md").read_text(encoding="utf-8")
    deploying = (docs / "deploying.md").read_text(encoding="utf-8")
    assert re.search(rf"{usual} metrics . 0\.30 = {usual * 0.3:.2f} \$ a month", deploying)
