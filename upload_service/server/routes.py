"""Every path of the service, and its handler.

Must not know: what the handlers do.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from upload_service.pages import endpoints, metrics_endpoint
from upload_service.server import check_endpoint, upload_endpoints
from upload_service.server.admission import hold_continue

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGES: dict[str, Handler] = {
    "/": endpoints.index,
    "/healthz": endpoints.healthz,
    "/readyz": endpoints.readyz,
    "/docs": endpoints.docs,
    "/openapi.json": endpoints.openapi,
    "/static/{name}": endpoints.static,
    "/errors": endpoints.errors,
    "/errors/{code}": endpoints.error_entry,
}
UPLOADS: dict[str, Handler] = {
    "/upload-with-presigned": upload_endpoints.upload,
    "/upload-with-presigned-retry": upload_endpoints.upload_retrying,
}
CHECKS: dict[str, Handler] = {"/check": check_endpoint.check}


def routes(*, in_lambda: bool = False, metrics: bool = False) -> list[web.RouteDef]:
    """The routes of one app. Only the handlers of forms answer `Expect`; on other paths it is ignored."""
    gets = PAGES | ({metrics_endpoint.METRICS_PATH: metrics_endpoint.get_metrics} if metrics else {})
    posts = UPLOADS | CHECKS | ({"/events": endpoints.lambda_event} if in_lambda else {})
    return [
        *(web.get(path, handler, expect_handler=hold_continue) for path, handler in gets.items()),
        *(web.post(path, handler, expect_handler=hold_continue) for path, handler in posts.items()),
    ]
