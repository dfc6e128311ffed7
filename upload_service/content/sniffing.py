"""What a file is, judged from its first bytes, and whether the operator allows it.

Knows: the library that knows signatures, what it is blind for, and how a claimed type is compared.
Rules: nothing is allowed that is not recognised; a wildcard does not stand for types that carry script; the
library is only imported when there is a list.
Must not know: where the bytes come from and go to, settings.

Why sigtype, and what remains: docs/decisions/0008-allowed-types.md.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from upload_service.content.markup import markup_type
from upload_service.content.media_types import UNKNOWN_TYPES, canonical_name, carries_script, resolve_type
from upload_service.errors.upload_error import UploadError

if TYPE_CHECKING:
    from sigtype.types import Type

# As much as the library looks at: an Office document shows itself behind several entries of its archive.
HEAD_BYTES = 8192

# A list of brands this long is no film's: the library would read it seven times.
MAX_BRANDS_BYTES = 512
# The library's patterns for these take quadratic time, a second for 8 KiB; `markup.py` judges the first.
SLOW_TYPES = frozenset({"image/svg+xml", "application/x-fictionbook+xml", "message/rfc822"})
# What is uploaded most is asked for first; in the library's order HEIC and AVIF come late.
WEB_IMAGES = frozenset("image/" + name for name in ("jpeg", "apng", "png", "webp", "gif", "heic", "avif"))

_PLAIN_NAME = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")


@dataclass(frozen=True, slots=True)
class SniffingLibrary:
    """What is used of sigtype: its signatures, those of the web's images apart, and its test for text."""

    web_images: tuple["Type", ...]
    others: tuple["Type", ...]
    match: Callable[[bytes, Sequence["Type"]], "Type | None"]
    is_text: Callable[[bytes], bool]


@cache
def sniffing_library() -> SniffingLibrary:
    """The library; the first call imports it."""
    import sigtype
    from sigtype.types import TYPES

    web = tuple(file_type for file_type in TYPES if file_type.mime in WEB_IMAGES)
    others = tuple(file_type for file_type in TYPES if file_type.mime not in WEB_IMAGES | SLOW_TYPES)
    return SniffingLibrary(web, others, sigtype.match, sigtype.is_text)


def sniff_type(head: bytes) -> str | None:
    """The media type that the first HEAD_BYTES of a file, or all of a shorter one, look like."""
    if not head or (head[4:8] == b"ftyp" and int.from_bytes(head[:4], "big") > MAX_BRANDS_BYTES):
        return None
    library = sniffing_library()
    for image in library.web_images:
        if image.match(head):
            return canonical_name(image.mime)
    # Before the others, because the library takes a page with "%PDF-1" in its first KB for a PDF.
    if markup := markup_type(head):
        return markup
    match = library.match(head, library.others)
    name = canonical_name(match.mime) if match else ""
    if name not in UNKNOWN_TYPES:
        return name
    return "text/plain" if library.is_text(head) else None


@dataclass(frozen=True, slots=True)
class AllowedTypes:
    """The list of an operator; `exact` has short names, `families` what stands before a `/*`."""

    listed: tuple[str, ...]
    exact: frozenset[str]
    families: frozenset[str]

    def includes(self, name: str) -> bool:
        """Whether a type, by its short name, is on the list."""
        by_family = name.partition("/")[0] in self.families and not carries_script(name)
        return name in self.exact or by_family

    def require_allowed(self, head: bytes, claimed: str) -> str:
        """What a file that begins with `head` looks like; UploadError when it or its claim is not allowed."""
        seen = sniff_type(head)
        if seen is None:
            raise UploadError("type_unrecognised", None if head else "The file is empty, so it has no type.")
        self.require_allowed_claim(seen, claimed)
        return seen

    def require_allowed_claim(self, seen: str, claimed: str) -> None:
        """Raise UploadError when a file that looks like `seen` and claims this type is not allowed."""
        name = resolve_type(seen, canonical_name(claimed))
        if name is None:
            raise UploadError("type_mismatch", _contradiction(seen, canonical_name(claimed)))
        if not self.includes(name):
            raise UploadError("type_not_allowed", self._refusal(seen, name))

    def _refusal(self, seen: str, name: str) -> str:
        looks = f"The file's bytes look like {seen}"
        if name != seen and _PLAIN_NAME.fullmatch(name):
            looks += f", and it claims to be {name}"
        return f"{looks}, which is not among the allowed types: {', '.join(self.listed)}."


def _contradiction(seen: str, claimed: str) -> str:
    claim = claimed if _PLAIN_NAME.fullmatch(claimed) else "something else"
    return f"The file claims to be {claim}, but its bytes look like {seen}."


class Sniffer:
    """Gathers the head of one file and judges it, once. `is_allowed`: the file may go on."""

    def __init__(self, allowed: AllowedTypes, *claims: str) -> None:
        self._allowed = allowed
        self._claims = claims
        self._head = b""
        self._seen: str | None = None

    @property
    def is_allowed(self) -> bool:
        """Whether the file has been judged and is allowed."""
        return self._seen is not None

    def feed(self, chunk: bytes) -> None:
        """Look at the file's next chunk; raises UploadError."""
        if self._seen is None:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self.finish()

    def finish(self) -> None:
        """The file has no more bytes to look at; raises UploadError."""
        if self._seen is None:
            first, *others = self._claims
            self._seen, self._head = self._allowed.require_allowed(self._head, first), b""
            for claimed in others:
                self._allowed.require_allowed_claim(self._seen, claimed)

    def add_claim(self, claimed: str) -> None:
        """Storage will be told this type as well, as the form has said meanwhile; raises UploadError."""
        self._claims += (claimed,)
        if self._seen is not None:
            self._allowed.require_allowed_claim(self._seen, claimed)
