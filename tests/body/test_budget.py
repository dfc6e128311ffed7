"""The budget that all uploads share: what takes room, and what is refused when there is none."""

from collections.abc import Callable

import pytest

from tests.body.spooling import MIB, append_all, refused
from upload_service.body.budget import SpoolBudget
from upload_service.body.spool import Spool
from upload_service.errors.upload_error import UploadError


async def test_small_files_stay_in_memory_and_large_ones_go_to_disk(
    budget: Callable[[int, int], SpoolBudget],
) -> None:
    """The predicted length decides, and its room is taken at the start."""
    shared = budget(8 * MIB, 8 * MIB)
    small, large = Spool(shared, MIB), Spool(shared, MIB + 1)
    assert (shared.memory.used_bytes, shared.disk.used_bytes) == (MIB, MIB + 1)
    small.close()
    large.close()


@pytest.mark.parametrize(
    ("memory", "disk", "taken", "wanted", "code"),
    [
        (MIB, 0, 0, MIB, None),
        (MIB, 0, MIB, 1, "spool_full"),
        (MIB, 0, 0, MIB + 1, "too_large_to_keep"),
        (0, MIB, 0, MIB, None),
        (0, MIB, MIB, 1, "spool_full"),
        (0, MIB, 0, MIB + 1, "too_large_to_keep"),
        (MIB, MIB, MIB, MIB, None),
        (0, 0, 0, 0, None),
        (0, 0, 0, 1, "too_large_to_keep"),
    ],
)
async def test_room_is_taken_or_refused(
    budget: Callable[[int, int], SpoolBudget],
    memory: int,
    disk: int,
    taken: int,
    wanted: int,
    code: str | None,
) -> None:
    """A file that does not fit now and one that can never fit get different codes."""
    shared = budget(memory, disk)
    first = Spool(shared, taken)
    if code is None:
        Spool(shared, wanted).close()
    else:
        with pytest.raises(UploadError) as error:
            Spool(shared, wanted)
        assert refused(error) == code
    first.close()


async def test_unknown_length_takes_room_as_it_comes(budget: Callable[[int, int], SpoolBudget]) -> None:
    """A file without a length begins in memory, moves to disk as a whole, and ends where the room ends."""
    shared = budget(8 * MIB, 10 * MIB)
    spool = Spool(shared, None)
    await spool.append(bytes(MIB // 2))
    assert (shared.memory.used_bytes, shared.disk.used_bytes) == (MIB // 2, 0)
    await spool.append(bytes(MIB))
    assert shared.disk.used_bytes >= 3 * MIB // 2
    with pytest.raises(UploadError) as error:
        await append_all(spool, 20)
    assert refused(error) == "too_large_to_keep"
    assert shared.disk.used_bytes <= 10 * MIB
    assert shared.memory.used_bytes == 0
    assert await spool.read(0, 5) == bytes(5)
    spool.close()
