"""GET /metrics: on the service's own port, or alone on a port of its own.

Rules: it answers until the process ends, also while the service is stopping.
Must not know: which metrics there are.
"""

from aiohttp import web

from upload_service.upload.shared import SERVICE, Service

METRICS_PATH = "/metrics"


async def metrics(request: web.Request) -> web.Response:
    """All metrics, on the service's own port."""
    return _exposition(request.app[SERVICE], request)


def metrics_only_server(service: Service) -> web.Server:
    """The server for UPLOAD_METRICS_PORT, which answers GET /metrics and nothing else."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path != METRICS_PATH or request.method not in ("GET", "HEAD"):
            response = web.Response(status=404, text=f"Only GET {METRICS_PATH} is here.\n")
        else:
            response = _exposition(service, request)
        response.headers["Server"] = "upload-service"
        return response

    return web.Server(answer, access_log=None)


def _exposition(service: Service, request: web.BaseRequest) -> web.Response:
    assert service.exposition
    body, content_type = service.exposition(request.headers.get("Accept", ""))
    return web.Response(body=body, headers={"Content-Type": content_type})
