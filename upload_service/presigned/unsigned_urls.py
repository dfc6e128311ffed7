"""URLs without a signature, where the operator says that a store of his needs none.

Knows: what such a URL may be: an object's plain address, or that of one part of an S3 upload in parts.
Rules: no other parameter, because any might make something else of the PUT; loaded at the first such URL.
Must not know: which destinations are such stores, signature schemes.
"""

import re

from upload_service.presigned.query import unusable_url
from upload_service.presigned.signed_operation import Kind
from upload_service.presigned.url_parts import UrlParts
from upload_service.translation.phrase import Phrase

_PART = re.compile(r"(?:partNumber=\d{1,5}&uploadId=[^&=]+|uploadId=[^&=]+&partNumber=\d{1,5})", re.ASCII)


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
