"""Composition root: the application with its routes, its one client session and its budget.

Knows: which parts there are and how long they live.
Must not know: anything about a single request.
"""

from collections.abc import AsyncIterator

from aiohttp import web

from upload_service.config import Settings
from upload_service.spool import Budget
from upload_service.storage import Storage, new_session
from upload_service.web import SERVICE, Service, finish_headers, render_failures, routes


def make_app(settings: Settings) -> web.Application:
    """The application, ready to be run."""
    app = web.Application(middlewares=[render_failures])
    app.add_routes(routes())
    app.on_response_prepare.append(finish_headers)

    async def shared(app: web.Application) -> AsyncIterator[None]:
        async with new_session() as session:
            storage = Storage(session, settings.stall_seconds)
            app[SERVICE] = Service(settings, storage, Budget(settings.spool_memory_bytes))
            yield

    app.cleanup_ctx.append(shared)
    return app
