"""The image as a Lambda function: what only shows there."""

import time
from collections.abc import Iterator

import pytest
from devtools.signed_queries import v4

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.container_service import InLambda
from tests.support.service.lambda_emulator import SOURCE_IP
from tests.support.storage.storage_double import Reply, StorageDouble

FUNCTION_SECONDS = 4


@pytest.fixture(scope="module")
def function(double: StorageDouble) -> Iterator[InLambda]:
    """A function with little time, allowed to PUT to the double."""
    with InLambda(
        UPLOAD_DESTINATIONS=double.url, AWS_LAMBDA_FUNCTION_TIMEOUT=str(FUNCTION_SECONDS)
    ) as running:
        yield running


def upload(function: InLambda, double: StorageDouble, key: str, *replies: Reply, path: str = PLAIN) -> bytes:
    """The form for a key at the double, which plays these replies."""
    double.script(key, *replies)
    return form(field("uploadUrl", f"{double.url}{key}?{v4()}"), file(b"12345"))


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_the_answer_comes_before_the_function_is_ended(
    function: InLambda, double: StorageDouble, path: str
) -> None:
    """Storage is silent: the caller gets our 504 with CORS headers at least a second before the time-out."""
    body = upload(function, double, f"late{path}", Reply(b"", then="hang"))
    began = time.monotonic()
    answered = post(function.port, path, body)
    assert time.monotonic() - began < FUNCTION_SECONDS
    assert (answered.status, answered.json["code"]) == (504, "storage_timeout")
    # By the service's own clock: docker and the emulator in front of it need time of their own.
    event = function.upload_event(answered.request_id)
    assert event["duration_ms"] < (FUNCTION_SECONDS - 1) * 1000
    assert answered.headers["access-control-allow-origin"] == "*"


def test_events_are_answered(function: InLambda) -> None:
    """An event that is no HTTP request gets JSON that says what this function is, and harms nothing."""
    found = function.function_url.invoke({"Records": [{"eventSource": "aws:s3"}]})
    assert found["success"] is False
    assert "Function URL" in found["message"]


def test_log_has_the_invocation(function: InLambda, double: StorageDouble) -> None:
    """The caller's address and both ids come from the context, not from headers that a caller can send."""
    body = upload(function, double, "ids")
    answered = post(function.port, PLAIN, body, "X-Forwarded-For: 198.51.100.1")
    event = function.upload_event(answered.request_id)
    assert event["client"] == SOURCE_IP
    assert event["lambda_request_id"]
    assert event["url_request_id"]


def test_no_connection_is_kept(function: InLambda, double: StorageDouble) -> None:
    """Each PUT says that its connection ends, so none is stale after a freeze."""
    for key in ("first", "second"):
        assert post(function.port, PLAIN, upload(function, double, key)).status == 200
        [put] = double.puts[f"/{key}"]
        assert put.header("Connection") == "close"


def test_what_aws_refuses_itself(function: InLambda, double: StorageDouble) -> None:
    """A body over the limit of a Function URL never reaches the function: 4.5 MB pass, 4.8 MB do not."""
    double.script("large")
    url = field("uploadUrl", f"{double.url}large?{v4()}")
    assert post(function.port, PLAIN, form(url, file(bytes(4_500_000)))).status == 200
    assert post(function.port, PLAIN, form(url, file(bytes(4_800_000)))).status == 413
