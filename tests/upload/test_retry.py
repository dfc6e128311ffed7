"""What storage's answers mean, which are worth another try, and how long to wait."""

from itertools import islice

import pytest
from multidict import CIMultiDict

from upload_service.errors.upload_error import CATALOGUE, StorageResponse
from upload_service.storage.outcome import Outcome, read_response
from upload_service.storage.refusals import REFUSED_STATUSES, STORE_CODES
from upload_service.upload.retry import (
    LONGEST_WAIT_SECONDS,
    RETRIED_FAULTS,
    backoff_delays,
    failed_before_first_byte,
    is_worth_retrying,
)

RETRIED = {word: code.retry for word, code in STORE_CODES.items() if code.retry is not None}


def xml(code: str, message: str = "no") -> bytes:
    """An error body as S3 words it."""
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


@pytest.mark.parametrize(
    ("status", "body", "error", "retried"),
    [
        (200, b"", None, False),
        (201, b"", None, False),
        (204, b"", None, False),
        (301, xml("PermanentRedirect"), "storage_redirected", False),
        (307, xml("TemporaryRedirect"), "storage_redirected", False),
        (302, b"", "storage_redirected", False),
        (304, b"", "storage_redirected", False),
        (400, b"", "storage_rejected", False),
        (400, xml("BadDigest"), "checksum_mismatch", False),
        (400, xml("EntityTooLarge"), "entity_too_large", False),
        (400, xml("ExpiredToken"), "credentials_expired", False),
        (400, xml("AuthorizationHeaderMalformed"), "storage_redirected", False),
        (400, xml("SomethingNew"), "storage_rejected", False),
        (400, xml("RequestTimeout"), "storage_timeout", True),
        (401, b"", "access_denied", False),
        (403, b"", "access_denied", False),
        (403, xml("AccessDenied"), "access_denied", False),
        (403, xml("AccessDenied", "Request has expired"), "url_expired", False),
        (403, xml("AuthenticationFailed", "Signed expiry time [x] must be after"), "url_expired", False),
        (403, xml("SignatureDoesNotMatch"), "signature_mismatch", False),
        (403, xml("InvalidAccessKeyId"), "credentials_expired", False),
        (403, xml("RequestTimeTooSkewed"), "clock_skewed", False),
        (404, xml("NoSuchBucket"), "no_such_bucket", False),
        (404, b"", "storage_rejected", False),
        (405, b"", "storage_rejected", False),
        (408, b"", "storage_timeout", True),
        (409, b"", "storage_conflict", False),
        (409, xml("ConditionalRequestConflict"), "storage_conflict", True),
        (409, xml("OperationAborted"), "storage_conflict", True),
        (409, xml("BlobAlreadyExists"), "precondition_failed", False),
        (411, xml("MissingContentLength"), "storage_rejected", False),
        (412, xml("PreconditionFailed"), "precondition_failed", False),
        (413, b"", "entity_too_large", False),
        (429, b"", "storage_throttled", True),
        (429, xml("AccessDenied"), "storage_throttled", True),
        (500, xml("InternalError"), "storage_error", True),
        (501, xml("NotImplemented"), "storage_error", False),
        (503, xml("NotImplemented"), "storage_error", False),
        (503, xml("ServerBusy"), "storage_error", True),
        (500, xml("OperationTimedOut"), "storage_error", True),
        (502, b"<html>", "storage_error", True),
        (503, xml("SlowDown"), "storage_error", True),
        (505, b"", "storage_error", False),
        (507, b"", "storage_error", True),
        (600, b"", "storage_error", False),
        (999, b"", "storage_error", False),
    ],
)
def test_answers(status: int, body: bytes, error: str | None, retried: bool) -> None:
    """Each answer has its code, and is tried again only when it can change by itself."""
    outcome = read_response(status, CIMultiDict({}), body)
    assert outcome.error == error
    assert is_worth_retrying(outcome) is retried


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_faults_without_an_answer(code: str) -> None:
    """Without an answer, connection faults are tried again, and nothing else is."""
    assert is_worth_retrying(Outcome(code)) is (code in RETRIED_FAULTS)


