"""The keys under which request handlers find what the app shares with them (aiohttp's `web.AppKey`)."""

from aiohttp import web
from structlog.typing import FilteringBoundLogger

from upload_service.telemetry.metrics import Metrics
from upload_service.telemetry.traces import Traces
from upload_service.upload.app_context import AppContext

CONTEXT: web.AppKey[AppContext] = web.AppKey("context", AppContext)
# Bound once: to bind one for each upload costs as much as half of its line.
LOG: web.AppKey[FilteringBoundLogger] = web.AppKey("log")
TRACES: web.AppKey[Traces] = web.AppKey("traces", Traces)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
