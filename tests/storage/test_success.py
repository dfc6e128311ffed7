"""What proves a success: an object store's own answer to a PUT, and nothing else with a 2xx."""

import time

import pytest
from multidict import CIMultiDict

from tests.storage.success_rows import ETAG, JSON_ERROR, NO_ETAG, OTHERS, PAGE, STORES, Answered
from upload_service.errors.upload_error import StorageResponse
from upload_service.storage.outcome import Outcome, read_response
from upload_service.storage.success import Proof


def read(answered: Answered, proof: Proof) -> Outcome:
    """What an answer means."""
    return read_response(answered.status, CIMultiDict(answered.headers), answered.body, proof)


@pytest.mark.parametrize("name", STORES)
def test_a_store_is_believed(name: str) -> None:
    """The answers of real stores to a PUT are successes."""
    scheme, answered = STORES[name]
    outcome = read(answered, Proof(scheme))
    assert (outcome.error, outcome.answer) == (None, StorageResponse(answered.status))
    assert outcome.may_have_stored is False


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_is_not(name: str) -> None:
    """Any other 2xx is no success, says what came, and would come again."""
    scheme, answered, what = OTHERS[name]
    outcome = read(answered, Proof(scheme))
    assert (outcome.error, outcome.answer) == ("storage_bad_answer", StorageResponse(answered.status))
    assert outcome.cause == (
        f"Storage answered {answered.status} with {what}: the URL may point at a web server instead of an "
        "object store."
    )
    assert outcome.final
    assert outcome.may_have_stored


@pytest.mark.parametrize(
    ("proof", "refused"),
    [
        (Proof("azure-sas", "part"), False),
        (Proof("azure-sas"), True),
        (Proof("s3-v4", "part"), True),
    ],
)
def test_a_block_is_no_object_yet(proof: Proof, refused: bool) -> None:
    """Azure answers the PUT of a block, and of nothing else, without an ETag."""
    answered = Answered(201, {"x-ms-request-id": "1", "x-ms-content-crc64": "77uWZTolTHU="})
    assert (read(answered, proof).error is not None) is refused


@pytest.mark.parametrize("name", OTHERS)
def test_what_the_operator_can_allow(name: str) -> None:
    """A store that is listed as odd needs no ETag and may speak JSON; pages and errors are still none."""
    scheme, answered, what = OTHERS[name]
    outcome = read(answered, Proof(scheme, etag_optional=True))
    optional = what == NO_ETAG or "ETag, which" in what or what.startswith("JSON,")
    assert (outcome.error is None) is optional
    assert optional or what in str(outcome.cause)


@pytest.mark.parametrize(
    "body",
    [
        b"<!-- -->" * 8000,
        b"<!--" * 16_000,
        b"<?xml" * 12_000,
        b" " * 64_000,
        b"<!---->" * 9000 + b"<",
        b"<a" * 32_000,
        b"<" + b"error" * 13_000,
        b"<" + b"fault:" * 10_000,
    ],
)
def test_no_answer_takes_long_to_read(body: bytes) -> None:
    """Whatever stands in an answer, it is read in an instant."""
    times = []
    for _ in range(5):
        began = time.thread_time()
        assert read(Answered(headers=ETAG, body=body[: 64 * 1024]), Proof()).error is None
        times.append(time.thread_time() - began)
    # Of the first one, the collector of garbage may have had its part.
    assert min(times) < 0.1


def test_the_page_wins() -> None:
    """A page is told as a page, though its status is odd and it has no ETag either."""
    assert "an HTML page" in str(read(Answered(203, body=PAGE), Proof()).cause)
    assert JSON_ERROR in str(read(Answered(202, body=b'{"error": 1}'), Proof()).cause)
