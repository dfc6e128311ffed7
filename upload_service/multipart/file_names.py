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

from multipart import content_disposition_unquote

from upload_service.multipart.part_headers import Part
from upload_service.multipart.text_decoding import decode, decode_unknown, has_undecoded_bytes, original_bytes

_FILENAME = re.compile(r";\s*+filename(?:\*[0-9]*\*?)?\s*+=", re.IGNORECASE)
# The others are compiled at first use, because few names need them.
_OPENING = r'(?i);\s*+filename\s*+=\s*+"'
# A quotation mark ends the name only where the header ends or another parameter begins.
_CLOSING = r'(?a)(?<!\\)"\s*+(?:;\s*+[\w*-]++\s*+=|;?\s*+\Z)'
_UNQUOTED = r"(?i);\s*+filename\s*+=\s*+([^;]*)"
_EXTENDED = r"""(?ai);\s*+filename\*\s*+=\s*+"?(?P<charset>[\w.:-]++)'[^';]*'(?P<text>[^"\s;]*)"""
_SECTION = (
    r"""(?i);\s*+filename\*(?P<number>[0-9]{1,3})\*?\s*+=\s*+(?:"(?P<quoted>[^"]*)"|(?P<bare>[^"\s;]++))"""
)
_CHARSET_OF_SECTIONS = r"(?as)(?P<charset>[\w.:-]++)'[^']*'(?P<text>.*)"
_WORD = r"(?ai)=\?(?P<charset>[\w.:-]++)(?:\*[\w-]*+)?\?(?P<kind>[bq])\?(?P<text>[^?\s]*+)\?="
_BETWEEN_WORDS = r"(?<=\?=)\s++(?==\?)"
_PERCENT_ENCODED = r"(?ai)(?:[\w.~!'()*+,@-]++|%[0-9a-f]{2})*+"


def has_filename(part: Part) -> bool:
    """Whether the part is a file, that is, whether it has a file name, in whatever way it is written."""
    return part.filename is not None or _FILENAME.search(part.disposition) is not None


def filename_of(part: Part, charset: str = "") -> str:
    """The file's name as its sender meant it, as far as that can be known; "" where there is none.

    `charset` is the one that the request's Content-Type names, for names that are not UTF-8.
    """
    if not part.disposition:
        return part.filename or ""
    written, rest = _split(part.disposition)
    if (extended := _extended_name(rest)) is not None:
        return extended
    if not written and (unreadable := re.search(_EXTENDED, rest)):
        return _percent_decoded(unreadable["text"]).decode("utf-8", "replace")
    if has_undecoded_bytes(written):
        written = decode_unknown(original_bytes(written), charset)
    return _undo_encodings(written)


def _split(disposition: str) -> tuple[str, str]:
    """The value of `filename`, its escapes as they are, and the header without it."""
    if opening := re.search(_OPENING, disposition):
        before, begin = disposition[: opening.start()], opening.end()
        if closing := re.compile(_CLOSING).search(disposition, begin):
            if re.compile(_OPENING).search(disposition, closing.start()):
                return _split(disposition[closing.start() + 1 :])  # of two names the last one counts
            return disposition[begin : closing.start()], before + disposition[closing.start() + 1 :]
        return disposition[begin:].rstrip().removesuffix('"'), before
    if unquoted := re.search(_UNQUOTED, disposition):
        return unquoted[1].strip(), disposition[: unquoted.start()] + disposition[unquoted.end() :]
    return "", disposition


def _extended_name(parameters: str) -> str | None:
    """The value of `filename*`, also when it is cut into sections; None if it is not there or not valid."""
    if extended := re.search(_EXTENDED, parameters):
        return decode(_percent_decoded(extended["text"]), extended["charset"])
    sections = sorted(re.finditer(_SECTION, parameters), key=lambda section: int(section["number"]))
    value = "".join(section["quoted"] or section["bare"] or "" for section in sections)
    if coded := re.fullmatch(_CHARSET_OF_SECTIONS, value):
        return decode(_percent_decoded(coded["text"]), coded["charset"])
    return value if value and not has_undecoded_bytes(value) else None


def _percent_decoded(text: str) -> bytes:
    return unquote_to_bytes(original_bytes(text))


def _undo_encodings(written: str) -> str:
    """Undo words of RFC 2047, percent-encoding of the whole name, or the escapes of a quoted string."""
    if "=?" in written and (decoded := re.sub(_WORD, _word, re.sub(_BETWEEN_WORDS, "", written))) != written:
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
    if not re.fullmatch(_PERCENT_ENCODED, written):
        return None
    try:
        decoded = unquote(written, errors="strict")
    except UnicodeDecodeError:
        return None
    return decoded if decoded.isprintable() else None
