"""What can be read from the service: what it is, whether it lives and is ready, the contract, the errors.

Must not know: uploads.
"""

from aiohttp import web

from upload_service import __version__
from upload_service.assets import POLICY, page
from upload_service.errors import CATALOGUE, UploadError
from upload_service.errors_page import entry_markdown, page_markdown
from upload_service.service import SERVICE


async def index(_request: web.Request) -> web.Response:
    """What this is, for programs."""
    return web.json_response(
        {"message": "upload-service is running", "version": __version__, "docs": "/docs"}
    )


async def events(_request: web.Request) -> web.Response:
    """What the Web Adapter passes on of an invocation that is no HTTP request."""
    return web.json_response(
        {
            "success": False,
            "message": "The function takes uploads over HTTP at its Function URL, and ignores events.",
            "version": __version__,
            "docs": "/docs",
        }
    )


async def healthz(_request: web.Request) -> web.Response:
    """Liveness: touches nothing."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Readiness: 503 from the moment the service was told to stop."""
    if request.app[SERVICE].draining:
        raise UploadError("shutting_down", "The service is stopping.")
    return web.json_response({"status": "ready"})


async def docs(_request: web.Request) -> web.Response:
    """The contract, for people."""
    return page("docs.html", POLICY | {"style-src": "'self' 'unsafe-inline'"})


async def errors(_request: web.Request) -> web.Response:
    """The catalogue of errors."""
    return web.Response(text=page_markdown(), content_type="text/markdown")


async def error_entry(request: web.Request) -> web.Response:
    """One entry of the catalogue: what `type` of a problem document points at."""
    entry = CATALOGUE.get(request.match_info["code"])
    if entry is None:
        raise UploadError("not_found", "There is no error with this code.")
    return web.Response(text=entry_markdown(entry), content_type="text/markdown")
