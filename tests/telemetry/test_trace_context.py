"""Whose trace a request is part of, and who hears of that: the collector and the log, never storage."""

import uuid
from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, Connection, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble
from tests.support.telemetry.otlp_receiver import Receiver, told
from upload_service import __version__

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CONTINUED = f"traceparent: 00-{TRACE}-{PARENT}-01"


def test_the_callers_trace_goes_on(traced: Running, receiver: Receiver, place: Callable[..., bytes]) -> None:
    """With a traceparent, the spans stand below the caller's, keep its state, and the log has its id."""
    trace = uuid.uuid4().hex  # which no other test has
    own = f"traceparent: 00-{trace}-{PARENT}-01", "tracestate: a=1", "tracestate: b=2"
    answered = post(traced.port, PLAIN, form(place(), file(b"1")), *own)
    line = traced.upload_event(answered.request_id)
    assert line["trace_id"] == trace
    spans = receiver.trace(trace)
    server = next(span for span in spans if span.kind == "SERVER")
    assert server.parent_id == PARENT
    assert {span.trace_state for span in spans} == {"a=1,b=2"}


@pytest.mark.parametrize(
    "lines",
    [
        [f"traceparent: 00-{'0' * 32}-{PARENT}-01"],
        [f"traceparent: 00-{TRACE}-{'0' * 16}-01"],
        [f"traceparent: ff-{TRACE}-{PARENT}-01"],
        [f"traceparent: 00-{TRACE.upper()}-{PARENT}-01"],
        [f"traceparent: 00-{TRACE}-{PARENT}-01-more"],
        [f"traceparent: 00-{TRACE}-{PARENT}"],
        ["traceparent: "],
        [f"traceparent: 00-{TRACE}-{PARENT}-01{' ' * 600}x"],
        [CONTINUED, CONTINUED],
    ],
)
def test_an_invalid_traceparent_is_ignored(
    traced: Running, receiver: Receiver, place: Callable[..., bytes], lines: list[str]
) -> None:
    """What is no traceparent begins a trace of our own, and the upload goes on."""
    answered = post(traced.port, PLAIN, form(place(), file(b"1")), *lines)
    assert answered.status == 200
    line = traced.upload_event(answered.request_id)
    assert line["trace_id"] != TRACE
    assert next(s for s in receiver.trace(str(line["trace_id"])) if s.kind == "SERVER").parent_id == ""


def test_storage_hears_nothing_of_it(
    traced: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """Neither traceparent nor tracestate nor baggage gets to storage: not one byte of them."""
    puts = double.script("untold")
    own = ("tracestate: vendor=statevalue", "baggage: user=baggagevalue")
    body = form(field("uploadUrl", double_url("untold")), file(b"1"))
    assert post(traced.port, PLAIN, body, CONTINUED, *own).status == 200
    head = puts[0].head.lower()
    for word in (b"trace", b"baggage", b"statevalue", TRACE.encode(), PARENT.encode()):
        assert word not in head


def test_who_tells(traced: Running, receiver: Receiver, place: Callable[..., bytes]) -> None:
    """The resource is the service, its version and what the operator adds; headers go with each request."""
    span = told(traced, receiver, post(traced.port, PLAIN, form(place(), file(b"1"))))[0]
    assert span.resource["service.name"] == "upload-service"
    assert span.resource["service.version"] == __version__
    assert span.resource["deployment.environment.name"] == "tests"
    path, headers, _ = receiver.requests[0]
    assert (path, headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
    assert headers["x-honeycomb-team"] == "abc"


def test_the_next_request_has_its_own(traced: Running, place: Callable[..., bytes]) -> None:
    """On a kept connection, an upload after one with a traceparent has another trace."""
    body, ids = form(place(), file(b"1")), []
    with Connection(traced.port) as connection:
        for lines in ((CONTINUED,), ()):
            connection.head(PLAIN, len(body), *lines)
            connection.send(body)
            ids.append(traced.upload_event(connection.answer().request_id)["trace_id"])
    assert ids[0] == TRACE != ids[1]
