"""CORS: pages of which origins may call the service.

Knows: the headers of a response and of a preflight's response.
Rules: never credentials. An origin that is not listed gets no header, and its browser then blocks the page.
Must not know: uploads.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Mapping

ALLOWED_METHODS = "GET, POST, OPTIONS"
ALLOWED_HEADERS = "Authorization, Content-Type, X-Request-Id"
EXPOSED_HEADERS = "X-Request-Id, Retry-After"
# Two hours: Chromium keeps a preflight's result no longer.
MAX_AGE_SECONDS = 7200


def response_headers(origins: tuple[str, ...], origin: str | None) -> Mapping[str, str]:
    """Headers of every response to a page of `origin`. `origins` is the setting; () turns CORS off."""
    if origins == ("*",):
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
    if not origins:
        return {}
    if origin not in origins:
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
        "Vary": "Origin",
    }


def preflight_headers(origins: tuple[str, ...], origin: str | None) -> Mapping[str, str]:
    """Headers of a preflight's response beside `response_headers`."""
    if "Access-Control-Allow-Origin" not in response_headers(origins, origin):
        return {}
    return {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
    }
