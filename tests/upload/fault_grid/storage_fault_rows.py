"""What storage does in the grid, and what must come of it: one row for each phase and fault.

A row has a digit for each mode: how many PUTs there are when storage does it again and again. Where there
are two, the row is run a second time with a storage that is well again by then: that upload succeeds.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.support.service.leftovers import BIG_BYTES
from tests.support.storage.faults import Fault, Phase, Play
from tests.support.storage.storage_double import OK, answer, xml
from tests.upload.fault_grid.cells import FILE_BYTES, MODES, Cell

DENIED = answer(403, xml("AccessDenied"))
BUSY = answer(503, xml("SlowDown"))
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<ok"
HALF_DENIED, HALF_BUSY = DENIED[:-30], BUSY[:-30]
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
GARBAGE = b"SSH-2.0-OpenSSH_9.6\r\n\r\n"


@dataclass(frozen=True)
class Row:
    """`tries` has a digit for each mode. `tls`: empty, "trusted" or "stranger"."""

    name: str
    play: Play
    code: str
    tries: str
    tls: str = ""
    big: bool = False


def row(
    phase: Phase, fault: Fault, code: str, tries: str, raw: bytes = b"", rest: bytes = b"", tls: str = ""
) -> Row:
    """A row without an answer, or with a broken one."""
    said = f" after {len(raw)} bytes" if raw else ""
    big = fault in ("stalls", "trickles") and phase not in ("last piece", "all")
    return Row(f"{phase} {tls}, {fault}{said}", Play(phase, raw, fault, rest), code, tries, tls, big)


def says(phase: Phase, fault: Fault, status: int, word: str, code: str, tries: str, tls: str = "") -> Row:
    """A row with a whole answer, early or in time."""
    raw = answer(status, xml(word) if word else b"")
    name = f"{phase} {tls}, {status} {word}, {fault}"
    return Row(name, Play(phase, raw, fault), code, tries, tls, big=fault == "stalls")


def breaks(phases: tuple[Phase, ...], code: str, tries: str, *, tls: str = "") -> Iterator[Row]:
    """Hanging up, in both ways."""
    for phase, fault in itertools.product(phases, ("resets", "closes")):
        yield row(phase, fault, code, tries, tls=tls)  # type: ignore[arg-type]


def refusals(phase: Phase, fault: Fault) -> Iterator[Row]:
    """Every kind of refusal."""
    for status, word, code, tries in REFUSALS:
        yield says(phase, fault, status, word, code, tries)


REFUSALS = (
    (301, "PermanentRedirect", "storage_redirected", "111"),
    (307, "", "storage_redirected", "111"),
    (400, "SomethingNew", "storage_rejected", "111"),
    (400, "InvalidArgument", "header_value_refused", "111"),
    (400, "RequestTimeout", "storage_timeout", "112"),
    (403, "AccessDenied", "access_denied", "111"),
    (404, "NoSuchBucket", "no_such_bucket", "111"),
    (408, "", "storage_timeout", "112"),
    (409, "", "storage_conflict", "111"),
    (409, "ConditionalRequestConflict", "storage_conflict", "112"),
    (412, "PreconditionFailed", "precondition_failed", "111"),
    (413, "EntityTooLarge", "entity_too_large", "111"),
    (429, "", "storage_throttled", "112"),
    (500, "InternalError", "storage_error", "112"),
    (501, "NotImplemented", "header_not_supported", "111"),
    (503, "SlowDown", "storage_error", "112"),
    (507, "XMinioStorageFull", "storage_full", "111"),
)
BEFORE_A_BYTE: tuple[Phase, ...] = ("accepted", "head begun", "head")
IN_THE_BODY: tuple[Phase, ...] = ("first byte", "middle", "last piece")

ROWS = (
    Row("refuses", Play("refuses"), "storage_unreachable", "222"),
    # Before a byte of the file is used, one more try is free.
    *breaks(BEFORE_A_BYTE, "storage_disconnected", "222"),
    *breaks(("tls",), "storage_unreachable", "222", tls="trusted"),
    row("tls", "closes", "storage_tls_failed", "111", GARBAGE, tls="trusted"),
    Row("not trusted", Play(), "storage_tls_failed", "111", "stranger"),
    row("accepted", "stalls", "storage_bad_answer", "222", GARBAGE),
    row("head", "reads on", "storage_bad_answer", "222", GARBAGE),
    row("accepted", "stalls", "storage_stalled", "112"),
    row("head begun", "stalls", "storage_stalled", "112"),
    row("head", "stalls", "storage_stalled", "112"),
    row("head", "trickles", "storage_stalled", "112", rest=b"HTTP/1.1 100 %b\r\n\r\n" % (b"x" * 60)),
    row("head", "stalls", "storage_stalled", "112", b"HTTP/1.1 403 No\r\n"),
    *refusals("head", "reads on"),
    says("head", "closes", 403, "AccessDenied", "access_denied", "111"),
    says("head", "reads on", 200, "", "storage_bad_answer", "112"),
    # In the file.
    *breaks(IN_THE_BODY, "storage_disconnected", "112"),
    row("100", "stalls", "storage_stalled", "112"),
    row("first byte", "stalls", "storage_stalled", "112"),
    row("first byte", "trickles", "storage_stalled", "112"),
    row("middle", "stalls", "storage_stalled", "112"),
    row("middle", "trickles", "storage_stalled", "112"),
    row("last piece", "stalls", "storage_timeout", "111"),
    *(row(phase, "reads on", "storage_bad_answer", "112", GARBAGE) for phase in IN_THE_BODY),
    *refusals("middle", "reads on"),
    *(says(phase, "closes", 403, "AccessDenied", "access_denied", "111") for phase in IN_THE_BODY),
    *(says(phase, "resets", 403, "AccessDenied", "access_denied", "111") for phase in ("100", *IN_THE_BODY)),
    *(says(phase, "closes", 503, "SlowDown", "storage_error", "112") for phase in IN_THE_BODY),
    *(says(phase, "stalls", 200, "", "storage_bad_answer", "112") for phase in IN_THE_BODY[:2]),
    *(says(phase, "stalls", 403, "AccessDenied", "access_denied", "111") for phase in IN_THE_BODY[:2]),
    # When all of it has come.
    *breaks(("all",), "storage_disconnected", "112"),
    row("all", "stalls", "storage_timeout", "111"),
    row("all", "closes", "storage_bad_answer", "112", GARBAGE),
    *refusals("all", "keeps"),
    row("all", "closes", "storage_disconnected", "112", OK[:20], b"..."),
    row("all", "resets", "storage_disconnected", "112", OK[:20], b"..."),
    row("all", "stalls", "storage_timeout", "111", OK[:20], b"..."),
    row("all", "trickles", "storage_timeout", "111", OK[:20], b"x" * 60),
    row("all", "closes", "storage_bad_answer", "112", HALF, b"..."),
    row("all", "resets", "storage_bad_answer", "112", HALF, b"..."),
    row("all", "stalls", "storage_stalled", "112", HALF, b"..."),
    row("all", "trickles", "storage_stalled", "112", HALF, b"x" * 60),
    *(row("all", fault, "access_denied", "111", HALF_DENIED) for fault in ("closes", "resets", "stalls")),
    *(row("all", fault, "storage_error", "112", HALF_BUSY) for fault in ("closes", "resets", "stalls")),
    row("all", "keeps", "storage_bad_answer", "112", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    # The same over TLS, where a broken connection shows in other ways.
    *breaks(("head begun", "head"), "storage_disconnected", "222", tls="trusted"),
    *breaks(IN_THE_BODY, "storage_disconnected", "112", tls="trusted"),
    *breaks(("all",), "storage_disconnected", "112", tls="trusted"),
    *(says(phase, "closes", 403, "AccessDenied", "access_denied", "111", "trusted")
      for phase in ("head", *IN_THE_BODY, "all")),
    row("middle", "stalls", "storage_stalled", "112", tls="trusted"),
    row("all", "closes", "storage_bad_answer", "112", HALF, b"...", "trusted"),
    # No failure at all.
    Row("well", Play(), "ok", "111"),
    Row("well over TLS", Play(), "ok", "111", "trusted"),
    Row("never says 100", Play("no 100"), "ok", "111"),
    row("last piece", "trickles", "ok", "111"),
    Row("hints first", Play("all", HINTS + OK), "ok", "111"),
)  # fmt: skip


def cells() -> Iterator[Cell]:
    """Every row in every mode, and once more where a second PUT may put things right."""
    # Nothing answers the attempt to connect, or to speak TLS: ten seconds for each of two tries, unless the
    # whole file has come and the time for storage is over before that.
    for play, tls in ((Play("silent"), ""), (Play("tls", b"", "stalls"), "trusted")):
        yield Cell(f"{play.phase}-stream", "stream", "storage_unreachable", 2, (play,), tls, BIG_BYTES)
        for mode in ("file first", "retry"):
            yield Cell(f"{play.phase}-{mode}", mode, "storage_timeout", 1, (play,), tls)
    # Slow is not stalled: 1280 KiB a second is progress, though the system's buffers hide it for a while.
    yield Cell("all, dawdles-stream", "stream", "ok", 1, (Play("all", OK, "dawdles"),), file_bytes=7_000_000)
    for each, (at, mode) in itertools.product(ROWS, enumerate(MODES)):
        size = BIG_BYTES if each.big else FILE_BYTES
        name, tries = f"{each.name}-{mode}", int(each.tries[at])
        cell = Cell(name, mode, each.code, tries, (each.play,), each.tls, size)
        yield cell
        if tries == 2 and each.play.phase != "refuses":
            yield replace(cell, name=f"{name}-mended", code="ok", plays=(each.play, Play()))


CELLS = tuple(cells())
