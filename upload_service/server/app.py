"""Composition root: the application with its routes, its client sessions and its room for kept bytes.

Knows: which parts there are and how long they live.
Must not know: anything about a single request.
"""

from collections.abc import AsyncIterator

from aiohttp import web

from upload_service.body.budget import SpoolBudget
from upload_service.content.sniffing import sniffing_library
from upload_service.server.access_control import Callers
from upload_service.server.middleware import answer, finish_headers, routes
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.storage.session import open_sessions
from upload_service.upload.shared import SERVICE, Service


def make_app(settings: Settings) -> web.Application:
    """The application, ready to be run."""
    app = web.Application(middlewares=[answer])
    own_metrics = settings.metrics == "prometheus" and settings.metrics_port is None
    app.add_routes(routes(in_lambda=settings.in_lambda, metrics=own_metrics))
    app.on_response_prepare.append(finish_headers)

    callers = Callers(settings)
    if settings.allowed_types:
        sniffing_library()  # imported now, so that the first upload does not wait for it

    async def shared(app: web.Application) -> AsyncIterator[None]:
        spool_budget = SpoolBudget(settings.spool_memory_bytes, settings.spool_disk_bytes, settings.spool_dir)
        async with open_sessions(pooled=not settings.in_lambda) as sessions:
            storage = Storage(sessions, settings.stall_seconds, settings.expect_continue_bytes)
            app[SERVICE] = Service(settings, storage, spool_budget, callers, sessions.sockets)
            _measure(app[SERVICE])
            yield
        spool_budget.close()

    app.cleanup_ctx.append(shared)
    return app


def _measure(service: Service) -> None:
    """Let uploads be counted; what counts is only imported where it is wanted."""
    if service.settings.metrics == "prometheus":
        from upload_service.telemetry.prometheus import Prometheus

        metrics = Prometheus(service)
        service.meter, service.exposition = metrics.count, metrics.exposition
    elif service.settings.metrics == "emf":
        from upload_service.telemetry.cloudwatch import members

        service.meter = members
