"""The files that browsers get, as answers.

Knows: the folder `static`, what each kind of file is called, and what browsers may do with it.
Rules: a file is read, packed and unpacked when that is first wanted, and kept; a page may use nothing that we
do not serve; no client, however slow, makes the service hold a large file for it alone.
Must not know: what stands in the files.
"""

import zlib
from collections.abc import AsyncIterator, Mapping
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
KEPT = "max-age=3600"
ASKED_ANEW = "no-cache"
SLICE_BYTES = 32 * 1024
_GZIP = zlib.MAX_WBITS | 16


class Html(str):
    """Markup of our own, which is filled in as it stands."""

    __slots__ = ()


@cache
def _plain(name: str) -> bytes:
    path = STATIC / name
    return path.read_bytes() if path.exists() else zlib.decompress(_packed(name), wbits=_GZIP)


@cache
def _packed(name: str) -> bytes:
    """As it lies in the folder, `name.gz`, or packed here."""
    path = STATIC / f"{name}.gz"
    return path.read_bytes() if path.exists() else zlib.compress(_plain(name), 9, wbits=_GZIP)


def asset(name: str, accepted: str, cache_control: str = KEPT) -> web.Response:
    """A file of the folder, packed or not; `accepted` is the client's Accept-Encoding."""
    packed = _takes_gzip(accepted)
    body = _packed(name) if packed else _plain(name)
    response = _answer(name, body if len(body) <= SLICE_BYTES else _slices(body), cache_control)
    response.headers["Content-Length"] = str(len(body))
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def page(name: str, policy: Mapping[str, str] = POLICY, **words: str) -> web.Response:
    """A page of the folder, which changes with the service and must not be kept, with `{word}` filled in."""
    content = _plain(name)
    for word, meaning in words.items():
        text = meaning if isinstance(meaning, Html) else escape(meaning)
        content = content.replace(f"{{{word}}}".encode(), text.encode())
    response = _answer(name, content, ASKED_ANEW)
    response.enable_compression()
    response.headers["Content-Security-Policy"] = "; ".join(f"{key} {value}" for key, value in policy.items())
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _answer(name: str, body: bytes | AsyncIterator[bytes], cache_control: str) -> web.Response:
    response = web.Response(body=body, content_type=CONTENT_TYPES[Path(name).suffix], charset="utf-8")
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def _slices(body: bytes) -> AsyncIterator[bytes]:
    """One after the other, each when the one before it is on its way."""
    for start in range(0, len(body), SLICE_BYTES):
        yield body[start : start + SLICE_BYTES]


def _takes_gzip(accepted: str) -> bool:
    """RFC 9110 section 12.5.3."""
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() == "gzip":
            return not weight.replace(" ", "").rstrip("0.").endswith("q=")
    return False
