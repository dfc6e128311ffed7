"""What the tests of bodies and budgets share."""

import asyncio

import pytest

from upload_service.body.budget import SpoolBudget
from upload_service.body.file_body import BodyReader
from upload_service.body.spool import Spool
from upload_service.errors.upload_error import UploadError

MIB = 1024 * 1024


def refused(error: pytest.ExceptionInfo[UploadError]) -> str:
    """The code of a refusal."""
    return error.value.entry.code


async def append_all(spool: Spool, count: int) -> None:
    """Append so many MiB."""
    for _ in range(count):
        await spool.append(bytes(MIB))


async def written(spool: Spool) -> None:
    """Wait until the disk has the last block, and the spool knows it."""
    assert spool._writing
    async with asyncio.timeout(60):
        await asyncio.wait([spool._writing])


async def given_back(*budgets: SpoolBudget) -> None:
    """Wait until the threads of budgets have ended, and check that nothing is reserved."""
    for each in budgets:
        await asyncio.to_thread(each.threads.close, 60)
    # A thread may have closed the last file, and the event loop not have heard of it.
    await asyncio.sleep(0)
    assert [(each.memory.used_bytes, each.disk.used_bytes) for each in budgets] == [(0, 0)] * len(budgets)


async def drain(reader: BodyReader) -> bytes:
    """Everything that the reader gives."""
    found = b""
    while chunk := await reader.next():
        found += chunk
    return found
