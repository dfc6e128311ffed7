"""./scripts/deploy: a plain sentence for what is missing, before anything is changed; and waiting for AWS."""

import pytest

from tests.support.deploy.aws_account import CREDENTIALS, Cloud
from tests.support.deploy.aws_servers import Servers
from tests.support.deploy.deployed_resources import deployed

pytestmark = pytest.mark.deploy


def aws_says(code: str, text: str) -> str:
    """A refusal in the form that the AWS CLI gives it."""
    return f"An error occurred ({code}) when calling an operation: {text}"


INVALID, CONFLICT = "InvalidParameterValueException", "ResourceConflictException"
NOT_ASSUMED = aws_says(INVALID, "The role defined for the function cannot be assumed by Lambda.")
IN_PROGRESS = aws_says(
    CONFLICT,
    "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:f",
)
TOO_HIGH = aws_says(
    INVALID,
    "Specified ReservedConcurrentExecutions for function decreases account's "
    "UnreservedConcurrentExecution below its minimum value of [100].",
)
GONE = aws_says("ResourceNotFoundException", "Function not found: arn:aws:f")
EXISTS = aws_says(CONFLICT, "Function already exist: f")
OLD_CLI = """#!/usr/bin/env bash
if [ "$1" = --version ]; then echo "aws-cli/2.4.0 Python/3.8.8"; else echo "{}"; fi
"""


def refused(cloud: Cloud, *words: str, **environment: str) -> str:
    """What a run says that must end with status 2 and change nothing."""
    run = cloud.deploy(*words, **environment)
    assert run.returncode == 2, run.stdout
    assert deployed(cloud) == {}
    return run.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--arch", "sparc"], "--arch must be arm64 or amd64"),
        (["--memory", "lots"], "--memory must be a number"),
        (["--timeout", "901"], "--timeout must be a number"),
        (["--retention", "31"], "--retention must be a number of days that CloudWatch knows"),
        (["--reserved-concurrency", "-1"], "--reserved-concurrency must be"),
        (["--name", "Images"], "--name must be"),
        (["--digest", "latest"], "--digest must be"),
        (["--set", "A B=1"], "need the name of a variable"),
        (["--set", "NOT_SET_HERE"], "NOT_SET_HERE takes its value from your environment"),
        (["--colour", "red"], "There is no option --colour"),
        (["--memory"], "lacks its value"),
        (["now"], "'now' is not understood"),
    ],
)
def test_words_that_make_no_sense(cloud: Cloud, words: list[str], said: str) -> None:
    """An option that makes no sense is named, and AWS is not even asked."""
    assert said in refused(cloud, *words)
    assert cloud.calls() == []


def test_no_credentials(cloud: Cloud) -> None:
    """Without credentials it says how to get some, in the words of the real CLI as well."""
    said = refused(cloud, **dict.fromkeys(CREDENTIALS, ""))
    assert "aws configure" in said
    assert "Unable to locate credentials" in said


def test_no_region(cloud: Cloud) -> None:
    """Without a region it says where to name one."""
    assert "give --region" in refused(cloud, AWS_REGION="")


def test_no_cli(cloud: Cloud) -> None:
    """Without the AWS CLI it says which version to install."""
    (cloud.path / "aws").unlink()
    assert "The AWS CLI ('aws') is not installed: install version 2." in refused(cloud)


def test_old_cli(cloud: Cloud) -> None:
    """A CLI that does not know the second permission of a URL is named with the least version."""
    cloud.put("aws", OLD_CLI)
    said = refused(cloud)
    assert "too old (aws-cli/2.4.0)" in said
    assert "1.42.50" in said


def test_no_docker(cloud: Cloud) -> None:
    """Without Docker it says so, and that an image which was pushed before needs none."""
    (cloud.path / "docker").unlink()
    assert "Docker is not installed" in refused(cloud)


@pytest.mark.parametrize(
    ("fails", "said"), [("info", "Docker does not answer"), ("buildx", "Docker has no buildx")]
)
def test_docker_that_is_not_whole(cloud: Cloud, fails: str, said: str) -> None:
    """A Docker that is not running, or lacks buildx, is found out before anything is made."""
    cloud.put("docker", f'#!/usr/bin/env bash\n[ "$1" != {fails} ]\n')
    assert said in refused(cloud)


def test_build_that_fails(cloud: Cloud) -> None:
    """A build that fails ends it before there is a role or a function."""
    cloud.put("docker", '#!/usr/bin/env bash\n[ "$1$2" != buildxbuild ]\n')
    run = cloud.deploy()
    assert run.returncode == 1
    assert "The image could not be built" in run.stdout
    assert set(deployed(cloud)) == {"repository", "lifecycle"}


def test_role_that_is_not_ready(cloud: Cloud) -> None:
    """A role that Lambda does not know yet is waited for."""
    cloud.plan(says={"create-function": [NOT_ASSUMED, NOT_ASSUMED]})
    run = cloud.deploy("--no-smoke")
    assert run.returncode == 0, run.stdout
    assert cloud.operations().count("create-function") == 3


def test_role_that_is_never_ready(cloud: Cloud) -> None:
    """The wait for a role has an end, and then AWS's own words are shown."""
    cloud.plan(says={"create-function": [NOT_ASSUMED] * 9})
    run = cloud.deploy("--no-smoke")
    assert run.returncode == 1
    assert cloud.operations().count("create-function") == int(cloud.environment["DEPLOY_TRIES"])
    assert run.stdout.rstrip().endswith("The role defined for the function cannot be assumed by Lambda.")


@pytest.mark.parametrize(
    "operation", ["update-function-code", "update-function-configuration", "put-function-concurrency"]
)
def test_update_in_progress(cloud: Cloud, operation: str) -> None:
    """An update that is already in progress is waited for."""
    cloud.deploy("--no-smoke")
    cloud.plan(says={operation: [IN_PROGRESS] * 2})
    run = cloud.deploy("--no-smoke")
    assert run.returncode == 0, run.stdout
    assert cloud.operations().count(operation) == 3


def test_function_made_meanwhile(cloud: Cloud) -> None:
    """A function that somebody makes between our look and our creation is brought up to date."""
    cloud.deploy("--no-smoke")
    cloud.plan(says={"get-function-configuration": [GONE], "create-function": [EXISTS]})
    run = cloud.deploy("--no-smoke", "--memory", "512")
    assert run.returncode == 0, run.stdout
    assert cloud.functions()[0]["MemorySize"] == 512


def test_cap_that_the_account_cannot_reserve(cloud: Cloud) -> None:
    """An account too small for the cap is told the two ways out, and has no open URL without a cap."""
    cloud.plan(says={"put-function-concurrency": [TOO_HIGH]})
    run = cloud.deploy()
    assert run.returncode == 1
    assert "lower --reserved-concurrency, or with none" in run.stdout
    assert "url" not in deployed(cloud)


def test_smoke_test_that_fails(cloud: Cloud, aws: Servers) -> None:
    """A URL that does not answer 200 is a failure which says where the log is."""
    aws.function_url.status = 502
    run = cloud.deploy()
    assert run.returncode == 1
    assert "was answered 502" in run.stdout
    assert "/aws/lambda/image-upload-service" in run.stdout
