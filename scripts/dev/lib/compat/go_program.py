"""Programs written in Go, built from their source on first use.

Knows: the Go module proxy, by the command `go`, and where the built programs are kept.
Must not know: what a program does.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from compat.target import NotHere

BUILD_SECONDS = 1800


@dataclass(frozen=True)
class GoProgram:
    """A program, by the path of its package (whose last word is its name) and its version."""

    package: str
    version: str

    @property
    def name(self) -> str:
        """The program's file name."""
        return self.package.rpartition("/")[2]

    def path(self) -> Path:
        """The program, built if need be; raises NotHere."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "upload-service"
        program = cache / f"{self.name}-{self.version}" / self.name
        if not program.exists():
            go = shutil.which("go")
            if go is None:
                raise NotHere("go, which builds it, is not installed")
            program.parent.mkdir(parents=True, exist_ok=True)
            self._build(go, program)
        return program

    def _build(self, go: str, program: Path) -> None:
        print(
            f"Building {self.name} {self.version} (first use, some minutes) ...", file=sys.stderr, flush=True
        )
        with tempfile.TemporaryDirectory(dir=program.parent) as fresh:
            try:
                done = subprocess.run(  # noqa: S603 - our own command, never a shell
                    [go, "install", f"{self.package}@{self.version}"],
                    env={**os.environ, "GOBIN": fresh},
                    capture_output=True,
                    text=True,
                    timeout=BUILD_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise NotHere(f"go install took more than {BUILD_SECONDS} seconds") from None
            if done.returncode:
                raise NotHere(f"go install failed: {done.stderr.strip()[-300:]}")
            (Path(fresh) / self.name).replace(program)
