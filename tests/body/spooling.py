"""What the tests of bodies and budgets share."""

import pytest

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


async def drain(reader: BodyReader) -> bytes:
    """Everything that the reader gives."""
    found = b""
    while chunk := await reader.next():
        found += chunk
    return found
