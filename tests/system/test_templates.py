"""The CloudFormation templates: that AWS would take them, and that their times fit each other."""

import re
import subprocess

import pytest

from tests.support.deploy.tools import ROOT, tools
from upload_service.server.connection import IDLE_SECONDS
from upload_service.settings.settings import list_settings

TEMPLATES = ROOT / "scripts" / "cloudformation"
FARGATE = (TEMPLATES / "fargate.yaml").read_text()
BOTH = pytest.mark.parametrize("name", ["lambda.yaml", "fargate.yaml"])


def number(pattern: str) -> int:
    """The only number that follows these words in the template for Fargate."""
    (found,) = re.findall(rf'{pattern}\D*?"?(\d+)"?', FARGATE)
    return int(found)


@BOTH
@pytest.mark.deploy
def test_cfn_lint(name: str) -> None:
    """cfn-lint, which knows what AWS takes, has nothing to say, not even by the way."""
    command = [str(tools() / "cfn-lint"), "--include-checks", "I", "--", str(TEMPLATES / name)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@BOTH
def test_parameters_are_explained(name: str) -> None:
    """Every parameter says in a sentence what it is."""
    section = re.search(r"^Parameters:\n(.*?)^\S", (TEMPLATES / name).read_text(), re.DOTALL | re.MULTILINE)
    assert section
    parameters = re.split(r"^  (?=\w)", section[1], flags=re.MULTILINE)[1:]
    assert len(parameters) >= 12
    assert [each.split(":")[0] for each in parameters if "\n    Description: " not in each] == []


@BOTH
def test_settings_exist(name: str) -> None:
    """Every setting that a template makes is one that the service has."""
    known = {variable for variable, _, _ in list_settings()}
    named = set(re.findall(r"\b(UPLOAD_[A-Z_]+|TIMEOUT_SECONDS)\b", (TEMPLATES / name).read_text()))
    assert named
    assert named <= known


def test_a_task_has_time_to_stop() -> None:
    """Health checks notice a stopping task while its socket is open, and it ends before Fargate kills it."""
    drain, shutdown = number("UPLOAD_DRAIN_DELAY_SECONDS, Value:"), number("UPLOAD_SHUTDOWN_SECONDS, Value:")
    assert number("HealthCheckIntervalSeconds:") * number("UnhealthyThresholdCount:") < drain
    assert drain + shutdown < number("StopTimeout:") <= 120
    assert "HealthCheckPath: /readyz" in FARGATE


def test_the_service_answers_before_the_load_balancer() -> None:
    """Whatever an upload waits for, the service gives up first, and it closes no connection still in use."""
    idle = number("idle_timeout.timeout_seconds, Value:")
    assert number("UPLOAD_STALL_SECONDS, Value:") < idle
    assert number(r"\bTIMEOUT_SECONDS, Value:") < idle
    assert idle < IDLE_SECONDS


def test_a_task_keeps_nothing_outside_its_volume() -> None:
    """The root is read-only, the user nobody's, and files wait on the volume."""
    service = FARGATE.split("- Name: service\n", 1)[1].split("LoadBalancerGroup:", 1)[0]
    assert "ReadonlyRootFilesystem: true" in service
    assert 'User: "10001"' in service
    assert "Drop: [ALL]" in service
    assert "ContainerPath: /spool" in service
    assert "{Name: UPLOAD_SPOOL_DIR, Value: /spool}" in service
