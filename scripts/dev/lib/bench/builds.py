"""Builds of the service that are measured side by side: this checkout, and those of given commits.

Knows: how a commit is laid out in a folder, and how a process runs the code of one folder.
Must not know: what is measured.
"""

import compileall
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from bench.processes import ROOT


class Build(NamedTuple):
    """A build and the folder with its package."""

    name: str
    folder: Path

    def environment(self) -> dict[str, str]:
        """What a Python process needs to import this build, whatever is installed."""
        return {"PYTHONPATH": f"{self.folder}:{ROOT / 'scripts/dev/lib'}:{ROOT / 'scripts/lib'}"}


THIS = Build("this checkout", ROOT)


@contextmanager
def checked_out(commit: str) -> Iterator[Build]:
    """The build of a commit, compiled, in a temporary folder."""
    git = ["git", "-C", str(ROOT)]
    short = subprocess.check_output([*git, "rev-parse", "--short", commit], text=True).strip()  # noqa: S603  our own
    packed = subprocess.check_output([*git, "archive", short, "upload_service"])  # noqa: S603  our own command
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(packed)) as tar:
            tar.extractall(folder, filter="data")
        compileall.compile_dir(folder, quiet=1)
        yield Build(short, Path(folder))
