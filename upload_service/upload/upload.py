"""The story of one upload: the client's leg fills a body, storage's leg PUTs it, and one verdict ends both.

Knows: that there are two legs, when the second can begin, and how their ends rank.
Rules: nothing is left running; when both legs fail, storage's answer outranks the sender's fault.
Must not know: `aiohttp.web`, multipart framing, JSON.
"""

import asyncio

from upload_service.body.budget import SpoolBudget
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.upload.client_leg import Intake
from upload_service.upload.record import Observer, Record
from upload_service.upload.storage_leg import Delivery


class Upload:
    """One upload, from its form to its verdict. With `retrying`, failed PUTs may be tried again.

    `latest`: on the clock `time.monotonic`, when it must have ended, because the surroundings end then.
    """

    def __init__(
        self,
        form: FormReader,
        storage: Storage,
        spool_budget: SpoolBudget,
        settings: Settings,
        *,
        retrying: bool,
        latest: float | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.record = Record()
        self._latest = latest
        self._intake = Intake(
            form,
            spool_budget,
            settings,
            self.record,
            retrying=retrying,
            latest=latest,
            when_ready=self._begin_delivery,
        )
        self._delivery = Delivery(
            self._intake, storage, settings, self.record, retrying=retrying, observer=observer
        )
        self._storage_leg: asyncio.Task[None] | None = None
        self._limit: asyncio.Timeout | None = None
        self._abandoned: UploadError | None = None

    @property
    def expected_bytes(self) -> int | None:
        """The file's length, as far as it is known or predicted."""
        return self._intake.length

    async def run(self) -> Record:
        """Do it: the record of a stored object, or an UploadError."""
        failure: UploadError | None = None
        try:
            await self._run_legs()
        except UploadError as error:
            failure = error
        finally:
            await self._stop()
        try:
            self._judge(failure)
        except UploadError as error:
            error.members = self.record.members()
            raise
        return self.record

    def abandon(self, error: UploadError) -> None:
        """End the upload from outside with this error."""
        self._abandoned = error
        self._interrupt()

    async def _run_legs(self) -> None:
        """The client's leg runs here, storage's in a task of its own; the time limit doubles as the bell."""
        try:
            async with asyncio.timeout_at(self._latest) as self._limit:
                await self._intake.run()
                if self._abandoned:
                    return
                self._limit.reschedule(self._intake.deadline)
                assert self._storage_leg
                await self._storage_leg
        except TimeoutError:
            return  # the judge knows why
        finally:
            self._limit = None

    def _begin_delivery(self) -> None:
        self._storage_leg = asyncio.create_task(self._delivery.run())
        self._storage_leg.add_done_callback(self._end_client_leg)

    def _end_client_leg(self, _storage_leg: "asyncio.Task[None]") -> None:
        """Storage has decided; what the client still sends changes nothing."""
        if not self._intake.ended.is_set():
            self._interrupt()

    def _interrupt(self) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(0)

    async def _stop(self) -> None:
        if self._storage_leg and not self._storage_leg.done():
            self._storage_leg.cancel()
            await asyncio.wait([self._storage_leg])
        if self._intake.body:
            self._intake.body.close()

    def _judge(self, failure: UploadError | None) -> None:
        if self._storage_leg and not self._storage_leg.cancelled():
            self._storage_leg.result()
        elif self._abandoned:
            raise self._abandoned
        elif failure:
            raise failure
        else:
            last = self.record.outcome
            raise UploadError("storage_timeout", storage=last.answer if last else None)
