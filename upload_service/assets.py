"""The files that browsers get, as answers.

Knows: the folder `static`, what each kind of file is called, and what browsers may do with it.
Rules: a file is read when it is first asked for, and kept; a page may use nothing that we do not serve.
Files that are kept compressed are sent as they lie.
Must not know: what stands in the files.
"""

import zlib
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).with_name("static")
CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
}
# Of pages: the rest of Content-Security-Policy is each page's own, as source lists.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
CACHED_SECONDS = 3600


class Html(str):
    """Markup of our own, which is filled in as it stands."""

    __slots__ = ()


@cache
def _content(name: str) -> bytes:
    return (STATIC / name).read_bytes()


def asset(name: str) -> web.Response:
    """A file of the folder, compressed where the client likes that."""
    response = _answer(name, _content(name))
    response.enable_compression()
    return response


def _answer(name: str, body: bytes) -> web.Response:
    response = web.Response(body=body, content_type=CONTENT_TYPES[Path(name).suffix], charset="utf-8")
    response.headers["Cache-Control"] = f"max-age={CACHED_SECONDS}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def packed_asset(name: str, accepted: str) -> web.Response:
    """A file that lies in the folder compressed, `name.gz`; `accepted` is the client's Accept-Encoding."""
    body, packed = _content(f"{name}.gz"), "gzip" in accepted
    if not packed:
        body = zlib.decompress(body, wbits=zlib.MAX_WBITS | 16)
    response = _answer(name, body)
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def page(name: str, policy: Mapping[str, str] = POLICY, **words: str) -> web.Response:
    """A page of the folder, which changes with the service and must not be kept, with `{word}` filled in."""
    content = _content(name)
    for word, meaning in words.items():
        text = meaning if isinstance(meaning, Html) else escape(meaning)
        content = content.replace(f"{{{word}}}".encode(), text.encode())
    response = _answer(name, content)
    response.enable_compression()
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = "; ".join(f"{key} {value}" for key, value in policy.items())
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
