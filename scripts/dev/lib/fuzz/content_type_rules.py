"""What must be true of reading a media type, for any text: `check` raises AssertionError when it is not.

Knows: an input is the value of a header, one character for each byte; how browsers read one.
Rules: of a value that passes, a browser reads the very type that was judged, and it is never one with scripts
where a wildcard allows it. Nothing but a refusal is raised, and no refusal has more of the value than a plain
name.
Must not know: the fuzzer, so that the tests can replay its inputs.
"""

import re

from upload_service.content.allowed_types import AllowedTypes
from upload_service.content.content_type import parse_media_type
from upload_service.content.media_types import UNKNOWN_TYPES, canonical_name
from upload_service.errors.upload_error import UploadError

ALLOWED = AllowedTypes(
    ("image/*", "text/*", "application/*"), frozenset(), frozenset(("image", "text", "application"))
)
SEEN = ("image/png", "text/plain", "application/zip")
# Written once more, so that a name that is lost in the tables is noticed: WHATWG MIME Sniffing, "JavaScript
# MIME type" and "XML MIME type", and what holds pages as parts.
SCRIPTED = re.compile(
    r"(?:text|application)/(?:x-)?(?:java|ecma)script|text/(?:javascript1\.[0-5]|jscript|livescript|html|xml|xsl)"
    r"|application/xml|.*\+xml|multipart/.*"
)
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
WHITE = " \t\r\n"


def check(given: bytes) -> None:
    """Read `given`."""
    text = given.decode("latin-1")
    try:
        found = parse_media_type(text)
    except UploadError as error:
        _assert_silent(error)
        return
    assert found.text == text
    browsers = browser_type(text)
    if found.name is None:
        _assert_refused(text)
        return
    assert re.fullmatch(r"[\t\x20-\x7e]+", text)
    assert browsers is not None
    assert canonical_name(browsers) == found.name == canonical_name(found.name)
    for seen in SEEN:
        try:
            ALLOWED.require_allowed(seen, [found])
        except UploadError as error:
            _assert_silent(error)
        else:
            assert found.name in UNKNOWN_TYPES or not SCRIPTED.fullmatch(browsers), browsers


def _assert_refused(text: str) -> None:
    code = ""
    try:
        ALLOWED.require_possible([parse_media_type(text)])
    except UploadError as error:
        code = error.entry.code
    assert code == "invalid_content_type", code


def _assert_silent(error: UploadError) -> None:
    assert error.detail.isprintable()
    assert error.detail.isascii()


def browser_type(value: str) -> str | None:
    """The type that a browser takes: the last well-formed one (WHATWG Fetch, "extract a MIME type")."""
    types = [_parsed(each) for each in _split(value)]
    return next((each for each in reversed(types) if each), None)


def _split(value: str) -> list[str]:
    """At each comma outside of quotation marks (WHATWG Fetch, "get, decode, and split")."""
    values, here, at = [], "", 0
    while at < len(value):
        if value[at] == '"':
            end = at + 1
            while end < len(value) and value[end] != '"':
                end += 2 if value[end] == "\\" else 1
            here, at = here + value[at : end + 1], end
        elif value[at] == ",":
            values.append(here)
            here = ""
        else:
            here += value[at]
        at += 1
    return [*values, here]


def _parsed(value: str) -> str | None:
    """Type and subtype in lower case (WHATWG MIME Sniffing, "parse a MIME type"); None for a failure."""
    kind, slash, rest = value.strip(WHITE).partition("/")
    subtype = rest.partition(";")[0].rstrip(WHITE)
    if not slash or not TOKEN.fullmatch(kind) or not TOKEN.fullmatch(subtype):
        return None
    return f"{kind}/{subtype}".lower()
