"""GET /metrics: on the service's own port, or alone on a port of its own.

Rules: it answers until the process ends, also while the service is stopping.
Must not know: which metrics there are.
"""

from aiohttp import hdrs, web

from upload_service.pages.app_keys import METRICS
from upload_service.telemetry.metrics import Metrics

METRICS_PATH = "/metrics"
# Nothing here has a body. Behind one, or an upgrade, others may see the next request begin elsewhere.
DOUBTFUL = (hdrs.CONTENT_LENGTH, hdrs.TRANSFER_ENCODING, hdrs.UPGRADE)


async def get_metrics(request: web.Request) -> web.Response:
    """All metrics, on the service's own port."""
    return _exposition(request.app[METRICS], request)


def metrics_only_server(metrics: Metrics) -> web.Server:
    """The server for UPLOAD_METRICS_PORT, which answers GET /metrics and nothing else."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path != METRICS_PATH or request.method not in ("GET", "HEAD"):
            response = web.Response(status=404, text=f"Only GET {METRICS_PATH} is here.\n")
        else:
            response = _exposition(metrics, request)
        response.headers["Server"] = "upload-service"
        if request.method == hdrs.METH_CONNECT or any(name in request.headers for name in DOUBTFUL):
            response.force_close()
        return response

    return web.Server(answer, access_log=None)


def _exposition(metrics: Metrics, request: web.BaseRequest) -> web.Response:
    body, content_type = metrics.exposition(request.headers.get("Accept", ""))
    return web.Response(body=body, headers={"Content-Type": content_type})
