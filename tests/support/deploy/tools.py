"""What the deployment's tests need and the project does not: AWS CLI, moto and cfn-lint, in .venv-deploy.

Rules: exact versions with hashes; made on first use, by one process; where it cannot be made, the tests are
left out by name.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDER, WANTED = ROOT / ".venv-deploy", ROOT / "scripts" / "dev" / "lib" / "deploy_tests" / "requirements.txt"


def tools() -> Path:
    """The folder of its programs."""
    stamp = FOLDER / "deploy.stamp"
    with WANTED.open() as wanted:
        fcntl.flock(wanted, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != WANTED.read_text():
            try:
                _make(FOLDER)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"needs AWS CLI, moto and cfn-lint, which could not be installed: {error}")
            stamp.write_text(WANTED.read_text())
    return FOLDER / "bin"


def _make(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(WANTED)], check=True)
