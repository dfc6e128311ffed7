"""The first bytes of files of many kinds, names of types, and lists of them."""

from upload_service.content.allowed_types import AllowedTypes
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


def listed(text: str) -> AllowedTypes:
    """The list that an operator would write as `text`."""
    allowed = Settings.from_environment({"UPLOAD_ALLOWED_TYPES": text}).allowed_types
    assert allowed
    return allowed
