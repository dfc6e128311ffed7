"""What the Web Adapter's headers tell of an invocation."""

import json

import pytest
from multidict import CIMultiDict

from upload_service.invocation import Invocation, invocation_of

REQUEST = {
    "accountId": "anonymous",
    "apiId": "abc",
    "domainName": "abc.lambda-url.eu-west-1.on.aws",
    "http": {
        "method": "POST",
        "path": "/",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.7",
        "userAgent": "x",
    },
    "requestId": "url-1",
}
FUNCTION = {"request_id": "lambda-1", "deadline": 1795435201500, "invoked_function_arn": "arn:aws:lambda:…"}
NOTHING = Invocation(None, None, None, None)


def headers(request: object, function: object) -> CIMultiDict[str]:
    """As the adapter writes them."""
    return CIMultiDict(
        {"X-Amzn-Request-Context": json.dumps(request), "X-Amzn-Lambda-Context": json.dumps(function)}
    )


def test_both_contexts_are_read() -> None:
    """The deadline in seconds, the caller's address and both ids."""
    assert invocation_of(headers(REQUEST, FUNCTION)) == Invocation(
        1795435201.5, "192.0.2.7", "url-1", "lambda-1"
    )


@pytest.mark.parametrize(
    "found",
    [
        CIMultiDict({}),
        CIMultiDict({"x-amzn-request-context": "", "x-amzn-lambda-context": "{"}),
        headers([], "text"),
        headers(None, 5),
        headers({"http": "GET", "requestId": 5}, {"deadline": "soon", "request_id": ""}),
        headers({"http": {"sourceIp": None}}, {"deadline": True}),
    ],
)
def test_odd_headers_tell_nothing(found: CIMultiDict[str]) -> None:
    """Whatever stands there, it is no failure."""
    assert invocation_of(found) == NOTHING
