"""The invocation that a request belongs to in AWS Lambda, as the Web Adapter's headers tell it.

Knows: the adapter's two headers, and what matters here of the JSON in them.
Rules: to be asked only where the service runs in Lambda, because elsewhere anybody can send these headers;
what is missing or odd is not there, never a failure.
Must not know: uploads, the clock.

Source: github.com/awslabs/aws-lambda-web-adapter, and
docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REQUEST_CONTEXT_HEADER = "x-amzn-request-context"
LAMBDA_CONTEXT_HEADER = "x-amzn-lambda-context"


@dataclass(frozen=True, slots=True)
class LambdaInvocation:
    """`deadline` in epoch seconds: when Lambda ends the function. Ids of the Function URL and of Lambda."""

    deadline: float | None
    source_ip: str | None
    url_request_id: str | None
    lambda_request_id: str | None


def read_invocation(headers: Mapping[str, str]) -> LambdaInvocation:
    """What the headers tell; they ignore case."""
    request, function = (
        _object(headers.get(REQUEST_CONTEXT_HEADER)),
        _object(headers.get(LAMBDA_CONTEXT_HEADER)),
    )
    milliseconds: object = function.get("deadline")
    http = request.get("http")
    return LambdaInvocation(
        milliseconds / 1000 if isinstance(milliseconds, int) and milliseconds > 1 else None,
        _text(http.get("sourceIp")) if isinstance(http, dict) else None,
        _text(request.get("requestId")),
        _text(function.get("request_id")),
    )


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
