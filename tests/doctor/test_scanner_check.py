"""`upload-service --check` with a scanner: a real clamd in each of its states."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.doctor.run_check import Seen, check
from tests.support.scanner.dated_database import NUMBER, write_dated_database
from tests.support.scanner.running_clamd import Clamd
from upload_service.doctor import scanner_check

DAY = 86400


def said_of(clamd: Clamd, **environment: str) -> Seen:
    """What the check says with this clamd."""
    return check(UPLOAD_SCANNER=clamd.url, UPLOAD_SCANNER_MAX_BYTES="2MiB", **environment)


def verdicts(seen: Seen) -> tuple[int, list[str]]:
    """The exit status, and the verdicts on the scanner: its answer, its signatures, its scans."""
    return seen.status, seen.verdicts("scanner")


def test_none_is_set() -> None:
    """Without a scanner the check says that files are not scanned, and nothing else of it."""
    seen = check()
    assert verdicts(seen) == (0, ["ok"])
    assert "files are stored without a scan" in seen.said


@pytest.mark.clamd
@pytest.mark.parametrize(("days", "verdict", "age"), [(1.5, "ok", "1 day old"), (9.5, "warn", "9 days old")])
def test_age_of_the_signatures(tmp_path: Path, days: float, verdict: str, age: str) -> None:
    """Signatures that are older than a week are a warning, with what to do."""
    clamd = Clamd(tmp_path, AlertExceedsMax="yes")
    write_dated_database(clamd.database, time.time() - days * DAY)
    with clamd:
        seen = said_of(clamd)
    assert verdicts(seen) == (0, ["ok", verdict, "ok"])
    assert f"signatures number {NUMBER}, {age}" in seen.said
    assert ("run freshclam" in seen.said) is (verdict == "warn")


@pytest.mark.clamd
def test_over_a_unix_socket(clamd: Clamd) -> None:
    """A clamd at a unix socket is checked in the same way; of its signatures it cannot say the age."""
    seen = check(UPLOAD_SCANNER=f"clamd://{clamd.socket}", UPLOAD_SCANNER_MAX_BYTES="2MiB")
    assert verdicts(seen) == (0, ["ok", "warn", "ok"])
    assert "does not say how old they are" in seen.said
    assert "finds the EICAR test file, also in a file of 2 MiB" in seen.said


@pytest.mark.clamd
def test_limits_in_silence(tmp_path: Path) -> None:
    """Without AlertExceedsMax archives are a warning, and a size that clamd does not look at is a failure."""
    with Clamd(tmp_path, MaxFileSize="2M") as clamd:
        seen = said_of(clamd)
        assert verdicts(seen) == (0, ["ok", "warn", "ok", "warn"])
        assert "of archives that exceed its limits" in seen.said
        clamd.restart(MaxFileSize="1M")
        seen = said_of(clamd)
        assert verdicts(seen) == (1, ["ok", "warn", "fail"])
        assert "OK of a file of 2 MiB, which it has not looked at" in seen.said
    assert "set AlertExceedsMax yes in clamd.conf" in seen.said


@pytest.mark.clamd
@pytest.mark.parametrize("option", ["MaxFileSize", "MaxScanSize", "StreamMaxLength"])
def test_limits_that_are_told(tmp_path: Path, option: str) -> None:
    """With AlertExceedsMax a limit below UPLOAD_SCANNER_MAX_BYTES is a warning, because it is told."""
    options: dict[str, Any] = {option: "1M"}
    with Clamd(tmp_path, AlertExceedsMax="yes", **options) as clamd:
        seen = said_of(clamd)
    assert verdicts(seen) == (0, ["ok", "warn", "warn"])
    assert "raise StreamMaxLength, MaxFileSize and MaxScanSize" in seen.said


@pytest.mark.clamd
def test_no_signatures(tmp_path: Path) -> None:
    """A clamd that does not find the test file is a failure."""
    with Clamd(tmp_path, with_eicar=False, AlertExceedsMax="yes") as clamd:
        seen = said_of(clamd)
    assert verdicts(seen) == (1, ["ok", "warn", "fail"])
    assert "does not find the EICAR test file" in seen.said


@pytest.mark.clamd
def test_nobody_answers(tmp_path: Path) -> None:
    """A clamd that is away, and one that is silent, are failures that name what to look at."""
    with Clamd(tmp_path) as clamd:
        clamd.pause()
        seen = said_of(clamd, UPLOAD_STALL_SECONDS="1")
        assert (verdicts(seen), "(silent)" in seen.said) == ((1, ["fail"]), True)
        assert "MaxQueue" in seen.said
        clamd.kill()
        seen = said_of(clamd)
        assert (verdicts(seen), "(unreachable)" in seen.said) == ((1, ["fail"]), True)
        assert "LocalSocket" in seen.said


def test_versions() -> None:
    """The age is counted from the date in clamd's reply; a reply without one is a warning."""
    built = "ClamAV 1.4.6/27000/Mon Nov 30 09:00:00 2026"
    at = 1796029200.0
    for age, verdict in ((0.0, "ok"), (-DAY, "ok"), (7 * DAY - 1, "ok"), (7 * DAY, "warn")):
        assert scanner_check.describe_version(built, at + age).verdict == verdict
    for answer in (
        "ClamAV 1.4.6",
        "ClamAV 1.4.6/",
        "ClamAV 1.4.6/27000/",
        "ClamAV 1.4.6/27000/yesterday",
        "",
    ):
        assert scanner_check.describe_version(answer, at).verdict == "warn"
