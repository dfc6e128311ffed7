"""An upload that is ended from outside, at the moment when its form ends, or twice."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest

from tests.storage.puts import SIGNED
from tests.support.client.raw_http import BOUNDARY, field, file, form
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import whole as whole_bodies
from tests.support.storage.storage_double import StorageDouble
from upload_service.body.budget import SpoolBudget
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader
from upload_service.settings.settings import Settings
from upload_service.storage.connection_pools import open_pools
from upload_service.storage.put import Storage
from upload_service.upload.form_fields import PLAIN_FIELDS
from upload_service.upload.upload import Upload

CONTENT = bytes(300_000)


@pytest.mark.parametrize("abort_first", [False, True])
@pytest.mark.parametrize("held_back", [40, len(CONTENT)], ids=["its end", "the file"])
async def test_abort_at_the_end_of_the_form(
    double: StorageDouble, held_back: int, *, abort_first: bool
) -> None:
    """It ends with that error, whichever of the two is heard first, and says if the file may be stored."""
    puts = double.script(key := f"abort/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{SIGNED}")
    whole = form(field("uploadUrl", url), file(CONTENT))
    rest: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    pieces: Iterator[bytes | asyncio.Future[bytes]] = iter([whole[:-held_back], rest, b""])

    async def read() -> bytes:
        piece = next(pieces)
        return piece if isinstance(piece, bytes) else await piece

    settings = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url})
    reader = FormReader(read, f"multipart/form-data; boundary={BOUNDARY}", len(whole), PLAIN_FIELDS)
    budget = SpoolBudget(1 << 20, 0)
    async with open_pools() as pools:
        upload = Upload(reader, Storage(pools, 20, 0), budget, settings, retrying=False)
        running = asyncio.ensure_future(upload.run())
        await asyncio.sleep(0.2)  # the PUT has begun by then, or has not: it ends in the same way
        if abort_first:
            upload.abort(UploadError("shutting_down"))
        rest.set_result(whole[-held_back:])
        upload.abort(UploadError("shutting_down"))
        with pytest.raises(UploadError) as caught:
            await running
    assert caught.value.entry.code == "shutting_down"
    assert upload.record.may_be_stored or not any(whole_bodies(puts))
    budget.close()


@pytest.mark.parametrize("turns", range(6))
async def test_cancelled_while_it_ends(double: StorageDouble, turns: int) -> None:
    """Its space is given back, whenever the request is cancelled after the upload was told to end."""
    double.script(key := f"abort/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{SIGNED}")
    pieces = iter([form(field("uploadUrl", url), file(CONTENT))[:-40]])
    never: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def read() -> bytes:
        return next(pieces, b"") or await never

    settings = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url})
    length = len(CONTENT) + 1000
    reader = FormReader(read, f"multipart/form-data; boundary={BOUNDARY}", length, PLAIN_FIELDS)
    budget = SpoolBudget(1 << 20, 0)
    async with open_pools() as pools:
        upload = Upload(reader, Storage(pools, 20, 0), budget, settings, retrying=False)
        running = asyncio.ensure_future(upload.run())
        async with asyncio.timeout(60):
            while not budget.memory.used_bytes:  # noqa: ASYNC110 - a budget tells nobody
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)  # the PUT has a connection by then, or has not
        upload.abort(UploadError("shutting_down"))
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
        assert not budget.memory.used_bytes
    budget.close()
