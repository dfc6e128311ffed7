"""`scanner/probe.py`: what a real clamd does with harmless bytes, for each of its configurations."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.scanner import samples
from tests.support.scanner.running_clamd import Clamd
from tests.support.scanner.scanning import scan
from upload_service.scanner import clamd as client
from upload_service.scanner.probe import EICAR, Answer, probe
from upload_service.scanner.verdict import ScannerFault

pytestmark = pytest.mark.clamd
MIB = 1024 * 1024
SECONDS = 60.0


def ask(clamd: Clamd, largest: int, *, always_largest: bool = False) -> Answer:
    """The answer of this clamd."""

    async def asking() -> Answer:
        asked = client.Clamd(("127.0.0.1", clamd.port), SECONDS)
        try:
            return await probe(asked, largest, SECONDS, always_largest=always_largest)
        finally:
            asked.close()

    return asyncio.run(asking())


@contextmanager
def running(*, with_eicar: bool = True, **options: str | int) -> Iterator[Clamd]:
    """A clamd with these options."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Clamd(Path(folder), with_eicar=with_eicar, **options) as clamd,
    ):
        yield clamd


def test_the_test_file_is_the_standard_one() -> None:
    """EICAR is the trade's test file, as its publisher gives it: 68 bytes."""
    assert samples.EICAR == EICAR
    assert len(EICAR) == 68


@pytest.mark.parametrize("recursion", [1, 16, 17, 100])
def test_limits_that_are_told(recursion: int) -> None:
    """With AlertExceedsMax 2 kB show that limits are told, whatever MaxRecursion; no large file is sent."""
    with running(AlertExceedsMax="yes", MaxRecursion=recursion, StreamMaxLength="4K") as clamd:
        answer = ask(clamd, 5000 * MIB)
        assert answer == Answer(finds_samples=True, tells_limits=True)
        assert answer.can_be_believed


@pytest.mark.parametrize(
    ("options", "largest", "looked_at"),
    [
        ({}, 25 * MIB, True),
        ({"MaxFileSize": "2M"}, 2 * MIB, True),
        ({"MaxFileSize": "2M"}, 2 * MIB + 1, False),
        ({"MaxScanSize": "2M"}, 2 * MIB - 68, True),
        ({"MaxScanSize": "2M"}, 2 * MIB - 67, False),
        ({"StreamMaxLength": "2M"}, 2 * MIB, True),
        ({"StreamMaxLength": "2M"}, 2 * MIB + 1, False),
        ({}, 1, True),
    ],
)
def test_limits_in_silence(options: dict[str, Any], largest: int, looked_at: bool) -> None:
    """Without AlertExceedsMax a whole file shows, to the byte, whether clamd looks at one of that size."""
    with running(**options) as clamd:
        answer = ask(clamd, largest)
        assert answer == Answer(finds_samples=True, tells_limits=False, looks_at_largest=looked_at)
        assert answer.can_be_believed is looked_at


def test_what_is_known_to_be_clean_does_not_mislead(tmp_path: Path) -> None:
    """clamd knows clean files again; the same probe, again and again, has the same answer."""
    with Clamd(tmp_path, AlertExceedsMax="yes", MaxFileSize="2M") as clamd:
        for largest, looked_at in ((2 * MIB, True), (2 * MIB + 1, False)) * 2:
            answer = ask(clamd, largest, always_largest=True)
            assert answer == Answer(finds_samples=True, tells_limits=True, looks_at_largest=looked_at)


def test_silence_is_what_would_be_stored(tmp_path: Path) -> None:
    """What the probe guards against is real: the marker in nested archives, or in a large file, is `OK`."""
    with Clamd(tmp_path, MaxFileSize="1M") as clamd:
        assert scan(clamd, samples.MARKER + bytes(MIB)) == "stream: OK"
        assert scan(clamd, samples.nested(samples.MARKER, 20)) == "stream: OK"
        clamd.restart(AlertExceedsMax="yes")
        assert "Limits.Exceeded.MaxFileSize FOUND" in scan(clamd, samples.MARKER + bytes(MIB))
        assert "Limits.Exceeded.MaxRecursion FOUND" in scan(clamd, samples.nested(samples.MARKER, 20))


def test_no_signatures() -> None:
    """A clamd that does not find the test file is not believed, and no large file is sent to it."""
    with running(with_eicar=False) as clamd:
        answer = ask(clamd, MIB)
        assert answer == Answer(finds_samples=False, tells_limits=False)
        assert not answer.can_be_believed


def test_nobody_answers(closed_port: int) -> None:
    """No clamd at all is a fault, never an answer."""

    async def asking() -> Answer:
        asked = client.Clamd(("127.0.0.1", closed_port), SECONDS)
        try:
            return await probe(asked, MIB, SECONDS)
        finally:
            asked.close()

    with pytest.raises(ScannerFault, match="unreachable"):
        asyncio.run(asking())
