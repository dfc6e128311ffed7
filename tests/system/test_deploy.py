"""./scripts/deploy: what it leaves in an AWS account, however often it is run and wherever it is stopped.

moto plays AWS, the AWS CLI is the real one, and Docker is a stand-in that pushes into moto's registry.
"""

import re
import signal

import pytest

from tests.support.deploy.aws_account import Cloud
from tests.support.deploy.aws_servers import Servers
from tests.support.deploy.deployed_resources import LOG_GROUP, NAME, ROLE, deployed

pytestmark = pytest.mark.deploy

SECRET = "tok-5ec2e7-opens-nothing"


def test_first_deployment(cloud: Cloud, aws: Servers) -> None:
    """One run makes repository, image, role, log group, function, cap and an open URL, and tries the URL."""
    run = cloud.deploy()
    assert run.returncode == 0, run.stdout
    found = deployed(cloud)
    (repository,) = found["repository"]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert found["lifecycle"]["rules"][0]["selection"]["countNumber"] == 10
    (image,) = found["images"]
    assert found["image"] == f"{repository['repositoryUri']}@{image['imageDigest']}"
    (function,) = found["functions"]
    assert (function["MemorySize"], function["Timeout"], function["Architectures"]) == (1024, 300, ["arm64"])
    assert function["PackageType"] == "Image"
    assert found["cap"] == 50
    (group,) = found["log groups"]
    assert (group["logGroupName"], group["retentionInDays"]) == (LOG_GROUP, 30)
    assert found["url"] == "NONE"
    assert aws.function_url.asked == [f"{url_of(run.stdout)}healthz", url_of(run.stdout)]
    assert f"{url_of(run.stdout)}upload-with-presigned" in run.stdout


def test_says_that_any_bucket_may_be_written_to(cloud: Cloud) -> None:
    """Until the operator says where uploads may go, each run ends with how to."""
    said = "--set 'UPLOAD_DESTINATIONS="
    assert said in cloud.deploy().stdout
    mine = cloud.deploy("--set", "UPLOAD_DESTINATIONS=https://my-bucket.s3.*.amazonaws.com/")
    assert mine.returncode == 0
    assert said not in mine.stdout


