"""What a deployment has left in the account, without what differs from one time to the next."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.support.deploy.aws_account import REGION, Cloud

NAME = "image-upload-service"
ROLE = f"{NAME}-{REGION}"
LOG_GROUP = f"/aws/lambda/{NAME}"
# Times and revisions.
PASSING = {
    "ResponseMetadata",
    "LastModified",
    "RevisionId",
    "createdAt",
    "CreateDate",
    "RoleId",
    "creationTime",
}


def deployed(cloud: Cloud) -> dict[str, Any]:
    """What is there, by subject; a subject that is missing is left out."""
    aws: Any = {service: cloud.client(service) for service in ("ecr", "iam", "logs", "lambda")}
    looks: dict[str, Callable[[], Any]] = {
        "repository": lambda: aws["ecr"].describe_repositories()["repositories"],
        "lifecycle": lambda: json.loads(
            aws["ecr"].get_lifecycle_policy(repositoryName=NAME)["lifecyclePolicyText"]
        ),
        "images": lambda: aws["ecr"].list_images(repositoryName=NAME)["imageIds"],
        "roles": lambda: aws["iam"].list_roles()["Roles"],
        "policies": lambda: aws["iam"].list_role_policies(RoleName=ROLE)["PolicyNames"],
        "policy": lambda: aws["iam"].get_role_policy(RoleName=ROLE, PolicyName="log")["PolicyDocument"],
        "log groups": lambda: aws["logs"].describe_log_groups()["logGroups"],
        "functions": lambda: aws["lambda"].list_functions()["Functions"],
        "image": lambda: aws["lambda"].get_function(FunctionName=NAME)["Code"]["ImageUri"],
        "url": lambda: aws["lambda"].get_function_url_config(FunctionName=NAME)["AuthType"],
        "allowed": lambda: json.loads(aws["lambda"].get_policy(FunctionName=NAME)["Policy"])["Statement"],
        "cap": lambda: aws["lambda"].get_function_concurrency(FunctionName=NAME)[
            "ReservedConcurrentExecutions"
        ],
    }
    found = {}
    for subject, look in looks.items():
        try:
            value = _lasting(look())
        except (ClientError, KeyError):
            continue
        if value not in ([], None):
            found[subject] = value
    return found


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(each) for key, each in value.items() if key not in PASSING}
    return [_lasting(each) for each in value] if isinstance(value, list) else value
