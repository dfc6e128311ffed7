"""Spans of uploads and checks, as a receiver on a real socket reads them."""

import time
import uuid
from collections.abc import Callable

from devtools.signed_queries import v4

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, Connection, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from tests.support.telemetry.otlp_receiver import Receiver, told
from upload_service.telemetry.span_definitions import ATTRIBUTES, SPANS


def test_success_with_a_retry(traced: Running, receiver: Receiver, place: Callable[..., bytes]) -> None:
    """An upload that storage refused once: legs, attempts and their connections, each in its place."""
    before = time.time_ns()
    parts = (place(Reply(answer(503, xml("SlowDown"))), Reply()), field("max_retries", "1"), file(b"12345"))
    answered = post(traced.port, RETRY, form(*parts))
    spans = told(traced, receiver, answered)
    server, leg = spans[:2]
    (first, connect), (second, again) = (
        [each, *(span for span in spans if span.parent_id == each.span_id)]
        for each in spans
        if each.kind == "CLIENT"
    )
    assert [server.name, leg.name] == [f"POST {RETRY}", "receive form"]
    assert [span.name for span in (first, connect, second, again)] == ["PUT", "connect"] * 2
    assert {span.parent_id for span in (leg, first, second)} == {server.span_id}
    assert first.attributes == {
        "http.request.method": "PUT",
        "server.address": "127.0.0.1",
        "server.port": second.attributes["server.port"],
        "http.response.status_code": 503,
        "error.type": "storage_error",
        "upload_service.sent_bytes": 5,
    }
    assert (first.status, second.status, server.status) == (2, 0, 0)
    assert second.attributes["http.request.resend_count"] == 1
    assert server.attributes == {
        "http.request.method": "POST",
        "http.route": RETRY,
        "url.scheme": "http",
        "http.response.status_code": 200,
        "upload_service.file_size": 5,
        "upload_service.stored": True,
    }
    for span in spans:
        assert before <= server.began <= span.began <= span.ended <= server.ended <= time.time_ns()
    assert first.ended <= second.began  # between them is the wait


def test_only_what_the_register_names(
    traced: Running, receiver: Receiver, place: Callable[..., bytes], closed_port: int
) -> None:
    """Whatever was told, each span and each attribute of it stands in the register, below its own span."""
    post(traced.port, PLAIN, form(place(), file(b"12345")))
    post(traced.port, PLAIN, form(place(Reply(b"", then="reset")), file(b"12345")))
    told(traced, receiver, post(traced.port, CHECK, form(place())))
    names = {(each.kind, each.name.partition(" /")[0]) for each in receiver.spans()}
    allowed = {attribute.name for attribute in ATTRIBUTES}
    of_kind = {each.kind: {attribute.name for attribute in each.attributes} for each in SPANS}
    internal = {each.name: {attribute.name for attribute in each.attributes} for each in SPANS}
    assert names <= {("SERVER", "POST"), ("CLIENT", "PUT"), ("CLIENT", "POST")} | {
        ("INTERNAL", each.name) for each in SPANS if each.kind == "INTERNAL"
    }
    for span in receiver.spans():
        assert span.attributes.keys() <= allowed
        if span.kind == "CLIENT":
            assert span.attributes.keys() <= of_kind["CLIENT"]
        if span.kind == "INTERNAL":
            assert span.attributes.keys() <= internal[span.name]


def test_refusal_of_the_caller(traced: Running, receiver: Receiver) -> None:
    """A request that is refused at the door is one span with its code, and no error of the service's."""
    answered = post(traced.port, PLAIN, b"x", content_type="text/plain")
    (span,) = told(traced, receiver, answered)
    assert span.attributes == {
        "http.request.method": "POST",
        "http.route": PLAIN,
        "url.scheme": "http",
        "http.response.status_code": 415,
        "error.type": "not_multipart",
    }
    assert span.status == 0


def test_refusal_of_storage(traced: Running, receiver: Receiver, place: Callable[..., bytes]) -> None:
    """Storage's refusal is the attempt's error, and with a status of 5xx the request's, too."""
    answered = post(traced.port, PLAIN, form(place(Reply(answer(403, xml("AccessDenied")))), file(b"12345")))
    spans = {span.kind: span for span in told(traced, receiver, answered)}
    assert answered.status == spans["SERVER"].attributes["http.response.status_code"]
    assert spans["SERVER"].status == (2 if answered.status >= 500 else 0)
    assert spans["SERVER"].attributes["error.type"] == answered.json["code"]
    assert spans["SERVER"].attributes["upload_service.stored"] is False
    assert (spans["CLIENT"].status, spans["CLIENT"].attributes["http.response.status_code"]) == (2, 403)


def test_a_port_that_refuses(traced: Running, receiver: Receiver, closed_port: int) -> None:
    """Where no connection comes about, the failed dial is told, and no status is made up."""
    url = f"http://127.0.0.1:{closed_port}/a?{v4()}"
    answered = post(traced.port, PLAIN, form(field("uploadUrl", url), file(b"12345")))
    spans = told(traced, receiver, answered)
    connects = [span for span in spans if span.name == "connect"]
    attempts = [span for span in spans if span.kind == "CLIENT"]
    assert len(connects) == len(attempts) == answered.json["attempts"]
    assert all(span.status == 2 for span in (*connects, *attempts))
    assert all("http.response.status_code" not in span.attributes for span in attempts)
    assert {span.attributes["error.type"] for span in attempts} == {"storage_unreachable"}


def test_a_name_is_looked_up_once(traced: Running, receiver: Receiver, double: StorageDouble) -> None:
    """The look-up of a name is a span before the dial; a kept connection has neither."""
    double.script("named")
    body = form(field("uploadUrl", f"{double.url.replace('127.0.0.1', 'localhost')}named?{v4()}"), file(b"1"))
    first = told(traced, receiver, post(traced.port, PLAIN, body))
    look_up, connect = (
        next(span for span in first if span.name == name) for name in ("look up name", "connect")
    )
    assert look_up.ended <= connect.ended
    assert look_up.attributes == {"server.address": "localhost"}
    assert not {span.name for span in told(traced, receiver, post(traced.port, PLAIN, body))} & {
        "look up name"
    }


def test_check(traced: Running, receiver: Receiver, place: Callable[..., bytes]) -> None:
    """A check of a form is one span."""
    (span,) = told(traced, receiver, post(traced.port, CHECK, form(place())))
    assert (span.name, span.kind, span.attributes["http.response.status_code"]) == (
        "POST /check",
        "SERVER",
        200,
    )


def test_a_caller_that_leaves(traced: Running, receiver: Receiver, place: Callable[..., bytes]) -> None:
    """Who leaves gets no answer, so the span has no status, and is not an error."""
    request_id = uuid.uuid4().hex
    with Connection(traced.port) as connection:
        connection.begin(PLAIN, 1 << 20, f"X-Request-Id: {request_id}")
        connection.send(place() + file(b"12345")[:-2])
        # The service has read it before the caller leaves.
        connection.send(b"\r\n")
    line = traced.wait_for(lambda event: event.get("request_id") == request_id)
    assert line["code"] == "client_gone"
    server = next(span for span in receiver.trace(str(line["trace_id"])) if span.kind == "SERVER")
    assert "http.response.status_code" not in server.attributes
    assert (server.attributes["error.type"], server.status) == ("client_gone", 0)
