"""What the Web Adapter's headers tell of an invocation."""

import json
import time
from collections.abc import Iterator

import pytest
from devtools.signed_queries import v4
from multidict import CIMultiDict

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble
from upload_service.clients.lambda_invocation import LambdaInvocation, read_invocation

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
NOTHING = LambdaInvocation(None, None, None, None)


def headers(request: object, function: object) -> CIMultiDict[str]:
    """As the adapter writes them."""
    return CIMultiDict(
        {"X-Amzn-Request-Context": json.dumps(request), "X-Amzn-Lambda-Context": json.dumps(function)}
    )


def test_both_contexts_are_read() -> None:
    """The deadline in seconds, the caller's address and both ids."""
    assert read_invocation(headers(REQUEST, FUNCTION)) == LambdaInvocation(
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
        headers({}, {"deadline": 10**400}),
        CIMultiDict({"x-amzn-request-context": "[" * 8000, "x-amzn-lambda-context": '{"a":' * 1500}),
    ],
)
def test_odd_headers_tell_nothing(found: CIMultiDict[str]) -> None:
    """Whatever stands there, it is no failure."""
    assert read_invocation(found) == NOTHING


# The service as a process; tests/system/image has it in its image, with the real adapter.


def context(source_ip: str = "198.51.100.9", seconds: float = 60) -> list[str]:
    """The adapter's headers for an invocation that Lambda ends in so many seconds."""
    request = REQUEST | {"http": {"sourceIp": source_ip}}
    function = FUNCTION | {"deadline": int((time.time() + seconds) * 1000)}
    return [
        f"X-Amzn-Request-Context: {json.dumps(request)}",
        f"X-Amzn-Lambda-Context: {json.dumps(function)}",
    ]


@pytest.fixture(scope="module")
def function(double: StorageDouble) -> Iterator[Running]:
    """The service, told that it runs in Lambda."""
    with Running(UPLOAD_DESTINATIONS=double.url, AWS_LAMBDA_FUNCTION_NAME="f") as running:
        yield running


def upload(double: StorageDouble, key: str, reply: Reply | None = None) -> bytes:
    """The form for a key at the double."""
    double.script(key, reply or Reply())
    return form(field("uploadUrl", TRANSCRIPT.hide(f"{double.url}{key}?{v4()}")), file(b"12345"))


def test_elsewhere_the_headers_mean_nothing(service: Running, double: StorageDouble) -> None:
    """Outside Lambda anybody can send them: a deadline ends nothing, an address is not believed."""
    headers = context(seconds=-60)
    answered = post(service.port, PLAIN, upload(double, "invocation/forged"), *headers)
    assert answered.status == 200
    event = service.upload_event(answered.request_id)
    assert event["client"] == "127.0.0.1"
    assert not {"lambda_request_id", "url_request_id"} & event.keys()
    assert post(service.port, "/events", b"{}", content_type="application/json").status == 404


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_the_deadline_ends_an_upload(function: Running, double: StorageDouble, path: str) -> None:
    """Storage is silent, the invocation has three seconds: the answer comes at least one before its end."""
    body = upload(double, f"invocation/late{path}", Reply(b"", then="hang"))

    def took() -> float:
        began = time.monotonic()
        answered = post(function.port, path, body, *context(seconds=3))
        assert (answered.status, answered.json["code"]) == (504, "storage_timeout")
        return time.monotonic() - began

    # A busy machine may be late once.
    assert any(took() < 2 for _ in range(5))


def test_the_context_is_logged_and_no_connection_kept(function: Running, double: StorageDouble) -> None:
    """In Lambda the caller's address and both ids come from the context, and a PUT ends its connection."""
    answered = post(function.port, PLAIN, upload(double, "invocation/told"), *context())
    event = function.upload_event(answered.request_id)
    assert (event["client"], event["lambda_request_id"]) == ("198.51.100.9", "lambda-1")
    assert event["url_request_id"] == "url-1"
    assert double.puts["/invocation/told"][0].header("Connection") == "close"


def test_an_event_is_told_what_this_is(function: Running) -> None:
    """What is no HTTP request gets JSON and no failure."""
    answered = post(function.port, "/events", b"{}", content_type="application/json")
    assert (answered.status, answered.json["success"]) == (200, False)
