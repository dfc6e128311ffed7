"""./scripts/deploy: who may use the Function URL, and that CORS is answered once."""

import pytest

from tests.support.deploy.aws_account import Cloud
from tests.support.deploy.aws_servers import Servers
from tests.support.deploy.deployed_resources import NAME, deployed

pytestmark = pytest.mark.deploy


def test_url_permissions(cloud: Cloud) -> None:
    """The open URL has both permissions, and the one to invoke holds only through the URL."""
    cloud.deploy()
    allowed = {each["Action"]: each for each in deployed(cloud)["allowed"]}
    assert set(allowed) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert allowed["lambda:InvokeFunctionUrl"]["FunctionUrlAuthType"] == "NONE"
    assert allowed["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True


def test_only_signed_requests(cloud: Cloud, aws: Servers) -> None:
    """With --iam an open URL is closed: it wants signed requests, and nobody outside is allowed anything."""
    cloud.deploy()
    aws.function_url.status = 403
    run = cloud.deploy("--iam")
    assert run.returncode == 0, run.stdout
    assert deployed(cloud)["url"] == "AWS_IAM"
    assert "allowed" not in deployed(cloud)


def test_cors_is_answered_once(cloud: Cloud) -> None:
    """CORS that somebody has set on the Function URL is taken away, because the service answers it."""
    cloud.deploy()
    assert "--cors" not in str(cloud.calls())
    client = cloud.client("lambda")
    client.update_function_url_config(FunctionName=NAME, Cors={"AllowOrigins": ["*"]})  # type: ignore[attr-defined]
    assert cloud.deploy().returncode == 0
    assert [call[-2:] for call in cloud.calls("aws") if "--cors" in call] == [["--cors", "{}"]]
