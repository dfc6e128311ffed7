"""What must hold whatever has happened: the checks of the chaos run.

Knows: what callers sent and were told, what the store received, what the service logged and holds at rest.
Rules: pure functions; each violation is one line. Codes are judged by the catalogue alone.
Must not know: sockets, processes.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from devtools.service_process import Resources
from devtools.signed_queries import WORD

from soak.chaos.files import content_of, old_content_of
from soak.chaos.line import Told
from soak.checks import MAX_GROWTH_BYTES
from soak.client import Response
from soak.misbehaving_storage import Put
from upload_service.errors.upload_error import CATALOGUE
from upload_service.telemetry.metric_definitions import RUNNING, SOCKETS, SPOOL

BAD_EVENTS = frozenset({"internal_error", "library_log", "unknown_setting", "no event"})
# A thread or a descriptor more is what a pool has not needed before.
MAX_MORE_THREADS, MAX_MORE_DESCRIPTORS = 40, 6
GAUGES_AT_REST = frozenset(metric.name for metric in (RUNNING, SOCKETS, SPOOL))


@dataclass(frozen=True)
class Upload:
    """One upload. `sha256` and `length`: of its file. `stopped`: the service was stopped while it ran.

    `has_old`: another object was at its key before, in the real store.
    """

    name: str
    length: int
    sha256: str
    told: Told
    stopped: bool
    has_old: bool = False

    @property
    def members(self) -> Mapping[str, object]:
        """The answer's members; of progress lines those of the last one."""
        answer = self.told.answer
        if not isinstance(answer, Response):
            return {}
        try:
            members = json.loads(answer.body.splitlines()[-1])
        except (ValueError, IndexError):
            return {}
        return members if isinstance(members, dict) else {}

    @property
    def code(self) -> str:
        """`ok`, the error's code, or in brackets why there is none."""
        if self.told.answer is None:
            return "(caller left)"
        if isinstance(self.told.answer, str):
            return f"(no answer: {self.told.answer})"
        return "ok" if self.members.get("success") is True else str(self.members.get("code", "(no code)"))


def check_upload(upload: Upload, puts: Sequence[Put], event: Mapping[str, object] | None) -> list[str]:
    """All violations of one upload. `event`: its line in the log, if there is one."""
    faults = [*_object_faults(upload, puts), *_answer_faults(upload), *_claim_faults(upload, puts, event)]
    seen = [f"{put.misbehaviour.name} ({put.received}/{put.length}{', stored' * put.stored})" for put in puts]
    told = f"{upload.told.how}, {upload.length} bytes, told {upload.code}, stored {_stored(upload, event)}"
    return [f"{upload.name}: {fault}; {told}; storage: {', '.join(seen) or 'nothing'}" for fault in faults]


def _object_faults(upload: Upload, puts: Sequence[Put]) -> Iterator[str]:
    for put in puts:
        if put.foreign:
            yield "a byte arrived that is not the file's"
        if put.sha256 is not None and (put.length, put.sha256) != (upload.length, upload.sha256):
            yield f"another object arrived whole: {put.length} bytes"
        elif put.sha256 is not None and not upload.told.whole:
            yield "the object arrived whole, though the form had not"
        if put.cut_in_order:
            yield "a connection ended in order in mid-body: a store may take the part for the whole"


def _answer_faults(upload: Upload) -> Iterator[str]:
    answer = upload.told.answer
    if isinstance(answer, str) and not upload.stopped and _waits_for_an_answer(upload):
        yield "no whole response"
    if not isinstance(answer, Response):
        return
    entry = CATALOGUE.get(upload.code)
    is_progress = answer.headers.get("content-type", "").startswith("application/x-ndjson")
    if upload.code == "ok":
        if (answer.status, upload.members.get("file_size")) != (200, upload.length):
            yield f"the response is {answer.status} with file_size {upload.members.get('file_size')}"
    elif entry is None or entry.code == "internal_error":
        yield "the failure has a code that must not occur"
    elif entry.status != (upload.members.get("status") if is_progress else answer.status):
        yield f"the failure has status {answer.status}"
    if any(word in answer.body for word in (WORD.encode() * 3, WORD.upper().encode() * 3)):
        yield "the response says the signature"


def _waits_for_an_answer(upload: Upload) -> bool:
    """Who sent all that belongs to an upload, and nothing else, hears something."""
    return upload.told.whole and upload.told.how in ("behaves", "trickles")


def _stored(upload: Upload, event: Mapping[str, object] | None) -> object:
    return upload.members.get("stored", event.get("stored") if event else None)


def _claim_faults(upload: Upload, puts: Sequence[Put], event: Mapping[str, object] | None) -> Iterator[str]:
    """What is said of the object, in the answer and in the log, and whether it is so."""
    if any(put.crossed for put in puts):
        return
    yield from _claims(upload, event, is_stored=any(put.stored for put in puts))


def _claims(upload: Upload, event: Mapping[str, object] | None, *, is_stored: bool) -> Iterator[str]:
    claims = [members["stored"] for members in (upload.members, event or {}) if "stored" in members]
    if upload.code == "ok" and not is_stored:
        yield "told a success, and nothing is stored"
    if True in claims and not is_stored:
        yield "said to be stored, and it is not"
    if False in claims and is_stored:
        yield "said not to be stored, and it is"


def check_real(upload: Upload, found: bytes | None, event: Mapping[str, object] | None) -> list[str]:
    """All violations of one upload to the real store. `found`: what is at its key at the end."""
    is_stored = found == content_of(upload.name)
    faults = list(_answer_faults(upload))
    if not is_stored and found != (old_content_of(upload.name) if upload.has_old else None):
        faults.append(f"at its key are {'no' if found is None else len(found)} bytes, of neither object")
    faults += _claims(upload, event, is_stored=is_stored)
    told = f"{upload.told.how}, {upload.length} bytes, told {upload.code}, stored {_stored(upload, event)}"
    return [f"{upload.name}: {fault}; {told}" for fault in faults]


def check_resources(first: Resources, last: Resources) -> list[str]:
    """What the idle service holds at the end and did not hold after its first uploads."""
    faults = [f"{last.connections} connections are open when idle"] if last.connections else []
    if last.descriptors > first.descriptors + MAX_MORE_DESCRIPTORS:
        faults.append(f"descriptors: {first.descriptors} at first, {last.descriptors} at the end")
    if last.threads > first.threads + MAX_MORE_THREADS:
        faults.append(f"threads: {first.threads} at first, {last.threads} at the end")
    if last.rss_bytes > first.rss_bytes + MAX_GROWTH_BYTES:
        faults.append(f"memory: {first.rss_bytes} bytes at first, {last.rss_bytes} at the end")
    return faults


def check_gauges(metrics: str) -> list[str]:
    """Gauges that are not 0 when nothing runs."""
    lines = [line for line in metrics.splitlines() if re.split(r"[{ ]", line)[0] in GAUGES_AT_REST]
    faults = [f"at rest: {line}" for line in lines if float(line.rpartition(" ")[2]) != 0]
    return faults if lines else ["at rest: no gauge is told"]
