"""A resumable session of Google's: whole files, pieces and questions through the running service."""

from collections.abc import Callable

import pytest
from devtools import signed_queries

from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.service.running_service import Running
from tests.support.storage.google_sessions import UNIT_BYTES, Fault, Session
from tests.support.storage.places import Place
from tests.upload.session_forms import FIRST, REST, WHOLE, done, more, refused, send

EMPTY = b""
LAST = f"bytes {UNIT_BYTES}-{len(WHOLE) - 1}/{len(WHOLE)}"
LEFT_FROM_V4 = "X-Goog-Signature=ab12&X-Goog-Date=20200101T000000Z&X-Goog-Expires=60"
LEFT_FROM_V2 = "Expires=1577836800&GoogleAccessId=a%40b.iam.gserviceaccount.com&Signature=5ec%2B5e%3D%3D"
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])


@both_endpoints
@orders
@pytest.mark.parametrize(
    ("is_json", "query"), [(True, ""), (False, ""), (False, LEFT_FROM_V4), (False, LEFT_FROM_V2)]
)
@pytest.mark.parametrize("content", [WHOLE, b"1", EMPTY], ids=["large", "small", "empty"])
def test_whole_file(
    to_google: Running, begin: Callable[..., tuple[str, Session]], path: str, url_first: bool, is_json: bool,
    query: str, content: bytes,
) -> None:  # fmt: skip
    """A file goes in one PUT; a signature that is left in the URL, expired long ago, means nothing."""
    url, session = begin(is_json=is_json, query=query)
    done(send(to_google, url, content, path=path, url_first=url_first))
    told = f"bytes 0-{len(content) - 1}/{len(content)}" if content else "bytes */0"
    assert (session.content, session.is_complete, session.ranges) == (content, True, [told])
    assert session.heads[0]["content-type"] == "image/png"


@both_endpoints
@orders
@pytest.mark.parametrize("total", [str(len(WHOLE)), "*"])
def test_pieces(
    to_google: Running, begin: Callable[..., tuple[str, Session]], path: str, url_first: bool, total: str
) -> None:
    """Each piece says how much the session holds, and the last one that the object is stored."""
    url, session = begin()
    for first in range(0, len(WHOLE), UNIT_BYTES):
        piece = WHOLE[first : first + UNIT_BYTES]
        last = first + len(piece) - 1
        is_last = last + 1 == len(WHOLE)
        told = f"bytes {first}-{last}/{len(WHOLE) if is_last else total}"
        answered = send(to_google, url, piece, told, path=path, url_first=url_first)
        if is_last:
            done(answered)
        else:
            assert more(answered) == last + 1
        assert answered.json["file_size"] == len(piece)
        assert session.ranges[-1] == told
    assert session.content == WHOLE


@both_endpoints
@pytest.mark.parametrize("told", [f"bytes */{len(WHOLE)}", "bytes */*"])
def test_how_far_a_session_is(
    to_google: Running, begin: Callable[..., tuple[str, Session]], path: str, told: str
) -> None:
    """An empty file asks: nothing, something, all."""
    url, session = begin()
    assert more(send(to_google, url, EMPTY, told, path=path)) == 0
    send(to_google, url, FIRST, f"bytes 0-{UNIT_BYTES - 1}/*")
    assert more(send(to_google, url, EMPTY, told, path=path)) == UNIT_BYTES
    done(send(to_google, url, REST, LAST))
    done(send(to_google, url, EMPTY, told, path=path))
    assert session.content == WHOLE


def test_end_of_an_unknown_length(to_google: Running, begin: Callable[..., tuple[str, Session]]) -> None:
    """Pieces of a file whose length nobody knew end with a question that tells it."""
    url, session = begin()
    assert more(send(to_google, url, FIRST, f"bytes 0-{UNIT_BYTES - 1}/*")) == UNIT_BYTES
    done(send(to_google, url, EMPTY, f"bytes */{UNIT_BYTES}"))
    assert session.content == FIRST


