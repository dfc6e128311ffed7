"""The endpoints for reading: index and upload page, liveness, readiness, API docs, the pages of errors.

Must not know: how an upload runs.
"""

from aiohttp import hdrs, web

from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE, UploadError
from upload_service.pages.app_keys import CONTEXT
from upload_service.pages.content_negotiation import preferred_language, prefers
from upload_service.pages.error_pages import (
    TITLE,
    catalogue_html,
    catalogue_markdown,
    entry_html,
    entry_markdown,
)
from upload_service.pages.static_files import (
    CONTENT_SECURITY_POLICY,
    NO_CACHE,
    Html,
    file_response,
    page_response,
)
from upload_service.translation.phrase import Language, Phrase, translated

# The files below /static/. No other file of the folder is served.
DOCS_FILES = frozenset({"docs.css", "docs.js", "errors.css"})
SWAGGER_FILES = {name: f"swagger-ui/{name}" for name in ("swagger-ui-bundle.js", "swagger-ui.css")}
# The files of the upload page. They, and the next ones, are served only while UPLOAD_PAGE is not off.
PAGE_FILES = frozenset(
    {"curl.js", "page.css", "page.js", "row.js", "sending.js", "unfinished.js", "words.js"}
)
# What the page loads as well when a large file is chosen.
PARTS_FILES = frozenset({"parts.js", "upload-client.js", "upload-in-parts.js"})
_UPLOAD_FILES = PAGE_FILES | PARTS_FILES
# The request's headers on which a page depends that there is in several languages.
_LOCALIZED = f"{hdrs.ACCEPT}, {hdrs.ACCEPT_LANGUAGE}"


async def index(request: web.Request) -> web.Response:
    """GET /: the upload page for browsers; for programs, JSON that says what this service is."""
    page = request.app[CONTEXT].settings.upload_page
    if page != "off" and _prefers_html(request, "application/json"):
        return _vary(_upload_page("" if page == "on" else page, _language(request)), _LOCALIZED)
    return _vary(
        web.json_response({"message": "upload-service is running", "version": __version__, "docs": "/docs"}),
        hdrs.ACCEPT,
    )


def _upload_page(signer: str, language: Language) -> web.Response:
    """The upload page. It may send requests to this service and its signer, and show the chosen pictures."""
    origin = "/".join(signer.split("/")[:3])
    policy = {"connect-src": f"'self' {origin}".strip(), "img-src": "'self' data: blob:"}
    return page_response(
        "page.html", CONTENT_SECURITY_POLICY | policy, language, signer=signer, version=__version__
    )


async def lambda_event(_request: web.Request) -> web.Response:
    """POST /events: where the Lambda Web Adapter sends an invocation that is not an HTTP request."""
    return web.json_response(
        {
            "success": False,
            "message": "The function takes uploads over HTTP at its Function URL, and ignores events.",
            "version": __version__,
            "docs": "/docs",
        }
    )


async def healthz(_request: web.Request) -> web.Response:
    """GET /healthz: liveness. Depends on nothing."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """GET /readyz: readiness. 503 as soon as the service has been told to stop."""
    if request.app[CONTEXT].draining:
        raise UploadError("shutting_down", Phrase("The service is stopping."))
    return web.json_response({"status": "ready"})


async def docs(_request: web.Request) -> web.Response:
    """GET /docs: the API for people, shown with Swagger UI."""
    return page_response("docs.html")


async def openapi(request: web.Request) -> web.Response:
    """GET /openapi.json: the API for programs."""
    return file_response("openapi.json", _accept_encoding(request))


async def static(request: web.Request) -> web.Response:
    """GET /static/{name}: scripts and style sheets of the pages."""
    name = request.match_info["name"]
    if name in SWAGGER_FILES:
        return file_response(SWAGGER_FILES[name], _accept_encoding(request))
    if name in DOCS_FILES or (name in _UPLOAD_FILES and request.app[CONTEXT].settings.upload_page != "off"):
        # Not cached: all files of a page must be of the same version.
        return file_response(name, _accept_encoding(request), NO_CACHE)
    raise UploadError("not_found")


def _accept_encoding(request: web.Request) -> str:
    return ",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))


async def errors(request: web.Request) -> web.Response:
    """GET /errors: the catalogue of errors, as HTML for browsers, else as Markdown."""
    language = _language(request)
    if _prefers_html(request, "text/markdown"):
        title = translated(TITLE, language)
        return _errors_page(title, catalogue_html(language), language, up="")
    return _markdown(catalogue_markdown(language), language)


async def error_entry(request: web.Request) -> web.Response:
    """GET /errors/{code}: one entry of the catalogue. The `type` of each problem document is this URL."""
    entry = CATALOGUE.get(request.match_info["code"])
    language = _language(request)
    if entry is None:
        raise UploadError("not_found", Phrase("There is no error with this code."))
    if _prefers_html(request, "text/markdown"):
        return _errors_page(entry.code, entry_html(entry, entry.code, language), language, up="../")
    return _markdown(entry_markdown(entry, language), language)


def _prefers_html(request: web.Request, other: str) -> bool:
    """Whether the client prefers HTML to the media type `other`, as browsers do."""
    return prefers(",".join(request.headers.getall(hdrs.ACCEPT, ())), "text/html", other)


def _language(request: web.Request) -> Language:
    return preferred_language(",".join(request.headers.getall(hdrs.ACCEPT_LANGUAGE, ())))


def _vary(response: web.Response, names: str) -> web.Response:
    """Tell caches that the response depends on these headers of the request."""
    response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), names)))
    return response


def _markdown(text: str, language: Language) -> web.Response:
    headers = {"Content-Language": language}
    return _vary(web.Response(text=text, content_type="text/markdown", headers=headers), _LOCALIZED)


def _errors_page(title: str, entries: str, language: Language, *, up: str) -> web.Response:
    """A page of errors as HTML; `up` is the relative URL of the service's root."""
    response = page_response("errors.html", language=language, title=title, up=up, entries=Html(entries))
    return _vary(response, _LOCALIZED)
