"""HTML, SVG and XML by their first bytes.

Knows: the tags by which browsers take a file for HTML, and how an XML document finds its root.
Rules: comments, a byte order mark, wide characters and a prefix do not hide a root; the time is linear.
Must not know: any format with a signature.

Source: WHATWG MIME Sniffing, section 7.1 (tags, white space); XML 1.0, productions 22 to 28 and appendix F.
"""

import re

_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*+<")
_MARKS = re.compile(rb"\xef\xbb\xbf|\xff\xfe|\xfe\xff")
_SPACE = re.compile(rb"\s*")
_XML = re.compile(rb"<\?xml", re.IGNORECASE)
_HTML = re.compile(
    rb"<!--|<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P)[\s>]",
    re.IGNORECASE,
)
_BEFORE_ROOT = re.compile(rb"\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>", re.DOTALL | re.I)
_ROOT = re.compile(rb"<(?:[^\s<>/:]+:)?([^\s<>/:]+)")


def markup_type(head: bytes) -> str | None:
    """The type of a file that begins like markup; None for any other."""
    if not _BEGINS.match(head):
        return None
    # Of wide characters this leaves what is ASCII, which is all that is looked for.
    text = _MARKS.sub(b"", head, count=1) if _MARKS.match(head) else head
    text = text.replace(b"\0", b"")
    start = _SPACE.match(text).end()  # type: ignore[union-attr]  # it always matches
    root = _root(text, start)
    if root == b"svg":
        return "image/svg+xml"
    if _XML.match(text, start):
        return "application/xhtml+xml" if root == b"html" else "application/xml"
    return "text/html" if _HTML.match(text, start) else None


def _root(text: bytes, position: int) -> bytes | None:
    """The root's name without its prefix, in lower case, because HTML does not mind."""
    while before := _BEFORE_ROOT.match(text, position):
        position = before.end()
    match = _ROOT.match(text, position)
    return match[1].lower() if match else None
