"""Which pages of which origins may call, in the words of the Fetch standard.

Knows: the headers for an answer and for a preflight.
Rules: never credentials; an origin that is not listed gets no header, and the browser does the rest.
Must not know: uploads.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Mapping

ALLOWED_METHODS = "GET, POST, OPTIONS"
ALLOWED_HEADERS = "Authorization, Content-Type, X-Request-Id"
EXPOSED_HEADERS = "X-Request-Id, Retry-After"
# Two hours: the most that Chromium keeps a preflight.
MAX_AGE_SECONDS = 7200


def answer_headers(origins: tuple[str, ...], origin: str | None) -> Mapping[str, str]:
    """What every answer to a page of `origin` carries; `origins` is the setting, () when it is off."""
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
    """What the answer to a preflight carries beyond `answer_headers`."""
    if "Access-Control-Allow-Origin" not in answer_headers(origins, origin):
        return {}
    return {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
    }
