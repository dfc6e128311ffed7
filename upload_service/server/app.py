"""Composition root: the application with its routes and all that requests share.

Knows: which parts there are and how long they live.
Must not know: anything about a single request.
"""

import importlib
from collections.abc import AsyncIterator

import structlog
from aiohttp import web

from upload_service.body.budget import SpoolBudget
from upload_service.content.sniffing import sniffing_library
from upload_service.pages.app_keys import CONTEXT, LOG, METRICS
from upload_service.server import descriptors
from upload_service.server.access_control import AccessControl
from upload_service.server.admission import ACCESS_CONTROL, OPEN_CONNECTIONS
from upload_service.server.middleware import finish_headers, respond
from upload_service.server.open_connections import OpenConnections
from upload_service.server.routes import routes
from upload_service.settings.settings import Settings
from upload_service.storage.connection_pools import open_pools
from upload_service.storage.put import Storage
from upload_service.storage.sockets import most_before_crowded
from upload_service.telemetry.metrics import Metrics
from upload_service.upload.app_context import AppContext
from upload_service.upload.places import Places


def make_app(settings: Settings) -> web.Application:
    """The application, ready to be run."""
    app = web.Application(middlewares=[respond])
    own_metrics = settings.metrics == "prometheus" and settings.metrics_port is None
    app.add_routes(routes(in_lambda=settings.in_lambda, metrics=own_metrics))
    app.on_response_prepare.append(finish_headers)

    app[LOG] = structlog.get_logger().bind()
    app[ACCESS_CONTROL] = AccessControl(settings)
    app[OPEN_CONNECTIONS] = OpenConnections(descriptors.most_connections(settings, descriptors.limit()))
    if settings.allowed_types or settings.grant_keys:
        sniffing_library()  # imported now, so that the first upload does not wait for it
    if settings.grant_keys:
        importlib.import_module("upload_service.server.bearer_grants")  # the same

    async def shared(app: web.Application) -> AsyncIterator[None]:
        budget = SpoolBudget(settings.spool_memory_bytes, settings.spool_disk_bytes, settings.spool_dir)
        most_sockets = most_before_crowded(settings.max_concurrent)
        async with open_pools(pooled=not settings.in_lambda, most_sockets=most_sockets) as pools:
            storage = Storage(pools, settings.stall_seconds, settings.expect_continue_bytes)
            places = Places(settings.max_concurrent, settings.min_bytes_per_second)
            app[CONTEXT] = AppContext(settings, storage, budget, pools.sockets, places)
            app[METRICS] = _metrics(app[CONTEXT], app[OPEN_CONNECTIONS])
            yield
        budget.close()

    app.cleanup_ctx.append(shared)
    return app


def _metrics(context: AppContext, connections: OpenConnections) -> Metrics:
    """What counts uploads; the kind that is wanted is imported only here."""
    if context.settings.metrics == "prometheus":
        from upload_service.telemetry.prometheus import PrometheusMetrics

        return PrometheusMetrics(context, connections)
    if context.settings.metrics == "emf":
        from upload_service.telemetry.cloudwatch import CloudWatchMetrics

        return CloudWatchMetrics()
    return Metrics()
