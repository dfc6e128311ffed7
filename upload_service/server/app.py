"""Composition root: the application with its routes and all that requests share.

Knows: which parts there are and how long they live.
Must not know: anything about a single request.
"""

from collections.abc import AsyncIterator

from aiohttp import web

from upload_service.body.budget import SpoolBudget
from upload_service.content.sniffing import sniffing_library
from upload_service.pages.app_keys import CONTEXT, METRICS
from upload_service.server.access_control import AccessControl
from upload_service.server.admission import ACCESS_CONTROL
from upload_service.server.middleware import finish_headers, respond
from upload_service.server.routes import routes
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.storage.session import open_sessions
from upload_service.telemetry.metrics import Metrics
from upload_service.upload.app_context import AppContext


def make_app(settings: Settings) -> web.Application:
    """The application, ready to be run."""
    app = web.Application(middlewares=[respond])
    own_metrics = settings.metrics == "prometheus" and settings.metrics_port is None
    app.add_routes(routes(in_lambda=settings.in_lambda, metrics=own_metrics))
    app.on_response_prepare.append(finish_headers)

    app[ACCESS_CONTROL] = AccessControl(settings)
    if settings.allowed_types:
        sniffing_library()  # imported now, so that the first upload does not wait for it

    async def shared(app: web.Application) -> AsyncIterator[None]:
        budget = SpoolBudget(settings.spool_memory_bytes, settings.spool_disk_bytes, settings.spool_dir)
        async with open_sessions(pooled=not settings.in_lambda) as sessions:
            storage = Storage(sessions, settings.stall_seconds, settings.expect_continue_bytes)
            app[CONTEXT] = AppContext(settings, storage, budget, sessions.sockets)
            app[METRICS] = _metrics(app[CONTEXT])
            yield
        budget.close()

    app.cleanup_ctx.append(shared)
    return app


def _metrics(context: AppContext) -> Metrics:
    """What counts uploads; the kind that is wanted is imported only here."""
    if context.settings.metrics == "prometheus":
        from upload_service.telemetry.prometheus import PrometheusMetrics

        return PrometheusMetrics(context)
    if context.settings.metrics == "emf":
        from upload_service.telemetry.cloudwatch import CloudWatchMetrics

        return CloudWatchMetrics()
    return Metrics()
