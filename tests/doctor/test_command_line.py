"""`upload-service --check` as it is called: the options, and where the URL comes from."""

import os
import pty
import subprocess
import sys
from contextlib import suppress

import pytest
from devtools import signed_queries

from tests.doctor.run_check import COMMAND, check, run, surroundings
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble


@pytest.mark.parametrize("words", [["-"], ["--header", "a:b"], ["--content-type", "a/b"], ["--no-upload"]])
def test_no_url_where_one_was_promised(words: list[str]) -> None:
    """Standard input without a URL, and what is said of a URL that is not there, are wrong usage."""
    seen = check(*words)
    assert (seen.status, seen.out) == (2, "")
    assert seen.err == "upload-service: no URL came: write one to standard input, or set CHECK_URL\n"


@pytest.mark.parametrize(
    "words",
    [["--header", "no-colon"], ["--nonsense"]],
)
def test_wrong_usage(words: list[str]) -> None:
    """Wrong options are status 2, and nothing is looked at."""
    seen = check(*words)
    assert (seen.status, seen.out) == (2, "")


@pytest.mark.parametrize(
    "words",
    ["--check --no-upload URL", "--check - URL", "URL", "--chekc URL", "--check --no-upload=URL", "--c=URL"],
)
def test_url_in_the_wrong_place(words: str) -> None:
    """A URL among options that are not understood is not said back, neither as output nor as an error."""
    url = TRANSCRIPT.hide(f"https://store.example.org/doctor/wrong/place?{signed_queries.v4()}")
    seen = run(*words.replace("URL", url).split())
    assert (seen.status, seen.out) == (2, "")
    assert "a URL goes right behind --check" in seen.err
    assert not any(each in seen.err for each in ("store.example.org", "wrong/place", signed_queries.digits()))


def test_at_a_terminal(double: StorageDouble) -> None:
    """At a terminal the URL is asked for and not shown as it is pasted, and the verdicts have colours."""
    url = TRANSCRIPT.hide(f"{double.url}doctor/terminal/key?{signed_queries.v4()}")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "-", "--no-upload"], env=surroundings(UPLOAD_DESTINATIONS=double.url),
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as running:  # fmt: skip
        os.close(theirs)
        shown = b""
        while b"not shown): " not in shown:
            shown += os.read(ours, 1024)
        os.write(ours, f"{url}\n".encode())
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(ours, 4096):
                shown += piece
    os.close(ours)
    TRANSCRIPT.hear("doctor", shown.decode())
    assert running.returncode == 0
    assert b"\x1b[32mok" in shown
    assert signed_queries.digits().encode() not in shown


def test_service_does_not_load_the_doctor() -> None:
    """A start without --check imports nothing of it."""
    code = "import sys, upload_service.server.serve, upload_service.command; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "upload_service.server" in ran.stdout.split()
    assert "upload_service.doctor" not in ran.stdout.split()
