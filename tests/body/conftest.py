"""Budgets of any size."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from upload_service.body.budget import SpoolBudget


@pytest.fixture
async def budget() -> AsyncIterator[Callable[[int, int], SpoolBudget]]:
    """Make budgets of any size; at the end all of them must be free again."""
    made: list[SpoolBudget] = []

    def make(memory_bytes: int, disk_bytes: int) -> SpoolBudget:
        made.append(SpoolBudget(memory_bytes, disk_bytes))
        return made[-1]

    yield make
    for each in made:
        await asyncio.to_thread(each.close)
    await asyncio.sleep(0.01)
    assert [(each.memory.used_bytes, each.disk.used_bytes) for each in made] == [(0, 0)] * len(made)
