"""`--check` as users run it: `python -m upload_service --check` in its own process."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.service.transcript import TRANSCRIPT

SERVICE = [sys.executable, "-m", "upload_service"]
COMMAND = [*SERVICE, "--check"]
# The same program, which waits for a storage's 100 Continue, the service beside it and a collector as long as
# a busy machine needs.
PATIENT = [
    sys.executable,
    "-c",
    """
from upload_service.storage import exchange
exchange.CONTINUE_SECONDS = 60
from upload_service.doctor import ports_check, traces_check
ports_check.GET_TIMEOUT_SECONDS = traces_check.TIMEOUT_SECONDS = 60
from upload_service.command import main
raise SystemExit(main())
""",
]
SECONDS = 60
# What a check tells of, in this order: settings, machine, and with a URL the way to storage. `identity` comes
# after the machine where signed tokens are asked for.
STEPS = (
    "settings", "destinations", "callers", "limits", "CORS", "page", "metrics", "log",
    "memory", "descriptors", "disk", "certificates", "port", "traces", "scanner",
    "URL", "DNS", "address", "connect", "TLS", "upload", "expect", "answer",
)  # fmt: skip
WAY = STEPS[STEPS.index("URL") :]


@dataclass(frozen=True)
class Seen:
    """What it said. `said` is all of it in one line, because long lines are wrapped."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Standard output with single spaces."""
        return " ".join(self.out.split())

    def verdicts(self, step: str) -> list[str]:
        """What was said of a step: ok, warn or fail."""
        lines = [line.split() for line in self.out.splitlines() if line[:1].isalpha()]
        return [words[0] for words in lines if words[1] == step]


def surroundings(**environment: str) -> dict[str, str]:
    """This program's environment with these settings and no others."""
    ours = ("UPLOAD_", "OTEL_", "CHECK_", "SSL_CERT_FILE", "LOG_LEVEL", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PORT": "0", "UPLOAD_BIND": "127.0.0.1"} | environment


def check(
    *arguments: str,
    url: str = "",
    before: Sequence[str] = (),
    program: Sequence[str] = SERVICE,
    **environment: str,
) -> Seen:
    """Run the check. `url` goes to its standard input; `before` is a command that runs it."""
    words = ["--check", *(["-"] if url else []), *arguments]
    return run(*words, typed=f"{url}\n" if url else "", before=before, program=program, **environment)


def run(
    *arguments: str,
    typed: str = "",
    before: Sequence[str] = (),
    program: Sequence[str] = SERVICE,
    **environment: str,
) -> Seen:
    """Run the command with these arguments alone, and hear what it says."""
    ran = subprocess.run(
        [*before, *program, *arguments], input=typed, env=surroundings(**environment),
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    TRANSCRIPT.hear("doctor", ran.stdout + ran.stderr)
    return Seen(ran.returncode, ran.stdout, ran.stderr)


def assert_stops_at(seen: Seen, step: str) -> None:
    """Check that this step failed, the steps before it did not, and none came after it."""
    assert seen.status == 1, seen.out + seen.err
    assert "fail" in seen.verdicts(step), seen.out
    position = WAY.index(step)
    assert not any("fail" in seen.verdicts(each) for each in WAY[:position])
    assert not any(seen.verdicts(each) for each in WAY[position + 1 :])
    assert seen.err == ""
