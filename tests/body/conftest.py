"""Budgets of any size."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.body.spooling import given_back
from upload_service.body.budget import SpoolBudget


@pytest.fixture
async def budget() -> AsyncIterator[Callable[[int, int], SpoolBudget]]:
    """Make budgets of any size; at the end all of them must be free again."""
    made: list[SpoolBudget] = []

    def make(memory_bytes: int, disk_bytes: int) -> SpoolBudget:
        made.append(SpoolBudget(memory_bytes, disk_bytes))
        return made[-1]

    yield make
    await given_back(*made)
