"""Responses with the files of the folder `static`.

Knows: the media type of each kind of file, the security headers of pages, how long files may be cached, and
how a page marks its fixed words, which are in English in its file: `<h2 data-word>Files</h2>`.
Rules: a file is read, compressed or decompressed at its first request, and then kept in memory. A page may
load only what this service serves. A slow client never makes the service hold a copy of a large file for it.
Must not know: what is in the files.
"""

import re
import zlib
from collections.abc import AsyncIterator, Mapping
from functools import cache
from html import escape
from pathlib import Path

from aiohttp import web

from upload_service.pages.content_negotiation import accepts_gzip
from upload_service.translation.phrase import Language, translated

STATIC = Path(__file__).with_name("static")
CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
}
# The Content-Security-Policy of every page: directives and their source lists. A page may replace some.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
CACHE_FOR_AN_HOUR = "max-age=3600"
NO_CACHE = "no-cache"
CHUNK_BYTES = 32 * 1024
FIXED_WORDS = re.compile("(?<= data-word>)[^<]+")
_GZIP_WBITS = zlib.MAX_WBITS | 16  # zlib's sign for the gzip format


class Html(str):
    """Markup of our own: `page_response` inserts it without escaping."""

    __slots__ = ()


@cache
def _uncompressed(name: str) -> bytes:
    path = STATIC / name
    return path.read_bytes() if path.exists() else zlib.decompress(_gzipped(name), wbits=_GZIP_WBITS)


@cache
def _gzipped(name: str) -> bytes:
    """The file `name.gz` of the folder if there is one; otherwise `name`, compressed here."""
    path = STATIC / f"{name}.gz"
    return path.read_bytes() if path.exists() else zlib.compress(_uncompressed(name), 9, wbits=_GZIP_WBITS)


def file_response(name: str, accept_encoding: str, cache_control: str = CACHE_FOR_AN_HOUR) -> web.Response:
    """A file of the folder, gzipped if the client's Accept-Encoding header allows it."""
    gzip = accepts_gzip(accept_encoding)
    body = _gzipped(name) if gzip else _uncompressed(name)
    response = _response(name, body if len(body) <= CHUNK_BYTES else _chunks(body), cache_control)
    response.headers["Content-Length"] = str(len(body))
    if gzip:
        response.headers["Content-Encoding"] = "gzip"
    return response


@cache
def _page(name: str, language: Language) -> str:
    """The page with its fixed words in this language."""
    english = _uncompressed(name).decode()
    page = FIXED_WORDS.sub(lambda words: escape(translated(words[0], language)), english)
    return page.replace('<html lang="en"', f'<html lang="{language}"', 1)


def page_response(
    name: str,
    policy: Mapping[str, str] = CONTENT_SECURITY_POLICY,
    language: Language = "en",
    **values: str,
) -> web.Response:
    """A page of the folder, in which each `{name}` is replaced by the value of this name, escaped.

    A page changes with the service's version, so browsers must ask for it again each time.
    """
    content = _page(name, language)
    for placeholder, value in values.items():
        content = content.replace(f"{{{placeholder}}}", value if isinstance(value, Html) else escape(value))
    response = _response(name, content.encode(), NO_CACHE)
    response.enable_compression()
    response.headers["Content-Language"] = language
    response.headers["Content-Security-Policy"] = "; ".join(f"{key} {value}" for key, value in policy.items())
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _response(name: str, body: bytes | AsyncIterator[bytes], cache_control: str) -> web.Response:
    response = web.Response(body=body, content_type=CONTENT_TYPES[Path(name).suffix], charset="utf-8")
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    """The body in chunks; aiohttp asks for the next one when it has written the one before."""
    for start in range(0, len(body), CHUNK_BYTES):
        yield body[start : start + CHUNK_BYTES]
