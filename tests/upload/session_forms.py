"""Forms that go to a resumable session, and what is answered."""

from typing import Any

from tests.support.client.raw_http import PLAIN, Answer, field, file, form, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.google_sessions import UNIT_BYTES

WHOLE = bytes(range(256)) * 4096 + b"tail"
FIRST, REST = WHOLE[:UNIT_BYTES], WHOLE[UNIT_BYTES:]
_MEMBERS = {"success", "stored", "complete", "message", "status", "file_size", "filename", "request_id"}


def send(
    service: Running,
    url: str,
    content: bytes,
    told: str | None = None,
    *,
    path: str = PLAIN,
    url_first: bool = True,
) -> Answer:
    """One form; `told`: the Content-Range."""
    ranged = [] if told is None else [field("header:content-range", told)]
    fields = [*ranged, field("uploadUrl", url)]
    parts = [*fields, file(content)] if url_first else [file(content), *fields]
    return post(service.port, path, form(*parts))


def more(answered: Answer) -> Any:
    """How many bytes the session holds, which wants more."""
    assert answered.status == 200, answered.json
    told = answered.json
    assert told.keys() >= _MEMBERS
    assert (told["success"], told["stored"], told["complete"], told["status"]) == (True, False, False, 308)
    assert "etag" not in told
    return told["received_bytes"]


def done(answered: Answer) -> None:
    """The session is complete."""
    assert answered.status == 200, answered.json
    told = answered.json
    assert (told["success"], told["stored"], told["complete"], told["status"]) == (True, True, True, 200)
    assert "received_bytes" not in told


def refused(
    service: Running,
    answered: Answer,
    code: str,
    path: str = PLAIN,
    status: int | None = None,
    *,
    final: bool = False,
) -> dict[str, Any]:
    """The upload failed with this code; `status`: the session's. Returns the event of the log."""
    storage = None if status is None else (status, None)
    return assert_refused(service, answered, code, path, storage, final=final)
