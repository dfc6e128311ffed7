"""`scanner/trusted_clamd.py`: when a real clamd is probed, and what is streamed to one that fails."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.scanner import samples
from tests.support.scanner.running_clamd import Clamd
from upload_service.scanner import clamd as client
from upload_service.scanner import trusted_clamd
from upload_service.scanner.probe import Answer
from upload_service.scanner.trusted_clamd import TrustedClamd
from upload_service.scanner.verdict import ScannerFault

pytestmark = pytest.mark.clamd
MIB = 1024 * 1024
SECONDS = 60.0
TELLS = Answer(finds_samples=True, tells_limits=True)


def use(
    clamd: Clamd,
    work: Callable[[TrustedClamd], Awaitable[None]],
    largest: int = MIB,
    seconds: float = SECONDS,
) -> list[Answer]:
    """Work with this clamd; returns what the probes found out meanwhile."""
    answers: list[Answer] = []

    async def working() -> None:
        address = ("127.0.0.1", clamd.port)
        trusted = TrustedClamd(client.Clamd(address, SECONDS), largest, seconds, answers.append)
        try:
            await work(trusted)
        finally:
            trusted.close()

    asyncio.run(working())
    return answers


async def scan(trusted: TrustedClamd) -> str:
    """The verdict on a few clean bytes."""
    stream = await trusted.instream()
    try:
        await stream.feed(b"clean")
        return (await stream.verdict(SECONDS)).result
    finally:
        stream.close()


def test_one_probe_for_all(clamd: Clamd) -> None:
    """Uploads at once wait for the same probe, and later ones need none."""

    async def work(trusted: TrustedClamd) -> None:
        assert await asyncio.gather(*(scan(trusted) for _ in range(5))) == ["ok"] * 5
        assert await scan(trusted) == "ok"

    assert use(clamd, work) == [TELLS]


def test_asked_again_when_in_doubt_or_old(clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a fault, and when its answer is old, clamd is probed before the next stream."""

    async def work(trusted: TrustedClamd) -> None:
        await scan(trusted)
        trusted.doubt()
        monkeypatch.setattr(trusted_clamd, "TRUST_SECONDS", 0.0)
        await scan(trusted)
        await scan(trusted)

    assert use(clamd, work) == [TELLS] * 3


def test_one_that_leaves_does_not_end_the_probe_of_others(clamd: Clamd) -> None:
    """An upload that is cancelled while clamd is probed takes nothing from the others."""

    async def work(trusted: TrustedClamd) -> None:
        clamd.pause()
        try:
            leaving, staying = (asyncio.create_task(scan(trusted)) for _ in range(2))
            await asyncio.sleep(0)
            leaving.cancel()
        finally:
            clamd.resume()
        assert await staying == "ok"
        with pytest.raises(asyncio.CancelledError):
            await leaving

    assert use(clamd, work) == [TELLS]


def test_nothing_is_streamed_to_one_that_passes_over(tmp_path: Path) -> None:
    """A clamd that would call unseen files clean gets none; mended, it is believed after the next probe."""

    async def work(trusted: TrustedClamd) -> None:
        for _ in range(2):
            with pytest.raises(ScannerFault, match="passes_over"):
                await trusted.instream()
            trusted.doubt()  # as each upload that got no verdict does
        clamd.restart(AlertExceedsMax="yes")
        with pytest.raises(ScannerFault, match="passes_over"):
            await trusted.instream()
        trusted._holds_until = 0.0  # as after ten seconds
        assert await scan(trusted) == "ok"

    with Clamd(tmp_path, MaxFileSize="1M") as clamd:
        silent = Answer(finds_samples=True, tells_limits=False, looks_at_largest=False)
        assert use(clamd, work, largest=2 * MIB) == [silent, TELLS]


def test_distrust_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clamd that failed is probed again after some seconds, without anybody's doubt."""
    monkeypatch.setattr(trusted_clamd, "DISTRUST_SECONDS", 0.0)

    async def work(trusted: TrustedClamd) -> None:
        with pytest.raises(ScannerFault, match="finds_nothing"):
            await trusted.instream()
        (tmp_path / "database" / "samples.ndb").unlink()
        samples.write_database(clamd.database)
        clamd.restart()
        assert await scan(trusted) == "ok"

    with Clamd(tmp_path, with_eicar=False, AlertExceedsMax="yes") as clamd:
        nothing = Answer(finds_samples=False, tells_limits=True)
        assert use(clamd, work) == [nothing, TELLS]


def test_a_silent_clamd_is_a_fault(clamd: Clamd) -> None:
    """A clamd that does not answer the probe is a fault, and the next stream asks again."""

    async def work(trusted: TrustedClamd) -> None:
        clamd.pause()
        try:
            with pytest.raises(ScannerFault, match="silent"):
                await trusted.instream()
        finally:
            clamd.resume()
        trusted._seconds = SECONDS  # a machine that is busy may need more than the short time above
        assert await scan(trusted) == "ok"

    assert use(clamd, work, seconds=0.5) == [TELLS]
