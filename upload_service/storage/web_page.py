"""What a page in HTML looks like, which no object store sends.

Rules: no input and no output. However a body is made, it is read in an instant.
Must not know: what a page means under which status.
"""

import re
from collections.abc import Mapping

# What may stand before a document, in HTML and in XML. Possessive and atomic: no body makes the search long.
PROLOGUE = rb"(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]*+>\s*+|<!--(?>.*?-->)\s*+)*+"

_PAGE = rb"(?is)" + PROLOGUE + rb"<(?:!doctype\s+html|html|head|body|title|meta|script)\b"
_TYPE = r"(?i)\s*(?:text/html|application/xhtml\+xml)\s*(?:;|$)"


def is_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the body is a page in HTML. `headers` ignore case; `body`: its beginning.

    Some stores call their errors in XML `text/html`.
    """
    if not body:
        return False
    named = re.match(_TYPE, headers.get("Content-Type", ""))
    return bool(re.match(_PAGE, body)) or (bool(named) and not body.lstrip().startswith(b"<?xml"))
