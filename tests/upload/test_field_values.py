"""Values as callers write them: with white space around them, escaped, encoded, or all of them missing."""

import base64
from collections.abc import Callable

import pytest
from devtools import signed_queries

from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.client.written_forms import END, FILE, FILE_HEAD, URL, both_endpoints, post
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place, whole

FIELD = b'--B\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
BASE64 = b"\r\nContent-Transfer-Encoding: base64"
QUOTED = b"\r\nContent-Transfer-Encoding: quoted-printable"


def field(name: str, value: bytes, more: bytes = b"") -> bytes:
    """A text part."""
    return FIELD % (name.encode(), more, value)


@both_endpoints
@pytest.mark.parametrize(
    "pad", [b"%b\n", b"%b\r\n", b"   %b\t ", b"\r\n%b\r\n\r\n", b"\xef\xbb\xbf%b\n"], ids=str
)
def test_white_space_around_values(
    service: Running, at_double: Callable[..., Place], pad: bytes, path: str
) -> None:
    """What stands around a value is no part of it: padding, a file's last line break, a byte order mark."""
    place = at_double(prefix="stored")
    body = (
        field("uploadUrl", pad % b"<URL>")
        + field("size", pad % b"5")
        + field("max_retries", pad % b"3")
        + field("checksum", pad % b"md5:827ccb0eea8a706c4c34a16891f84e7b")
        + field("contentType", pad % b"image/png")
        + FILE
        + END
    )
    answered = post(service, path, place.fill(body))
    assert answered.status == 200, answered.json
    assert whole(place.puts) == [b"12345"]
    assert place.puts[0].header("Content-Type") == "image/png"


@both_endpoints
def test_encoded_text_fields(service: Running, at_double: Callable[..., Place], path: str) -> None:
    """Text fields in base64 or quoted-printable mean what was encoded."""
    place = at_double(prefix="stored")
    body = (
        field("size", b"=35=\r\n", QUOTED)
        + field("uploadUrl", base64.encodebytes(place.url.encode()).replace(b"\n", b"\r\n"), BASE64)
        + FILE
        + END
    )
    answered = post(service, path, body)
    assert answered.status == 200, answered.json
    assert whole(place.puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize("coding", [BASE64, QUOTED])
def test_encoded_file_is_refused(service: Running, untouched: Place, coding: bytes, path: str) -> None:
    """A file in a transfer encoding is refused before a PUT: its letters are not the file."""
    head = FILE_HEAD.replace(b"\r\nContent-Type", coding + b"\r\nContent-Type")
    answered = post(service, path, untouched.fill(URL + head + b"MTIzNDU=\r\n" + END))
    assert_refused(service, answered, "part_encoding_unsupported", path)
    assert coding.rpartition(b" ")[2].decode() in answered.json["detail"]
    assert untouched.puts == []
    assert untouched.stored() is None


@both_endpoints
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"&", b"&amp;", "has &amp; in the place of &"),
        (b"&", b"\\u0026", "has \\u0026 or the like in it"),
        (b"/", b"\\/", "has \\/ in the place of /"),
        (b"http", b'"http', "has quotation marks in it"),
    ],
)
def test_escaped_url(
    service: Running, untouched: Place, before: bytes, after: bytes, said: str, path: str
) -> None:
    """A URL that was escaped on its way is refused with the name of the escape."""
    escaped = untouched.url.encode().replace(before, after)
    answered = post(service, path, field("uploadUrl", escaped) + FILE + END)
    assert_refused(service, answered, "invalid_upload_url", path)
    assert f"The URL in uploadUrl {said}" in answered.json["detail"]
    assert untouched.puts == []


@both_endpoints
def test_all_missing_signed_headers_are_named(
    service: Running, at_double: Callable[..., Place], path: str
) -> None:
    """Of several signed headers that did not come, one answer names all."""
    place = at_double(prefix="untouched")
    url = place.url.replace(
        "SignedHeaders=host", "SignedHeaders=host%3Bx-amz-acl%3Bx-amz-meta-a%3Bx-amz-meta-b"
    )
    body = field("uploadUrl", url.encode()) + field("header:x-amz-meta-a", b"1") + FILE + END
    answered = post(service, path, body)
    assert_refused(service, answered, "missing_signed_header", path)
    assert "the headers x-amz-acl, x-amz-meta-b, whose values did not come" in answered.json["detail"]
    assert place.puts == []


@both_endpoints
def test_names_that_are_not_utf_8(service: Running, at_double: Callable[..., Place], path: str) -> None:
    """A file name in another charset is answered as text, and the file is stored."""
    for name, charset in (("견본 사진.png", "cp949"), ("Übersicht é.png", "latin-1")):
        place = at_double(prefix="stored")
        head = FILE_HEAD.replace(b"a.png", name.encode(charset))
        answered = post(service, path, place.fill(URL + head + b"12345\r\n" + END))
        assert answered.status == 200, answered.json
        assert answered.json["filename"] == name
        assert whole(place.puts) == [b"12345"]


