"""What a resumable session, or the service before it, refuses; and answers that look like a session's."""

from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, chunked, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.google_sessions import UNIT_BYTES, GoogleSessions, Session
from tests.support.storage.places import Place
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.upload.session_forms import FIRST, REST, WHOLE, refused, send

both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])


def test_whole_file_taken_in_part(to_google: Running, begin: Callable[..., tuple[str, Session]]) -> None:
    """On the other endpoint this is a failure, never a success."""
    url, _ = begin("keeps less")
    answered = send(to_google, url, WHOLE)
    refused(to_google, answered, "session_incomplete", status=308)
    assert answered.json["storage"] == {"status": 308, "code": None}
    assert answered.json["stored"] is False
    assert answered.json["retryable"] is True
    assert f"taken {UNIT_BYTES} bytes" in answered.json["detail"]


@both_endpoints
def test_piece_out_of_turn(to_google: Running, begin: Callable[..., tuple[str, Session]], path: str) -> None:
    """A piece behind the end of what the session holds is said to be one, and is not tried again."""
    url, session = begin()
    told = f"bytes {UNIT_BYTES}-{len(WHOLE) - 1}/{len(WHOLE)}"
    answered = send(to_google, url, REST, told, path=path)
    refused(to_google, answered, "session_behind", path, status=503)
    assert (answered.json["retryable"], session.ranges) == (False, [told])


@both_endpoints
@pytest.mark.parametrize("is_gone", [False, True], ids=["unknown", "cancelled"])
def test_session_that_is_gone(
    to_google: Running,
    google: GoogleSessions,
    begin: Callable[..., tuple[str, Session]],
    path: str,
    is_gone: bool,
) -> None:
    """A session that has ended, or never was one, is told apart from a wrong address."""
    url, session = begin()
    session.is_gone = is_gone
    answered = send(to_google, url if is_gone else url + "x", FIRST, path=path)
    refused(to_google, answered, "session_gone", path, status=410 if is_gone else 404)
    assert answered.json["attempts"] == 1


BAD_RANGES = {
    "words": ("bytes all", FIRST),
    "no unit": ("0-262143/*", FIRST),
    "other unit": ("items 0-262143/*", FIRST),
    "two spaces": ("bytes  0-262143/*", FIRST),
    "open end": ("bytes 0-*/*", FIRST),
    "empty": ("", FIRST),
    "backwards": ("bytes 9-0/10", b"1"),
    "behind the end": ("bytes 0-262143/262143", FIRST),
    "not whole units": ("bytes 0-9/*", b"1234567890"),
    "not whole units, and more to come": ("bytes 0-9/11", b"1234567890"),
    "other digits": ("bytes \u0660-9/10", b"1234567890"),
    "too long a number": (f"bytes 0-{'9' * 16}/*", FIRST),
}


@both_endpoints
@pytest.mark.parametrize("name", BAD_RANGES)
def test_ranges_that_no_session_takes(
    to_google: Running, begin: Callable[..., tuple[str, Session]], path: str, name: str
) -> None:
    """They are refused before the session sees anything, and never quoted."""
    told, content = BAD_RANGES[name]
    url, session = begin()
    answered = send(to_google, url, content, told, path=path)
    code = "invalid_header_value" if name == "other digits" else "invalid_content_range"
    refused(to_google, answered, code, path)
    assert session.ranges == []


@both_endpoints
@orders
@pytest.mark.parametrize("length", [UNIT_BYTES - 1, UNIT_BYTES + 1, 0, 2 * UNIT_BYTES])
def test_piece_of_another_length(
    to_google: Running, begin: Callable[..., tuple[str, Session]], path: str, url_first: bool, length: int
) -> None:
    """A file that is not as long as its range is refused, and the session has kept nothing of it."""
    url, session = begin()
    told = f"bytes 0-{UNIT_BYTES - 1}/{len(WHOLE)}"
    answered = send(to_google, url, WHOLE[:length], told, path=path, url_first=url_first)
    refused(to_google, answered, "size_mismatch", path)
    assert session.content == b""


