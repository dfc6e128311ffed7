"""The back ends of docs/examples that sign something for visitors do not start with an empty secret."""

import subprocess
import sys

import pytest

from tests.support.examples.running_examples import FOLDER

REGION = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.mark.parametrize(
    ("program", "secret"),
    [("python_backend.py", "UPLOAD_TOKEN_SECRET"), ("python_grants.py", "UPLOAD_GRANT_KEY")],
)
@pytest.mark.parametrize("empty", ["secret", "bucket"])
def test_empty_secret(program: str, secret: str, empty: str) -> None:
    """As of a command that failed, in `$(...)`: with it, anybody could sign tokens."""
    settings = {secret: "" if empty == "secret" else "s" * 32, "S3_BUCKET": "" if empty == "bucket" else "b"}
    done = subprocess.run(
        # A port that is none: who goes on fails with another status.
        [sys.executable, str(FOLDER / program), "none"],
        env=REGION | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage:" in done.stderr
