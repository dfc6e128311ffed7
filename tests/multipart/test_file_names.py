"""File names as programs write them: each comes out as it was meant, and none refuses an upload."""

import time

import pytest

from tests.multipart.form_reading import FILE_HEAD, FORM_TYPE, parts, read

KOREAN = "견본 사진.png"
LATIN = "Übersicht é.png"


def filename(disposition: bytes, content_type: str = FORM_TYPE) -> str:
    """The name that a part with these parameters behind its own name has."""
    body = FILE_HEAD.replace(b'filename="a.png"', disposition) + b"1\r\n--B--\r\n"
    start = parts(read(content_type, [body], len(body))).start
    assert start
    return start.filename


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        pytest.param(
            b"filename=\"??.png\"; filename*=UTF-8''%EA%B2%AC%EB%B3%B8.png", "견본.png", id="rfc-8187"
        ),
        pytest.param(b"filename*=UTF-8''%EA%B2%AC.png; filename=\"?.png\"", "견.png", id="rfc-8187-first"),
        pytest.param(b'filename="??"; filename*="UTF-8\'\'%EA%B2%AC.png"', "견.png", id="rfc-8187-in-quotes"),
        pytest.param(
            b"filename=\"?\"; filename*=iso-8859-1'de'%DCber.png", "Über.png", id="rfc-8187-latin-1"
        ),
        pytest.param(b"filename=\"?\"; filename*=EUC-KR''%B0%DF.png", "견.png", id="rfc-8187-euc-kr"),
        pytest.param(b"filename=\"a.png\"; filename*=UTF-8''%FF.png", "a.png", id="rfc-8187-broken"),
        pytest.param(b"filename=\"a.png\"; filename*=klingon''b.png", "a.png", id="rfc-8187-unknown-charset"),
        pytest.param(b"filename*=UTF-8''%FF.png", "\ufffd.png", id="rfc-8187-broken-and-alone"),
        pytest.param(
            b"filename*=UTF-8''a%20b.png; x=\"; filename=c\"", "a b.png", id="rfc-8187-before-a-decoy"
        ),
        pytest.param(
            b"filename=\"; filename*=UTF-8''b\"", "; filename*=UTF-8''b", id="rfc-8187-inside-a-name"
        ),
        pytest.param(
            b"filename*0*=UTF-8''%EA%B2%AC; filename*1*=%EB%B3%B8.png", "견본.png", id="rfc-2231-sections"
        ),
        pytest.param(b'filename*1="b.png"; filename*0="a-"', "a-b.png", id="rfc-2231-plain-sections"),
        pytest.param(b'filename="=?utf-8?B?6rKs67O4LnBuZw==?="', "견본.png", id="rfc-2047-base64"),
        pytest.param(b'filename="=?UTF-8?Q?=EA=B2=AC_a.png?="', "견 a.png", id="rfc-2047-quoted"),
        pytest.param(
            b'filename="=?utf-8?B?6rKs?= =?utf-8?B?67O4?=.png"', "견본.png", id="rfc-2047-two-words"
        ),
        pytest.param(b'filename="=?utf-8?B?AAA=?="', "\0\0", id="rfc-2047-control-characters"),
        pytest.param(
            b'filename="=?x-klingon?B?6rKs?=.png"', "=?x-klingon?B?6rKs?=.png", id="rfc-2047-charset"
        ),
        pytest.param(b'filename="=?utf-8?B?/w==?=.png"', "=?utf-8?B?/w==?=.png", id="rfc-2047-broken"),
        pytest.param(
            'filename="=?utf-8?B?6rKé?= =?utf-8?Q?=41?="'.encode(),
            "=?utf-8?B?6rKé?=A",
            id="rfc-2047-not-ascii",
        ),
        pytest.param(b'filename="=?utf-8?B?6r\xbb?=.png"', "=?utf-8?B?6r\xbb?=.png", id="rfc-2047-not-utf-8"),
        pytest.param(b'filename="%EA%B2%AC%EB%B3%B8%20%22a%22%25.png"', '견본 "a"%.png', id="percent-needle"),
        pytest.param(b'filename="my%20photo.png"', "my photo.png", id="percent-aiohttp"),
        pytest.param(b'filename="100% sure.png"', "100% sure.png", id="percent-alone"),
        pytest.param(b'filename="a b%41.png"', "a b%41.png", id="percent-beside-a-space"),
        pytest.param(b'filename="%FF.png"', "%FF.png", id="percent-not-utf-8"),
        pytest.param(b'filename="a%00b.png"', "a%00b.png", id="percent-control-character"),
        pytest.param('filename="견본 "a"%.png"'.encode(), '견본 "a"%.png', id="bare-quotes"),
        pytest.param('filename="견본 \\"a\\"%.png"'.encode(), '견본 "a"%.png', id="escaped-quotes"),
        pytest.param(b'filename="a"b"; x="c"', 'a"b', id="bare-quote-before-a-parameter"),
        pytest.param(b'filename="a\\\\b.png"', "a\\b.png", id="escaped-backslash"),
        pytest.param(b'filename="a.png', "a.png", id="no-closing-quote"),
        pytest.param(f"filename={KOREAN}".encode(), KOREAN, id="no-quotes"),
        pytest.param(f'filename="{KOREAN}"'.encode("cp949"), KOREAN, id="cp949"),
        pytest.param('filename="똠방각하.png"'.encode("cp949"), "똠방각하.png", id="cp949-beyond-euc-kr"),
        pytest.param(f'filename="{LATIN}"'.encode("latin-1"), LATIN, id="latin-1"),
        pytest.param('filename="5 € “x”.png"'.encode("cp1252"), "5 € “x”.png", id="cp1252"),
        pytest.param(b'filename="a\x81\x8d.png"', "a\x81\x8d.png", id="no-charset-at-all"),
        pytest.param(b'filename="\xea\xb2\xac\xff.png"', "ê²¬ÿ.png", id="utf-8-and-one-wrong-byte"),
    ],
)
def test_names_in_all_ways(disposition: bytes, expected: str) -> None:
    """A name comes out as its sender meant it, or as well as it can be read."""
    assert filename(disposition) == expected


