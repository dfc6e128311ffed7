"""CORS: pages of which origins may call the service.

Knows: the headers of a response and of a preflight's response.
Rules: never credentials. An origin that is not listed gets no header, and its browser then blocks the page.
A page may send whatever header its widgets and tracers add: none of them goes to storage.
Must not know: uploads.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from upload_service.settings.origins import is_listed

ALLOWED_METHODS = "GET, POST, OPTIONS"
# The headers that are allowed whatever is asked.
ALLOWED_HEADERS = ("Authorization", "Content-Type", "X-Request-Id")
EXPOSED_HEADERS = "X-Request-Id, Retry-After"
# Two hours: Chromium keeps a preflight's result no longer.
MAX_AGE_SECONDS = 7200
# Far more than widgets and tracers add. Without a bound the answer would grow with the question.
MAX_ASKED_HEADERS = 64
# A token of RFC 9110 section 5.6.2.
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


def response_headers(origins: tuple[str, ...], origin: str | None) -> Mapping[str, str]:
    """Headers of every response to a page of `origin`. `origins` is the setting; () turns CORS off."""
    if origins == ("*",):
        return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
    if not origins:
        return {}
    if origin is None or not is_listed(origin, origins):
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
        "Vary": "Origin",
    }


def preflight_headers(
    origins: tuple[str, ...], origin: str | None, asked: Sequence[str]
) -> Mapping[str, str]:
    """Headers of a preflight's response beside `response_headers`.

    `asked`: the lines of Access-Control-Request-Headers.
    """
    if "Access-Control-Allow-Origin" not in response_headers(origins, origin):
        return {}
    return {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ", ".join((*ALLOWED_HEADERS, *_further_names(asked))),
        "Access-Control-Max-Age": str(MAX_AGE_SECONDS),
        # For a cache that keeps preflights, as CloudFront can.
        "Vary": "Access-Control-Request-Headers",
    }


def _further_names(asked: Sequence[str]) -> Iterator[str]:
    """The usable names among those that are asked for, as they are written, without those always allowed."""
    names = [name.strip() for name in ",".join(asked).split(",")][:MAX_ASKED_HEADERS]
    known = {name.lower() for name in ALLOWED_HEADERS}
    for name in names:
        # `*` would mean every header, and it is a token as well.
        if _HEADER_NAME.fullmatch(name) and name != "*" and name.lower() not in known:
            known.add(name.lower())
            yield name
