"""The type of a file by its first bytes, and whether the operator allows it.

Knows: the library sigtype, what it cannot recognise, and how a claimed type is compared.
Rules: a file whose type is not recognised is refused. A wildcard does not include types that carry scripts.
The library is imported only where the operator lists allowed types.
Must not know: where the bytes come from and go to, settings.

Why sigtype, and what it leaves open: docs/decisions/0008-allowed-types.md.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from upload_service.content.markup import MARKUP_TYPES, markup_type
from upload_service.content.media_types import UNKNOWN_TYPES, canonical_name, carries_script, resolve_type
from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

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

_PLAIN_NAME = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")


@dataclass(frozen=True, slots=True)
class SniffingLibrary:
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


@dataclass(frozen=True, slots=True)
class AllowedTypes:
    """The operator's list of allowed types.

    `listed` as it was written; `exact` are canonical names; `families` are the words before `/*`.
    """

    listed: tuple[str, ...]
    exact: frozenset[str]
    families: frozenset[str]

    def includes(self, name: str) -> bool:
        """Whether the type with this canonical name is on the list."""
        by_family = name.partition("/")[0] in self.families and not carries_script(name)
        return name in self.exact or by_family

    def require_allowed(self, head: bytes, claimed: str) -> str:
        """The type of a file that begins with `head`; raises UploadError if it or the claim is refused."""
        seen = sniff_type(head)
        if seen is None:
            empty = Phrase("The file is empty, so it has no type.")
            raise UploadError("type_unrecognised", None if head else empty)
        self.require_allowed_claim(seen, claimed)
        return seen

    def require_possible_claim(self, claimed: str) -> None:
        """Raise UploadError if no file that claims to be `claimed` can be allowed, whatever its bytes are."""
        name = canonical_name(claimed)
        if self.includes(name):
            return
        resolved = (resolve_type(seen, name) for seen in recognisable_types())
        if not any(found is not None and self.includes(found) for found in resolved):
            claim = name if _PLAIN_NAME.fullmatch(name) else Phrase("of a type")
            raise UploadError(
                "type_not_allowed",
                Phrase(
                    "The file claims to be {claim}, which is not among the allowed types: {listed}.",
                    claim=claim,
                    listed=", ".join(self.listed),
                ),
            )

    def require_allowed_claim(self, seen: str, claimed: str) -> None:
        """Raise UploadError if a file that looks like `seen` and claims to be `claimed` is not allowed."""
        name = resolve_type(seen, canonical_name(claimed))
        if name is None:
            raise UploadError("type_mismatch", _contradiction(seen, canonical_name(claimed)))
        if not self.includes(name):
            raise UploadError("type_not_allowed", self._refusal(seen, name))

    def _refusal(self, seen: str, name: str) -> Phrase:
        listed = ", ".join(self.listed)
        if name != seen and _PLAIN_NAME.fullmatch(name):
            return Phrase(
                "The file's bytes look like {seen}, and it claims to be {name}, which is not among the "
                "allowed types: {listed}.",
                seen=seen, name=name, listed=listed,
            )  # fmt: skip
        return Phrase(
            "The file's bytes look like {seen}, which is not among the allowed types: {listed}.",
            seen=seen, listed=listed,
        )  # fmt: skip


def _contradiction(seen: str, claimed: str) -> Phrase:
    claim = claimed if _PLAIN_NAME.fullmatch(claimed) else Phrase("something else")
    return Phrase("The file claims to be {claim}, but its bytes look like {seen}.", claim=claim, seen=seen)


class Sniffer:
    """Collects the first bytes of one file and checks its type once, when there are enough.

    `claims`: the media types that the client has given for the file.
    """

    def __init__(self, allowed: AllowedTypes, *claims: str) -> None:
        self._allowed = allowed
        self._claims = claims
        self._head = b""
        self._seen: str | None = None

    @property
    def is_allowed(self) -> bool:
        """Whether the type has been checked and is allowed; False until it is known."""
        return self._seen is not None

    def feed(self, chunk: bytes) -> None:
        """Look at the file's next chunk; raises UploadError when its type is not allowed."""
        if self._seen is None:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self.finish()

    def finish(self) -> None:
        """The file has ended: check its type now, if that is not done; raises UploadError."""
        if self._seen is None:
            first, *others = self._claims
            self._seen, self._head = self._allowed.require_allowed(self._head, first), b""
            for claimed in others:
                self._allowed.require_allowed_claim(self._seen, claimed)

    def add_claim(self, claimed: str) -> None:
        """Check another type that the form has given for the object; raises UploadError."""
        self._claims += (claimed,)
        if self._seen is not None:
            self._allowed.require_allowed_claim(self._seen, claimed)
