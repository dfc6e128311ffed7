"""The types that the operator allows, and whether a file with its claimed types is one of them.

Knows: how claimed types are compared with what the bytes look like.
Rules: a file whose type is not recognised is refused. A wildcard does not include types that carry scripts. A
claim that does not obey the grammar of media types is refused, because readers could take it in several ways.
Must not know: where the bytes come from and go to, settings, headers' names.

Why: docs/decisions/0008-allowed-types.md.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from upload_service.content.content_type import MediaType
from upload_service.content.markup import may_be_xml
from upload_service.content.media_types import (
    UNKNOWN_TYPES,
    canonical_name,
    carries_script,
    resolve_type,
    scripted_type_of_ending,
)
from upload_service.content.sniffing import HEAD_BYTES, recognisable_types, sniff_type
from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

_PLAIN_NAME = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_ENTRY = re.compile(r"[a-z0-9][a-z0-9.+-]*/(\*|[a-z0-9][a-z0-9.+-]*)")
# Lets parts of an object pass, whose type cannot be seen.
PARTS_WORD = "parts"
# Of an object to which nothing gives a type.
_NO_TYPE = MediaType("", "")


class AllowedTypes(NamedTuple):
    """A list of allowed types: the operator's, or what a grant leaves of it.

    `listed` as it was written; `exact` are canonical names; `families` are the words before `/*`. `parts`:
    bytes that are only a part of an object may pass, although they cannot be recognised. `by_grant`: a grant
    has a list as well, and this is what both allow.
    """

    listed: tuple[str, ...]
    exact: frozenset[str]
    families: frozenset[str]
    parts: bool = False
    by_grant: bool = False

    def narrowed_to(self, other: "AllowedTypes") -> "AllowedTypes":
        """What both lists allow; nothing may be left."""
        exact = {name for name in self.exact if other.includes(name)}
        exact |= {name for name in other.exact if self.includes(name)}
        families = self.families & other.families
        listed = (*sorted(exact), *(f"{family}/*" for family in sorted(families)))
        return AllowedTypes(listed, frozenset(exact), families, self.parts and other.parts)

    @property
    def shown(self) -> str:
        """The list in words."""
        listed = ", ".join(self.listed)
        return Phrase("{listed} (a grant has limited them)", listed=listed) if self.by_grant else listed

    def includes(self, name: str) -> bool:
        """Whether the type with this canonical name is on the list."""
        by_family = name.partition("/")[0] in self.families and not carries_script(name)
        return name in self.exact or by_family

    def require_possible(self, types: Sequence[MediaType]) -> None:
        """Raise UploadError if no file with these types can be allowed, whatever its bytes are."""
        for claimed in types:
            name = _well_formed_name(claimed)
            if not self._is_possible(name):
                raise UploadError(
                    "type_not_allowed",
                    Phrase(
                        "The file claims to be {claim}, which is not among the allowed types: {listed}.",
                        claim=name if _PLAIN_NAME.fullmatch(name) else Phrase("of a type"),
                        listed=self.shown,
                    ),
                )

    def require_possible_name(self, types: Sequence[MediaType], ending: str) -> None:
        """The same for the type that some stores would give an object by its name; `ending`: of the name."""
        named = _type_by_name(types, ending)
        if named and not self._is_possible(named):
            raise _refused_name(named, ending)

    def require_possible_parts(self, of_blocks: Sequence[MediaType] | None, ending: str) -> None:
        """Raise UploadError if a part of an object may not pass, whose bytes tell nothing.

        `of_blocks`: the types that go with a list of blocks, which makes the object; None for another part.
        """
        if not self.parts:
            raise UploadError("type_not_checkable")
        if of_blocks is not None:
            self.require_possible(of_blocks)
            self.require_possible_name(of_blocks, ending)

    def require_allowed(self, seen: str, types: Sequence[MediaType]) -> None:
        """Raise UploadError if a file that looks like `seen` may not have one of these types."""
        for claimed in types:
            claim = _well_formed_name(claimed)
            name = resolve_type(seen, claim)
            if name is None:
                raise UploadError("type_mismatch", _contradiction(seen, claim))
            if not self.includes(name):
                raise UploadError("type_not_allowed", self._refusal(seen, name))

    def require_allowed_name(
        self, seen: str, types: Sequence[MediaType], ending: str, *, may_be_xml: bool
    ) -> None:
        """The same for the type that some stores would give an object by its name; `ending`: of the name."""
        named = _type_by_name(types, ending, may_be_xml=may_be_xml)
        if named is None:
            return
        resolved = resolve_type(seen, named)
        if resolved is None or not self.includes(resolved):
            raise _refused_name(named, ending)

    def _is_possible(self, name: str) -> bool:
        if self.includes(name):
            return True
        resolved = (resolve_type(seen, name) for seen in recognisable_types())
        return any(found is not None and self.includes(found) for found in resolved)

    def _refusal(self, seen: str, name: str) -> Phrase:
        listed = self.shown
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


def parse_allowed_types(entries: Iterable[str]) -> AllowedTypes:
    """Read media types, each like `image/png` or `image/*`, and the word `parts`.

    The ValueError for other text completes the sentence "VARIABLE …".
    """
    entries = [entry.strip().lower() for entry in entries]
    listed = tuple(entry for entry in entries if entry != PARTS_WORD)
    if not listed:
        raise ValueError("must hold media types beside the word parts")
    if not all(map(_ENTRY.fullmatch, listed)):
        raise ValueError("must be media types such as image/* or application/pdf, separated by commas")
    if not UNKNOWN_TYPES.isdisjoint(listed):
        raise ValueError("must hold types that a file can be recognised as: application/octet-stream is none")
    families = frozenset(entry[:-2] for entry in listed if entry.endswith("/*"))
    exact = frozenset(map(canonical_name, listed))
    return AllowedTypes(listed, exact, families, parts=PARTS_WORD in entries)


def _well_formed_name(claimed: MediaType) -> str:
    if claimed.name is None:
        raise UploadError(
            "invalid_content_type",
            Phrase("A Content-Type is not a type and a subtype with whole parameters behind them."),
        )
    return claimed.name


def _type_by_name(types: Sequence[MediaType], ending: str, *, may_be_xml: bool = False) -> str | None:
    """The type with scripts that some stores give an object by its name, where its types tell nothing."""
    named = scripted_type_of_ending(ending, may_be_xml=may_be_xml)
    return named if named and all(each.name in UNKNOWN_TYPES for each in types) else None


def _refused_name(named: str, ending: str) -> UploadError:
    return UploadError(
        "type_not_allowed",
        Phrase(
            "The file comes without a type, and the object's name ends in .{ending}: some stores would serve "
            "it as {name}, which it may not be.",
            ending=ending,
            name=named,
        ),
    )


def _contradiction(seen: str, claimed: str) -> Phrase:
    claim = claimed if _PLAIN_NAME.fullmatch(claimed) else Phrase("something else")
    return Phrase("The file claims to be {claim}, but its bytes look like {seen}.", claim=claim, seen=seen)


class Sniffer:
    """Collects the first bytes of one file, and judges its types when there are enough.

    `claims`: the types that the client has given for the file so far.
    """

    def __init__(self, allowed: AllowedTypes, claims: Sequence[MediaType]) -> None:
        self._allowed = allowed
        self._claims = tuple(claims)
        self._head = b""
        self._seen: str | None = None
        self._may_be_xml = False

    @property
    def is_allowed(self) -> bool:
        """Whether the bytes have been looked at and the claims so far are allowed; False until then."""
        return self._seen is not None

    def feed(self, chunk: bytes) -> None:
        """Look at the file's next chunk; raises UploadError when its type is not allowed."""
        if self._seen is None:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self.finish()

    def finish(self) -> None:
        """The file has ended: check its type now, if that is not done; raises UploadError."""
        if self._seen is not None:
            return
        seen = sniff_type(self._head)
        if seen is None:
            empty = Phrase("The file is empty, so it has no type.")
            raise UploadError("type_unrecognised", None if self._head else empty)
        self._allowed.require_allowed(seen, self._claims)
        self._may_be_xml = may_be_xml(self._head)
        self._seen, self._head = seen, b""

    def add_claims(self, claims: Sequence[MediaType]) -> None:
        """Check the types that the form has given for the object by now; raises UploadError."""
        new = tuple(claim for claim in claims if claim not in self._claims)
        self._claims += new
        if self._seen is not None and new:
            self._allowed.require_allowed(self._seen, new)

    def require_allowed_object(self, types: Sequence[MediaType], ending: str) -> None:
        """Raise UploadError if the object of a PUT with these types is not allowed; the bytes are known."""
        assert self._seen is not None
        self.add_claims(types or (_NO_TYPE,))
        self._allowed.require_allowed_name(self._seen, types, ending, may_be_xml=self._may_be_xml)
