"""What was right and what was not: the soak's judge.

Knows: what clients sent and heard, what storage got and stored, what the service held and logged.
Rules: pure; each violation is one line that begins with the upload's name, which is its request id and key.
Must not know: sockets, processes.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devtools.service_process import Holdings
from devtools.signed_queries import WORD

from soak.clients import Answer, Plan
from soak.misbehaving_storage import Put
from upload_service.errors.upload_error import CATALOGUE

# Told when the service has too much to do, whatever storage does.
BUSY = {"spool_full", "too_busy"}
# The allocator's share still grows after a thousand uploads and then levels off: by 3 to 22 MB, as was
# measured. A leak of 2 KiB for each of 20,000 uploads is more than this.
MORE_BYTES = 32 * 1024 * 1024
STRANGE_EVENTS = ("internal_error", "library_log", "unknown_setting", "bad_request_head", "no event")


@dataclass(frozen=True)
class Heard:
    """One upload: the file's length and sum, and the client's answer, or why it got none.

    `cut`: the client left before the whole form was sent.
    """

    name: str
    length: int
    sum: str
    cut: bool
    answer: Answer | str | None

    @classmethod
    def of(cls, plan: Plan, answer: Answer | str | None) -> "Heard":
        """As it is kept: without the content."""
        whole = plan.leaves_at is None or (not plan.chunked and plan.leaves_at == plan.length)
        return cls(plan.name, len(plan.content), plan.sum, not whole, answer)

    @property
    def code(self) -> str:
        """How it ended, in a word."""
        if self.answer is None:
            return "(client left)"
        if isinstance(self.answer, str):
            return f"(no answer: {self.answer})"
        told = _members(self.answer)
        return "ok" if told.get("success") is True else str(told.get("code", "(no code)"))


def judge(heard: Heard, puts: Sequence[Put]) -> list[str]:
    """All that is wrong with one upload."""
    faults = [*_stored_faults(heard, puts), *_answer_faults(heard)]
    if heard.answer is not None:
        faults += _truth_faults(heard, puts)
    what = ", ".join(f"{put.whim.name} ({put.count}/{put.length}, {_short(put.sum)})" for put in puts)
    sent = f"sent {heard.length} bytes ({_short(heard.sum)}), told {heard.code}{_tries(heard.answer)}"
    return [f"{heard.name}: {fault}; {sent}; storage: {what or 'nothing'}" for fault in faults]


def is_unseen(heard: Heard, puts: Sequence[Put]) -> bool:
    """Whether a try met a kept connection that storage had just closed: nobody is to blame for that."""
    return heard.code == "storage_disconnected" and len(_log(heard.answer)) > len(puts)


def _stored_faults(heard: Heard, puts: Sequence[Put]) -> Iterator[str]:
    for put in puts:
        if put.sum is not None and (put.length, put.sum) != (heard.length, heard.sum):
            yield f"another object came whole: {put.length} bytes ({_short(put.sum)})"
        elif put.sum is not None and heard.cut:
            yield "the object came whole, though the client had left before"


def _answer_faults(heard: Heard) -> Iterator[str]:
    answer = heard.answer
    if not isinstance(answer, Answer):
        if answer is not None:
            yield "no whole answer"
        return
    told, entry = _members(answer), CATALOGUE.get(heard.code)
    if answer.headers.get("x-request-id") != heard.name:
        yield "the answer has another request id"
    if heard.code == "ok":
        if (answer.status, told.get("file_size")) != (200, heard.length):
            yield f"the answer is {answer.status} with file_size {told.get('file_size')}"
    elif entry is None or entry.code == "internal_error":
        yield "the failure has no code that may be"
    elif answer.status != entry.status or not _is_problem(answer):
        yield f"the failure is {answer.status} and {answer.headers.get('content-type')}"


def _truth_faults(heard: Heard, puts: Sequence[Put]) -> Iterator[str]:
    """Whether the answer is what storage's doings call for, as far as the service could know them."""
    if any(put.crossed for put in puts):
        return
    if heard.code == "ok":
        if not any(put.stored for put in puts):
            yield "told a success, and nothing is stored"
    elif any(put.whim.is_harmless and put.stored for put in puts):
        yield "told a failure, though storage stored it and said so"
    elif heard.code in BUSY or is_unseen(heard, puts):
        return
    elif not puts or heard.code not in puts[-1].whim.codes:
        yield "told another failure than storage's"


def judge_holdings(first: Holdings, last: Holdings) -> list[str]:
    """What the service still holds at the end, and did not after the first uploads."""
    faults = [
        f"connections: {each.connections} are open when idle" for each in (first, last) if each.connections
    ]
    if last.descriptors > first.descriptors:
        faults.append(f"descriptors: {first.descriptors} at first, {last.descriptors} at the end")
    if last.rss_bytes > first.rss_bytes + MORE_BYTES:
        faults.append(f"memory: {first.rss_bytes} bytes at first, {last.rss_bytes} at the end")
    return faults


def judge_log(lines: Sequence[str]) -> list[str]:
    """Lines that should not be: errors, what is no event, secrets. Each kind is told once."""
    kinds: dict[str, list[str]] = {}
    for line in lines:
        event = json.loads(line) if line.startswith("{") else {"event": "no event"}
        if event["event"] in STRANGE_EVENTS:
            kinds.setdefault(f"{event['event']} {event.get('error', '')}", []).append(line)
        if WORD * 3 in line:
            kinds.setdefault("a signature", []).append(line)
    return [f"log: {len(those)} times {kind}, first: {those[0][:500]}" for kind, those in kinds.items()]


def _is_problem(answer: Answer) -> bool:
    return answer.headers.get("content-type", "").startswith("application/problem+json")


def _members(answer: Answer) -> dict[str, object]:
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _tries(answer: Answer | str | None) -> str:
    """The attempts as a failure's answer lists them."""
    tries = [f"{each['code']} after {each['bytes']}" for each in _log(answer)]
    return f" ({', '.join(tries)})" if tries else ""


def _log(answer: Answer | str | None) -> list[dict[str, object]]:
    log = _members(answer).get("attempt_log") if isinstance(answer, Answer) else None
    return log if isinstance(log, list) else []


def _short(sum_: str | None) -> str:
    return "cut" if sum_ is None else sum_[:12]
