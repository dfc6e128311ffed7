"""What every failure must show, whatever it is: a whole problem document, and one log event that agrees.

Knows: the members of a problem document, and what of storage's words nobody may repeat.
"""

from typing import Any

from tests.support.client.raw_http import RETRY, Answer
from tests.support.failures.error_contract import CONTRACT
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from upload_service.errors.upload_error import CATALOGUE

# Storage's words beyond its code, which no answer and no log line may repeat.
MESSAGE = "Nebuchadnezzar besieged the bucket"
UNSPEAKABLE = (MESSAGE, "StringToSign", "AWS4-HMAC-SHA256 secret")

# What every problem document has; `storage` comes to it when storage answered.
MEMBERS = frozenset(
    {"type", "title", "status", "detail", "success", "code", "fault", "retryable", "request_id"}
    | {"stored", "attempts", "attempt_log"}
)

TRANSCRIPT.secrets.update(UNSPEAKABLE)


def assert_refused(
    service: Running,
    answer: Answer,
    code: str,
    path: str,
    storage: tuple[int, str | None] | None = None,
    *,
    final: bool = False,
) -> dict[str, Any]:
    """Check that the answer refuses with `code`, and that the log agrees; return the log event.

    `storage`: the status and the code that storage answered, None when it did not answer. `final`: it is not
    retryable although its code is.
    """
    problem = answer.json
    assert problem.get("code") == code, problem
    retryable = CONTRACT[code].retryable and not final
    assert (answer.status, problem["fault"], problem["retryable"]) == (*CONTRACT[code][:2], retryable)
    assert answer.headers["content-type"] == "application/problem+json; charset=utf-8"
    wait = answer.headers.get("retry-after")
    if code == "rate_limited":
        assert wait is not None
        assert wait.isdigit()
        assert 0 < int(wait) <= 60
    else:
        assert wait == ("5" if answer.status in (429, 503) else None)
    assert ("www-authenticate" in answer.headers) == (answer.status == 401)
    kept = {"replayable"} & problem.keys() if path == RETRY else set()
    assert problem.keys() == MEMBERS | kept | ({"storage"} if storage else set())
    assert len(problem["attempt_log"]) == problem["attempts"]
    assert problem["type"] == f"/errors/{code}"
    assert problem["title"] == CATALOGUE[code].title
    assert problem["status"] == answer.status
    assert problem["success"] is False
    assert problem["request_id"] == answer.request_id
    _assert_advice(problem["detail"], code)
    if storage:
        assert problem["storage"] == {"status": storage[0], "code": storage[1]}
    event = service.upload_event(answer.request_id)
    assert (event["code"], event["retrying"]) == (code, path == RETRY)
    _assert_logged(event, problem, storage)
    assert not [words for words in UNSPEAKABLE if words in f"{problem} {event}"]
    return event


def _assert_logged(
    event: dict[str, Any], problem: dict[str, Any], storage: tuple[int, str | None] | None
) -> None:
    """Check that the log tells the same of the file and of storage as the answer."""
    assert event.get("attempts", 0) == problem["attempts"]
    assert (event.get("storage_status"), event.get("storage_code")) == (storage or (None, None))
    assert problem["stored"] in (False, None)
    assert event.get("stored", False) is problem["stored"]


def _assert_advice(detail: str, code: str) -> None:
    """Check that the detail first says what happened, and then what to do."""
    cure = CATALOGUE[code].cure
    assert cure.endswith(".")
    assert detail.endswith(f". {cure}")
    assert len(detail) > len(cure) + 20


def assert_nothing_unexpected(*services: Running) -> None:
    """Check that no service logged an unexpected failure or a complaint of a library."""
    for running in services:
        strange = [
            e
            for e in running.log
            if e["event"] in ("internal_error", "library_log", "unknown_setting") and e["level"] != "debug"
        ]
        assert strange == []
        assert running.no_events == []


def assert_problem(answer: Answer, code: str) -> None:
    """The answer is the problem document of this code, with all its members."""
    entry = CATALOGUE[code]
    assert answer.headers["content-type"].partition(";")[0] == "application/problem+json"
    document = answer.json
    assert set(document) == MEMBERS
    assert document["type"] == f"/errors/{code}"
    assert document["detail"].endswith(entry.cure)
    assert document["request_id"] == answer.request_id
    assert (document["success"], document["attempts"], document["code"]) == (False, 0, code)
    assert document["stored"] is False
    assert (document["title"], document["status"]) == (entry.title, answer.status)
    assert (answer.status, document["fault"], document["retryable"]) == CONTRACT[code]
