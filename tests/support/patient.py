"""The doctor as users run it: `python -m upload_service --check` in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.transcript import TRANSCRIPT

COMMAND = [sys.executable, "-m", "upload_service", "--check"]
SECONDS = 60


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
    ours = ("UPLOAD_", "CHECK_", "SSL_CERT_FILE", "LOG_LEVEL", "NO_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PORT": "0", "UPLOAD_BIND": "127.0.0.1"} | environment


def check(*arguments: str, url: str = "", before: Sequence[str] = (), **environment: str) -> Seen:
    """Run it; a `url` goes to its standard input. `before`: what its command stands behind."""
    words = [*before, *COMMAND, *(["-"] if url else []), *arguments]
    ran = subprocess.run(
        words, input=f"{url}\n" if url else "", env=surroundings(**environment),
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    TRANSCRIPT.hear("doctor", ran.stdout + ran.stderr)
    return Seen(ran.returncode, ran.stdout, ran.stderr)
