"""What files look like by their first bytes, which claims these contradict, and what a list lets pass."""

import re
import subprocess
import sys
import time

import pytest
import sigtype
from hypothesis import given
from hypothesis import strategies as st

from upload_service.content.media_types import canonical_name, resolve_type
from upload_service.content.sniffing import HEAD_BYTES, AllowedTypes, Sniffer, sniff_type
from upload_service.errors.upload_error import UploadError
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41\x00\x00\x00\x08free"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'
HTML = b"<!DOCTYPE html>\n<html><head><title>t</title></head></html>"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"

# Beginnings after which the library, or our look at markup, reads on.
STARTS = [b"", PNG[:8], JPEG, MP4[:8], b"\0\0\x20\0ftyp", b"PK\x03\x04", b"OggS", b"RIFF", b"ID3", b"%PDF"]
STARTS += [
    b"<",
    XML,
    b"<!DOCTYPE a [",
    b"\xff\xfe<",
    b"\x1a\x45\xdf\xa3",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
]
STARTS += [b"\xff\xf1", b"!<arch>\n", b"\x28\xb5\x2f\xfd", b"\x50\x2a\x4d\x18"]


def entry(name: bytes, content: bytes = b"x") -> bytes:
    """A stored entry of a zip archive."""
    size = len(content).to_bytes(4, "little")
    head = b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\0\0\0\0" + size + size
    return head + len(name).to_bytes(2, "little") + b"\0\0" + name + content


