"""Checks whether the collector of traces answers, by sending it no span at all.

Knows: how the service sends traces.
Rules: of the collector's URL nothing but scheme, host and port is printed, and of its headers nothing.
Must not know: uploads.
"""

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from upload_service.doctor.finding import Finding, fail, ok, warn
from upload_service.settings.settings import Settings
from upload_service.settings.traces_variables import collector_origin
from upload_service.telemetry import logs
from upload_service.telemetry.traces import NOT_TAKEN

TIMEOUT_SECONDS = 5.0
UNAUTHORIZED = frozenset({"401", "403"})
_CURE = "check OTEL_EXPORTER_OTLP_ENDPOINT, that the collector runs, and that it takes OTLP over HTTP there"
_REFUSED_CURE = "look for an OTEL_ variable that asks for what is not installed, and unset it"
_KEY_CURE = "check OTEL_EXPORTER_OTLP_HEADERS: the collector wants another key"


async def check_traces(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """What the collector says; nothing if there shall be no traces."""
    if settings.traces == "off":
        return []
    return [await asyncio.to_thread(_ask, collector_origin(environment))]


def _ask(where: str) -> Finding:
    """Send what the service would send, without a span: every collector takes it, and none keeps anything."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    with _heard() as reasons:
        try:
            exporter = OTLPSpanExporter(timeout=TIMEOUT_SECONDS)
        except Exception as error:
            return fail("traces", NOT_TAKEN.format(error=type(error).__name__), _REFUSED_CURE)
        is_taken = exporter.export([]) is SpanExportResult.SUCCESS
        exporter.shutdown()  # type: ignore[no-untyped-call]  # the library has no types here
    if is_taken:
        return ok("traces", f"the collector at {where} takes them")
    why = f"{', '.join(dict.fromkeys(reasons)) or 'no answer in time'}"
    if UNAUTHORIZED & set(reasons):
        return fail("traces", f"the collector at {where} refuses them ({why})", _KEY_CURE)
    return warn(
        "traces", f"the collector at {where} does not take them ({why}); uploads go on without", _CURE
    )


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What the library says meanwhile: statuses, and classes of exceptions. It is not printed otherwise."""
    reasons: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            reasons.extend(map(str, logs.details_of(record).get("values", ())))

    library, listener = logging.getLogger("opentelemetry"), Listener()
    library.addHandler(listener)
    library.setLevel(logging.WARNING)
    library.propagate = False
    try:
        yield reasons
    finally:
        library.removeHandler(listener)
        library.setLevel(logging.NOTSET)
        library.propagate = True
