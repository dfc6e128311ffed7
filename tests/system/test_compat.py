"""docs/compatibility.md holds the whole matrix of ./scripts/dev/compat, and every cell is as expected."""

import re
from pathlib import Path

from compat.case import NOT_THERE
from compat.matrix import CASES
from compat.table import INTRODUCTION

PAGE = (Path(__file__).parents[2] / "docs" / "compatibility.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    """The cells of the table, without its head."""
    lines = re.findall(r"^\| (.*) \|$", PAGE, re.MULTILINE)
    return [line.split(" | ") for line in lines[1:]]


def test_the_page_has_every_case() -> None:
    """It has the introduction and the matrix's rows in order: `./scripts/dev/compat --write` writes both."""
    assert PAGE.startswith(INTRODUCTION)
    assert [row[0] for row in rows()] == [case.name for case in CASES]


def test_every_cell_is_as_expected() -> None:
    """Each cell says what the matrix wants of that store, and each row is of use to one store at least."""
    stores = re.findall(r"^\| \| (.*) \|$", PAGE, re.MULTILINE)[0].split(" | ")
    assert stores == ["SeaweedFS", "MinIO", "versitygw", "Azurite"]
    for case, (_, *cells) in zip(CASES, rows(), strict=True):
        assert set(cells) != {NOT_THERE}
        for store, cell in zip(stores, cells, strict=True):
            assert re.sub(r" \(\d+\)$", "", cell) in (case.wanted(store), NOT_THERE), (case.name, store)
