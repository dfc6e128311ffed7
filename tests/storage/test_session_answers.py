"""What a resumable session's answers mean: values in, a value out. tests/upload has them over HTTP."""

import pytest
from multidict import CIMultiDict

from tests.presigned.judged_urls import judged
from upload_service.storage.outcome import Outcome, read_response
from upload_service.storage.put import _proof
from upload_service.storage.success import Proof
from upload_service.upload.retry import is_worth_retrying

SESSION = "https://storage.googleapis.com/bucket/key?upload_id=ABcdEF0123456789_-ghij"
PIECE = Proof("google-session", "session", is_whole=False, is_piece=True, object_bytes=1000)
WHOLE = Proof("google-session", "session", object_bytes=1000)
DENIED = b'{"error": {"code": 403, "message": "secret", "errors": [{"reason": "forbidden"}]}}'
PAGE = b"<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title></html>"
HTML = {"Content-Type": "text/html; charset=UTF-8"}
AHEAD = b"Invalid request.  The Content-Range is ahead of what was received."
EARLIER = b"The content-range of an earlier request is still being handled."


def read(
    status: int, headers: dict[str, str] | None = None, body: bytes = b"", proof: Proof = PIECE
) -> Outcome:
    """What it means."""
    return read_response(status, CIMultiDict(headers or {}), body, proof)


@pytest.mark.parametrize(
    ("headers", "held"),
    [({}, 0), ({"Range": "bytes=0-0"}, 1), ({"range": "bytes=0-999"}, 1000), (HTML, 0)],
)
def test_more(headers: dict[str, str], held: int) -> None:
    """308 says how much the session holds; without a Range that is nothing."""
    outcome = read(308, headers, proof=PIECE._replace(object_bytes=1 << 20))
    assert (outcome.error, outcome.held_bytes) == (None, held)


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "is_retried"),
    [
        (404, HTML, b"Not Found", "session_gone", False),
        (404, HTML, PAGE, "session_gone", False),
        (410, {}, b"", "session_gone", False),
        (499, {}, b"", "session_gone", False),
        (503, {"Content-Type": "text/plain"}, AHEAD, "session_behind", False),
        (503, {"Content-Type": "text/plain"}, EARLIER, "storage_error", True),
        (503, {}, b"Service Unavailable", "storage_error", True),
        (500, {}, b"", "storage_error", True),
        (429, {}, b'{"error": {"code": 429}}', "storage_throttled", True),
        (412, {}, b'{"error": {"code": 412}}', "precondition_failed", False),
        (401, {}, DENIED, "access_denied", False),
        (403, {}, DENIED, "access_denied", False),
        (403, HTML, PAGE, "refused_before_storage", False),
        (400, {}, b'{"error": {"code": 400}}', "storage_rejected", False),
        (308, {"Location": "https://a/"}, b"", "storage_redirected", False),
        (308, {"Range": "bytes=1-2"}, b"", "storage_bad_answer", False),
        (307, {"Location": "https://a/"}, b"", "storage_redirected", False),
        (200, {"Content-Type": "text/html"}, PAGE, "storage_bad_answer", False),
        (200, {}, b"", "storage_bad_answer", False),
    ],
)
def test_refusals(status: int, headers: dict[str, str], body: bytes, error: str, is_retried: bool) -> None:
    """Each has our code, and none of the session's words."""
    outcome = read(status, headers, body)
    assert (outcome.error, is_worth_retrying(outcome)) == (error, is_retried)
    assert outcome.held_bytes is None
    assert "secret" not in str(outcome.as_error().detail)


def test_more_of_a_whole_file() -> None:
    """A whole file of which a session wants more has failed, and may be sent again."""
    outcome = read(308, {"Range": "bytes=0-99"}, proof=WHOLE)
    assert (outcome.error, outcome.held_bytes) == ("session_incomplete", None)
    assert is_worth_retrying(outcome)
    assert outcome.may_have_stored is False


