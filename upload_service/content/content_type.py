"""The value of a header that carries a media type, such as Content-Type, read once.

Knows: the grammar of RFC 9110 section 8.3.1, and what browsers make of a value with a comma.
Rules: what is judged and what is sent are one object, so nobody reads the value a second time. The time is
linear in the value's length.
Must not know: which types an operator allows, headers' names.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from upload_service.content.media_types import canonical_name
from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
# Within quotation marks, with a backslash before those that belong to the value.
_QUOTED = r'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e]|\\[\t\x20-\x7e])*+"'
_GRAMMAR = re.compile(rf"({_WORD}/{_WORD})(?:[ \t]*+;[ \t]*+(?:{_WORD}=(?:{_QUOTED}|{_WORD}))?+)*+", re.ASCII)
_NO_COMMA_OUTSIDE_QUOTES = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*+")*+', re.DOTALL)


class MediaType(NamedTuple):
    """A media type as a header gives it.

    `text` is the header's whole value. `name` is the canonical name of the type, without parameters; None
    where the text does not obey the grammar.
    """

    text: str
    name: str | None


# Most uploads have one of a few types; a value is asked for several times while the form goes on.
@lru_cache(maxsize=32)
def parse_media_type(text: str) -> MediaType:
    """Read the value of a header; raises UploadError if it holds several types.

    Browsers take the last of several types with commas between them (WHATWG Fetch, "extract a MIME type").
    """
    if "," in text and not _NO_COMMA_OUTSIDE_QUOTES.fullmatch(text):
        raise UploadError(
            "invalid_content_type", Phrase("A Content-Type has a comma outside of quotation marks.")
        )
    match = _GRAMMAR.fullmatch(text)
    return MediaType(text, canonical_name(match[1]) if match else None)
