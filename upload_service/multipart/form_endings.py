"""How the programs that send forms end them: what comes after the closing delimiter `--boundary--`.

Knows: the shapes of the boundaries that these programs make up, and which ending goes with each.
Rules: a shape is listed when the program was run, or its source read, in the versions named. A shape that two
programs share, or whose programs have changed their ending, is not listed.
Must not know: framing, what an ending is counted for.

Source: RFC 2046 section 5.1.1 allows all three endings, and nothing in a request says which one comes.
"""

import re
from typing import NamedTuple

# In bytes: nothing, one line break, two.
NOTHING, LINE_BREAK, TWO_LINE_BREAKS = 0, 2, 4

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Not listed is undici, so Node's fetch: up to undici 6.21.2 (Node 22.15) its forms end with nothing, later
# with a line break, and nothing else differs. Nor is Ruby's multipart-post (Faraday), whose file parts say
# their length.
_SHAPES = {
    LINE_BREAK: (
        r"----WebKitFormBoundary[0-9A-Za-z]+",  # Chromium, WebKit, Bun 1.4, Playwright 1.65
        r"----geckoformboundary[0-9a-f]+",  # Firefox
        r"-{27}[0-9]{10,40}",  # Firefox, older
        r"-{24}[0-9A-Za-z]{16,22}",  # curl 7 and 8
        r"-{26}[0-9a-f]{24}",  # form-data 4 (axios, superagent, Postman, jsdom)
        r"axios-[0-9.]+-boundary-.+",  # axios 1.21 with a FormData of the platform
        r"[0-9a-f]{32}",  # urllib3 2 (requests), httpx 0.28, aiohttp 3.14; Cloudflare's workers see below
        r"[0-9a-f]{60}",  # Go's mime/multipart
        r"(?:[0-9a-f]{16}-){3}[0-9a-f]{16}",  # reqwest
        _UUID,  # .NET, OkHttp
        rf"httpclient_boundary_{_UUID}",  # Apache HttpClient 5.6
        r"boundary_\.oOo\._.+",  # Qt 6
        r"dart-http-boundary-.+",  # Dart's http
        r"----RubyFormBoundary[0-9A-Za-z]{16}",  # rest-client 2.1
        r"-{21}[0-9a-f]{42}",  # http.rb 4.4
        r"----HappyDOMFormDataBoundary.+",  # happy-dom 21
    ),
    NOTHING: (
        r"(?=.{32}\Z)-{4,12}[0-9]{20,28}",  # Deno 2.9, node-fetch 3.3, formdata-polyfill 4.0
        r"-{20}NODENEEDLEHTTPCLIENT",  # needle 3.5
    ),
    TWO_LINE_BREAKS: (
        r"form-data-(?:encoder|boundary)-[0-9a-z]{16}",  # form-data-encoder 1.0 to 4.1 (got 12 to 16)
        rf"----AzSDKFormBoundary{_UUID}",  # @azure/core-rest-pipeline 1.24
        r"NodeFetchFormDataBoundary[0-9a-f]{16}",  # @remix-run/web-fetch 4.4, as early node-fetch 3
    ),
}
# One group for each ending, so that one search tells which it is.
_LISTED = re.compile("|".join(f"({'|'.join(shapes)})" for shapes in _SHAPES.values()))
# Shapes that other programs have as well, known by something else that they send.
_WORKER_BOUNDARY = re.compile(r"[0-9a-f]{32}")
_HTTPCLIENT_BOUNDARY = re.compile(r"[0-9a-f]{40}")
_HTTPCLIENT_DATE = re.compile(r'"; modification-date="\w')  # behind a name, not in it


class FormEnding(NamedTuple):
    """How many bytes come after the closing delimiter; without `is_known` it is only the usual number."""

    bytes: int
    is_known: bool


_LISTED_ENDINGS = tuple(FormEnding(count, is_known=True) for count in _SHAPES)
_USUAL = FormEnding(LINE_BREAK, is_known=False)


def ending_of(boundary: str, disposition: str = "", *, from_worker: bool = False) -> FormEnding:
    """The ending of a form with this boundary.

    `disposition` is the Content-Disposition of the file's part. `from_worker`: the request has the header
    CF-Worker, as those of Cloudflare's workers do.
    """
    if from_worker and _WORKER_BOUNDARY.fullmatch(boundary):
        return FormEnding(NOTHING, is_known=True)  # workerd of November 2026
    if _HTTPCLIENT_DATE.search(disposition) and _HTTPCLIENT_BOUNDARY.fullmatch(boundary):
        return FormEnding(TWO_LINE_BREAKS, is_known=True)  # Ruby's httpclient 2.8
    listed = _LISTED.fullmatch(boundary)
    return _LISTED_ENDINGS[(listed.lastindex or 1) - 1] if listed else _USUAL
