"""AWS on this machine: moto answers the real AWS CLI; the registry and the Function URL are stand-ins.

Knows: what a deployment may use (a PATH of its own, an empty home, credentials that open nothing), and how to
read what came of it. Nothing leaves loopback.
Must not know: what a deployment should come to.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import botocore.session
import requests
from botocore.client import BaseClient

from tests.support.deploy.tools import ROOT

STAND_INS = Path(__file__).parent / "stand_ins"
# Nothing else is on the PATH, whatever the machine has.
PROGRAMS = [
    "bash",
    "cat",
    "curl",
    "cut",
    "dirname",
    "env",
    "git",
    "grep",
    "mktemp",
    "printenv",
    "rm",
    "sleep",
    "tail",
]
REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "opens-nothing"}


class Cloud:
    """An empty AWS account, and a folder to deploy from."""

    def __init__(self, folder: Path, endpoint: str, forks: Path, function_url_port: int) -> None:
        requests.post(f"{endpoint}/moto-api/reset", timeout=60).raise_for_status()
        self.folder, self.endpoint = folder, endpoint
        self.path = folder / "bin"
        self.path.mkdir()
        for program in PROGRAMS:
            (self.path / program).symlink_to(shutil.which(program) or f"/nowhere/{program}")
        (self.path / "python3").symlink_to(sys.executable)
        for name in ("aws", "docker"):
            self.put(name, f"#!{sys.executable} -ES\n" + (STAND_INS / f"{name}.py").read_text())
        # Whatever a Function URL's name is, it is this machine.
        (folder / ".curlrc").write_text(f'connect-to = "::127.0.0.1:{function_url_port}"\ninsecure\n')
        self.environment = {
            "PATH": str(self.path), "HOME": str(folder), "CURL_HOME": str(folder), "TMPDIR": str(folder),
            "LAB": str(folder), "AWS_FORKS": str(forks), "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": REGION,
            "DEPLOY_PAUSE_SECONDS": "0.01", "DEPLOY_TRIES": "4", "DEPLOY_TAG": "one",
        } | CREDENTIALS  # fmt: skip
        self.plan()

    def put(self, program: str, text: str) -> None:
        """Put a program of this name on the PATH instead of the existing one."""
        (self.path / program).unlink(missing_ok=True)
        (self.path / program).write_text(text)
        (self.path / program).chmod(0o755)

    def plan(self, says: dict[str, list[str]] | None = None, dies_after: int = 0) -> None:
        """Say what is to go wrong from now on. Calls are counted from here."""
        (self.folder / "plan.json").write_text(json.dumps({"says": says or {}, "dies_after": dies_after}))
        (self.folder / "calls").write_text("")

    def deploy(self, *words: str, answer: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ./scripts/deploy with these arguments."""
        return self.shell([str(ROOT / "scripts" / "deploy"), *words], answer, environment)

    def shell(
        self, command: list[str], answer: str = "", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in this account, in its own session, so that it can be killed as a whole."""
        env = {name: value for name, value in (self.environment | (environment or {})).items() if value}
        with subprocess.Popen(
            command, env=env, cwd=self.folder, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as running:  # fmt: skip
            try:
                said, _ = running.communicate(answer, timeout=120)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
        return subprocess.CompletedProcess(command, running.returncode, said, "")

    def calls(self, program: str = "") -> list[list[str]]:
        """The calls since the last plan."""
        noted = [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]
        return [call for call in noted if call[0].startswith(program)]

    def operations(self) -> list[str]:
        """The names of the AWS operations that were called."""
        return [call[2] for call in self.calls("aws") if len(call) > 2]

    def client(self, service: str) -> BaseClient:
        """A client to look at the account with."""
        return botocore.session.get_session().create_client(
            service, REGION, endpoint_url=self.endpoint,
            aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="opens-nothing",
        )  # fmt: skip

    def functions(self) -> list[dict[str, Any]]:
        """All functions, with their environment."""
        return list(self.client("lambda").list_functions()["Functions"])  # type: ignore[attr-defined]
