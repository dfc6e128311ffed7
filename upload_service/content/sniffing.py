"""The type of a file by its first bytes.

Knows: the library sigtype, and what it cannot recognise.
Rules: the library is imported only where the operator lists allowed types.
Must not know: claimed types, which types an operator allows.

Why sigtype, and what it leaves open: docs/decisions/0008-allowed-types.md.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from upload_service.content.markup import MARKUP_TYPES, markup_type
from upload_service.content.media_types import UNKNOWN_TYPES, canonical_name

if TYPE_CHECKING:
    from sigtype.types import Type

# The library looks at so many bytes: an Office document shows its type behind several archive entries.
HEAD_BYTES = 8192

# No real video has a longer list of brands (ISO base media `ftyp`); the library would read it seven times.
MAX_BRANDS_BYTES = 512
# The library's patterns for these take quadratic time, a second for 8 KiB. `markup.py` recognises the first.
SLOW_TYPES = frozenset({"image/svg+xml", "application/x-fictionbook+xml", "message/rfc822"})
# The most frequent uploads are tested first; in the library's order HEIC and AVIF come late.
WEB_IMAGES = frozenset("image/" + name for name in ("jpeg", "apng", "png", "webp", "gif", "heic", "avif"))


class SniffingLibrary(NamedTuple):
    """What is used of sigtype: its file types (web images separately), and its test for text."""

    web_images: tuple["Type", ...]
    others: tuple["Type", ...]
    match: Callable[[bytes, Sequence["Type"]], "Type | None"]
    is_text: Callable[[bytes], bool]


@cache
def sniffing_library() -> SniffingLibrary:
    """The library; the first call imports it, which takes a while."""
    import sigtype
    from sigtype.types import TYPES

    web = tuple(file_type for file_type in TYPES if file_type.mime in WEB_IMAGES)
    others = tuple(file_type for file_type in TYPES if file_type.mime not in WEB_IMAGES | SLOW_TYPES)
    return SniffingLibrary(web, others, sigtype.match, sigtype.is_text)


def sniff_type(head: bytes) -> str | None:
    """The media type of a file by its first HEAD_BYTES (or all, if it is shorter); None if not recognised."""
    if not head or (head[4:8] == b"ftyp" and int.from_bytes(head[:4], "big") > MAX_BRANDS_BYTES):
        return None
    library = sniffing_library()
    for image in library.web_images:
        if image.match(head):
            return canonical_name(image.mime)
    # Markup comes first, because the library takes a web page with "%PDF-1" in its first KB for a PDF.
    if markup := markup_type(head):
        return markup
    match = library.match(head, library.others)
    name = canonical_name(match.mime) if match else ""
    if name not in UNKNOWN_TYPES:
        return name
    return "text/plain" if library.is_text(head) else None


@cache
def recognisable_types() -> frozenset[str]:
    """Every type that `sniff_type` can return."""
    library = sniffing_library()
    named = {canonical_name(each.mime) for each in (*library.web_images, *library.others)}
    return frozenset((named - UNKNOWN_TYPES) | MARKUP_TYPES | {"text/plain"})