@pytest.mark.parametrize(
    ("headers", "body", "error"),
    [
        ({"x-goog-hash": "crc32c=n03x6A==", "x-goog-stored-content-length": "1000"}, b"", None),
        (
            {"x-goog-hash": "crc32c=n03x6A==", "x-goog-stored-content-length": "999"},
            b"",
            "stored_bytes_differ",
        ),
        ({"x-goog-hash": "crc32c=n03x6A=="}, b"", None),
        ({}, b'{"kind": "storage#object", "size": "1000"}', None),
        ({}, b'{"kind": "storage#object", "size": "2000"}', "stored_bytes_differ"),
        ({}, b'{"kind": "storage#object", "size": 2000}', "stored_bytes_differ"),
        ({}, b'{"kind": "storage#object", "size": "many"}', None),
        ({}, b'{"kind": "storage#object"}', None),
    ],
)
def test_end(headers: dict[str, str], body: bytes, error: str | None) -> None:
    """What a session says of its object's length is compared, and only that."""
    for proof in (PIECE, WHOLE):
        assert read(200, headers, body, proof).error == error
    assert read(200, headers, body, PIECE._replace(object_bytes=None)).error is None


def test_end_in_the_middle() -> None:
    """A session that ends while more should come has an object only if it says how long that is."""
    middle = PIECE._replace(is_end=False)
    object_of = b'{"kind": "storage#object"%b}'
    for proof in (middle, middle._replace(object_bytes=None)):
        for status in (200, 201, 204):
            outcome = read(status, {"ETag": '"e"'}, object_of % b"", proof)
            assert (outcome.error, outcome.may_have_stored) == ("storage_bad_answer", True)
        assert read(200, {"ETag": '"e"'}, object_of % b', "size": "1000"', proof).error is None


@pytest.mark.parametrize("proof", [PIECE, WHOLE])
@pytest.mark.parametrize("last", [1000, 10**14])
def test_more_than_there_is(proof: Proof, last: int) -> None:
    """A session cannot hold more than its object has: whoever believed that would send nothing more."""
    outcome = read(308, {"Range": f"bytes=0-{last}"}, proof=proof)
    assert (outcome.error, outcome.held_bytes) == ("storage_bad_answer", None)
    assert outcome.may_have_stored is False
    unbounded = PIECE._replace(object_bytes=None)
    assert read(308, {"Range": f"bytes=0-{last}"}, proof=unbounded).held_bytes == last + 1


@pytest.mark.parametrize(
    ("piece", "is_last"),
    [
        (None, True),
        ("bytes 0-999/1000", True),
        ("bytes 262144-524287/524288", True),
        ("bytes 0-262143/524288", False),
        ("bytes 0-262143/*", False),
        ("bytes */1000", True),
        ("bytes */*", True),
    ],
)
def test_end_before_the_end(piece: str | None, is_last: bool) -> None:
    """A store that knows no sessions answers 200 to each piece, and keeps the last one alone."""
    destination = judged(SESSION)
    proof = _proof(destination, {} if piece is None else {"content-range": piece}, 1000)
    expected = None if is_last else "storage_bad_answer"
    assert read(200, {"ETag": '"5e"'}, proof=proof).error == expected
    assert read(200, {"ETag": '"5e"'}, proof=proof).may_have_stored is not is_last
    told = {"ETag": '"5e"', "x-goog-stored-content-length": str(proof.object_bytes or 5)}
    assert read(200, told, proof=proof).error is None


def test_other_kinds() -> None:
    """Nobody else is asked in this way: the same answers from other URLs mean what they always meant."""
    for scheme in ("s3-v4", "google-v4"):
        assert read(308, {"Range": "bytes=0-1"}, proof=Proof(scheme)).error == "storage_redirected"
        assert read(404, proof=Proof(scheme)).error == "wrong_endpoint"
