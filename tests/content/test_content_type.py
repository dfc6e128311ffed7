"""The grammar of a header that carries a media type (RFC 9110 8.3.1), and values with several types."""

import mimetypes
import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.content.samples import listed
from upload_service.content.allowed_types import Sniffer
from upload_service.content.content_type import parse_media_type
from upload_service.content.media_types import canonical_name, carries_script, scripted_type_of_ending
from upload_service.errors.upload_error import UploadError


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("image/png", "image/png"),
        ("IMAGE/X-PNG", "image/png"),
        ("text/plain;charset=utf-8", "text/plain"),
        ("text/plain; charset=utf-8; format=flowed", "text/plain"),
        ('image/png; name="a, b.png"', "image/png"),
        (r'image/png; name="a \" b"', "image/png"),
        ("image/png;", "image/png"),
        ("image/png ; a=b", "image/png"),
        ("image/png; ;\t;a=b", "image/png"),
        ("a/b'c", "a/b'c"),
        ("", None),
        ("image", None),
        ("image/", None),
        ("/png", None),
        ("image/png/x", None),
        ("image /png", None),
        ("image/ png", None),
        (" image/png", None),
        ("image/png\n", None),
        ("image/png a=b", None),
        ("image/png; a", None),
        ("image/png; a=", None),
        ("image/png; =b", None),
        ("image/png; a =b", None),
        ("image/png; a= b", None),
        ('image/png; a="b', None),
        ('image/png; a="b"c', None),
        ('image/png; a=b"c"', None),
        ("image/png; a=b text/html", None),
        ("image/png; a=b\0", None),
        ("image/png; a=é", None),
        ('image/png; a="é"', None),
        ("image/png (comment)", None),
        ("image/png<text/html", None),
        ("image/png\u017f", None),
    ],
)
def test_grammar(text: str, name: str | None) -> None:
    """A type, a subtype and whole parameters; anything else has no name. The text is kept as it came."""
    found = parse_media_type(text)
    assert (found.text, found.name) == (text, name)


@pytest.mark.parametrize(
    "text",
    [
        "image/png, text/html",
        "image/png; a=b, text/html",
        "image/png,text/html",
        ",text/html",
        "image/png,",
        'image/png; a="b", text/html',
        'image/png; a="b\\", text/html',
        'image/png; a="b\\\\", text/html',
        'image/png; a=", text/html',
        "image/png; a='b, text/html'",
    ],
)
def test_several_types_are_refused_wherever_they_come(text: str) -> None:
    """Browsers take the last of several types, so a comma outside of quotation marks is never sent."""
    with pytest.raises(UploadError, match="invalid_content_type"):
        parse_media_type(text)


@pytest.mark.parametrize("text", ["", "image", "image/png; a", 'image/png; a="b'])
def test_what_has_no_name_is_never_allowed(text: str) -> None:
    """Where types are judged, a value outside the grammar is refused with or without the file."""
    claims = [parse_media_type(text)]
    with pytest.raises(UploadError, match="invalid_content_type"):
        listed("image/*").require_possible(claims)
    with pytest.raises(UploadError, match="invalid_content_type"):
        listed("image/*").require_allowed("image/png", claims)


PIECES = st.sampled_from(
    ['"', "\\", ",", ";", " ", "\t", "=", "/", "a", "text/html", "image/png", "'", "\0", "("]
)


def last_type(value: str) -> str:
    """The type that a browser takes from a value, by WHATWG Fetch's steps and none of our code."""
    values, here, at = [], "", 0
    while at < len(value):
        if value[at] == ",":
            values.append(here)
            here = ""
        elif value[at] == '"':
            end = at + 1
            while end < len(value) and value[end] != '"':
                end += 2 if value[end] == "\\" else 1
            here += value[at : end + 1]
            at = end
        else:
            here += value[at]
        at += 1
    values.append(here)
    types = [each.partition(";")[0].strip(" \t\r\n").lower() for each in values]
    return [each for each in types if each.count("/") == 1][-1]


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_browser_reads_the_type_that_we_read(rest: str) -> None:
    """Whatever follows a type, a browser takes the very one that was judged."""
    try:
        found = parse_media_type(f"image/png{rest}")
    except UploadError:
        return
    if found.name == "image/png":
        assert last_type(found.text) == "image/png"