@pytest.mark.parametrize(
    ("charset", "disposition", "expected"),
    [
        ("ISO-8859-1", 'filename="À É"'.encode("latin-1"), "À É"),
        ("iso-8859-1", 'filename="ÀÉ"'.encode("latin-1"), "ÀÉ"),
        ("Shift_JIS", 'filename="見本.png"'.encode("cp932"), "見本.png"),
        ("gbk", 'filename="样本.png"'.encode("gbk"), "样本.png"),
        ("utf-7", b'filename="\xb0\xdf.png"', "견.png"),
    ],
)
def test_charset_of_the_request(charset: str, disposition: bytes, expected: str) -> None:
    """A name that is not UTF-8 is read in the charset that the request names, where that is a known one."""
    assert filename(disposition, f"{FORM_TYPE}; charset={charset}") == expected


@pytest.mark.parametrize(
    "disposition",
    [
        b'filename="' + b'x"  ' * 1900 + b'"',
        b'filename="' + b'";filename="x' * 600,
        b";filename=" * 800,
        b'filename="a"' + b";filename*=utf-8'" * 470,
        b'filename="' + b"=?utf-8?Q?" * 790 + b'"',
        b'filename="' + b"=?utf-8?Q?a?=" + b" " * 8000 + b'"',
        b'filename="' + b"%41" * 2600 + b'~"',
        b'filename="' + b" " * 8000,
        b"filename*0=" + b"a;filename*1=" * 600,
    ],
    ids=lambda disposition: disposition[:24].decode(),
)
def test_long_names_take_no_time(disposition: bytes) -> None:
    """A name of 8 KiB that is made to confuse is read in some milliseconds."""
    began = time.process_time()
    filename(disposition)
    assert time.process_time() - began < 0.1


def test_type_with_the_file_s_name() -> None:
    """A name that is also in the Content-Type, as in mail, is left out of it where it is not ASCII."""
    for name in (KOREAN.encode(), KOREAN.encode("cp949")):
        head = FILE_HEAD.replace(b"image/png", b'image/png; name="' + name + b'"')
        start = parts(read(FORM_TYPE, [head + b"1\r\n--B--\r\n"], None)).start
        assert start
        assert start.content_type == "image/png"
