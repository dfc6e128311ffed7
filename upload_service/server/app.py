"""Composition root: the application with its routes and all that requests share.

Knows: which parts there are and how long they live.
Must not know: anything about a single request.
"""

import importlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from upload_service.body.budget import SpoolBudget
from upload_service.content.sniffing import sniffing_library
from upload_service.pages.app_keys import CONTEXT, LOG, METRICS, TRACES
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
from upload_service.telemetry.metrics import Metrics, ProviderKeys
from upload_service.telemetry.traces import make_traces
from upload_service.upload.app_context import AppContext
from upload_service.upload.places import Places

if TYPE_CHECKING:
    from upload_service.scanner.trusted_clamd import TrustedClamd


def make_app(settings: Settings) -> web.Application:
    """The application, ready to be run."""
    app = web.Application(middlewares=[respond])
    own_metrics = settings.metrics == "prometheus" and settings.metrics_port is None
    app.add_routes(routes(in_lambda=settings.in_lambda, metrics=own_metrics))
    app.on_response_prepare.append(finish_headers)

    app[LOG] = structlog.get_logger().bind()
    app[TRACES] = make_traces(settings)
    app[ACCESS_CONTROL] = AccessControl(settings)
    app[OPEN_CONNECTIONS] = OpenConnections(descriptors.most_connections(settings, descriptors.limit()))
    if settings.allowed_types or settings.grant_keys:
        sniffing_library()  # imported now, so that the first upload does not wait for it
    if settings.grant_keys:
        importlib.import_module("upload_service.server.bearer_grants")  # the same

    app.cleanup_ctx.append(partial(_share, settings))
    return app


async def _share(settings: Settings, app: web.Application) -> AsyncIterator[None]:
    """Open what all requests share, and close it at the end."""
    budget = SpoolBudget(settings.spool_memory_bytes, settings.spool_disk_bytes, settings.spool_dir)
    most_sockets = most_before_crowded(settings.max_concurrent)
    async with AsyncExitStack() as stack:
        if signed := app[ACCESS_CONTROL].signed:
            signed.start()
            stack.push_async_callback(signed.close)
        stack.push_async_callback(app[TRACES].close)
        stack.callback(budget.close)
        pools = await stack.enter_async_context(
            open_pools(pooled=not settings.in_lambda, most_sockets=most_sockets)
        )
        storage = Storage(pools, settings.stall_seconds, settings.expect_continue_bytes)
        places = Places(settings.max_concurrent, settings.min_bytes_per_second)
        scanner = await stack.enter_async_context(_open_scanner(settings, app[LOG]))
        app[CONTEXT] = AppContext(settings, storage, budget, pools.sockets, places, scanner)
        app[METRICS] = _metrics(app[CONTEXT], app[OPEN_CONNECTIONS], signed.keys if signed else None)
        yield


def _open_scanner(settings: Settings, log: Any) -> "AbstractAsyncContextManager[TrustedClamd | None]":
    """The malware scanner, imported only where one is set."""
    if settings.scanner is None:
        return nullcontext()
    from upload_service.server.scanner import open_scanner

    return open_scanner(settings, log)


def _metrics(context: AppContext, connections: OpenConnections, keys: ProviderKeys | None) -> Metrics:
    """What counts uploads; the kind that is wanted is imported only here."""
    if context.settings.metrics == "prometheus":
        from upload_service.telemetry.prometheus import PrometheusMetrics

        return PrometheusMetrics(context, connections, keys)
    if context.settings.metrics == "emf":
        from upload_service.telemetry.cloudwatch import CloudWatchMetrics

        return CloudWatchMetrics(context.settings.metrics_namespace)
    return Metrics()
