"""Why a URL is not signed as its store wants it: not at all, in another known way, or in an unknown one.

Knows: what the signatures and tokens of other services look like.
Rules: imported for a refusal only. A cause names ways to sign and parameters from the table, and never a part
of the URL. An unsigned URL whose key looks random is more common than a token in a path, so a path counts as
signed only if a long token stands before its last segment.
Must not know: the hosts of stores.
"""

import re

from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.known_schemes import SIGNATURE_SCHEMES
from upload_service.presigned.provider import Provider
from upload_service.presigned.query import Query
from upload_service.translation.phrase import Phrase

# Names in lower case that begin like this belong to known schemes: where they alone did not make a signature,
# a part of the query is missing or has another case, as when a shell has cut the URL at its first `&`.
_OF_KNOWN_SCHEMES = ("x-amz-", "x-goog-", "awsaccesskeyid", "googleaccessid")
# What a parameter's name in lower case has, and how it is told. Akamai: hdnts, hmac; Alibaba's CDN: auth_key.
_SIGNS = (
    (r"auth_?key", "auth_key"),
    (r".*signature.*", "signature"),
    (r".*hmac.*|hdn[a-z]+", "hmac"),
    (r".*token.*|jwt", "token"),
    (r"(?:.*[_.-])?sig|sign", "sig"),
)
_LONG_SEGMENT = r".*/(?=[^/]*[a-z])(?=[^/]*[A-Z])(?=[^/]*\d)[A-Za-z0-9_-]{40,}/.+"


def not_signed(query: Query, url: URL, provider: Provider | None) -> UploadError:
    """The error for a URL that is signed by none of the schemes that its store takes."""
    accepted = provider.signature_schemes if provider else SIGNATURE_SCHEMES
    known = ", ".join(dict.fromkeys(scheme.name for scheme in accepted))
    if provider:
        _require_path(query, url, provider)
    of_store = Phrase("{store} takes {kinds}", store=provider.title, kinds=known) if provider else None
    other = next((scheme for scheme in SIGNATURE_SCHEMES if scheme.has_signed(query, url)), None)
    if other and of_store:
        return _unsupported(
            Phrase("The URL in uploadUrl is signed as {kind}, but {takes}.", kind=other.name, takes=of_store)
        )
    sign = _sign_in(query) or (
        Phrase("a token in its path") if re.fullmatch(_LONG_SEGMENT, url.raw_path) else None
    )
    if not sign:
        return UploadError("url_not_signed")
    takes = of_store or Phrase("it knows {kinds}", kinds=known)
    return _unsupported(
        Phrase(
            "The URL in uploadUrl seems to be signed, by {sign}, in a way that is not known here: {takes}.",
            sign=sign,
            takes=takes,
        )
    )


def _require_path(query: Query, url: URL, provider: Provider) -> None:
    """Raise UploadError when all but the path is that of a kind which this store takes."""
    for scheme in provider.signature_schemes:
        if scheme.path and scheme.identified_by and scheme._replace(path=None).has_signed(query, url):
            scheme.path.require(url.raw_path)


def _sign_in(query: Query) -> Phrase | None:
    if any(name.startswith(_OF_KNOWN_SCHEMES) for name in query.lower):
        return None
    # One search for all of them: there can be thousands.
    names = "\n".join(name for name, value in query.lower.items() if value)
    for pattern, told in _SIGNS:
        if re.search(rf"^(?:{pattern})$", names, re.MULTILINE):
            return Phrase("its parameter {name}", name=told)
    return None


def _unsupported(cause: Phrase) -> UploadError:
    return UploadError("signature_kind_unsupported", cause)
