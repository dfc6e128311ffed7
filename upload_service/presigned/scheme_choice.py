"""By which scheme a URL is signed.

Knows: what tells schemes apart.
Rules: a store looks at its own parameters alone, and a listed host may be any store. So a URL with the marks
of two stores' schemes is refused: it would be judged by the one, and could be used by the other.
Must not know: hosts, the clock.
"""

from collections.abc import Sequence

from yarl import URL

from upload_service.presigned.known_schemes import GOOGLE_SESSION, SIGNATURE_SCHEMES
from upload_service.presigned.query import Query, unusable_url
from upload_service.presigned.signature_scheme import SignatureScheme
from upload_service.presigned.signed_operation import GOOGLE, S3
from upload_service.translation.phrase import Phrase

# In lower case, because some stores read them so.
_MARKS = frozenset(name.lower() for scheme in SIGNATURE_SCHEMES for name in scheme.identified_by)


def scheme_of(query: Query, url: URL, known: Sequence[SignatureScheme]) -> SignatureScheme | None:
    """The scheme by which the URL is signed, of those that its store may know; None if it is not signed.

    Raises UploadError for a URL that is signed by two.
    """
    for scheme in known:
        if scheme.has_signed(query, url):
            if not _MARKS & query.lower.keys() <= {name.lower() for name in scheme.identified_by}:
                _require_no_other(query, url, known, scheme)
            return scheme
    return None


def _require_no_other(
    query: Query, url: URL, known: Sequence[SignatureScheme], scheme: SignatureScheme
) -> None:
    may_stand_beside = {id(scheme.operation)}
    if scheme.operation is GOOGLE_SESSION.operation:
        # In the URL of a session the signature of the POST that began it may be left.
        may_stand_beside |= {id(GOOGLE), id(S3)}
    if any(other.has_signed(query, url) and id(other.operation) not in may_stand_beside for other in known):
        raise unusable_url(Phrase("is signed in two ways, for two kinds of stores"))
