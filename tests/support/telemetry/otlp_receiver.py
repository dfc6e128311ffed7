"""A receiver of OTLP over HTTP on a real socket: keeps what came, as OpenTelemetry's own messages read it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.client.raw_http import Answer
from tests.support.service.running_service import Running

WAIT_SECONDS = 60.0
# What a service is told for it. Batches are sent at once, so that a test need not wait.
PROMPT = {"UPLOAD_TRACES": "otlp", "OTEL_BSP_SCHEDULE_DELAY": "20"}
KINDS = {1: "INTERNAL", 2: "SERVER", 3: "CLIENT"}


class Told(NamedTuple):
    """A span as it came. Times in nanoseconds since 1970; ids in hexadecimal digits; status 2: an error."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    began: int
    ended: int
    status: int
    attributes: dict[str, Any]
    resource: dict[str, Any]
    trace_state: str


class Receiver:
    """`requests`: path, headers and body of all that came. `status`: what it answers."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self._heard = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                # Before the answer: whoever waits for that may ask at once what has come.
                receiver.hear(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT names."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def hear(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """A request has come."""
        with self._heard:
            self.requests.append((path, headers, body))
            self._heard.notify_all()

    def spans(self) -> list[Told]:
        """All spans that have come."""
        return [span for _, _, body in list(self.requests) for span in _spans(body)]

    def trace(self, trace_id: str) -> list[Told]:
        """The spans of this trace, in the order in which they began, once its SERVER span has come."""

        def found() -> list[Told]:
            return [span for span in self.spans() if span.trace_id == trace_id]

        with self._heard:
            assert self._heard.wait_for(lambda: any(span.kind == "SERVER" for span in found()), WAIT_SECONDS)
        return sorted(found(), key=lambda span: (span.began, span.kind != "SERVER"))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def told(service: Running, receiver: Receiver, answered: Answer) -> list[Told]:
    """The spans of this request, in the order in which they began."""
    line = service.wait_for(lambda event: event.get("request_id") == answered.request_id)
    return receiver.trace(str(line["trace_id"]))


def _spans(body: bytes) -> Iterator[Told]:
    for group in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = _values(group.resource.attributes)
        for scope in group.scope_spans:
            for span in scope.spans:
                yield Told(
                    span.name,
                    KINDS[span.kind],
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.code,
                    _values(span.attributes),
                    resource,
                    span.trace_state,
                )


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