@both_endpoints
def test_session_that_keeps_less(
    to_google: Running, begin: Callable[..., tuple[str, Session]], path: str
) -> None:
    """Nobody is told that a piece is there of which the session has kept a part only."""
    url, session = begin("keeps less")
    told = f"bytes 0-{3 * UNIT_BYTES - 1}/{len(WHOLE)}"
    assert more(send(to_google, url, WHOLE[: 3 * UNIT_BYTES], told, path=path)) == UNIT_BYTES
    assert session.content == FIRST


@pytest.mark.parametrize("fault", ["fails", "loses the answer", "cuts"])
@pytest.mark.parametrize("is_last", [False, True])
def test_piece_sent_again(
    to_google: Running, begin: Callable[..., tuple[str, Session]], fault: Fault, is_last: bool
) -> None:
    """The retry endpoint sends the same range again, and the session ignores what it has already."""
    url, session = begin(fault)
    piece = WHOLE if is_last else WHOLE[: 2 * UNIT_BYTES]
    answered = send(to_google, url, piece, f"bytes 0-{len(piece) - 1}/{len(WHOLE)}", path=RETRY)
    assert answered.json["attempts"] == 2
    assert session.ranges[0] == session.ranges[1]
    if is_last:
        done(answered)
    else:
        assert more(answered) == len(piece)
    assert session.content == piece


@pytest.mark.parametrize("fault", ["keeps less", "cuts", "fails", "loses the answer"])
def test_whole_file_sent_again(
    to_google: Running, begin: Callable[..., tuple[str, Session]], fault: Fault
) -> None:
    """A whole file that was taken in part only goes again from its start, and is stored once."""
    url, session = begin(fault)
    answered = send(to_google, url, WHOLE, path=RETRY)
    done(answered)
    assert (answered.json["attempts"], session.content) == (2, WHOLE)


def test_checksums_are_those_of_the_object(
    to_google: Running, begin: Callable[..., tuple[str, Session]]
) -> None:
    """What Google says of the whole object is not compared with the last piece, but with a whole file."""
    url, _ = begin(is_json=False)
    send(to_google, url, FIRST, f"bytes 0-{UNIT_BYTES - 1}/{len(WHOLE)}")
    done(send(to_google, url, REST, LAST))
    for told in (None, f"bytes 0-{len(WHOLE) - 1}/{len(WHOLE)}"):  # one piece that is all of the object, too
        url, _ = begin("damages", is_json=False)
        refused(to_google, send(to_google, url, WHOLE, told), "stored_bytes_differ", status=200)


@both_endpoints
@pytest.mark.parametrize("is_json", [True, False])
@pytest.mark.parametrize("told", [f"bytes */{len(WHOLE)}", LAST])
def test_object_of_another_length(
    to_google: Running, begin: Callable[..., tuple[str, Session]], path: str, is_json: bool, told: str
) -> None:
    """A session that has ended with another length than the caller knows is no success."""
    url, session = begin(is_json=is_json)
    session.content, session.is_complete = WHOLE + b"more", True
    answered = send(to_google, url, b"" if "*" in told else REST, told, path=path)
    event = refused(to_google, answered, "stored_bytes_differ", path, status=200, final=True)
    assert (event["stored"], event["attempts"]) == (False, 1)
    assert str(len(WHOLE) + 4) in answered.json["detail"]


def test_log_and_secrets(to_google: Running, begin: Callable[..., tuple[str, Session]]) -> None:
    """The log says how far the session is; its id, which Google repeats as the request's, is never said."""
    url, _ = begin()
    answered = send(to_google, url, FIRST, f"bytes 0-{UNIT_BYTES - 1}/{len(WHOLE)}")
    event = to_google.upload_event(answered.request_id)
    assert (event["code"], event["stored"], event["complete"]) == ("ok", False, False)
    assert (event["received_bytes"], event["storage_status"]) == (UNIT_BYTES, 308)
    assert event["storage_request_id"] is None, "the double's is the session's id"
    identity = url.rpartition("=")[2]
    assert identity not in answered.body.decode()


@pytest.mark.parametrize("query", [signed_queries.v4()])
def test_answers_about_other_urls(to_google: Running, place: Callable[..., Place], query: str) -> None:
    """They have no member about sessions."""
    answered = send(to_google, place().url, FIRST)
    assert answered.json.keys().isdisjoint({"complete", "received_bytes"})
