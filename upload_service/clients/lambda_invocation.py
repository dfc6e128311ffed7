"""The AWS Lambda invocation to which a request belongs, as the headers of the Lambda Web Adapter tell it.

Knows: the adapter's two headers, and which members of their JSON are needed.
Rules: use it only where the service runs in Lambda, because elsewhere anybody can send these headers. Missing
or unexpected values become None and never a failure.
Must not know: uploads, the clock.

Source: github.com/awslabs/aws-lambda-web-adapter, and
docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

REQUEST_CONTEXT_HEADER = "x-amzn-request-context"
LAMBDA_CONTEXT_HEADER = "x-amzn-lambda-context"
# Some 30 000 years: a larger number is no time, and may be too large for a float.
_LATEST_MILLISECONDS = 10**15


class LambdaInvocation(NamedTuple):
    """One invocation; a member is None where the headers do not tell it.

    `deadline`: when Lambda ends the function, in epoch seconds. `source_ip`: the client's address.
    `url_request_id` and `lambda_request_id`: the ids that the Function URL and Lambda gave the request.
    """

    deadline: float | None
    source_ip: str | None
    url_request_id: str | None
    lambda_request_id: str | None


def read_invocation(headers: Mapping[str, str]) -> LambdaInvocation:
    """Read the invocation from the headers of a request, which ignore case."""
    request = _object(headers.get(REQUEST_CONTEXT_HEADER))
    function = _object(headers.get(LAMBDA_CONTEXT_HEADER))
    milliseconds: object = function.get("deadline")
    http = request.get("http")
    return LambdaInvocation(
        deadline=milliseconds / 1000 if _is_time(milliseconds) else None,
        source_ip=_text(http.get("sourceIp")) if isinstance(http, dict) else None,
        url_request_id=_text(request.get("requestId")),
        lambda_request_id=_text(function.get("request_id")),
    )


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):  # no JSON, or nested without end
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_time(milliseconds: object) -> TypeGuard[int]:
    return isinstance(milliseconds, int) and 1 < milliseconds < _LATEST_MILLISECONDS
