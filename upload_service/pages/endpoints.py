"""What can be read from the service: what it is, whether it lives and is ready, the contract, the errors.

Must not know: uploads.
"""

from aiohttp import hdrs, web

from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE, UploadError
from upload_service.pages.app_keys import CONTEXT
from upload_service.pages.content_negotiation import prefers
from upload_service.pages.error_pages import entry_html, entry_markdown, page_html, page_markdown
from upload_service.pages.static_files import ASKED_ANEW, POLICY, Html, asset, page

# What the pages are made of: nothing else of the folder is given away.
ASSETS = frozenset({"docs.css", "docs.js", "errors.css"})
SWAGGER = {name: f"swagger-ui/{name}" for name in ("swagger-ui-bundle.js", "swagger-ui.css")}
# Of the page at /, which may be off.
PAGE_FILES = frozenset({"curl.js", "page.css", "page.js", "row.js", "sending.js", "words.js"})


async def index(request: web.Request) -> web.Response:
    """What this is: JSON for programs, a page to upload with for browsers."""
    shown = request.app[CONTEXT].settings.upload_page
    if shown != "off" and _likes_html(request, "application/json"):
        response = _upload_page("" if shown == "on" else shown)
    else:
        response = web.json_response(
            {"message": "upload-service is running", "version": __version__, "docs": "/docs"}
        )
    return _varying(response)


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
    if request.app[CONTEXT].draining:
        raise UploadError("shutting_down", "The service is stopping.")
    return web.json_response({"status": "ready"})


async def docs(_request: web.Request) -> web.Response:
    """The contract, for people."""
    return page("docs.html")


async def openapi(request: web.Request) -> web.Response:
    """The contract, for programs."""
    return asset("openapi.json", _accepted(request))


async def static(request: web.Request) -> web.Response:
    """What the pages are made of."""
    name = request.match_info["name"]
    if name in SWAGGER:
        return asset(SWAGGER[name], _accepted(request))
    if name in ASSETS or (name in PAGE_FILES and request.app[CONTEXT].settings.upload_page != "off"):
        return asset(name, _accepted(request), ASKED_ANEW)  # a page's parts must be of one version
    raise UploadError("not_found")


def _accepted(request: web.Request) -> str:
    return ",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))


async def errors(request: web.Request) -> web.Response:
    """The catalogue of errors."""
    if _likes_html(request, "text/markdown"):
        return _errors_page("Errors", page_html(), up="")
    return _markdown(page_markdown())


async def error_entry(request: web.Request) -> web.Response:
    """One entry of the catalogue: what `type` of a problem document points at."""
    entry = CATALOGUE.get(request.match_info["code"])
    if entry is None:
        raise UploadError("not_found", "There is no error with this code.")
    if _likes_html(request, "text/markdown"):
        return _errors_page(entry.code, entry_html(entry, entry.code), up="../")
    return _markdown(entry_markdown(entry))


def _likes_html(request: web.Request, other: str) -> bool:
    """Whether it is a browser's: they say so."""
    return prefers(",".join(request.headers.getall(hdrs.ACCEPT, ())), "text/html", other)


def _varying(response: web.Response) -> web.Response:
    """What depends on Accept, for whoever keeps answers."""
    response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept")))
    return response


def _markdown(text: str) -> web.Response:
    return _varying(web.Response(text=text, content_type="text/markdown"))


def _errors_page(title: str, entries: str, *, up: str) -> web.Response:
    """For people; `up` leads to where the service's paths begin."""
    response = page("errors.html", title=title, up=up, entries=Html(entries))
    return _varying(response)
