"""The problem document of a code, with all its members."""

from tests.support.wire import Answer
from upload_service.errors.upload_error import CATALOGUE

PROBLEM_JSON = "application/problem+json"
MEMBERS = {
    "type",
    "title",
    "status",
    "detail",
    "success",
    "code",
    "fault",
    "retryable",
    "request_id",
    "stored",
    "attempts",
    "attempt_log",
}


def assert_problem(answer: Answer, code: str) -> None:
    """The answer is the problem document of this code, with all its members."""
    entry = CATALOGUE[code]
    assert answer.status == entry.status
    assert answer.headers["content-type"].partition(";")[0] == PROBLEM_JSON
    document = answer.json
    assert set(document) == MEMBERS
    assert document["type"] == f"/errors/{code}"
    assert document["detail"].endswith(entry.cure)
    assert document["request_id"] == answer.request_id
    assert (document["success"], document["attempts"], document["code"]) == (False, 0, code)
    assert document["stored"] is False
    assert (document["title"], document["status"]) == (entry.title, entry.status)
    assert (document["fault"], document["retryable"]) == (entry.fault, entry.retryable)
