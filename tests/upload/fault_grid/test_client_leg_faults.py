"""The grid of the client's leg: in each phase of a request, the client fails in each way, for three modes.

The rows are in `client_fault_rows.py`. What is left behind is looked for as in the grid of storage's leg.
"""

from collections.abc import Iterator

import pytest

from tests.support.client.raw_http import PLAIN, Connection
from tests.support.service import leftovers
from tests.support.service.leftovers import MEMORY_BYTES
from tests.support.service.running_service import Running
from tests.support.storage.faulty_storage import FaultyStorage
from tests.upload.fault_grid.cells import Cell, Grid, Seen, check, chosen, judge, run_all
from tests.upload.fault_grid.client_fault_rows import HEADS, SENDERS
from tests.upload.fault_grid.failing_clients import Sender


@pytest.fixture(scope="module")
def grid(request: pytest.FixtureRequest) -> Iterator[Grid]:
    """All cells, run side by side against one service."""
    storages = {cell: FaultyStorage(*cell.plays) for cell in chosen(request, (*HEADS, *SENDERS))}
    well = FaultyStorage()
    settings = {
        "UPLOAD_DESTINATIONS": ",".join(each.origin for each in (well, *storages.values())),
        "UPLOAD_STALL_SECONDS": "2",
        "TIMEOUT_SECONDS": "9",
        # High, so that a trickle is noticed soon after a fast beginning.
        "UPLOAD_MIN_BYTES_PER_SECOND": "1MiB",
    }
    with Running(**settings, **leftovers.SETTINGS) as service, well:
        before = leftovers.descriptors(service)
        seen = run_all(storages, lambda cell: _run(service, cell, storages[cell]))
        origins = {(cell.plays, cell.tls): storage for cell, storage in storages.items()}
        yield Grid(
            service,
            before,
            well,
            seen,
            lambda cell: _run(service, cell, origins[cell.plays, cell.tls].anew()),
        )


def _run(service: Running, cell: Cell, storage: FaultyStorage) -> Seen:
    assert isinstance(cell, Sender)
    with storage:
        file = cell.file()
        answered = cell.send(service.port, storage, file)
        name = answered.request_id if answered else cell.request_id
        event = service.wait_for(lambda event: event.get("request_id") == name)
    return Seen(file, event, storage, answered)


@pytest.mark.parametrize("cell", SENDERS, ids=lambda cell: cell.name)
def test_client_fails(grid: Grid, cell: Sender) -> None:
    """What the client does here ends with this code, after so many PUTs, and all bytes are stored or none."""
    stored = cell.code == "ok" or (cell.code, cell.phase) == ("client_gone", "all")
    judge(grid, cell, lambda seen: check(seen, cell.code, cell.attempts, stored=int(stored)))


@pytest.mark.parametrize("cell", HEADS, ids=lambda cell: cell.name)
def test_head_never_ends(grid: Grid, cell: Sender) -> None:
    """A head that does not end in time is answered, although there is no request yet."""
    judge(grid, cell, lambda seen: _check_head(seen, cell))


def _check_head(seen: Seen, cell: Sender) -> None:
    assert seen.answer
    assert (seen.answer.status, seen.answer.json["code"]) == (408, cell.code)
    assert (seen.event["event"], seen.event["error"]) == ("bad_request_head", "request_head_timeout")


def test_too_large_is_heard(grid: Grid) -> None:
    """A client that sends more than the service takes gets the refusal, even if it sends all of it."""
    with Connection(grid.service.port) as connection:
        connection.head(PLAIN, 2 * MEMORY_BYTES)
        connection.send(bytes(2 * MEMORY_BYTES))
        answered = connection.answer()
    assert (answered.status, answered.json["code"]) == (413, "file_too_large")


def test_nothing_is_left(grid: Grid) -> None:
    """After all cells, all room and all slots are free again, and no file or socket is open."""
    leftovers.assert_nothing_is_left(grid.service, grid.well, grid.descriptors)
