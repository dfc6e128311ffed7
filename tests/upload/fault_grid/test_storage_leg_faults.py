"""The grid of storage's leg: in each phase of a PUT, storage fails in each way, for three modes of upload.

The rows are in `storage_fault_rows.py` and `storage_sequence_rows.py`. The service has so little room, and
takes so few uploads at once, that it shows at the end whether one of them has kept any.
"""

import time
from collections.abc import Iterator

import pytest

from tests.support.client.raw_http import Answer, Connection
from tests.support.service import leftovers
from tests.support.service.running_service import Running
from tests.support.storage.certificates import authority
from tests.support.storage.faulty_storage import FaultyStorage
from tests.upload.fault_grid.cells import (
    Cell,
    Grid,
    Seen,
    check,
    chosen,
    content,
    form,
    judge,
    path,
    run_all,
)
from tests.upload.fault_grid.storage_fault_rows import CELLS
from tests.upload.fault_grid.storage_sequence_rows import SEQUELS
from upload_service.storage.exchange import CONTINUE_SECONDS

ALL = (*CELLS, *SEQUELS)


@pytest.fixture(scope="module")
def grid(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    """All cells, run side by side against one service."""
    tls = authority(tmp_path_factory.mktemp("authority"))
    contexts = {"": None, "trusted": tls.trusted, "stranger": tls.stranger}
    storages = {cell: FaultyStorage(*cell.plays, tls=contexts[cell.tls]) for cell in chosen(request, ALL)}
    well = FaultyStorage()
    settings = {
        "UPLOAD_DESTINATIONS": ",".join(each.origin for each in (well, *storages.values())),
        "UPLOAD_STALL_SECONDS": "2",
        "TIMEOUT_SECONDS": "9",
        "SSL_CERT_FILE": tls.ca_file,
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
    with storage:
        file = content(cell.name, cell.file_bytes)
        for _ in range(cell.uploads):
            answered = _upload(service.port, cell, form(cell.mode, storage, file, cell.query))
            time.sleep(0.1)
    return Seen(file, service.upload_event(answered.request_id), storage, answered)


def _upload(port: int, cell: Cell, body: bytes) -> Answer:
    middle = len(body) if cell.sends == "all" else len(body) // 2
    with Connection(port, timeout=60) as connection:
        connection.head(path(cell.mode), len(body))
        connection.send(body[:middle])
        if cell.sends == "half, rest":
            time.sleep(0.3)
            connection.send(body[middle:])
        return connection.answer()


@pytest.mark.parametrize("cell", ALL, ids=lambda cell: cell.name)
def test_storage_fails(grid: Grid, cell: Cell) -> None:
    """What storage does here ends with this code, after so many PUTs, and all bytes are stored or none."""
    judge(grid, cell, lambda seen: _check(seen, cell))


def _check(seen: Seen, cell: Cell) -> None:
    check(seen, cell.code, cell.attempts, stored=cell.uploads if cell.code == "ok" else 0)
    puts = seen.storage.puts
    assert len(puts) == cell.puts if cell.puts else len(puts) <= cell.uploads - 1 + cell.attempts
    in_time = all(tried["ms"] < 1000 * CONTINUE_SECONDS for tried in seen.event["attempt_log"])
    if cell.plays[-1].phase == "head" and in_time:
        assert not any(put.count for put in puts), "a refusal before the 100 costs no byte of the file"
    if cell.pause_seconds:
        assert puts[1].began - puts[0].began >= cell.pause_seconds


def test_nothing_is_left(grid: Grid) -> None:
    """After all cells, all room and all slots are free again, and no file or socket is open."""
    leftovers.assert_nothing_is_left(grid.service, grid.well, grid.descriptors)