@pytest.mark.parametrize("unit", ['"', '\\"', '"\\', ";", "; ", "; a=b", '; a="', ",", '",', "\t ;", "a=b;"])
def test_no_value_is_slow(unit: str) -> None:
    """Where a careless pattern would take quadratic time, a value eight times the longest takes little."""
    text = "image/png;" + unit * (64_000 // len(unit))
    times = []
    for end in ("", ",", "\0", '"'):
        began = time.thread_time()
        with suppress(UploadError):
            parse_media_type(text + end)
        times.append(time.thread_time() - began)
    assert max(times) < 1


@pytest.mark.parametrize(
    ("claimed", "ending", "code"),
    [
        ("", "html", "type_not_allowed"),
        ("application/octet-stream", "html", "type_not_allowed"),
        ("application/octet-stream; a=b", "htm", "type_not_allowed"),
        ("binary/octet-stream", "svg", "type_not_allowed"),
        ("", "js", "type_not_allowed"),
        ("", "rss", "type_not_allowed"),
        ("", "png", "ok"),
        ("", "", "ok"),
        ("", "unheard-of", "ok"),
        ("image/png", "html", "ok"),
    ],
)
def test_name_of_an_object_without_a_type(claimed: str, ending: str, code: str) -> None:
    """Where no type comes, a name by which stores give one with scripts is refused."""
    sniffer = Sniffer(listed("image/*,text/html"), [])
    sniffer.feed(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    sniffer.finish()
    types = [parse_media_type(claimed)] if claimed else []
    if code == "ok":
        sniffer.require_allowed_object(types, ending)
        return
    with pytest.raises(UploadError, match=code) as refused:
        sniffer.require_allowed_object(types, ending)
    assert f".{ending}" in refused.value.detail


XML = b'<m xmlns:h="http://www.w3.org/1999/xhtml"><h:script>1</h:script></m>'


@pytest.mark.parametrize(
    ("content", "ending", "code"),
    [
        (XML, "gml", "type_not_allowed"),
        (b"\xef\xbb\xbf\n" + XML, "meta4", "type_not_allowed"),
        (XML.decode().encode("utf-16"), "opml", "type_not_allowed"),
        (XML, "md", "ok"),
        (XML, "", "ok"),
        (b"fn main() {}\n", "rs", "ok"),
        (b"function f() {}", "ecma", "type_not_allowed"),
        (b"Subject: a\n\ntext", "eml", "type_not_allowed"),
    ],
)
def test_name_of_a_text_without_a_type(content: bytes, ending: str, code: str) -> None:
    """Text may be XML that no browser takes for a page until a store serves it as one, by the name alone."""
    sniffer = Sniffer(listed("text/*"), [])
    sniffer.feed(content)
    sniffer.finish()
    if code == "ok":
        sniffer.require_allowed_object([], ending)
        return
    with pytest.raises(UploadError, match=code):
        sniffer.require_allowed_object([], ending)


def test_every_ending_of_a_scripted_type_is_known() -> None:
    """No registry by which a store on this system gives types has one more ending for a type with scripts."""
    registered = [(ending[1:], name) for ending, name in mimetypes.MimeTypes().types_map[True].items()]
    for line in _lines("/etc/mime.types"):
        name, *endings = line.partition("#")[0].split() or [""]
        registered += [(ending, name) for ending in endings]
    for line in _lines("/usr/share/mime/globs2"):
        if glob := re.fullmatch(r"\d+:([^:]+):\*\.([\w-]+)(?::.*)?", line):
            registered.append((glob[2], glob[1]))
    scripted = {ending.lower() for ending, name in registered if carries_script(canonical_name(name))}
    assert {"html", "svg"} <= scripted
    assert not {each for each in scripted if not scripted_type_of_ending(each, may_be_xml=True)}


def _lines(path: str) -> list[str]:
    """Those of a file, if this system has it."""
    return Path(path).read_text().splitlines() if Path(path).exists() else []
