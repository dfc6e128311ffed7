"""What storage does in the grid over several PUTs, or while the client is still sending.

Cells beside the rows: what one PUT leaves behind for the next, and what is waited for between them.
"""

from collections.abc import Iterator
from dataclasses import replace

from devtools import signed_queries

from tests.support.service.leftovers import BIG_BYTES
from tests.support.storage.faults import Play
from tests.support.storage.storage_double import OK, answer, xml
from tests.upload.fault_grid.cells import MODES, Cell, Mode
from tests.upload.fault_grid.storage_fault_rows import DENIED

CREATES = signed_queries.v4(seconds=604800, signed_headers="host;if-none-match")
EXISTS = Play("all", answer(412, xml("PreconditionFailed")))
RESETS = Play("all", b"", "resets")
NOW, LATER, TOO_LATE = 0, 2, 30


def wait(seconds: int, status: int) -> Play:
    """A refusal that says when to come again."""
    return Play("all", answer(status, b"", f"Retry-After: {seconds}"))


def of_connections(mode: Mode) -> Iterator[Cell]:
    """Bytes after an answer, and faults of a kept connection, do no harm to the next upload."""
    twice = Cell("answers twice", mode, "ok", 1, (Play("all", OK + DENIED), Play()), uploads=2)
    yield twice
    yield replace(twice, name="answers twice, well both times", plays=(Play("all", OK + OK), Play()))
    yield replace(twice, name="closes behind its answer", plays=(Play("all", OK, "closes"), Play()))
    yield replace(
        twice,
        name="refuses, then speaks on",
        uploads=1,
        code="access_denied",
        plays=(Play("all", DENIED + OK, "stalls"),),
    )
    for fault in ("closes", "resets"):
        stale = (Play(), Play("head", b"", fault), Play())
        yield replace(twice, name=f"kept, then {fault} at the next head", plays=stale, attempts=2)
    no_such = Play("head", answer(417), "keeps")
    yield Cell("does not know 100", mode, "ok", 1, (no_such, Play()), puts=2)


def of_waits(mode: Mode) -> Iterator[Cell]:
    """Storage says when to come again: the retry endpoint waits so long, unless the time is over by then."""
    for status, code in ((503, "storage_error"), (429, "storage_throttled"), (500, "storage_error")):
        for seconds in (LATER, TOO_LATE):
            cell = Cell(f"{status}, again in {seconds} s", mode, code, 1, (wait(seconds, status), Play()))
            if mode == "retry" and seconds == LATER:
                cell = replace(cell, code="ok", attempts=2, pause_seconds=LATER)
            yield cell


def of_conditions(mode: Mode) -> Iterator[Cell]:
    """With If-None-Match signed, a 412 after a PUT that may have been stored says so."""
    firsts = {
        "reset": (RESETS, "storage_disconnected", "already_stored"),
        "half an answer": (Play("all", OK[:20], "closes", b"..."), "storage_disconnected", "already_stored"),
        "500": (Play("all", answer(500)), "storage_error", "already_stored"),
        "500 before a byte": (Play("head", answer(500), "reads on"), "storage_error", "precondition_failed"),
        "429": (Play("all", answer(429)), "storage_throttled", "precondition_failed"),
    }
    for name, (first, once, again) in firsts.items():
        code, attempts = (again, 2) if mode == "retry" else (once, 1)
        yield Cell(f"{name}, then 412", mode, code, attempts, (first, EXISTS), query=CREATES)
    code, attempts = ("precondition_failed", 2) if mode == "retry" else ("storage_disconnected", 1)
    yield Cell("reset, then 412 unasked", mode, code, attempts, (RESETS, EXISTS))
    yield Cell("412 at once", mode, "precondition_failed", 1, (EXISTS,), query=CREATES)


def of_senders(mode: Mode) -> Iterator[Cell]:
    """Storage ends it in the middle of a file of which the client has sent half, and waits or sends on."""
    ends = {
        "403, reads on": (Play("middle", DENIED, "reads on"), "access_denied"),
        "403, closes": (Play("middle", DENIED, "closes"), "access_denied"),
        "403, resets": (Play("middle", DENIED, "resets"), "access_denied"),
        "403 before a byte": (Play("head", DENIED, "closes"), "access_denied"),
        "307": (Play("middle", answer(307, b"", "Location: /"), "reads on"), "storage_redirected"),
        "501": (Play("middle", answer(501), "closes"), "header_not_supported"),
    }
    for name, (play, code) in ends.items():
        cell = Cell(f"{name}, half is sent", mode, code, 1, (play,), file_bytes=BIG_BYTES, sends="half")
        yield cell
        yield replace(cell, name=f"{name}, all is sent", sends="half, rest")
    faults = {
        "503": (Play("middle", answer(503), "closes"), "storage_error"),
        "200": (Play("middle", OK, "closes"), "storage_bad_answer"),
        "reset": (Play("middle", b"", "resets"), "storage_disconnected"),
        "no byte taken": (Play("head", b"", "resets"), "ok"),
    }
    for name, (play, code) in faults.items():
        again = mode == "retry" or code == "ok"
        cell = Cell(
            f"{name}, then the rest is sent",
            mode,
            code,
            1,
            (play, Play()),
            file_bytes=BIG_BYTES,
            sends="half, rest",
        )
        yield replace(cell, code="ok", attempts=2) if again else cell


def _cells() -> Iterator[Cell]:
    for mode in MODES:
        kinds = [of_connections, of_waits, of_conditions]
        for kind in kinds if mode == "file first" else [*kinds, of_senders]:
            for cell in kind(mode):
                yield replace(cell, name=f"{cell.name}-{mode}")


SEQUELS = tuple(_cells())
