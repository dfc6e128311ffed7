"""What can be read from the service: what it is, whether it lives and is ready, the contract, the errors.

Must not know: uploads.
"""

from aiohttp import web

from upload_service import __version__
from upload_service.assets import POLICY, Html, asset, packed_asset, page
from upload_service.errors import CATALOGUE, UploadError
from upload_service.errors_page import entry_html, entry_markdown, page_html, page_markdown
from upload_service.preference import prefers
from upload_service.service import SERVICE

# What the pages are made of: nothing else of the folder is given away.
ASSETS = frozenset({"docs.css", "docs.js", "errors.css"})
PACKED = {name: f"swagger-ui/{name}" for name in ("swagger-ui-bundle.js", "swagger-ui.css")}
# Of the page at /, which may be off.
PAGE_FILES = frozenset({"curl.js", "page.css", "page.js", "row.js", "sending.js", "words.js"})


async def index(request: web.Request) -> web.Response:
    """What this is: JSON for programs, a page to upload with for browsers."""
    shown = request.app[SERVICE].settings.upload_page
    if shown != "off" and prefers(request.headers.get("Accept", ""), "text/html", "application/json"):
        response = _upload_page("" if shown == "on" else shown)
    else:
        response = web.json_response(
            {"message": "upload-service is running", "version": __version__, "docs": "/docs"}
        )
    response.headers["Vary"] = "Accept"
    return response


def _upload_page(signer: str) -> web.Response:
    """The page; it may ask us and its signer, and show pictures that it has in its hands."""
    origin = "/".join(signer.split("/")[:3])
    policy = {"connect-src": f"'self' {origin}".strip(), "img-src": "'self' data: blob:"}
    return page("page.html", POLICY | policy, signer=signer, version=__version__)


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
    return page("docs.html")


async def openapi(_request: web.Request) -> web.Response:
    """The contract, for programs."""
    return asset("openapi.json")


async def static(request: web.Request) -> web.Response:
    """What the pages are made of."""
    name = request.match_info["name"]
    if name in PACKED:
        return packed_asset(PACKED[name], request.headers.get("Accept-Encoding", ""))
    if name in PAGE_FILES and request.app[SERVICE].settings.upload_page != "off":
        response = asset(name)
        response.headers["Cache-Control"] = "no-cache"  # small, and a page's parts must be of one version
        return response
    if name not in ASSETS:
        raise UploadError("not_found")
    return asset(name)


async def errors(request: web.Request) -> web.Response:
    """The catalogue of errors."""
    if _is_browser(request):
        return _errors_page("Errors", page_html(), up="")
    return _markdown(page_markdown())


async def error_entry(request: web.Request) -> web.Response:
    """One entry of the catalogue: what `type` of a problem document points at."""
    entry = CATALOGUE.get(request.match_info["code"])
    if entry is None:
        raise UploadError("not_found", "There is no error with this code.")
    if _is_browser(request):
        return _errors_page(entry.code, entry_html(entry, entry.code), up="../")
    return _markdown(entry_markdown(entry))


def _is_browser(request: web.Request) -> bool:
    return prefers(request.headers.get("Accept", ""), "text/html", "text/markdown")


def _markdown(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/markdown", headers={"Vary": "Accept"})


def _errors_page(title: str, entries: str, *, up: str) -> web.Response:
    """For people; `up` leads to where the service's paths begin."""
    response = page("errors.html", title=title, up=up, entries=Html(entries))
    response.headers["Vary"] = "Accept"
    return response
