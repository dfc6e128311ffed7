"""The checks of the soak: what is wrong with an upload, with what the service still holds, with its log.

Knows: what clients sent and were told, what storage received and stored, what the service held and logged.
Rules: pure functions. Each violation is one line; that of an upload begins with its name, which is its
request id and its key.
Must not know: sockets, processes.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from devtools.service_process import Resources
from devtools.signed_queries import WORD

from soak.client import Response
from soak.misbehaving_storage import Put
from soak.upload_plan import UploadPlan
from upload_service.errors.upload_error import CATALOGUE

# Codes of a service that has too much to do, whatever storage does.
BUSY = {"spool_full", "too_busy", "made_room"}
# After a thousand uploads the allocator's memory still grows, by 3 to 22 MB as measured, and then levels off.
# A leak of 2 KiB in each of 20,000 uploads would be more than this.
MAX_GROWTH_BYTES = 32 * 1024 * 1024
BAD_EVENTS = ("internal_error", "library_log", "unknown_setting", "bad_request_head", "no event")


@dataclass(frozen=True)
class UploadResult:
    """One upload: the file's length and SHA-256, and the response, or why there was none.

    `cut`: the client left before the whole form was sent.
    """

    name: str
    length: int
    sha256: str
    cut: bool
    response: Response | str | None

    @classmethod
    def of(cls, plan: UploadPlan, response: Response | str | None) -> "UploadResult":
        """What is kept of an upload: not its content."""
        whole = plan.leaves_at is None or (not plan.chunked and plan.leaves_at == plan.body_bytes)
        return cls(plan.name, len(plan.content), plan.sha256, not whole, response)

    @property
    def code(self) -> str:
        """`ok`, the error's code, or in brackets why there is neither."""
        if self.response is None:
            return "(client left)"
        if isinstance(self.response, str):
            return f"(no response: {self.response})"
        told = _members(self.response)
        return "ok" if told.get("success") is True else str(told.get("code", "(no code)"))


def check_upload(result: UploadResult, puts: Sequence[Put]) -> list[str]:
    """All violations of one upload."""
    faults = [*_stored_faults(result, puts), *_response_faults(result)]
    if result.response is not None:
        faults += _outcome_faults(result, puts)
    received = [
        f"{put.misbehaviour.name} ({put.received}/{put.length}, {_short(put.sha256)})" for put in puts
    ]
    sent = f"sent {result.length} bytes ({_short(result.sha256)})"
    told = f"told {result.code}{_attempts(result.response)}"
    seen = f"{sent}, {told}; storage: {', '.join(received) or 'nothing'}"
    return [f"{result.name}: {fault}; {seen}" for fault in faults]


def met_closed_connection(result: UploadResult, puts: Sequence[Put]) -> bool:
    """Whether an attempt met a kept connection that storage had just closed, which is no violation."""
    return result.code == "storage_disconnected" and len(_attempt_log(result.response)) > len(puts)


def _stored_faults(result: UploadResult, puts: Sequence[Put]) -> Iterator[str]:
    for put in puts:
        if put.sha256 is not None and (put.length, put.sha256) != (result.length, result.sha256):
            yield f"another object arrived whole: {put.length} bytes ({_short(put.sha256)})"
        elif put.sha256 is not None and result.cut:
            yield "the object arrived whole, though the client had left before"


def _response_faults(result: UploadResult) -> Iterator[str]:
    response = result.response
    if not isinstance(response, Response):
        if response is not None:
            yield "no whole response"
        return
    told, entry = _members(response), CATALOGUE.get(result.code)
    if response.headers.get("x-request-id") != result.name:
        yield "the response has another request id"
    if result.code == "ok":
        if (response.status, told.get("file_size")) != (200, result.length):
            yield f"the response is {response.status} with file_size {told.get('file_size')}"
    elif entry is None or entry.code == "internal_error":
        yield "the failure has a code that must not occur"
    elif response.status != entry.status or not _is_problem(response):
        yield f"the failure is {response.status} and {response.headers.get('content-type')}"


def _outcome_faults(result: UploadResult, puts: Sequence[Put]) -> Iterator[str]:
    """Whether the response fits what storage did, as far as the service could know that."""
    if any(put.crossed for put in puts):
        return
    if result.code == "ok":
        if not any(put.stored for put in puts):
            yield "told a success, and nothing is stored"
    elif any(put.misbehaviour.is_harmless and put.stored for put in puts):
        yield "told a failure, though storage stored it and said so"
    elif result.code in BUSY or met_closed_connection(result, puts):
        return
    elif not puts or result.code not in puts[-1].misbehaviour.codes:
        yield "told another failure than storage's"


def check_resources(first: Resources, last: Resources) -> list[str]:
    """What the idle service holds at the end (`last`) and did not hold after the first uploads."""
    faults = [
        f"connections: {each.connections} are open when idle" for each in (first, last) if each.connections
    ]
    if last.descriptors > first.descriptors:
        faults.append(f"descriptors: {first.descriptors} at first, {last.descriptors} at the end")
    if last.rss_bytes > first.rss_bytes + MAX_GROWTH_BYTES:
        faults.append(f"memory: {first.rss_bytes} bytes at first, {last.rss_bytes} at the end")
    return faults


def check_log(lines: Sequence[str], bad_events: Collection[str] = BAD_EVENTS) -> list[str]:
    """Log lines that must not occur: errors, what is no event, secrets. One violation for each kind."""
    kinds: dict[str, list[str]] = {}
    for line in lines:
        event = json.loads(line) if line.startswith("{") else {"event": "no event"}
        if event["event"] in bad_events:
            kinds.setdefault(f"{event['event']} {event.get('error', '')}", []).append(line)
        if WORD * 3 in line.lower():
            kinds.setdefault("a signature", []).append(line)
    return [f"log: {len(those)} times {kind}, first: {those[0][:500]}" for kind, those in kinds.items()]


def _is_problem(response: Response) -> bool:
    return response.headers.get("content-type", "").startswith("application/problem+json")


def _members(response: Response) -> dict[str, object]:
    try:
        told = json.loads(response.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _attempts(response: Response | str | None) -> str:
    """The attempts, as a failure's response lists them."""
    attempts = [f"{each['code']} after {each['bytes']}" for each in _attempt_log(response)]
    return f" ({', '.join(attempts)})" if attempts else ""


def _attempt_log(response: Response | str | None) -> list[dict[str, object]]:
    log = _members(response).get("attempt_log") if isinstance(response, Response) else None
    return log if isinstance(log, list) else []


def _short(sha256: str | None) -> str:
    return "cut" if sha256 is None else sha256[:12]
