"""The story of one upload: the client's leg fills a body, storage's leg PUTs it, and one verdict ends both.

Knows: that there are two legs, and how their ends rank.
Rules: nothing is left running; when both legs fail, storage's answer outranks the sender's fault.
Must not know: `aiohttp.web`, multipart framing, JSON.
"""

import asyncio

from upload_service.config import Settings
from upload_service.delivery import Delivery
from upload_service.errors import UploadError
from upload_service.form import FormReader
from upload_service.intake import Intake
from upload_service.record import Record
from upload_service.room import Room
from upload_service.storage import Storage


class Upload:
    """One upload, from its form to its verdict. With `retrying`, failed PUTs may be tried again."""

    def __init__(
        self, form: FormReader, storage: Storage, room: Room, settings: Settings, *, retrying: bool
    ) -> None:
        self.record = Record()
        self._settings = settings
        self._intake = Intake(form, room, settings, self.record, retrying=retrying)
        self._delivery = Delivery(self._intake, storage, settings, self.record, retrying=retrying)
        self._abandoned: UploadError | None = None
        self._legs: tuple[asyncio.Task[None], ...] = ()

    async def run(self) -> Record:
        """Do it: the record of a stored object, or an UploadError."""
        client_leg = asyncio.create_task(self._intake.run())
        storage_leg = asyncio.create_task(self._delivery.run())
        self._legs = (client_leg, storage_leg)
        try:
            await asyncio.wait(self._legs, return_when=asyncio.FIRST_COMPLETED)
            if self._intake.ended.is_set():
                await asyncio.wait([storage_leg], timeout=self._settings.timeout_seconds)
        finally:
            await self._stop()
        try:
            self._judge(client_leg, storage_leg)
        except UploadError as error:
            error.members = self.record.members()
            raise
        return self.record

    def abandon(self, error: UploadError) -> None:
        """End the upload from outside with this error."""
        self._abandoned = error
        for leg in self._legs:
            leg.cancel()

    async def _stop(self) -> None:
        for leg in self._legs:
            leg.cancel()
        await asyncio.gather(*self._legs, return_exceptions=True)
        if self._intake.body:
            self._intake.body.close()

    def _judge(self, client_leg: asyncio.Task[None], storage_leg: asyncio.Task[None]) -> None:
        if not storage_leg.cancelled():
            storage_leg.result()
        elif self._abandoned:
            raise self._abandoned
        elif self._intake.ended.is_set():
            last = self.record.outcome
            raise UploadError("storage_timeout", storage=last.answer if last else None)
        else:
            client_leg.result()
