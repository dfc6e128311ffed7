"""What clients do in the grid, and what must come of it: one row for each phase and fault.

A row has a digit for each mode: how many PUTs have begun by then. Where the file streams through, or is kept
for a retry, the PUT begins with the file; where the URL comes last, it begins with the end of the form.
"""

from collections.abc import Iterator
from dataclasses import replace

from tests.support.client.raw_http import BOUNDARY
from tests.support.storage.faults import Play
from tests.upload.fault_grid.cells import MODES, Mode
from tests.upload.fault_grid.failing_clients import Sender

# How many PUTs have begun when the form has come so far: with its length known from the head, and without.
BEGUN = {
    "head": ("000", "000"),
    "first part": ("000", "000"),
    "file begun": ("101", "000"),
    "middle": ("101", "000"),
    "last piece": ("101", "000"),
    "file sent": ("101", "000"),
    "boundary": ("101", "000"),
    "last line break": ("111", "111"),
}
IN_THE_FILE = ("file begun", "middle", "last piece", "file sent", "boundary")
# Storage that takes its time with the end, so that the client can leave while it does.
SLOW = Play("last piece", b"", "trickles")

MARK = f"\r\n--{BOUNDARY}".encode()
LOOK_ALIKES = {
    "almost a boundary": MARK[:-1] + b"X",
    "a boundary without its line break": b"x" + MARK[2:],
    "a boundary after a line feed": b"x" + MARK[1:],
    "a boundary twice begun": MARK[:9] + MARK[:-1],
    "line breaks": b"\r\r\n\r\n--\r\n-",
}
# A line that begins with the boundary is one (RFC 2046 section 5.1.1), and must not go on like this.
BROKEN = {"a boundary and a letter": MARK + b"X", "a boundary and a dash": MARK + b"-X"}


def by_phase(mode: Mode, at: int) -> Iterator[Sender]:
    """Each fault in each phase."""
    for phase, (with_length, without) in BEGUN.items():
        begun, begun_chunked = int(with_length[at]), int(without[at])
        for fault in ("leaves", "resets", "half closes"):
            yield Sender("", mode, "client_gone", begun, phase=phase, fault=fault)
        yield Sender("", mode, "client_stalled", begun, phase=phase, fault="stalls")
        yield Sender("", mode, "ok", 1, phase=phase, fault="pauses")
        if phase != "last line break":
            yield Sender("", mode, "client_too_slow", begun, phase=phase, fault="trickles")
        if phase != "head":
            yield Sender("", mode, "bad_request", begun_chunked, phase=phase, fault="broken chunks")


def short(mode: Mode) -> Iterator[Sender]:
    """A request that ends, as its own head says, before the form does: nothing of it is stored."""
    for phase in ("first part", *IN_THE_FILE):
        begun = 0 if mode == "file first" or phase in ("first part", "file begun") else 1
        yield Sender("", mode, "incomplete_form", begun, phase=phase, fault="short")
        yield Sender("", mode, "incomplete_form", 0, phase=phase, fault="short chunked")


def long(mode: Mode) -> Iterator[Sender]:
    """Something behind the form, or no last line break, and the file has not the length that it seemed to.

    Nothing tells how a form with this boundary ends, so a copy is kept for a second PUT.
    """
    attempts = 1 if mode == "file first" else 2
    yield Sender("", mode, "ok", attempts, fault="long")
    yield Sender("", mode, "ok", attempts, phase="last line break", fault="short")
    yield Sender("", mode, "ok", 1, fault="long chunked")
    yield Sender("", mode, "ok", 1, phase="last line break", fault="short chunked")
    yield Sender("", mode, "ok", 1, fault="babbles")


def gone_in_the_end(mode: Mode) -> Iterator[Sender]:
    """A client that leaves when all has been sent: its file is stored."""
    for fault in ("leaves", "resets", "half closes"):
        yield Sender("", mode, "client_gone", 1, (SLOW,), fault=fault)


def cut(mode: Mode) -> Iterator[Sender]:
    """The end of the file, and what only looks like it, in two pieces, cut at every offset."""
    for further in range(len(MARK) + 5):
        yield Sender("the end", mode, "ok", 1, phase="file sent", fault="cuts", further=further)
    for name, around in (LOOK_ALIKES | BROKEN).items():
        code, attempts = ("malformed_form", int(mode != "file first")) if name in BROKEN else ("ok", 1)
        # Where all of what is broken is in the first piece, a PUT may have begun by then, or not.
        for further in range(len(around) + (name in LOOK_ALIKES)):
            yield Sender(
                name, mode, code, attempts, phase="middle", fault="cuts", around=around, further=further
            )


def _named(sender: Sender) -> Sender:
    words = [sender.name, sender.phase, sender.fault, str(sender.further or ""), sender.mode]
    return replace(sender, name=", ".join(word for word in words if word))


def _senders() -> Iterator[Sender]:
    for at, mode in enumerate(MODES):
        yield from by_phase(mode, at)
        for kind in (short, long, gone_in_the_end, cut):
            yield from kind(mode)


SENDERS = tuple(_named(sender) for sender in _senders())
# Heads that begin and never end: there is no form yet, and no mode.
HEADS = tuple(
    Sender(f"{fault}, {mode}", mode, "request_head_timeout", 0, fault=fault)
    for fault in ("stalls in its head", "trickles in its head")
    for mode in MODES
)
