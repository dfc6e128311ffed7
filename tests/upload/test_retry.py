"""Which outcomes are worth another attempt, and how long to wait before it."""

from itertools import islice

import pytest
from multidict import CIMultiDict

from tests.storage.outcome_rows import FAILURES, ODD, REDIRECTS, REFUSALS
from tests.support.storage.storage_double import xml
from upload_service.errors.upload_error import CATALOGUE, StorageResponse
from upload_service.storage.outcome import Outcome, read_response
from upload_service.storage.refusals import REFUSED_STATUSES
from upload_service.storage.store_codes import STORE_CODES
from upload_service.upload.retry import (
    LONGEST_WAIT_SECONDS,
    RETRIED_FAULTS,
    backoff_delays,
    failed_before_first_byte,
    is_worth_retrying,
)

RETRIED = {word: code.retry for word, code in STORE_CODES.items() if code.retry is not None}


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success_is_not_tried_again(status: int) -> None:
    """What is stored is not sent again."""
    assert is_worth_retrying(read_response(status, CIMultiDict({}), b"")) is False


@pytest.mark.parametrize(
    ("status", "body", "code", "word", "retried"), [*REDIRECTS, *REFUSALS, *FAILURES, *ODD]
)
def test_answers(status: int, body: bytes, code: str, word: str | None, retried: bool) -> None:
    """A response is tried again only when it can change by itself."""
    assert is_worth_retrying(read_response(status, CIMultiDict({}), body)) is retried


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_faults_without_an_answer(code: str) -> None:
    """Without an answer, connection faults are tried again, and nothing else is."""
    assert is_worth_retrying(Outcome(code)) is (code in RETRIED_FAULTS)


def test_tables_name_codes_of_the_catalogue() -> None:
    """Every code that a table can produce exists, and what is storage's own turn is known as that."""
    assert CATALOGUE.keys() >= RETRIED_FAULTS
    assert set(REFUSED_STATUSES.values()) <= CATALOGUE.keys()
    refused = {code.error for code in STORE_CODES.values() if not code.retry}
    assert {code for code in refused if CATALOGUE[code].fault != "client"} == {
        "storage_full",
        "storage_account_disabled",
    }
    passing = {code.error for code in STORE_CODES.values() if code.retry}
    assert all(CATALOGUE[code].retryable for code in passing)


@pytest.mark.parametrize("code", sorted(RETRIED))
@pytest.mark.parametrize("status", [400, 409, 429, 500, 501, 503])
def test_what_storage_says_outranks_its_status(code: str, status: int) -> None:
    """A code of the table decides alone, in the body or in Azure's header, whatever the status."""
    assert is_worth_retrying(read_response(status, CIMultiDict({}), xml(code))) is RETRIED[code]
    by_header = read_response(status, CIMultiDict({"x-ms-error-code": code}), b"")
    assert is_worth_retrying(by_header) is RETRIED[code]


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
    """After bytes have left, storage may have stored them; before that, another attempt is free."""
    assert outcome.may_have_stored is stored
    assert failed_before_first_byte(outcome) is untouched


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
