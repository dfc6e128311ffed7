"""URLs without a signature, where the operator says that a store of his needs none.

Knows: what such a URL may be: an object's plain address, or that of one part of an S3 upload in parts.
Rules: no other parameter, because any might make something else of the PUT. A signature proves nothing to a
store that asks for none, so with one there is nothing beside it either. Loaded at the first such URL.
Must not know: which destinations are such stores, which signature schemes there are.
"""

import re

from upload_service.presigned.query import Query, unusable_url
from upload_service.presigned.signature_scheme import SignatureScheme
from upload_service.presigned.signed_operation import Kind
from upload_service.presigned.url_parts import UrlParts
from upload_service.translation.phrase import Phrase

_PART = re.compile(r"(?:partNumber=\d{1,5}&uploadId=[^&=;]+|uploadId=[^&=;]+&partNumber=\d{1,5})", re.ASCII)
# What signers add to a signature of their own accord.
_OF_SIGNERS = re.compile(
    r"x-(?:amz|goog|oss|cos|obs)-(?:security-token|content-sha256|sdk-checksum-algorithm|checksum-[a-z0-9]+)"
)


def kind_of_unsigned(parts: UrlParts) -> Kind:
    """Whether the bytes become an object or a part of one; raises UploadError for any other query."""
    query = parts.url.raw_query_string
    if query and not _PART.fullmatch(query):
        raise unusable_url(
            Phrase("has no signature, and so may have no parameters but partNumber and uploadId")
        )
    if parts.path.endswith("/"):
        raise unusable_url(Phrase("ends with a slash, as the address of a folder does"))
    return "part" if query else "object"


def require_nothing_but_signature(query: Query, scheme: SignatureScheme) -> None:
    """Raise UploadError for a parameter that is not of the signature itself, nor of a part."""
    operation = scheme.operation
    names = {name for name, _ in operation.allowed_values} | {each.name for each in scheme.parameters}
    names |= {name for _, parameters in operation.kinds for name, _ in parameters}
    known = {name.lower() for name in names}
    if not all(name in known or _OF_SIGNERS.fullmatch(name) for name in query.lower):
        raise unusable_url(
            Phrase("may have no parameters but those of its signature, because its store asks for none")
        )
