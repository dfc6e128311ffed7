"""Where metrics are read: /metrics, on the service's own port or alone on another one.

Knows: what the service has to show. It answers until the end, also while the service stops.
Must not know: what is counted.
"""

from aiohttp import web

from upload_service.pages.app_keys import METRICS
from upload_service.telemetry.metrics import Metrics

PATH = "/metrics"


async def metrics(request: web.Request) -> web.Response:
    """All metrics, on the service's own port."""
    return _exposition(request.app[METRICS], request)


def alone(counted: Metrics) -> web.Server:
    """What answers on a port of its own."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path != PATH or request.method not in ("GET", "HEAD"):
            response = web.Response(status=404, text=f"Only GET {PATH} is here.\n")
        else:
            response = _exposition(counted, request)
        response.headers["Server"] = "upload-service"
        return response

    return web.Server(answer, access_log=None)


def _exposition(counted: Metrics, request: web.BaseRequest) -> web.Response:
    body, content_type = counted.exposition(request.headers.get("Accept", ""))
    return web.Response(body=body, headers={"Content-Type": content_type})
