"""Cells of the grid: one upload each, in one of three modes, and everything that can be seen of it.

Knows: the three modes, how a cell's form is made, what every outcome must show, wherever it failed.
Rules: cells run side by side, because most of their time is waiting; each test then looks at its own.
"""

import hashlib
import random
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest

from tests.support.client import raw_http
from tests.support.client.raw_http import PLAIN, RETRY, Answer
from tests.support.failures.error_contract import CONTRACT
from tests.support.service.leftovers import BIG_BYTES, MIB
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.faults import Play
from tests.support.storage.faulty_storage import QUERY, FaultyStorage

Mode = Literal["stream", "file first", "retry"]
MODES: tuple[Mode, ...] = ("stream", "file first", "retry")
# More than the plain endpoint keeps.
FILE_BYTES = MIB + 300_000
# As many as the limits allow: a place that is not given back would be missing.
AT_ONCE = 24
ON_DISK_AT_ONCE = 6
MORE_TRIES = 2
ATTEMPT = {"code", "status", "ms", "bytes"}


@dataclass(frozen=True, eq=False)
class Cell:
    """One upload, or `uploads` of the same file: what storage does, and what must come of it.

    `sends`: how much of the form goes out before the client looks for an answer. `puts`: how many reach
    storage, where `attempts` alone does not say it.
    `pause_seconds` lie between the first two at least. `tls`: empty, "trusted" or "stranger".
    """

    name: str
    mode: Mode
    code: str
    attempts: int
    plays: tuple[Play, ...] = (Play(),)
    tls: str = ""
    file_bytes: int = FILE_BYTES
    query: str = QUERY
    uploads: int = 1
    puts: int | None = None
    pause_seconds: float = 0.0
    sends: Literal["all", "half", "half, rest"] = "all"

    @property
    def on_disk(self) -> bool:
        """Whether its file is kept there."""
        return self.file_bytes == BIG_BYTES and self.mode != "stream"


@dataclass
class Seen:
    """What one cell led to. `answer` is None when the client did not wait for one."""

    content: bytes
    event: dict[str, Any]
    storage: FaultyStorage
    answer: Answer | None = None


@dataclass(frozen=True)
class Grid:
    """The service and what it had open before, a storage that is well, and what came of the cells.

    `again` runs one cell more, alone.
    """

    service: Running
    descriptors: int
    well: FaultyStorage
    seen: dict[Cell, Future[Seen]]
    again: Callable[[Cell], Seen]


_BYTES = random.Random("the grid").randbytes(2 * BIG_BYTES)


def content(name: str, count: int = FILE_BYTES) -> bytes:
    """A file that no other cell has."""
    start = random.Random(name).randrange(BIG_BYTES)
    return _BYTES[start : start + count]


def form(mode: Mode, storage: FaultyStorage, content: bytes, query: str = QUERY) -> bytes:
    """The whole form of this mode."""
    url = raw_http.field("uploadUrl", TRANSCRIPT.hide(f"{storage.origin}/key?{query}"))
    signed = [raw_http.field("header:if-none-match", "*")] if "if-none-match" in query else []
    retries = [raw_http.field("max_retries", "1")] if mode == "retry" else []
    file = raw_http.file(content)
    if mode == "file first":
        return raw_http.form(file, *signed, url)
    return raw_http.form(url, *signed, *retries, file)


def path(mode: Mode) -> str:
    """The endpoint of this mode."""
    return RETRY if mode == "retry" else PLAIN


def chosen(request: pytest.FixtureRequest, cells: Iterable[Cell]) -> list[Cell]:
    """The cells that the tests of this session need."""
    specs = [getattr(item, "callspec", None) for item in request.session.items]
    asked = {id(spec.params["cell"]) for spec in specs if spec and "cell" in spec.params}
    return [cell for cell in cells if id(cell) in asked]


def run_all(cells: Iterable[Cell], run: Callable[[Cell], Seen]) -> dict[Cell, Future[Seen]]:
    """Run them side by side, and wait for all."""
    with ThreadPoolExecutor(AT_ONCE) as many, ThreadPoolExecutor(ON_DISK_AT_ONCE) as few:
        return {cell: (few if cell.on_disk else many).submit(run, cell) for cell in cells}


def judge(grid: Grid, cell: Cell, verdict: Callable[[Seen], None]) -> None:
    """Let `verdict` check what came of a cell.

    One that fails among the others gets two more tries, alone: on a busy machine the limits of the service
    here, a second or two, may pass before storage or client were given any time.
    """
    try:
        return verdict(grid.seen[cell].result())
    except (AssertionError, OSError):
        for more in range(MORE_TRIES):
            try:
                return verdict(grid.again(replace(cell, name=f"{cell.name}, again {more}")))
            except (AssertionError, OSError):
                if more == MORE_TRIES - 1:
                    raise


def check(seen: Seen, code: str, attempts: int, *, stored: int) -> None:
    """Check that answer, log and storage agree: this code, so many attempts, and all bytes stored or none.

    What is said not to be stored cannot be, and no PUT that broke off looks like the end of a file.
    """
    event = seen.event
    if code == "malformed_form" and event["attempts"] == 0:
        attempts = 0  # all of it came in one read, so no PUT had begun
    assert (event["code"], event["attempts"], event["stored"] is True) == (code, attempts, stored > 0), event
    if event["stored"] is False:
        assert not any(put.may_be_stored for put in seen.storage.puts), event
    assert not any(put.left_in_order for put in seen.storage.puts), "a part may be kept"
    assert seen.storage.stored == [hashlib.sha256(seen.content).hexdigest()] * stored
    log = event["attempt_log"]
    assert len(log) == attempts
    assert all(entry.keys() == ATTEMPT and entry["bytes"] <= len(seen.content) for entry in log)
    if stored:
        assert (log[-1]["code"], log[-1]["bytes"]) == ("ok", len(seen.content))
    if seen.answer:
        _check_answer(seen.answer, code, event, len(seen.content))


def _check_answer(answer: Answer, code: str, event: dict[str, Any], file_size: int) -> None:
    told = answer.json
    assert answer.status == (200 if code == "ok" else CONTRACT[code].status)
    assert told["success"] is (code == "ok")
    assert told["stored"] is event["stored"]
    if code == "ok":
        assert told["file_size"] == file_size
    else:
        assert told["code"] == code
        assert answer.headers["content-type"] == "application/problem+json; charset=utf-8"
    if code != "ok" or event["retrying"]:
        assert (told["attempts"], told["attempt_log"]) == (event["attempts"], event["attempt_log"])
