"""The CloudFormation templates: that AWS would take them, and that their times fit each other."""

import re
import subprocess

import pytest
from docs_generator.page_parts import MOST_USED

from tests.support.deploy.tools import ROOT, tools
from upload_service.server.connection import IDLE_SECONDS
from upload_service.settings.settings import Settings, list_settings

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


@BOTH
def test_what_operators_set_is_a_parameter(name: str) -> None:
    """Where uploads may go has to be said, and the README's other settings are parameters where they fit."""
    text = (TEMPLATES / name).read_text()
    # The port is the image's; the times must fit each other; a Lambda function runs one upload at once.
    settings = {*MOST_USED, "UPLOAD_RATE_PER_MINUTE"} - {"PORT", "TIMEOUT_SECONDS", "UPLOAD_API_TOKENS"}
    if name == "lambda.yaml":
        settings -= {"UPLOAD_MAX_CONCURRENT"}
    else:
        settings |= {"UPLOAD_MAX_CONCURRENT_PER_CLIENT"}
    parameters = {variable: parameter_of(text, variable) for variable in settings}
    assert "Default:" not in block(text, parameters.pop("UPLOAD_DESTINATIONS"))
    environment = {
        variable: value(block(text, parameter), "Default") for variable, parameter in parameters.items()
    }
    Settings.from_environment(environment | {"UPLOAD_DESTINATIONS": "https://my-bucket.s3.*.amazonaws.com/"})
    assert "HasTokens" in text
    if name == "fargate.yaml":
        assert int(environment["UPLOAD_RATE_PER_MINUTE"]) > 0
        assert (
            0
            < int(environment["UPLOAD_MAX_CONCURRENT_PER_CLIENT"])
            < int(environment["UPLOAD_MAX_CONCURRENT"])
        )


def parameter_of(text: str, variable: str) -> str:
    """The parameter whose value becomes this environment variable."""
    found = re.search(rf"\b{variable}(?:, Value)?: !Ref (\w+)", text)
    assert found, variable
    return found[1]


def block(text: str, parameter: str) -> str:
    """The lines of this parameter."""
    found = re.search(rf"^  {parameter}:\n((?:    .*\n)+)", text, re.MULTILINE)
    assert found, parameter
    return found[1]


def value(lines: str, key: str) -> str:
    """The text behind this key."""
    found = re.search(rf"^    {key}: (.*)$", lines, re.MULTILINE)
    assert found, lines
    return found[1].strip("\"'")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("10.0.0.0/24,10.0.1.0/24", True),
        ("172.31.0.0/20,172.31.16.0/20,172.31.32.0/20", True),
        ("10.0.0.0/24, 10.0.1.0/24", False),
        ("10.0.0.0/24", False),
        ("10.0.0.0/8,10.0.1.0/24", False),
        ("0.0.0.0/0,10.0.1.0/24", False),
        ("", False),
    ],
)
def test_only_the_load_balancer_is_believed(text: str, fits: bool) -> None:
    """X-Forwarded-For is believed from the load balancer's subnets, of which there are two or more."""
    assert parameter_of(FARGATE, "UPLOAD_TRUSTED_PROXIES") == "LoadBalancerSubnetCidrs"
    pattern = value(block(FARGATE, "LoadBalancerSubnetCidrs"), "AllowedPattern")
    assert bool(re.fullmatch(pattern, text)) == fits
    if fits:
        assert Settings.from_environment({"UPLOAD_TRUSTED_PROXIES": text}).trusted_proxies


def test_load_balancer_reaches_the_tasks_alone() -> None:
    """No rule of its group names addresses but one that leads nowhere, and the tasks let nobody else in."""
    group = FARGATE.split("  LoadBalancerGroup:\n", 1)[1].split("  TaskGroup:\n", 1)[0]
    assert re.findall(r"ToPort: 8000, CidrIp: ([\d./]+)", group) == ["127.0.0.1/32"]
    assert "DestinationSecurityGroupId: !Ref TaskGroup" in group
    tasks = FARGATE.split("  TaskGroup:\n", 1)[1].split("SecurityGroupEgress:", 1)[0]
    assert "SourceSecurityGroupId: !Ref LoadBalancerGroup" in tasks
    assert "CidrIp" not in tasks


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
