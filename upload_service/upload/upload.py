"""The story of one upload: the client leg fills a body, the storage leg PUTs it, and one verdict ends both.

Knows: that there are two legs, and how their ends rank.
Rules: nothing is left running; when both legs fail, storage's answer outranks the client's fault.
Must not know: `aiohttp.web`, multipart framing, JSON.
"""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from upload_service.body.budget import SpoolBudget
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.upload.client_leg import ClientLeg
from upload_service.upload.record import Observer, UploadRecord
from upload_service.upload.storage_leg import StorageLeg

Leg = asyncio.Task[None]


class Upload:
    """One upload, from its form to its verdict. With `retrying`, failed PUTs may be tried again.

    `latest`: when it must have ended, on the clock `time.monotonic`; Lambda, say, ends the process then.
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
        self.record = UploadRecord()
        self._latest = latest
        self._client = ClientLeg(form, spool_budget, settings, self.record, retrying=retrying, latest=latest)
        self._storage = StorageLeg(storage, settings, self.record, retrying=retrying, observer=observer)
        self._aborted: asyncio.Future[UploadError] = asyncio.get_running_loop().create_future()

    @property
    def expected_bytes(self) -> int | None:
        """The file's length, as far as it is known or predicted."""
        return self._client.expected_bytes

    def abort(self, error: UploadError) -> None:
        """End the upload from outside with this error."""
        if not self._aborted.done():
            self._aborted.set_result(error)

    def client_left(self) -> None:
        """The client's connection is lost: no attempt begins, and none is waited for.

        A PUT of a whole form that is being sent goes on.
        """
        is_sending = self._storage.stop_trying()
        if not (is_sending and self._client.progress.deadline.done()):
            self.abort(UploadError("client_gone"))

    async def run(self) -> UploadRecord:
        """Run both legs: the record of a stored object, or an UploadError."""
        client = asyncio.create_task(self._client.run())
        storage = asyncio.create_task(self._storage.run(self._client.plan))
        try:
            await self._wait_for_decision(client, storage)
        finally:
            await _stop(client, storage)
            if self._client.body:
                self._client.body.close()
        try:
            self._judge(client, storage)
        except UploadError as error:
            error.members = self.record.members()
            raise
        return self.record

    async def _wait_for_decision(self, client: Leg, storage: Leg) -> None:
        """Return when the upload is decided: storage has, a leg has failed, it was aborted, or time is up."""
        await _wait_for_first((client, storage, self._aborted), self._latest)
        if not client.done() or client.exception() or storage.done() or self._aborted.done():
            return
        # The whole form is here. What is left is storage's, until the deadline.
        await _wait_for_first((storage, self._aborted), self._client.progress.deadline.result())

    def _judge(self, client: Leg, storage: Leg) -> None:
        """Raise what ended the upload, if it failed. A leg that was stopped has no say."""
        if not storage.cancelled():
            return storage.result()
        if self._aborted.done():
            raise self._aborted.result()
        if not client.cancelled() and (failure := client.exception()):
            raise failure
        last = self.record.outcome
        raise UploadError("storage_timeout", storage=last.answer if last else None)


async def _wait_for_first(waited: Iterable[asyncio.Future[Any]], latest: float | None) -> None:
    """Return when one of them is done, or at `latest` on the clock `time.monotonic`."""
    timeout = None if latest is None else max(0.0, latest - time.monotonic())
    await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)


async def _stop(*legs: Leg) -> None:
    """Leave nothing running."""
    running = [leg for leg in legs if not leg.done()]
    for leg in running:
        leg.cancel()
    if running:
        await asyncio.wait(running)
    for leg in legs:
        if not leg.cancelled():
            leg.exception()  # looked at, so that asyncio does not report it
