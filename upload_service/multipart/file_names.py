"""Reads the file's name out of a part's Content-Disposition, in all the ways in which programs write it.

Knows: `filename*` of RFC 8187 and RFC 2231, words of RFC 2047, percent-encoding, quotation marks that nobody
escaped, and text that is not UTF-8.
Rules: a name never refuses an upload; what cannot be read for certain is read as well as possible. No name
has half a character in it (a lone surrogate), so it can always be written down.
Must not know: framing, what the name is used for.

Source: RFC 6266 section 4.3 (`filename*` wins), RFC 7578 section 4.2 and the HTML standard (%22, %0D, %0A).
"""

import binascii
import re
from urllib.parse import unquote, unquote_to_bytes

from multipart import MultipartSegment, content_disposition_unquote

from upload_service.multipart.text_decoding import decode, decode_unknown, has_undecoded_bytes, original_bytes

# What browsers and most programs write, where nothing has to be undone.
_PLAIN = re.compile(r'form-data; name="[^"]*"; filename="[^"%\\\ud800-\udfff]*"')
_FILENAME = re.compile(r";\s*+filename(?:\*[0-9]*\*?)?\s*+=", re.IGNORECASE)
_OPENING = re.compile(r';\s*+filename\s*+=\s*+"', re.IGNORECASE)
# A quotation mark ends the name only where the header ends or another parameter begins.
_CLOSING = re.compile(r'(?<!\\)"\s*+(?:;\s*+[\w*-]++\s*+=|;?\s*+\Z)', re.ASCII)
_UNQUOTED = re.compile(r";\s*+filename\s*+=\s*+([^;]*)", re.IGNORECASE)
_EXTENDED = re.compile(
    r""";\s*+filename\*\s*+=\s*+"?(?P<charset>[\w.:-]++)'[^';]*'(?P<text>[^"\s;]*)""",
    re.IGNORECASE | re.ASCII,
)
_SECTION = re.compile(
    r""";\s*+filename\*(?P<number>[0-9]{1,3})\*?\s*+=\s*+(?:"(?P<quoted>[^"]*)"|(?P<bare>[^"\s;]++))""",
    re.IGNORECASE,
)
_CHARSET_OF_SECTIONS = re.compile(r"(?P<charset>[\w.:-]++)'[^']*'(?P<text>.*)", re.ASCII | re.DOTALL)
_WORD = re.compile(
    r"=\?(?P<charset>[\w.:-]++)(?:\*[\w-]*+)?\?(?P<kind>[bq])\?(?P<text>[^?\s]*+)\?=",
    re.IGNORECASE | re.ASCII,
)
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s++(?==\?)")
_PERCENT_ENCODED = re.compile(r"(?:[\w.~!'()*+,@-]++|%[0-9a-f]{2})*+", re.IGNORECASE | re.ASCII)


def has_filename(part: MultipartSegment) -> bool:
    """Whether the part is a file, that is, whether it has a file name, in whatever way it is written."""
    return part.filename is not None or _FILENAME.search(_disposition(part)) is not None


def filename_of(part: MultipartSegment, charset: str = "") -> str:
    """The file's name as its sender meant it, as far as that can be known; "" where there is none.

    `charset` is the one that the request's Content-Type names, for names that are not UTF-8.
    """
    disposition = _disposition(part)
    if _PLAIN.fullmatch(disposition) and "=?" not in disposition:
        return str(part.filename)
    written, rest = _split(disposition)
    if (extended := _extended_name(rest)) is not None:
        return extended
    if not written and (unreadable := _EXTENDED.search(rest)):
        return _percent_decoded(unreadable["text"]).decode("utf-8", "replace")
    if has_undecoded_bytes(written):
        written = decode_unknown(original_bytes(written), charset)
    return _undo_encodings(written)


def _disposition(part: MultipartSegment) -> str:
    return str(part.header("Content-Disposition") or "")


def _split(disposition: str) -> tuple[str, str]:
    """The value of `filename`, its escapes as they are, and the header without it."""
    if opening := _OPENING.search(disposition):
        before, begin = disposition[: opening.start()], opening.end()
        if closing := _CLOSING.search(disposition, begin):
            if _OPENING.search(disposition, closing.start()):
                return _split(disposition[closing.start() + 1 :])  # of two names the last one counts
            return disposition[begin : closing.start()], before + disposition[closing.start() + 1 :]
        return disposition[begin:].rstrip().removesuffix('"'), before
    if unquoted := _UNQUOTED.search(disposition):
        return unquoted[1].strip(), disposition[: unquoted.start()] + disposition[unquoted.end() :]
    return "", disposition


def _extended_name(parameters: str) -> str | None:
    """The value of `filename*`, also when it is cut into sections; None if it is not there or not valid."""
    if extended := _EXTENDED.search(parameters):
        return decode(_percent_decoded(extended["text"]), extended["charset"])
    sections = sorted(_SECTION.finditer(parameters), key=lambda section: int(section["number"]))
    value = "".join(section["quoted"] or section["bare"] or "" for section in sections)
    if coded := _CHARSET_OF_SECTIONS.fullmatch(value):
        return decode(_percent_decoded(coded["text"]), coded["charset"])
    return value if value and not has_undecoded_bytes(value) else None


def _percent_decoded(text: str) -> bytes:
    return unquote_to_bytes(original_bytes(text))


def _undo_encodings(written: str) -> str:
    """Undo words of RFC 2047, percent-encoding of the whole name, or the escapes of a quoted string."""
    if "=?" in written and (decoded := _WORD.sub(_word, _BETWEEN_WORDS.sub("", written))) != written:
        return decoded
    if "%" in written and (whole := _fully_decoded(written)) is not None:
        return whole
    unescaped = str(content_disposition_unquote(f'"{written}"', filename=True))
    if "\\\\" in unescaped and "\\" not in unescaped.replace("\\\\", ""):
        return unescaped.replace("\\\\", "\\")  # each backslash was escaped, as Apache HttpClient does
    return unescaped


def _word(word: re.Match[str]) -> str:
    """The text of a word of RFC 2047; the word itself if it is not valid."""
    try:
        is_base64 = word["kind"] in "bB"
        text = word["text"].encode("ascii")
        coded = binascii.a2b_base64(text) if is_base64 else binascii.a2b_qp(text, header=True)
    except (binascii.Error, UnicodeEncodeError):
        return word[0]
    decoded = decode(coded, word["charset"])
    return word[0] if decoded is None else decoded


def _fully_decoded(written: str) -> str | None:
    """The name that was percent-encoded as a whole; None if it was not."""
    if not _PERCENT_ENCODED.fullmatch(written):
        return None
    try:
        decoded = unquote(written, errors="strict")
    except UnicodeDecodeError:
        return None
    return decoded if decoded.isprintable() else None
