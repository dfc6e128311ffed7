"""Which claimed types the first bytes contradict, and which mean the same."""

from collections.abc import Callable

import pytest

from tests.content.samples import DOCX, XLSM, XLSX
from upload_service.content.content_type import parse_media_type
from upload_service.content.media_types import carries_script, resolve_type


@pytest.mark.parametrize(
    ("seen", "claimed", "counts"),
    [
        ("image/png", "image/png", "image/png"),
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
        ("image/png", "*/*", None),
    ],
)
def test_claims(seen: str, claimed: str, counts: str | None) -> None:
    """A claim that means the same, or that the bytes leave open, is accepted; others contradict the bytes."""
    name = parse_media_type(claimed).name
    assert name
    assert resolve_type(seen, name) == counts


# mimesniff.spec.whatwg.org/#javascript-mime-type
JAVASCRIPT = """
application/ecmascript application/javascript application/x-ecmascript application/x-javascript
text/ecmascript text/javascript text/javascript1.0 text/javascript1.1 text/javascript1.2 text/javascript1.3
text/javascript1.4 text/javascript1.5 text/jscript text/livescript text/x-ecmascript text/x-javascript
"""
# What else browsers run, or show with the scripts in it: HTML, XML
# (mimesniff.spec.whatwg.org/#xml-mime-type), and what holds them as parts.
OTHERS = """
text/html application/xhtml+xml image/svg+xml text/xml application/xml application/rdf+xml text/rdf text/xsl
image/x-unheard-of+xml application/vnd.mozilla.xul+xml application/mathml+xml multipart/x-mixed-replace
multipart/related message/rfc822 text/vbscript
"""


@pytest.mark.parametrize("name", [*JAVASCRIPT.split(), *OTHERS.split()])
@pytest.mark.parametrize("spelt", [str, str.upper, "{} ; charset=utf-8".format])
def test_types_that_carry_scripts(name: str, spelt: Callable[[str], str]) -> None:
    """All names by which browsers run a script are known, and those of JavaScript are one type."""
    found = parse_media_type(spelt(name)).name
    assert found
    assert carries_script(found)
    assert (found == "text/javascript") is (name in JAVASCRIPT.split())
