"""Bytes that should be UTF-8 text and are not: finds out what they mean.

Knows: the charsets that may be named in a form, and those that are sent without being named.
Rules: no other codec of Python is ever asked; some are slow, and some make no text.
Must not know: headers, what the text is for.

Source: requests of real programs. Apache HttpClient writes Latin-1, and a Korean Windows CP949, which is more
than EUC-KR.
"""

import re

# By the name in lower case with hyphens. Python's own look-up would remember each unknown name for ever.
_CODECS = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("ascii", "us-ascii"), "ascii"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1"), "latin-1"),
    **dict.fromkeys(("euc-kr", "ks-c-5601-1987", "cp949", "ms949", "uhc", "windows-949"), "cp949"),
    **dict.fromkeys(("shift-jis", "sjis", "cp932", "ms932", "windows-31j"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936"), "gb18030"),
    **dict.fromkeys(("big5", "cp950"), "cp950"),
    **{name: name for name in ("euc-jp", "koi8-r", "koi8-u", "tis-620")},
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (*range(2, 12), *range(13, 17))},
    **{f"windows-{page}": f"cp{page}" for page in (874, *range(1250, 1259))},
    **{f"cp{page}": f"cp{page}" for page in (874, *range(1250, 1259))},
}
_TWO_HANGUL_SYLLABLES = "[\uac00-\ud7a3]{2}"
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(text: bytes, charset: str) -> str | None:
    """The text, if `charset` is known here and all of it is valid; else None."""
    codec = _CODECS.get(charset.lower().replace("_", "-"))
    try:
        return text.decode(codec) if codec else None
    except UnicodeDecodeError:
        return None


def decode_unknown(text: bytes, charset: str = "") -> str:
    """The text as well as it can be read: UTF-8, else `charset`, else Korean, else Western European.

    The double bytes of EUC-KR hardly ever make sense as two Latin letters. What CP949 adds to it has ASCII
    letters as second bytes, so that is believed only where syllables stand together.
    """
    for known in ("utf-8", charset):
        if (decoded := decode(text, known)) is not None:
            return decoded
    korean = decode(text, "cp949")
    if korean is not None and (_is_euc_kr(text) or re.search(_TWO_HANGUL_SYLLABLES, korean)):
        return korean
    return decode(text, "cp1252") or text.decode("latin-1")


def _is_euc_kr(text: bytes) -> bool:
    try:
        text.decode("euc-kr")
    except UnicodeDecodeError:
        return False
    return True


def has_undecoded_bytes(text: str) -> bool:
    """Whether `text` has bytes in it that were not UTF-8, as the error handler surrogateescape keeps them."""
    return _SURROGATE.search(text) is not None


def original_bytes(text: str) -> bytes:
    """The bytes that `text` was decoded from as UTF-8 with surrogateescape."""
    return text.encode("utf-8", "surrogateescape")
