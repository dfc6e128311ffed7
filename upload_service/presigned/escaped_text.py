"""Tells how the text of a URL was escaped on its way, so that its sender sees where that happened.

Knows: the escapes of HTML, JSON and shells, quotation marks, and percent-encoding of a whole URL.
Rules: nothing is undone, because a guess could make another URL; the escape is named.
Must not know: what the URL is for.
"""

import re

from upload_service.translation.phrase import Phrase

# The order is that of the likelihood. What has `.*` in it begins at the start of the text, and is not tried
# from each place where it could begin.
_ESCAPES = (
    (r"\A[^?]*\?.*&(?:amp;|#0*38;|#x0*26;)", Phrase("has &amp; in the place of &, as HTML writes it")),
    (r"\\u00[0-9a-f]{2}", Phrase("has \\u0026 or the like in it, as JSON writes it")),
    (r"\\/", Phrase("has \\/ in the place of /, as JSON writes it")),
    (r"""\A(?:["'`]|%22|&quot;)|["`]\Z""", Phrase("has quotation marks in it or around it")),
    (r"\A<", Phrase("has angle brackets around it")),
    (r"\Ahttps?%3a", Phrase("is percent-encoded as a whole")),
    (r"\\", Phrase("has a backslash in it, as a shell writes it before special characters")),
)


def name_escape(text: str) -> Phrase | None:
    """What was done to the text, to follow the words "The URL"; None if it is nothing that is known here."""
    # The search takes longer than all else that is asked of a URL, and nearly every URL has none of this:
    # signers write %3B, %23 and %5C for the characters of HTML's escapes, and of JSON's and of shells'.
    may_be_escaped = ";" in text or "#" in text or "\\" in text or "%" in text[:9]
    if not may_be_escaped and text[:1] in "hH" and text[-1:] not in '"`':
        return None
    return next((name for pattern, name in _ESCAPES if re.search(pattern, text, re.I | re.S)), None)
