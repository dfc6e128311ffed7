"""Forms whose framing is broken, and the code of each."""

import pytest

from tests.support.client.written_forms import (
    END,
    FILE,
    FILE_HEAD,
    OTHER,
    SIZE,
    URL,
)

WRONG_FRAMING = [
    pytest.param(b"--X\r\n" + URL[5:] + FILE + b"--X--\r\n", "incomplete_form", id="other-boundary"),
    pytest.param(b"no boundary at all, ever", "incomplete_form", id="no-boundary"),
    pytest.param(b"file=12345&uploadUrl=<URL>", "incomplete_form", id="urlencoded"),
    pytest.param(URL, "incomplete_form", id="only-url"),
    pytest.param(URL + FILE_HEAD, "incomplete_form", id="no-content"),
    pytest.param(URL + FILE_HEAD + b"123", "incomplete_form", id="cut-in-file"),
    pytest.param(URL + FILE, "incomplete_form", id="no-closing-boundary"),
    pytest.param(URL + FILE + b"--", "incomplete_form", id="cut-in-boundary"),
    pytest.param(URL + FILE + b"--B", "incomplete_form", id="boundary-without-dashes"),
    pytest.param(URL + FILE + b"--B-", "incomplete_form", id="boundary-with-one-dash"),
    pytest.param(URL + FILE + b"--B\r\n", "incomplete_form", id="boundary-of-a-part"),
    pytest.param(FILE + URL + b"--B", "incomplete_form", id="url-last-without-dashes"),
    pytest.param(FILE + URL, "incomplete_form", id="url-last-without-boundary"),
    pytest.param(URL + FILE_HEAD + b"12345\n--B--\n", "incomplete_form", id="bare-line-feeds"),
    pytest.param(URL + FILE_HEAD + b"12345--B--\r\n", "incomplete_form", id="boundary-in-a-line"),
    pytest.param(URL + FILE + b"--BX\r\n" + END, "malformed_form", id="boundary-and-a-letter"),
    pytest.param(b"junk" + URL + FILE + END, "malformed_form", id="bytes-before-first-boundary"),
    pytest.param(b"--B\n" + URL[5:] + FILE + END, "malformed_form", id="first-line-feed"),
    pytest.param(
        URL + b"--B\r\nno colon here\r\n\r\n12345\r\n" + END, "malformed_form", id="header-without-colon"
    ),
    pytest.param(
        URL + b"--B\r\nContent-Type: image/png\r\n\r\n12345\r\n" + END,
        "malformed_form",
        id="no-disposition",
    ),
    pytest.param(URL + b"--B\r\n\r\n12345\r\n" + END, "malformed_form", id="no-headers"),
    pytest.param(
        URL + b'--B\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n12345\r\n' + END,
        "malformed_form",
        id="name-not-utf-8",
    ),
    pytest.param(
        URL
        + b'--B\r\nContent-Disposition: form-data; name="file"; filename="'
        + b"n" * 9000
        + b'"\r\n\r\n12345\r\n'
        + END,
        "part_headers_too_long",
        id="header-too-long",
    ),
    pytest.param(
        URL
        + b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        + b"X-Header: 1\r\n" * 16
        + b"\r\n12345\r\n"
        + END,
        "part_headers_too_long",
        id="17-headers",
    ),
    pytest.param(URL.replace(b"<URL>", b"u" * 8193) + FILE + END, "field_too_long", id="url-of-8193-bytes"),
    pytest.param(SIZE % (b"1" * 8193) + URL + FILE + END, "field_too_long", id="size-of-8193-bytes"),
    pytest.param(OTHER % (b"x" * 1_048_576) + URL + FILE + END, "field_too_long", id="a-MiB-of-other"),
    pytest.param(OTHER % (b"x" * 20_000) * 53 + URL + FILE + END, "field_too_long", id="a-MiB-of-others"),
    pytest.param(b"p" * 1_048_576 + b"\r\n" + URL + FILE + END, "field_too_long", id="a-MiB-of-preamble"),
    pytest.param(OTHER % b"1" * 63 + URL + FILE + END, "too_many_parts", id="65-parts"),
    pytest.param(FILE + OTHER % b"1" * 63 + URL + END, "too_many_parts", id="65-parts-after-file"),
]
