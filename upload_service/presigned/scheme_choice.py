"""By which scheme a URL is signed, and what for.

Knows: what tells schemes apart.
Rules: a store looks at its own parameters alone, and a listed host may be any store. So a URL with the marks
of two stores' schemes is refused: it would be judged by the one, and could be used by the other.
A store that takes S3's signatures beside its own has its own operations behind both.
Must not know: hosts, the clock.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from yarl import URL

from upload_service.presigned.known_schemes import GOOGLE_SESSION, S3_V4A, SIGNATURE_SCHEMES
from upload_service.presigned.query import Query, unusable_url
from upload_service.presigned.signature_scheme import SignatureScheme
from upload_service.presigned.signed_operation import GOOGLE, S3, Kind, SignedOperation
from upload_service.presigned.vendor_operations import OF_S3S_RELATIVES
from upload_service.translation.phrase import Phrase

# In lower case, because some stores read all names so: Garage does.
_MARKS = frozenset(name.lower() for scheme in SIGNATURE_SCHEMES for name in scheme.identified_by)


def scheme_of(query: Query, url: URL, known: Sequence[SignatureScheme]) -> SignatureScheme | None:
    """The scheme by which the URL is signed, of those that its store may know; None if it is not signed.

    Raises UploadError for a URL that is signed by two.
    """
    for scheme in known:
        if scheme.has_signed(query, url):
            if not _marks_of_others(scheme.identified_by).isdisjoint(query.lower):
                _require_no_other(query, url, known, scheme)
            return scheme
    return None


@cache
def _marks_of_others(own: frozenset[str]) -> frozenset[str]:
    return _MARKS - {name.lower() for name in own}


def kind_of(
    query: Query,
    signed_headers: frozenset[str] | None,
    scheme: SignatureScheme,
    of_store: Sequence[SignatureScheme] | None,
) -> Kind:
    """What the bytes become; raises UploadError when the URL was signed for anything else than their PUT.

    `of_store`: the schemes of a known store; None for a listed host. Where the store's own reading sees a
    part, it is one.
    """
    kind = scheme.operation.require_put(query, signed_headers)
    # To a listed host that is not Google's, the signature counts that may be left in the URL of a session.
    if scheme.operation is S3 or (of_store is None and kind == "session"):
        for operation in _beside_s3(of_store):
            read = operation.require_put_by_query(query)
            kind = read if kind == "object" else kind
    return kind


def _beside_s3(of_store: Sequence[SignatureScheme] | None) -> Iterator[SignedOperation]:
    """What a store that takes S3's signatures has of its own. S3 itself, which alone has V4A, has no more."""
    if of_store is None or S3_V4A not in of_store:
        yield OF_S3S_RELATIVES
    for other in of_store or ():
        # One with a path of its own is of another interface, which reads no URL of S3's.
        if other.operation is not S3 and other.operation.plain_kind == "object" and other.path is None:
            yield other.operation


def _require_no_other(
    query: Query, url: URL, known: Sequence[SignatureScheme], scheme: SignatureScheme
) -> None:
    may_stand_beside = {id(scheme.operation)}
    if scheme.operation is GOOGLE_SESSION.operation:
        # In the URL of a session the signature of the POST that began it may be left.
        may_stand_beside |= {id(GOOGLE), id(S3)}
    for other in known:
        if id(other.operation) not in may_stand_beside and other._replace(any_case=True).has_signed(
            query, url
        ):
            raise unusable_url(Phrase("is signed in two ways, for two kinds of stores"))
