"""Recognises HTML, SVG and XML by their first bytes.

Knows: the tags by which browsers recognise HTML, and what may come before the root element in XML.
Rules: comments, a byte order mark, wide characters (UTF-16) and a namespace prefix do not hide the root. The
time is linear.
Must not know: formats that begin with fixed bytes.

Source: WHATWG MIME Sniffing, section 7.1 (tags, white space); XML 1.0, productions 22 to 28 and appendix F.
"""

import re

# What `markup_type` can return.
MARKUP_TYPES = frozenset({"image/svg+xml", "application/xhtml+xml", "application/xml", "text/html"})
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*+<")
# Compiled at first use, because most files are no markup.
_MARKS = rb"\xef\xbb\xbf|\xff\xfe|\xfe\xff"
_SPACE = rb"\s*"
_XML = rb"(?i)<\?xml"
_HTML = (
    rb"(?i)<!--|<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P)[\s>]"
)
_BEFORE_ROOT = rb"(?is)\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>"
_ROOT = rb"<(?:[^\s<>/:]+:)?([^\s<>/:]+)"


def markup_type(head: bytes) -> str | None:
    """The media type of a file that begins with markup; None for other files."""
    if not _BEGINS.match(head):
        return None
    # Without zero bytes, UTF-16 text becomes ASCII where it has ASCII characters; no others are looked for.
    text = re.sub(_MARKS, b"", head, count=1) if re.match(_MARKS, head) else head
    text = text.replace(b"\0", b"")
    start = re.match(_SPACE, text).end()  # type: ignore[union-attr]  # it always matches
    root = _root(text, start)
    if root == b"svg":
        return "image/svg+xml"
    if re.compile(_XML).match(text, start):
        return "application/xhtml+xml" if root == b"html" else "application/xml"
    return "text/html" if re.compile(_HTML).match(text, start) else None


def may_be_xml(head: bytes) -> bool:
    """Whether a parser of XML could read a file that begins so."""
    return _BEGINS.match(head) is not None


def _root(text: bytes, position: int) -> bytes | None:
    """The name of the root element without its prefix; in lower case, because HTML ignores case."""
    between = re.compile(_BEFORE_ROOT)
    while before := between.match(text, position):
        position = before.end()
    match = re.compile(_ROOT).match(text, position)
    return match[1].lower() if match else None
