"""The tests that cannot go through a Function URL are there, so that none is left out by an old name."""

import re
from pathlib import Path

import pytest

from tests.support.service.function_url import NOT_THROUGH_A_FUNCTION_URL

TESTS = Path(__file__).parents[1]
NAMED = [pattern for pattern in NOT_THROUGH_A_FUNCTION_URL if "::" in pattern]


@pytest.mark.parametrize("pattern", NAMED)
def test_pattern_names_a_test(pattern: str) -> None:
    """A pattern of a file and a test fits one that exists."""
    file, _, name = pattern.partition("::")
    [path] = TESTS.rglob(file)
    assert re.search(rf"def {name.removesuffix('*')}\w*\(", path.read_text(encoding="utf-8"))