def test_role(cloud: Cloud) -> None:
    """The role may write into its own log group, and nothing else."""
    cloud.deploy()
    found = deployed(cloud)
    assert found["policies"] == ["log"]
    (statement,) = found["policy"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == f"arn:aws:logs:eu-west-1:123456789012:log-group:{LOG_GROUP}:*"
    assert found["functions"][0]["Role"].endswith(f"/{ROLE}")


def test_image_is_built_for_lambda(cloud: Cloud) -> None:
    """The image is built for one architecture and without attestations, which Lambda cannot take."""
    cloud.deploy("--arch", "amd64")
    (build,) = [call for call in cloud.calls("docker") if call[1:3] == ["buildx", "build"]]
    assert "--provenance=false" in build
    assert "--sbom=false" in build
    assert build[build.index("--platform") + 1] == "linux/amd64"
    assert deployed(cloud)["functions"][0]["Architectures"] == ["x86_64"]


def test_second_run_changes_nothing(cloud: Cloud) -> None:
    """A second run ends where the first did, at the same URL, with nothing twice."""
    first = cloud.deploy()
    before = deployed(cloud)
    second = cloud.deploy()
    assert second.returncode == 0, second.stdout
    assert deployed(cloud) == before
    assert url_of(second.stdout) == url_of(first.stdout)


def test_stopped_anywhere(cloud: Cloud) -> None:
    """Killed after each change in turn, and run again, it ends where a run in one go does."""
    cloud.deploy()
    whole = deployed(cloud)
    assert cloud.deploy("--delete", "--yes").returncode == 0
    killed = 0
    for step in range(1, 40):
        cloud.plan(dies_after=step)
        run = cloud.deploy("--no-smoke")
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL, run.stdout
        killed += 1
    assert killed >= 12
    assert deployed(cloud) == whole


def test_options(cloud: Cloud) -> None:
    """Names, memory, time-out, retention and cap are what the options say, also on what is there already."""
    cloud.deploy()
    words = ["--memory", "2048", "--timeout", "60", "--retention", "7", "--reserved-concurrency", "none"]
    assert cloud.deploy(*words).returncode == 0
    found = deployed(cloud)
    assert (found["functions"][0]["MemorySize"], found["functions"][0]["Timeout"]) == (2048, 60)
    assert found["log groups"][0]["retentionInDays"] == 7
    assert "cap" not in found
    assert cloud.deploy("--name", "another", DEPLOY_MEMORY_MB="512").returncode == 0
    assert {each["FunctionName"]: each["MemorySize"] for each in cloud.functions()} == {
        NAME: 2048,
        "another": 512,
    }


def test_environment_is_merged(cloud: Cloud) -> None:
    """Variables are set and taken away one by one; what somebody else has set stays."""
    cloud.deploy(
        "--set", "LOG_LEVEL=DEBUG", "--set", "UPLOAD_CORS_ORIGINS=https://a.example,https://b.example"
    )
    client = cloud.client("lambda")
    client.update_function_configuration(  # type: ignore[attr-defined]
        FunctionName=NAME, Environment={"Variables": {**variables(cloud), "BY_HAND": 'it\'s "quoted" $HOME'}}
    )
    cloud.deploy()
    cloud.deploy("--unset", "LOG_LEVEL", "--set", "UPLOAD_VERIFY=md5")
    assert variables(cloud) == {
        "UPLOAD_CORS_ORIGINS": "https://a.example,https://b.example",
        "BY_HAND": 'it\'s "quoted" $HOME',
        "UPLOAD_VERIFY": "md5",
    }


def test_secret_is_never_said(cloud: Cloud) -> None:
    """A token reaches the function from the caller's environment, and no output and no command line."""
    words = ["--set", "UPLOAD_API_TOKENS"]
    first = cloud.deploy(*words, UPLOAD_API_TOKENS=SECRET)
    complaint = (
        f'InvalidParameterValueException: 4KB limit. String measured: {{"UPLOAD_API_TOKENS":"{SECRET}"}}'
    )
    cloud.plan(says={"update-function-configuration": [complaint]})
    second = cloud.deploy(*words, UPLOAD_API_TOKENS=SECRET)
    dry = cloud.deploy("--dry-run", "--set", f"UPLOAD_API_TOKENS={SECRET}")
    assert variables(cloud) == {"UPLOAD_API_TOKENS": SECRET}
    assert "4KB limit" in second.stdout
    assert SECRET not in first.stdout + second.stdout + dry.stdout
    assert SECRET not in str(cloud.calls())


def test_earlier_image(cloud: Cloud) -> None:
    """With --digest nothing is built, and the function runs that image."""
    cloud.deploy()
    before = deployed(cloud)
    cloud.plan()
    assert cloud.deploy("--digest", before["images"][0]["imageDigest"]).returncode == 0
    assert cloud.calls("docker") == []
    assert deployed(cloud) == before


def test_dry_run(cloud: Cloud) -> None:
    """A dry run calls nothing, and what it prints, pasted into a shell, does what a run does."""
    words = ["--set", "LOG_LEVEL=DEBUG", "--set", "GREETING=it's $HOME", "--unset", "GONE"]
    dry = cloud.deploy("--dry-run", *words)
    assert dry.returncode == 0
    assert cloud.calls() == []
    pasted = cloud.shell(["bash", "-c", dry.stdout])
    assert pasted.returncode == 0, pasted.stdout
    by_hand = deployed(cloud)
    cloud.deploy("--delete", "--yes")
    cloud.deploy(*words)
    assert by_hand == deployed(cloud)


def test_delete(cloud: Cloud) -> None:
    """--delete asks, takes away all that was made and nothing else, and may be run again."""
    cloud.deploy()
    cloud.deploy("--name", "another")
    before = deployed(cloud)
    assert cloud.deploy("--delete", answer="yes\n").returncode == 1
    assert deployed(cloud) == before
    run = cloud.deploy("--delete", answer=f"{NAME}\n")
    assert run.returncode == 0, run.stdout
    assert NAME not in str(deployed(cloud))
    assert [each["FunctionName"] for each in cloud.functions()] == ["another"]
    assert cloud.deploy("--delete", "--yes").returncode == 0
    cloud.deploy("--delete", "--yes", "--name", "another")
    assert deployed(cloud) == {}


def url_of(said: str) -> str:
    """The Function URL among what was said."""
    found = re.search(r"^https://\S+/$", said, re.MULTILINE)
    assert found, said
    return found[0]


def variables(cloud: Cloud) -> dict[str, str]:
    """The function's environment."""
    return dict(cloud.functions()[0]["Environment"]["Variables"])
