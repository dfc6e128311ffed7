"""What every failure must show, whatever it is: a whole problem document, and one log event that agrees.

Knows: the contract of each code, written out a second time, because callers rely on it and the catalogue
must not change it unseen.
"""

from typing import Any

from tests.support.client.raw_http import RETRY, Answer
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from upload_service.errors.upload_error import CATALOGUE

# Storage's words beyond its code, which no answer and no log line may repeat.
MESSAGE = "Nebuchadnezzar besieged the bucket"
UNSPEAKABLE = (MESSAGE, "StringToSign", "AWS4-HMAC-SHA256 secret")

# Code: status, fault, retryable.
CONTRACT = {
    "unauthorized": (401, "client", False),
    "rate_limited": (429, "client", True),
    "too_many_at_once": (429, "client", True),
    "not_multipart": (415, "client", False),
    "missing_boundary": (400, "client", False),
    "content_encoding_unsupported": (415, "client", False),
    "empty_body": (400, "client", False),
    "bad_request": (400, "client", False),
    "malformed_form": (400, "client", False),
    "incomplete_form": (400, "client", False),
    "boundary_mismatch": (400, "client", False),
    "part_encoding_unsupported": (415, "client", False),
    "file_in_chunks": (422, "client", False),
    "missing_signed_header": (422, "client", False),
    "part_headers_too_long": (400, "client", False),
    "field_too_long": (400, "client", False),
    "too_many_parts": (400, "client", False),
    "chunks_too_small": (400, "client", False),
    "client_stalled": (408, "client", True),
    "missing_file": (422, "client", False),
    "file_is_text": (422, "client", False),
    "multiple_files": (422, "client", False),
    "duplicate_field": (422, "client", False),
    "missing_upload_url": (422, "client", False),
    "invalid_upload_url": (422, "client", False),
    "url_not_signed": (422, "client", False),
    "url_not_for_put": (422, "client", False),
    "url_signed_for_empty_body": (422, "client", False),
    "destination_not_allowed": (403, "client", False),
    "address_refused": (403, "client", False),
    "invalid_max_retries": (422, "client", False),
    "invalid_size": (422, "client", False),
    "size_mismatch": (422, "client", False),
    "length_unpredictable": (422, "client", False),
    "invalid_content_type": (422, "client", False),
    "type_not_allowed": (415, "client", False),
    "type_unrecognised": (415, "client", False),
    "type_mismatch": (415, "client", False),
    "file_too_large": (413, "client", False),
    "url_expired": (403, "client", False),
    "credentials_expired": (403, "client", False),
    "signature_mismatch": (403, "client", False),
    "access_denied": (403, "client", False),
    "clock_skewed": (403, "client", False),
    "no_such_bucket": (404, "client", False),
    "entity_too_large": (413, "client", False),
    "checksum_mismatch": (400, "client", False),
    "precondition_failed": (412, "client", False),
    "storage_conflict": (409, "client", True),
    "storage_redirected": (400, "client", False),
    "storage_rejected": (400, "client", False),
    "storage_error": (502, "storage", True),
    "storage_throttled": (503, "storage", True),
    "storage_timeout": (504, "storage", True),
    "storage_stalled": (504, "storage", True),
    "storage_bad_answer": (502, "storage", True),
    "storage_unreachable": (502, "storage", True),
    "storage_disconnected": (502, "storage", True),
}
# What every problem document has; `storage` comes to it when storage answered.
MEMBERS = frozenset(
    {"type", "title", "status", "detail", "success", "code", "fault", "retryable", "request_id"}
    | {"attempts", "attempt_log"}
)

TRANSCRIPT.secrets.update(UNSPEAKABLE)


def assert_refused(
    service: Running, answer: Answer, code: str, path: str, storage: tuple[int, str | None] | None = None
) -> dict[str, Any]:
    """The answer refuses with `code` in all its places, and the log agrees; the log event.

    `storage`: the status and the code that storage answered, None when it did not answer.
    """
    problem = answer.json
    assert problem.get("code") == code, problem
    assert (answer.status, problem["fault"], problem["retryable"]) == CONTRACT[code]
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
    assert event.get("attempts", 0) == problem["attempts"]
    assert (event.get("storage_status"), event.get("storage_code")) == (storage or (None, None))
    assert not [words for words in UNSPEAKABLE if words in f"{problem} {event}"]
    return event


def _assert_advice(detail: str, code: str) -> None:
    """A sentence that says what happened, and then the one that says what to do."""
    cure = CATALOGUE[code].cure
    assert cure.endswith(".")
    assert detail.endswith(f". {cure}")
    assert len(detail) > len(cure) + 20


def assert_nothing_unexpected(*services: Running) -> None:
    """No service met anything that it had not expected, and no library complained."""
    for running in services:
        strange = [
            e
            for e in running.log
            if e["event"] in ("internal_error", "library_log", "unknown_setting") and e["level"] != "debug"
        ]
        assert strange == []
        assert len(running.log) == len(running.raw_log)


def assert_problem(answer: Answer, code: str) -> None:
    """The answer is the problem document of this code, with all its members."""
    entry = CATALOGUE[code]
    assert answer.status == entry.status
    assert answer.headers["content-type"].partition(";")[0] == "application/problem+json"
    document = answer.json
    assert set(document) == MEMBERS
    assert document["type"] == f"/errors/{code}"
    assert document["detail"].endswith(entry.cure)
    assert document["request_id"] == answer.request_id
    assert (document["success"], document["attempts"], document["code"]) == (False, 0, code)
    assert (document["title"], document["status"]) == (entry.title, entry.status)
    assert (document["fault"], document["retryable"]) == (entry.fault, entry.retryable)
