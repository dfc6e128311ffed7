"""The contract and the running service, held against each other by schemathesis."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from devtools import PYTHONPATH, signed_queries

from tests.support.network_namespace import NAMESPACE
from tests.support.service.transcript import TRANSCRIPT

ROOT = Path(__file__).parents[2]


@pytest.mark.unshare
def test_schemathesis_finds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Right forms are stored or found right, wrong ones refused, and each answer is as the contract says."""
    TRANSCRIPT.hide(f"http://store/contract/object?{signed_queries.v4()}")
    ran = subprocess.run(
        [*NAMESPACE, sys.executable, "-m", "tests.support.contract.schemathesis_run", str(tmp_path)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": PYTHONPATH},
        capture_output=True, text=True, timeout=700, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads(ran.stdout)
    for line in told["log"]:
        TRANSCRIPT.hear("log", line)
    assert told["status"] == 0, told["said"][-5000:]
    made, passed = map(int, re.findall(r"(\d+) generated, (\d+) passed", told["said"])[0])
    with capsys.disabled():
        print(f" schemathesis: {passed} of {made} cases passed, {told['stored']} objects stored ", end="")
    assert passed == made > 800
    # Not all alike.
    assert told["stored"] == told["codes"]["ok"] > 200
    wrong = ("size", "checksum", "max_retries", "header_value", "upload_url")
    wrong_fields = {f"invalid_{field}" for field in wrong}
    assert wrong_fields | {"missing_file"} <= told["codes"].keys()
    assert wrong_fields | {"missing_upload_url"} <= told["checked"].keys()
    assert told["checked"]["ok"] > 100
