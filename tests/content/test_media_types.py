"""Which claimed types the first bytes contradict, and which mean the same."""

import pytest

from tests.content.samples import DOCX, XLSM, XLSX
from upload_service.content.media_types import canonical_name, resolve_type


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
    """A claim that means the same, or that the bytes leave open, is accepted; others contradict the bytes."""
    assert resolve_type(seen, canonical_name(claimed)) == counts
