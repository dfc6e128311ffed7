"""What storage's response means: our code for it, and which of its words are passed on."""

import pytest
from multidict import CIMultiDict

from tests.storage.outcome_rows import FAILURES, ODD, REDIRECTS, REFUSALS
from tests.storage.recorded_refusals import AZURE_ROWS, REPORTED_ROWS, S3_ROWS, azure, s3
from tests.support.storage.storage_double import xml
from upload_service.errors.upload_error import CATALOGUE, StorageResponse
from upload_service.storage.outcome import read_response
from upload_service.storage.store_sentences import SENTENCES


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success(status: int) -> None:
    """A 2xx with an ETag means that the object is stored. `test_success.py` has what does not."""
    assert read_response(status, CIMultiDict({"ETag": '"abc"'}), b"").error is None


@pytest.mark.parametrize(
    ("status", "body", "code", "word", "retried"), [*REDIRECTS, *REFUSALS, *FAILURES, *ODD]
)
def test_answers(status: int, body: bytes, code: str, word: str | None, retried: bool) -> None:
    """Each response has our code, and storage's own code is kept where it is one."""
    outcome = read_response(status, CIMultiDict({}), body)
    assert (outcome.error, outcome.answer) == (code, StorageResponse(status, word))


@pytest.mark.parametrize(("status", "code", "message", "means"), S3_ROWS + REPORTED_ROWS)
def test_s3(status: int, code: str, message: str, means: str) -> None:
    """Each refusal of a store that speaks S3 has a code that leads to its cure."""
    outcome = read_response(status, CIMultiDict({}), s3(code, message))
    assert (outcome.error, outcome.answer) == (means, StorageResponse(status, code))


@pytest.mark.parametrize(("status", "code", "message", "means"), AZURE_ROWS)
def test_azure(status: int, code: str, message: str, means: str) -> None:
    """Each refusal of a store that speaks Azure's language has a code that leads to its cure."""
    outcome = read_response(status, CIMultiDict({"x-ms-error-code": code}), azure(code, message))
    assert (outcome.error, outcome.answer) == (means, StorageResponse(status, code))


@pytest.mark.parametrize("status", [404, 409, 412, 500])
def test_sentences_count_where_something_was_refused(status: int) -> None:
    """A known sentence is ignored under a status that does not go with it."""
    for sentence in SENTENCES:
        assert sentence.error in CATALOGUE
        outcome = read_response(status, CIMultiDict({}), s3("SomethingNew", sentence.words))
        silent = read_response(status, CIMultiDict({}), s3("SomethingNew", ""))
        assert (outcome.error, outcome.cause) == (silent.error, silent.cause)


def test_azure_names_its_code_in_a_header() -> None:
    """A code in Azure's header counts like one in the body."""
    outcome = read_response(403, CIMultiDict({"x-ms-error-code": "AuthenticationFailed"}), b"")
    assert outcome.error == "signature_mismatch"
    assert outcome.answer == StorageResponse(403, "AuthenticationFailed")


@pytest.mark.parametrize("code", ["<b>", "x" * 65, "a b", "", "AWS4&Signature=1"])
def test_strange_codes_are_not_passed_on(code: str) -> None:
    """What does not look like a code of a store is not shown to callers."""
    assert read_response(400, CIMultiDict({}), xml(code)).answer == StorageResponse(400, None)
    assert read_response(400, CIMultiDict({"x-ms-error-code": code}), b"").answer == StorageResponse(
        400, None
    )


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("7", 7), ("120", 120)])
def test_retry_after(text: str, seconds: float) -> None:
    """Storage may say how long to wait."""
    assert read_response(503, CIMultiDict({"Retry-After": text}), b"").retry_after_seconds == seconds


@pytest.mark.parametrize("text", ["", "-1", "1.5", "soon", "9999999", "Wed, 21 Oct 2026 07:28:00 GMT", "٣"])
def test_strange_retry_after(text: str) -> None:
    """What is no number of seconds is not waited for."""
    assert read_response(503, CIMultiDict({"Retry-After": text}), b"").retry_after_seconds is None


def test_receipt_of_a_success() -> None:
    """A success has ETag and request id as they came; `test_quotable_words.py` has what is passed on."""
    outcome = read_response(200, CIMultiDict({"ETag": '"abc"', "x-amz-request-id": "R1"}), b"")
    assert (outcome.etag, outcome.request_id) == ('"abc"', "R1")