def test_tables_name_codes_of_the_catalogue() -> None:
    """Every code that a table can produce exists, and refusals are the caller's fault."""
    assert CATALOGUE.keys() >= RETRIED_FAULTS
    assert set(REFUSED_STATUSES.values()) <= CATALOGUE.keys()
    refused = {code.error for code in STORE_CODES.values() if code.error and code.retry is None}
    assert {CATALOGUE[code].fault for code in refused} == {"client"}
    assert all(code.error or code.retry is not None for code in STORE_CODES.values())


@pytest.mark.parametrize("code", sorted(RETRIED))
@pytest.mark.parametrize("status", [400, 409, 429, 500, 501, 503])
def test_what_storage_says_outranks_its_status(code: str, status: int) -> None:
    """A code of the table decides alone, in the body and in Azure's header, whatever the status."""
    assert is_worth_retrying(read_response(status, CIMultiDict({}), xml(code))) is RETRIED[code]
    by_header = read_response(status, CIMultiDict({"x-ms-error-code": code}), b"")
    assert is_worth_retrying(by_header) is RETRIED[code]


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("7", 7), ("120", 120)])
def test_retry_after(text: str, seconds: float) -> None:
    """Storage may say how long to wait."""
    assert read_response(503, CIMultiDict({"Retry-After": text}), b"").retry_after_seconds == seconds


@pytest.mark.parametrize("text", ["", "-1", "1.5", "soon", "9999999", "Wed, 21 Oct 2026 07:28:00 GMT", "٣"])
def test_strange_retry_after(text: str) -> None:
    """What is no number of seconds is not waited for."""
    assert read_response(503, CIMultiDict({"Retry-After": text}), b"").retry_after_seconds is None


@pytest.mark.parametrize(
    ("outcome", "stored", "untouched"),
    [
        (Outcome(None, StorageResponse(200), sent_bytes=5), False, False),
        (Outcome("storage_disconnected"), False, True),
        (Outcome("storage_disconnected", sent_bytes=5), True, False),
        (Outcome("storage_tls_failed"), False, False),
        (Outcome("storage_error", StorageResponse(500), sent_bytes=5), True, False),
        (Outcome("storage_error", StorageResponse(503)), False, False),
        (Outcome("precondition_failed", StorageResponse(412), sent_bytes=5), False, False),
    ],
)
def test_what_a_broken_attempt_may_have_done(outcome: Outcome, stored: bool, untouched: bool) -> None:
    """Nobody knows what storage did with bytes that left; where none did, nothing is lost by another try."""
    assert outcome.may_have_stored is stored
    assert failed_before_first_byte(outcome) is untouched


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


def test_receipt_of_a_success() -> None:
    """A success tells ETag and storage's request id, when they are plain words."""
    outcome = read_response(200, CIMultiDict({"ETag": '"abc"', "x-amz-request-id": "R1"}), b"")
    assert (outcome.etag, outcome.request_id) == ('"abc"', "R1")
    outcome = read_response(200, CIMultiDict({"ETag": "two words", "x-amz-request-id": "x" * 300}), b"")
    assert (outcome.etag, outcome.request_id) == (None, None)


def test_waits_grow_are_capped_and_jittered() -> None:
    """Waits lie between zero and an exponentially growing, capped bound, and are not all alike."""
    runs = [list(islice(backoff_delays(), 10)) for _ in range(200)]
    bounds = [0.5, 1, 2, 4, 8, 10, 10, 10, 10, 10]
    for index, bound in enumerate(bounds):
        column = [run[index] for run in runs]
        assert all(0 <= wait <= bound for wait in column)
        assert max(column) > bound / 2
        assert min(column) < bound / 4
    assert max(bounds) == LONGEST_WAIT_SECONDS