@pytest.mark.parametrize(
    ("head", "seen"),
    [
        (PNG, "image/png"),
        (PNG + b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0", "image/png"),
        (JPEG, "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x1a\x2bExif\x00\x00MM\x00*\x00\x00\x00\x08", "image/jpeg"),
        (b"\xff\xd8\xff\xdb\x00C\x00\x08\x06\x06", "image/jpeg"),
        (GIF, "image/gif"),
        (b"GIF87a\x01\x00\x01\x00\x80\x00\x00", "image/gif"),
        (b"RIFF\x40\x0d\x03\x00WEBPVP8 \x34\x0d\x03\x00", "image/webp"),
        (b"RIFF\x40\x0d\x03\x00WEBPVP8L\x34\x0d\x03\x00/", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x01\x00meta", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic\x00\x00\x01\x00meta", "image/heic"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf\x00\x00\x01\x00meta", "image/avif"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", "image/bmp"),
        (b"II*\x00\x08\x00\x00\x00\x0f\x00\xfe\x00", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08\x00\x0f\x00\xfe", "image/tiff"),
        (b"\x00\x00\x01\x00\x01\x00\x10\x10\x00\x00", "image/x-icon"),
        (b"\xff\x0a\xfa\x1f\x01\x91", "image/jxl"),
        (b"8BPS\x00\x01\x00\x00\x00\x00\x00\x00\x00\x03", "image/vnd.adobe.photoshop"),
        (PDF, "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4\n", "application/pdf"),
        (MP4, "video/mp4"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x20\x05\x03\x00qt  \x00\x00\x00\x08wide", "video/quicktime"),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm\x42\x87", "video/webm"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x23TSSE\x00\x00", "audio/mpeg"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00", "audio/wav"),
        (b"OggS\x00\x02" + bytes(20) + b"\x01\x1e\x01vorbis", "audio/ogg"),
        (b"fLaC\x00\x00\x00\x22\x10\x00", "audio/flac"),
        (entry(b"hello.txt") + entry(b"b.txt"), "application/zip"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        (entry(b"[Content_Types].xml") + entry(b"_rels/.rels") + entry(b"word/document.xml"), DOCX),
        (entry(b"[Content_Types].xml") + entry(b"_rels/.rels") + entry(b"xl/workbook.xml"), XLSX),
        (
            entry(b"mimetype", b"application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (entry(b"mimetype", b"application/epub+zip"), "application/epub+zip"),
        (entry(b"META-INF/MANIFEST.MF"), "application/zip"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", "application/x-msdownload"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(50), "application/x-executable"),
        (b"{\\rtf1\\ansi hello}", "application/rtf"),
        (b"wOF2\x00\x01\x00\x00\x00\x00\x10\x00", "font/woff2"),
        (SVG, "image/svg+xml"),
        (XML + SVG, "image/svg+xml"),
        (b"<SVG/>", "image/svg+xml"),
        (b" \r\n\t<!-- a --><!-- b > -->\n" + SVG, "image/svg+xml"),
        (b"<!-- " + b"long " * 1000 + b"-->" + SVG, "image/svg+xml"),
        (XML + b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://a/b.dtd">' + SVG, "image/svg+xml"),
        (b'<!DOCTYPE svg [ <!ENTITY a "b"> <!-- ] --> ]>' + SVG, "image/svg+xml"),
        (XML + b'<?xml-stylesheet href="a.css"?>' + SVG, "image/svg+xml"),
        (XML + b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"\xef\xbb\xbf" + XML + SVG, "image/svg+xml"),
        (b"\xff\xfe" + (XML + SVG).decode().encode("utf-16-le"), "image/svg+xml"),
        (b"\xfe\xff" + (XML + SVG).decode().encode("utf-16-be"), "image/svg+xml"),
        ((XML + SVG).decode().encode("utf-16-le"), "image/svg+xml"),
        (HTML, "text/html"),
        (b"<!doctype HTML>", "text/html"),
        (b" \n\t\r\x0c<HTML><body>", "text/html"),
        (b"<!-- hello --><p>x", "text/html"),
        (b"\xef\xbb\xbf<html>", "text/html"),
        (b"\xff\xfe" + HTML.decode().encode("utf-16-le"), "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b"<iframe src=x>", "text/html"),
        (b"<a\nhref=x>", "text/html"),
        (b"<!-- %PDF-1.7 --><script>alert(1)</script>", "text/html"),
        (XML + b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "application/xhtml+xml"),
        (XML + b"<note><to>x</to></note>", "application/xml"),
        (XML + b"<!-- never ends", "application/xml"),
        (b"Hello, this is text.\n", "text/plain"),
        ("Grüße an alle\n".encode(), "text/plain"),
        (b"\xff\xfe" + "Grüße".encode("utf-16-le"), "text/plain"),
        (b"a,b,c\n1,2,3\n", "text/plain"),
        (b'{"a": [1, 2]}', "text/plain"),
        (b"<section>a part of a page, with no tag that browsers look for", "text/plain"),
        (b"a < b and <script> in the middle", "text/plain"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", None),
        (bytes(4096), None),
        (b"Gr\xfc\xdfe in Latin-1\n", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_what_files_look_like(head: bytes, seen: str | None) -> None:
    """Each head is taken for what it is, and what is no known type for nothing."""
    assert sniff_type(head) == seen
    if head and seen != "application/pdf":  # with a whole window, too
        assert sniff_type((head + bytes(HEAD_BYTES))[:HEAD_BYTES]) in (seen, None)


@pytest.mark.parametrize(
    ("seen", "claimed", "counts"),
    [
        ("image/png", "image/png", "image/png"),
        ("image/png", "", "image/png"),
        ("image/png", "application/octet-stream", "image/png"),
        ("image/png", "binary/octet-stream", "image/png"),
        ("image/png", "IMAGE/X-PNG; charset=binary", "image/png"),
        ("image/jpeg", "image/jpg", "image/jpeg"),
        ("image/jpeg", "image/pjpeg", "image/jpeg"),
        ("image/heic", "image/heif", "image/heic"),
        ("image/x-icon", "image/vnd.microsoft.icon", "image/x-icon"),
        ("application/pdf", "application/x-pdf", "application/pdf"),
        ("audio/wav", "audio/x-wav", "audio/wav"),
        ("application/xml", "text/xml; charset=utf-8", "application/xml"),
        ("video/mp4", "video/quicktime", "video/quicktime"),
        ("video/mp4", "audio/x-m4a", "audio/mp4"),
        ("video/webm", "audio/webm", "audio/webm"),
        ("audio/ogg", "video/ogg", "video/ogg"),
        ("application/zip", DOCX, DOCX),
        ("application/zip", "application/java-archive", "application/java-archive"),
        (DOCX, "application/zip", DOCX),
        (DOCX, "application/x-zip-compressed", DOCX),
        (XLSX, XLSM, XLSM),
        ("text/plain", "text/csv", "text/csv"),
        ("text/plain", "application/json", "application/json"),
        ("text/plain", "text/html", "text/html"),
        ("text/html", "text/plain", "text/html"),
        ("text/html", "application/xhtml+xml", "application/xhtml+xml"),
        ("image/svg+xml", "text/plain", "image/svg+xml"),
        ("image/svg+xml", "application/xml", "image/svg+xml"),
        (
            "application/xml",
            "application/vnd.google-earth.kml+xml",
            "application/vnd.google-earth.kml+xml",
        ),
        ("image/jpeg", "image/png", None),
        ("image/gif", "text/html", None),
        ("text/html", "image/png", None),
        ("text/plain", "image/png", None),
        ("text/plain", "image/svg+xml", None),
        ("application/xml", "image/svg+xml", None),
        ("image/png", "image/svg+xml", None),
        ("image/png", "text/plain", None),
        ("image/heic", "video/mp4", None),
        ("application/pdf", "application/zip", None),
        ("application/zip", "application/pdf", None),
        (DOCX, XLSX, None),
        ("image/png", "nonsense", None),
        ("image/png", "*/*", None),
    ],
)
def test_claims(seen: str, claimed: str, counts: str | None) -> None:
    """A claim that says the same in other words, or what the bytes leave open, holds; others contradict."""
    assert resolve_type(seen, canonical_name(claimed)) == counts


def listed(text: str) -> AllowedTypes:
    """The list that an operator would write as `text`."""
    allowed = Settings.from_environment({"UPLOAD_ALLOWED_TYPES": text}).allowed_types
    assert allowed
    return allowed


def verdict(allowed: str, head: bytes, claimed: str = "") -> str:
    """The code with which a file is refused, or `ok`."""
    try:
        listed(allowed).require_allowed(head, claimed)
    except UploadError as error:
        return error.entry.code
    return "ok"


@pytest.mark.parametrize(
    ("allowed", "head", "claimed", "code"),
    [
        ("image/*", PNG, "image/png", "ok"),
        ("IMAGE/PNG , application/pdf", PNG, "image/png", "ok"),
        ("image/x-png", PNG, "image/png", "ok"),
        ("image/jpeg", PNG, "image/png", "type_not_allowed"),
        ("image/*,application/pdf", PDF, "application/pdf", "ok"),
        ("image/*", PDF, "", "type_not_allowed"),
        ("image/*", SVG, "image/svg+xml", "type_not_allowed"),
        ("image/*,image/svg+xml", SVG, "image/svg+xml", "ok"),
        ("image/svg+xml", b"just text", "image/svg+xml", "type_mismatch"),
        ("image/*", HTML, "", "type_not_allowed"),
        ("image/*", HTML, "image/png", "type_mismatch"),
        ("image/*", GIF + b"<html>", "", "ok"),
        ("image/*", GIF + b"<html>", "text/html", "type_mismatch"),
        ("text/*", b"a,b\n", "text/csv", "ok"),
        ("text/*", b"a,b\n", "", "ok"),
        ("text/*", HTML, "text/html", "type_not_allowed"),
        ("text/*", HTML, "text/plain", "type_not_allowed"),
        ("text/*", b"alert(1)", "text/javascript", "type_not_allowed"),
        ("text/*", b"no tag, but a claim", "text/html", "type_not_allowed"),
        ("text/html", HTML, "text/html", "ok"),
        ("text/csv", b"a,b\n", "text/csv", "ok"),
        ("text/csv", b"a,b\n", "", "type_not_allowed"),
        ("text/csv", PNG, "text/csv", "type_mismatch"),
        ("application/*", XML + b"<a/>", "application/xml", "type_not_allowed"),
        ("text/xml", XML + b"<a/>", "application/xml", "ok"),
        ("audio/*", MP4, "audio/mp4", "ok"),
        ("audio/*", MP4, "", "type_not_allowed"),
        (DOCX, entry(b"a") + entry(b"b"), DOCX, "ok"),
        (DOCX, entry(b"a") + entry(b"b"), "", "type_not_allowed"),
        (XLSX, entry(b"[Content_Types].xml") + entry(b"xl/a"), XLSM, "type_not_allowed"),
        ("image/*", b"", "image/png", "type_unrecognised"),
        ("image/*", bytes(100), "image/png", "type_unrecognised"),
    ],
)
def test_lists(allowed: str, head: bytes, claimed: str, code: str) -> None:
    """What is on the list passes; a wildcard does not stand for types that carry script."""
    assert verdict(allowed, head, claimed) == code


@pytest.mark.parametrize(
    ("head", "claimed", "cause"),
    [
        (HTML, "", "The file's bytes look like text/html, which is not among the allowed types: image/*."),
        (
            b"a,b",
            "text/csv",
            "The file's bytes look like text/plain, and it claims to be text/csv, "
            "which is not among the allowed types: image/*.",
        ),
        (JPEG, "image/png", "The file claims to be image/png, but its bytes look like image/jpeg."),
        (JPEG, '"><b>', "The file claims to be something else, but its bytes look like image/jpeg."),
        (b"", "image/png", "The file is empty, so it has no type."),
    ],
)
def test_refusals_say_what_was_seen(head: bytes, claimed: str, cause: str) -> None:
    """The sentence names what the bytes look like, and echoes only a claim that is a plain name."""
    with pytest.raises(UploadError) as caught:
        listed("image/*").require_allowed(head, claimed)
    assert caught.value.cause == cause


@pytest.mark.parametrize(
    "text",
    ["image", "image/", "/png", "*/*", "*", "image/png,", ",", "image/png;q=1", "image/p*", "a b/c",
     "image/pñg", "application/octet-stream", "image/*,binary/octet-stream"],
)  # fmt: skip
def test_wrong_lists(text: str) -> None:
    """A list that is not understood, or that no file could match, is refused in one line."""
    with pytest.raises(SettingError) as caught:
        Settings.from_environment({"UPLOAD_ALLOWED_TYPES": text})
    assert str(caught.value).startswith("UPLOAD_ALLOWED_TYPES must ")
    assert "\n" not in str(caught.value)


def test_no_list_allows_anything() -> None:
    """Unset and empty mean no list."""
    assert Settings.from_environment({}).allowed_types is None
    assert Settings.from_environment({"UPLOAD_ALLOWED_TYPES": " "}).allowed_types is None


@pytest.mark.parametrize("size", [1, 7, 4096, 100_000])
def test_head_is_gathered(size: int) -> None:
    """In chunks of any size, the file is known when its first 8 KiB have come, and not before."""
    content = (PNG + bytes(100_000))[:100_000]
    sniffer = Sniffer(listed("image/*"), "image/png")
    for at in range(0, len(content), size):
        assert sniffer.is_allowed == (at >= HEAD_BYTES)
        sniffer.feed(content[at : at + size])
    assert sniffer.is_allowed


def test_short_file_is_judged_at_its_end() -> None:
    """A file of less than 8 KiB is judged when no more comes."""
    sniffer = Sniffer(listed("image/*"), "image/png")
    sniffer.feed(HTML)
    assert not sniffer.is_allowed
    with pytest.raises(UploadError):
        sniffer.finish()
    assert not sniffer.is_allowed


def test_a_claim_of_the_form_counts_whenever_it_comes() -> None:
    """A type that replaces the part's own is judged like it, before the head is known and after."""
    late = Sniffer(listed("image/*"), "image/gif")
    late.feed(GIF + bytes(HEAD_BYTES))
    with pytest.raises(UploadError, match="type_mismatch"):
        late.add_claim("text/html")
    early = Sniffer(listed("image/*"), "image/gif")
    early.add_claim("text/html")
    with pytest.raises(UploadError, match="type_mismatch"):
        early.feed(GIF + bytes(HEAD_BYTES))


def test_head_is_what_the_library_looks_at() -> None:
    """The head is as long as the library's window, which it takes a shorter head for a whole file by."""
    assert HEAD_BYTES == sigtype.SIGNATURE_SIZE


@given(
    st.sampled_from(STARTS),
    st.lists(st.binary(max_size=40) | st.sampled_from([b"\0" * 500, b"]", b" " * 50, b"<!--", b"-->"])),
)
def test_no_head_is_too_much(start: bytes, rest: list[bytes]) -> None:
    """Whatever bytes come, the judgement ends with a type or none, and with no other exception."""
    found = sniff_type((start + b"".join(rest))[:HEAD_BYTES])
    assert found is None or re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", found)


@pytest.mark.parametrize(
    "unit",
    [
        b"<!DOCTYPE a [|] ",
        b"<!DOCTYPE a [|]" + b" " * 90,
        b"<!DOCTYPE| ",
        b"|<!DOCTYPE a [",
        b"|<!---->",
        b"|<?a?>",
        b"|<!--",
        b"| ",
        b"| \0",
        b"|a:b\n",
        b"|PK\x03\x04",
        b"|] ",
        b"\x89PNG\r\n\x1a\n|\0",
        b"\xff\xfe|<\0",
        b"\x00\x00\x20\x00ftypmif1|heiX",
        b"\x00\x00\x02\x00ftypmif1|heiX",
        b"ID3\x04|\0",
    ],
)
def test_no_head_is_slow(unit: bytes) -> None:
    """The head that costs most, of those that make a careless pattern quadratic, takes a few ms."""
    start, _, again = unit.partition(b"|")
    head = (start + again * HEAD_BYTES)[:HEAD_BYTES]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        sniff_type(head)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.01


def test_library_is_imported_only_with_a_list() -> None:
    """Without the setting, the service starts without the library."""
    code = (
        "import sys\n"
        "from upload_service.server.app import make_app\n"
        "from upload_service.settings.settings import Settings\n"
        "make_app(Settings()); assert 'sigtype' not in sys.modules\n"
        "make_app(Settings.from_environment({'UPLOAD_ALLOWED_TYPES': 'image/*'}))\n"
        "assert 'sigtype' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
