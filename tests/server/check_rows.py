"""Requests that are refused before the file's first byte: what comes before the file, and the code of each.

Rules: `<URL>` stands for a right URL, and the other words of `URLS` for URLs that are otherwise. A check of
the same parts and an upload with a file behind them must be told the same.
"""

from dataclasses import dataclass

from devtools.signed_queries import sas, v2, v4

from tests.support.client.raw_http import BOUNDARY, field

URL = field("uploadUrl", "<URL>")
# Each word, and the query of its URL.
URLS = {
    "<URL>": v4(signed_headers="host"),
    "<PLAIN>": "",
    "<OLD>": v4(date="20200101T000000Z"),
    "<SIGNED>": v4(signed_headers="host;x-amz-meta-a"),
    "<SIGNED2>": v4(signed_headers="cache-control;host;x-amz-meta-a"),
    "<NEVER>": v4(signed_headers="host;x-custom"),
    "<BLOB>": sas(),
    "<V2TYPED>": f"{v2()}&content-type=text%2Fhtml",
}
SIX_GIB = str(6 * 1024**3)


@dataclass(frozen=True)
class Row:
    """The parts before the file, headers of the request, and its Content-Type where that is not a form's."""

    code: str
    parts: bytes = URL
    headers: tuple[str, ...] = ()
    content_type: str | None = None


def _encoded(name: str) -> bytes:
    return field(name, "x").replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: 8-track\r\n\r\n", 1)


# On both upload endpoints.
ROWS = {
    "not-multipart": Row("not_multipart", content_type="application/json"),
    "urlencoded": Row("not_multipart", content_type="application/x-www-form-urlencoded"),
    "no-boundary": Row("missing_boundary", content_type="multipart/form-data"),
    "other-boundary": Row("boundary_mismatch", content_type="multipart/form-data; boundary=other"),
    "compressed": Row("content_encoding_unsupported", headers=("Content-Encoding: gzip",)),
    "content-range": Row("file_in_chunks", URL, headers=("Content-Range: bytes 0-9/100",)),
    "no-part-name": Row("malformed_form", f"--{BOUNDARY}\r\nA: b\r\n\r\nx\r\n".encode()),
    "folded-header": Row("malformed_form", field("size", "1").replace(b"\r\n\r\n", b"\r\n b\r\n\r\n", 1)),
    "long-part-header": Row("part_headers_too_long", field("x" * 9000, "")),
    "long-field": Row("field_too_long", URL + field("contentType", "x" * 9000)),
    "many-parts": Row("too_many_parts", field("other", "") * 65),
    "encoded-part": Row("part_encoding_unsupported", URL + _encoded("size")),
    "chunks": Row("file_in_chunks", URL + field("dztotalchunkcount", "3")),
    "url-twice": Row("duplicate_field", URL + URL),
    "no-url": Row("missing_upload_url", field("size", "5")),
    "empty-url": Row("invalid_upload_url", field("uploadUrl", "")),
    "no-url-at-all": Row("invalid_upload_url", field("uploadUrl", "photo.png")),
    "unsigned": Row("url_not_signed", field("uploadUrl", "<PLAIN>")),
    "another-signature": Row("signature_kind_unsupported", field("uploadUrl", "<PLAIN>?token=abc")),
    "expired": Row("url_expired", field("uploadUrl", "<OLD>")),
    "signed-for-get": Row("url_not_for_put", field("uploadUrl", "<URL>&x-id=GetObject")),
    "empty-body-checksum": Row(
        "url_signed_for_empty_body", field("uploadUrl", "<URL>&x-amz-checksum-crc32=AAAAAA%3D%3D")
    ),
    "elsewhere": Row("destination_not_allowed", field("uploadUrl", "https://elsewhere.example/a?b")),
    "metadata-service": Row("destination_not_allowed", field("uploadUrl", "http://169.254.169.254/a?b")),
    "bad-size": Row("invalid_size", URL + field("size", "5.0")),
    "too-large": Row("file_too_large", URL + field("size", SIX_GIB)),
    "too-large-by-header": Row("file_too_large", URL + field("header:content-length", SIX_GIB)),
    "two-sizes": Row("size_mismatch", URL + field("size", "5") + field("header:content-length", "6")),
    "bad-checksum": Row("invalid_checksum", URL + field("checksum", "crc32:AAAAAA==")),
    "foreign-header": Row("header_not_allowed", URL + field("header:authorization", "x")),
    "other-host": Row("header_not_allowed", URL + field("header:host", "elsewhere.example")),
    "bad-header-value": Row("invalid_header_value", URL + field("contentType", "im\tage/png")),
    "unsigned-header": Row("header_not_signed", URL + field("header:x-amz-meta-a", "b")),
    "header-twice": Row(
        "duplicate_field", URL + field("contentType", "a/b") + field("header:content-type", "a/b")
    ),
    "signed-header-missing": Row("missing_signed_header", field("uploadUrl", "<SIGNED>")),
    "two-signed-headers-missing": Row("missing_signed_header", field("uploadUrl", "<SIGNED2>")),
    "never-sent-header-signed": Row("header_not_allowed", field("uploadUrl", "<NEVER>")),
}
# On the retry endpoint alone, whose fields a check has.
RETRY_ROWS = {
    "retries-no-number": Row("invalid_max_retries", URL + field("max_retries", "many")),
    "too-many-retries": Row("invalid_max_retries", URL + field("max_retries", "11")),
}
# Where only images are allowed.
TYPE_ROWS = {
    "type-in-field": Row("type_not_allowed", URL + field("contentType", "text/html")),
    "type-in-header": Row("type_not_allowed", field("header:content-type", "Application/PDF") + URL),
    "type-of-azure": Row(
        "type_not_allowed", field("uploadUrl", "<BLOB>") + field("header:x-ms-blob-content-type", "video/mp4")
    ),
    "type-in-url": Row("type_not_allowed", field("uploadUrl", "<V2TYPED>")),
    "type-before-the-url": Row("type_not_allowed", field("contentType", "text/html")),
    "svg-is-listed-by-name-alone": Row("type_not_allowed", URL + field("contentType", "image/svg+xml")),
    "second-type": Row(
        "type_not_allowed",
        field("uploadUrl", "<BLOB>")
        + field("contentType", "image/png")
        + field("header:x-ms-blob-content-type", "font/woff2"),
    ),
}
# A check finds nothing, and where only images are allowed neither: the file may be right.
RIGHT = {
    "url": URL,
    "all-fields": URL
    + field("size", "5")
    + field("checksum", f"sha256:{'0' * 64}")
    + field("contentType", "image/png")
    + field("max_retries", "0"),
    "size-0": URL + field("size", "0"),
    "unknown-field": URL + field("folder", "x"),
    "header-before-the-url": field("header:x-amz-meta-a", "b") + field("uploadUrl", "<SIGNED>"),
    "one-chunk": URL + field("dztotalchunkcount", "1"),
    "type-that-tells-nothing": URL + field("contentType", "application/octet-stream"),
    "other-name-of-the-type": URL + field("contentType", "image/jpg; q=1"),
}
