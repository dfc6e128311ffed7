"""Traces by OTLP over HTTP, with OpenTelemetry's SDK.

Knows: which parts of the SDK are used, and how the caller's trace is continued (W3C Trace Context). The SDK
reads the standard OTEL_ variables itself: sampler, resource, endpoint, headers, queue.
Rules: a request without a sampled trace costs an id and one decision. Spans are made when all is over, and
sent by the SDK's own thread, so that no upload waits for a collector. Lambda freezes that thread, so there
an answer waits for it, but not for long. Nothing is passed on to storage: `traceparent` would not be signed.
Must not know: HTTP beyond two headers, how an upload runs.

Why it is built so: docs/decisions/0028-traces.md.
"""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

from multidict import MultiMapping
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import Getter
from opentelemetry.sdk.environment_variables import OTEL_BSP_MAX_EXPORT_BATCH_SIZE, OTEL_BSP_MAX_QUEUE_SIZE
from opentelemetry.sdk.resources import (
    SERVICE_NAME,
    SERVICE_VERSION,
    OTELResourceDetector,
    Resource,
)
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    format_trace_id,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from upload_service import __version__
from upload_service.body.daemon_threads import DaemonThreads
from upload_service.telemetry import spans
from upload_service.telemetry.spans import Span
from upload_service.telemetry.traces import Answered, Trace, Traces
from upload_service.telemetry.upload_event import UploadEvent

# So long the stop waits for the collector, and in Lambda an answer.
CLOSE_SECONDS, ANSWER_SECONDS = 2.0, 0.5
# The standard's numbers, which are the SDK's, too.
QUEUE_SPANS, BATCH_SPANS = 2048, 512
_NO_PARENT = Context()
_KINDS = {"SERVER": SpanKind.SERVER, "CLIENT": SpanKind.CLIENT, "INTERNAL": SpanKind.INTERNAL}
_UNSET, _ERROR = Status(StatusCode.UNSET), Status(StatusCode.ERROR)
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_SCOPE = InstrumentationScope("upload_service", __version__)


class _Told(Trace):
    """A part of a trace that is sampled: what its spans need beside the event."""

    def __init__(
        self, trace_id: int, began: float, parent: SpanContext | None, state: TraceState | None
    ) -> None:
        super().__init__(format_trace_id(trace_id), began)
        self.number = trace_id
        self.parent = parent
        self.state = state


class OtlpTraces(Traces):
    """Sends spans to the collector of the OTEL_ variables; with `before_answer`, answers wait for it."""

    def __init__(self, *, before_answer: bool = False) -> None:
        self._resource = _resource()
        provider = TracerProvider(resource=self._resource, shutdown_on_exit=False)
        self._sampler = provider.sampler
        self._ids = provider.id_generator
        self._processor = BatchSpanProcessor(OTLPSpanExporter(), max_export_batch_size=_batch_size())
        self._before_answer = before_answer
        self._threads = DaemonThreads(2, "traces")
        self._flushing: asyncio.Future[Any] | None = None

    def begin(self, headers: MultiMapping[str], began: float) -> Trace:
        """Continue the caller's trace, or begin one; the sampler decides whether it is told."""
        context, parent = _NO_PARENT, None
        if "traceparent" in headers:
            context = _PROPAGATOR.extract(headers, Context(), _LINES)
            parent = get_current_span(context).get_span_context()
        if parent is None or not parent.is_valid:
            parent = None
        trace_id = parent.trace_id if parent else self._ids.generate_trace_id()
        found = self._sampler.should_sample(context, trace_id, "upload", SpanKind.SERVER)
        if found.decision is not Decision.RECORD_AND_SAMPLE:
            return Trace(format_trace_id(trace_id), began)
        return _Told(trace_id, began, parent, found.trace_state)

    async def tell(self, trace: Trace, answered: Answered) -> None:
        """Hand the spans over to the SDK's thread."""
        event = trace.event
        if not isinstance(trace, _Told) or event is None:
            return
        make: Callable[..., Span] = spans.of_upload if isinstance(event, UploadEvent) else spans.of_check
        # The clock of the record counts from somewhere; that of spans counts from 1970.
        offset = time.time_ns() - int(time.monotonic() * 1e9)
        self._emit(make(event, trace.began, answered), trace, trace.parent, offset)
        if self._before_answer and (self._flushing is None or self._flushing.done()):
            # One that still runs has no collector that answers: nobody waits for it twice.
            self._flushing = self._in_thread(self._processor.force_flush)
            await asyncio.wait([self._flushing], timeout=ANSWER_SECONDS)

    async def close(self) -> None:
        """Send what is left. The thread that still waits for a collector ends with the process."""
        await asyncio.wait([self._in_thread(self._processor.shutdown)], timeout=CLOSE_SECONDS)

    def _in_thread(self, call: Callable[[], object]) -> "asyncio.Future[Any]":
        return asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _emit(self, span: Span, trace: _Told, parent: SpanContext | None, offset: int) -> None:
        number = self._ids.generate_span_id()
        context = SpanContext(trace.number, number, False, _SAMPLED, trace.state)
        for each in span.below:
            self._emit(each, trace, context, offset)
        # A ReadableSpan, because a Span is for what still runs, and takes the time itself.
        self._processor.on_end(
            ReadableSpan(
                span.name,
                context,
                parent,
                self._resource,
                span.attributes,
                kind=_KINDS[span.definition.kind],
                status=_ERROR if span.is_error else _UNSET,
                start_time=int(span.began * 1e9) + offset,
                end_time=int(span.ended * 1e9) + offset,
                instrumentation_scope=_SCOPE,
            )
        )


class _Lines(Getter[MultiMapping[str]]):
    """How the propagator reads headers. A second traceparent makes both worthless (W3C Trace Context 3.2)."""

    def get(self, carrier: MultiMapping[str], key: str) -> list[str] | None:
        lines = carrier.getall(key, [])
        return None if not lines or (key == "traceparent" and len(lines) > 1) else lines

    def keys(self, carrier: MultiMapping[str]) -> list[str]:
        return list(carrier)


_PROPAGATOR, _LINES = TraceContextTextMapPropagator(), _Lines()


class _KnownHash(Resource):
    """A resource whose hash is computed once: the exporter asks for it with each span."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource.attributes, resource.schema_url)
        self._hash = super().__hash__()

    def __hash__(self) -> int:
        return self._hash


def _batch_size() -> int:
    """So many spans go together. The SDK refuses a queue that is shorter than a batch, so it is cut."""
    queue = int(os.environ.get(OTEL_BSP_MAX_QUEUE_SIZE, QUEUE_SPANS))
    return min(queue, int(os.environ.get(OTEL_BSP_MAX_EXPORT_BATCH_SIZE, BATCH_SPANS)))


def _resource() -> Resource:
    """Who tells: what the OTEL_ variables say, and else this service and its version."""
    named = OTELResourceDetector().detect().attributes
    ours = {SERVICE_NAME: "upload-service", SERVICE_VERSION: __version__}
    unnamed = {name: value for name, value in ours.items() if name not in named}
    return _KnownHash(Resource.create().merge(Resource(unnamed)))
