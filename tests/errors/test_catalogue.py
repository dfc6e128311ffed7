"""The catalogue of errors keeps its contract: no code comes, goes or changes its meaning unseen."""

import pytest

from tests.support.failures.error_contract import CONTRACT
from upload_service.errors.upload_error import CATALOGUE


def test_contract_has_every_code() -> None:
    """Whoever adds or removes a code writes its contract down in tests/support/failures/error_contract.py."""
    assert CONTRACT.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("code", CONTRACT)
def test_entry_keeps_the_contract(code: str) -> None:
    """Status, fault and retryable of a code stay what callers rely on."""
    entry = CATALOGUE[code]
    assert (entry.status, entry.fault, entry.retryable) == CONTRACT[code]