@pytest.mark.parametrize(
    ("field_name", "value", "said"),
    [
        ("dztotalchunkcount", b"5", "Dropzone's option chunking"),
        ("qqtotalparts", b"2", "Fine Uploader's option chunking.enabled"),
        ("resumableTotalChunks", b"19", "Resumable.js"),
        ("flowTotalChunks", b"02", "Flow.js"),
        ("chunks", b"7", "Plupload's option chunk_size"),
        ("totalChunks", b"3", "simple-uploader.js"),
        ("chunkCount", b"3", "bootstrap-fileinput's option enableResumableUpload"),
        ("total-chunk", b" 3 ", "Syncfusion Uploader's option chunkSize"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_chunk_of_a_widget(
    service: Running, refused: Place, field_name: str, value: bytes, said: str, is_first: bool, path: str
) -> None:
    """A form with one of several chunks of a file is refused, and the widget's option is named."""
    count = field(field_name, value)
    body = count + URL + FILE + END if is_first else URL + FILE + count + END
    answered = post(service, path, refused.fill(body))
    assert_refused(service, answered, "file_in_chunks", path)
    assert said in answered.json["detail"]
    assert field_name in answered.json["detail"]
    assert refused.stored() is None


@both_endpoints
@pytest.mark.parametrize("value", [b"1", b"0", b"01", b"", b"many", b"-5", b"1.5", b"9" * 30])
def test_one_chunk_is_the_file(
    service: Running, at_double: Callable[..., Place], value: bytes, path: str
) -> None:
    """A file of one chunk is whole, and a field of that name with something else in it is any field."""
    place = at_double(prefix="stored")
    count = field("chunks", value) + field("dztotalchunkcount", value)
    answered = post(service, path, place.fill(count + count + URL + FILE + END))
    assert answered.status == 200, answered.json
    assert whole(place.puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize(
    "query",
    [
        f"{signed_queries.v4()}&partNumber=3&uploadId=x",
        f"{signed_queries.v4()}&uploadId=x&partNumber=10000",
        f"{signed_queries.sas()}&comp=block&blockid=MQ%3D%3D",
    ],
    ids=["S3", "S3, other order", "Azure"],
)
@pytest.mark.parametrize("order", ["count first", "URL first", "file first", "header"])
def test_chunk_with_the_url_of_a_part(
    service: Running, at_double: Callable[..., Place], order: str, query: str, path: str
) -> None:
    """A chunk whose URL is that of a part is stored as this part, wherever the form tells of chunks."""
    place = at_double(prefix="stored")
    url = field("uploadUrl", f"{place.url.partition('?')[0]}?{query}".encode())
    count = field("flowTotalChunks", b"3")
    body = {
        "count first": count + url + FILE,
        "URL first": url + count + FILE,
        "file first": FILE + count + url,
        "header": url + FILE,
    }[order]
    headers = ["Content-Range: bytes 5-9/15"] if order == "header" else []
    answered = post(service, path, body + END, *headers)
    assert answered.status == 200, answered.json
    assert whole(place.puts) == [b"12345"]
    assert place.puts[0].target.endswith(query)


@both_endpoints
@pytest.mark.parametrize(
    ("more", "code"),
    [
        (b"", "file_in_chunks"),
        (b"&partnumber=3&uploadid=x", "file_in_chunks"),
        (b"&partNumber=3", "url_not_for_put"),
        (b"&uploadId=x", "url_not_for_put"),
    ],
)
def test_chunk_with_a_url_that_is_no_parts(
    service: Running, at_double: Callable[..., Place], more: bytes, code: str, path: str
) -> None:
    """A chunk is refused before its file is read if the URL lacks something of a part's."""
    place = at_double(prefix="untouched")
    url = URL.replace(b"<URL>", b"<URL>" + more)
    answered = post(service, path, place.fill(field("chunks", b"3") + url + FILE + END))
    assert_refused(service, answered, code, path)
    assert place.puts == []


@both_endpoints
@pytest.mark.parametrize(
    ("value", "is_refused"),
    [
        ("bytes 0-4/5", False),
        ("Bytes 0-4/5", False),
        ("bytes 0-999999/5242880", True),
        ("bytes 5-9/10", True),
        ("bytes 0-4/*", True),
        ("chunk 1 of 5", True),
    ],
)
def test_content_range(
    service: Running, at_double: Callable[..., Place], value: str, is_refused: bool, path: str
) -> None:
    """A request whose Content-Range is a part of a file is refused before its PUT; one with all passes."""
    place = at_double(prefix="untouched" if is_refused else "stored")
    answered = post(service, path, place.fill(URL + FILE + END), f"Content-Range: {value}")
    if is_refused:
        assert_refused(service, answered, "file_in_chunks", path)
        assert "maxChunkSize" in answered.json["detail"]
    else:
        assert answered.status == 200, answered.json


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """Through all of this, nothing came that was not expected, and no library complained."""
    assert_nothing_unexpected(service)