def test_length_that_is_only_counted(to_google: Running, begin: Callable[..., tuple[str, Session]]) -> None:
    """Without a length of the request the count decides, before the last byte leaves."""
    url, session = begin()
    told = field("header:content-range", f"bytes 0-{UNIT_BYTES - 1}/*")
    body = form(told, field("uploadUrl", url), file(FIRST[:-1]))
    answered = post_chunked(to_google, body)
    refused(to_google, answered, "size_mismatch")
    assert session.content == b""


def post_chunked(to_google: Running, body: bytes) -> Answer:
    """A request without a length."""
    with Connection(to_google.port) as connection:
        connection.head(PLAIN, None)
        connection.send(chunked([body]))
        return connection.answer()


@pytest.mark.parametrize("name", ["size", "header:content-length"])
def test_two_lengths(to_google: Running, begin: Callable[..., tuple[str, Session]], name: str) -> None:
    """The range and another field about the length must agree."""
    url, session = begin()
    told = field("header:content-range", f"bytes 0-{UNIT_BYTES - 1}/*")
    for value, code in ((UNIT_BYTES, None), (UNIT_BYTES + 1, "size_mismatch")):
        body = form(told, field(name, str(value)), field("uploadUrl", url), file(FIRST))
        answered = post(to_google.port, PLAIN, body)
        assert answered.json.get("code") == code
    assert session.content == FIRST


def test_too_large_a_piece(to_google: Running, begin: Callable[..., tuple[str, Session]]) -> None:
    """UPLOAD_MAX_FILE_BYTES holds for each piece, by its range."""
    url, session = begin()
    answered = send(to_google, url, b"", "bytes 0-4194303/*")
    refused(to_google, answered, "file_too_large")
    assert session.ranges == []


@orders
def test_range_for_another_url(to_google: Running, at_double: Callable[..., Place], url_first: bool) -> None:
    """A Content-Range goes to sessions only."""
    place = at_double(prefix="untouched")
    answered = send(to_google, place.url, FIRST, "bytes 0-262143/*", url_first=url_first)
    refused(to_google, answered, "header_not_allowed")


def test_header_of_another_request(to_google: Running, begin: Callable[..., tuple[str, Session]]) -> None:
    """What was said when the session began is not said again."""
    url, session = begin()
    body = form(field("uploadUrl", url), field("header:x-goog-acl", "public-read"), file(FIRST))
    refused(to_google, post(to_google.port, PLAIN, body), "header_not_allowed")
    assert session.ranges == []


@pytest.mark.parametrize("location", [[], ["Location: https://other.example/"]])
def test_308_of_others(to_google: Running, at_double: Callable[..., Place], location: list[str]) -> None:
    """308 from anything else than a session is a redirect, and is not followed."""
    place = at_double(Reply(answer(308, b"", "Range: bytes=0-99", *location)), prefix="place")
    answered = send(to_google, place.url, FIRST)
    refused(to_google, answered, "storage_redirected", status=308)


def test_redirect_of_a_session(to_google: Running, double: StorageDouble) -> None:
    """A proxy's 308 has a Location, and is no answer of a session."""
    puts = double.script("moved/key", Reply(answer(308, b"", "Location: https://other.example/")))
    url = f"{double.url}moved/key?upload_id={'a1B2' * 10}"
    refused(to_google, send(to_google, url, FIRST, "bytes 0-262143/*"), "storage_redirected", status=308)
    assert len(puts) == 1


@pytest.mark.parametrize("told", ["bytes=5-9", "items=0-9", "bytes=0-", "bytes=0-9,20-29", "bytes=0-x"])
def test_range_that_cannot_be_read(to_google: Running, double: StorageDouble, told: str) -> None:
    """Nothing is guessed about what a session holds."""
    double.script("odd/key", Reply(answer(308, b"", f"Range: {told}")))
    url = f"{double.url}odd/key?upload_id={'a1B2' * 10}"
    answered = send(to_google, url, FIRST, "bytes 0-262143/*")
    refused(to_google, answered, "storage_redirected", status=308)
