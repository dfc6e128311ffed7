"""`upload-service --check` without a URL: memory, open files, disk and trusted certificates."""

from pathlib import Path

import pytest

from tests.doctor.run_check import check
from tests.support.network_namespace import NAMESPACE
from upload_service.doctor import machine_check
from upload_service.settings.settings import Settings


def test_certificates_that_are_none(tmp_path: Path) -> None:
    """A file of certificates without a certificate is a failure, because no store would be trusted."""
    (tmp_path / "empty.pem").write_text("nothing\n")
    seen = check(SSL_CERT_FILE=str(tmp_path / "empty.pem"))
    assert (seen.status, seen.verdicts("certificates")) == (1, ["fail"])
    assert "it holds no certificate" in seen.said


@pytest.mark.unshare
def test_full_disk(tmp_path: Path) -> None:
    """A spool folder without room for a few bytes is a failure with the system's reason."""
    script = f'mount -t tmpfs -o size=4k tmpfs {tmp_path} && exec "$@"'
    seen = check(before=[*NAMESPACE, "sh", "-c", script, "sh"], UPLOAD_SPOOL_DIR=str(tmp_path))
    assert (seen.status, seen.verdicts("disk")) == (1, ["fail"])
    assert f"cannot be written to {tmp_path} (No space left on device)" in seen.said


def test_memory_of_a_container(tmp_path: Path) -> None:
    """A container's limit counts instead of the machine's memory; a file that is missing is skipped."""
    bound = tmp_path / "memory.max"
    bound.write_text("104857600\n")
    finding = machine_check.check_memory(Settings(), [str(tmp_path / "none"), str(bound)])
    assert (finding.verdict, "there are only 100 MiB" in finding.text) == ("warn", True)
    bound.write_text("max\n")
    assert machine_check.check_memory(Settings(), [str(bound)]).verdict == "ok"


def test_few_open_files() -> None:
    """A hard limit that is too low for the uploads is a warning; a soft one is raised, as at the start."""
    low, lower = (["sh", "-c", f'ulimit -Sn 64; ulimit -Hn {hard}; exec "$@"', "sh"] for hard in (1024, 256))
    seen = check(before=low)
    assert seen.verdicts("descriptors") == ["ok"]
    assert "at most 1024 files and sockets may be open" in seen.said
    seen = check(before=lower)
    assert seen.verdicts("descriptors") == ["warn"]
    assert "at most 256 files and sockets may be open" in seen.said
