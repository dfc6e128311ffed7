"""The story of one upload: the client leg fills a body, the storage leg PUTs it, and one verdict ends both.

Knows: that there are two legs, and how their ends rank.
Rules: nothing is left running; when both legs fail, storage's answer outranks the client's fault.
Must not know: `aiohttp.web`, multipart framing, JSON.
"""

import asyncio
from typing import TYPE_CHECKING

from upload_service.body.budget import SpoolBudget
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.upload.client_leg import ClientLeg
from upload_service.upload.form_fields import FormFields
from upload_service.upload.record import Observer, UploadRecord
from upload_service.upload.storage_leg import StorageLeg

if TYPE_CHECKING:  # loaded where a scanner is set
    from upload_service.scanner.trusted_clamd import TrustedClamd


class Upload:
    """One upload, from its form to its verdict. With `retrying`, failed PUTs may be tried again.

    `latest`: when it must have ended, on the clock `time.monotonic`, which is the loop's; Lambda, say, ends
    the process then. `fields`: of the form, as far as the request's head tells of them.
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
        fields: FormFields | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.record = UploadRecord()
        fields = fields or FormFields(settings)
        self._limits = fields.limits
        self._client = ClientLeg(
            form,
            spool_budget,
            settings,
            self.record,
            self._can_put,
            fields=fields,
            retrying=retrying,
            latest=latest,
        )
        self._settings, self._observer = settings, observer
        self._storage = StorageLeg(storage, settings, self.record, retrying=retrying, observer=observer)
        # Until when both legs may run. The end of time comes at once when the upload is decided or aborted.
        self._time = asyncio.timeout_at(latest)
        self._is_running = False
        self._abort_error: UploadError | None = None
        self._begins: asyncio.Handle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def expected_bytes(self) -> int | None:
        """The file's length, as far as it is known or predicted."""
        return self._client.expected_bytes

    def scan_with(self, scanner: "TrustedClamd") -> None:
        """Let this scanner have the last word on the file. Called before `run`."""
        from upload_service.upload.scan import Scan

        self._client.scan = Scan(scanner, self._settings, self.record, self._client.progress, self._observer)

    def abort(self, error: UploadError) -> None:
        """End the upload from outside with this error; the first one counts."""
        if not self._abort_error:
            self._abort_error = error
            self._end_time()

    def client_left(self) -> None:
        """The client's connection is lost: no attempt begins, and none is waited for.

        A PUT of a whole form that is being sent goes on.
        """
        is_sending = self._storage.stop_trying()
        if not (is_sending and self._client.progress.deadline.done()):
            self.abort(UploadError("client_gone"))

    async def run(self) -> UploadRecord:
        """Run both legs: the record of a stored object, or an UploadError."""
        failure = self._abort_error
        try:
            if not failure:
                async with self._time:
                    await self._run_legs()
        except UploadError as error:
            failure = error
        except TimeoutError:
            if not self._time.expired():
                raise
            failure = self._abort_error or self._timeout()
        finally:
            await self._stop()
        try:
            self._judge(failure)
        except UploadError as error:
            error.members = self.record.members()
            raise
        return self.record

    async def _run_legs(self) -> None:
        """The client leg, then what is left of storage's, until the deadline."""
        self._is_running = True
        try:
            await self._client.run()
            if self._begins:
                self._begins.cancel()
            if self._abort_error:  # at the moment when the form's end came
                raise self._abort_error
            self._time.reschedule(self._client.progress.deadline.result())
            assert self._client.plan
            await (self._task or self._storage.run(self._client.plan))
        finally:
            self._is_running = False

    def _can_put(self) -> None:
        """A PUT can begin. The storage leg needs a task of its own only if the client leg waits for bytes."""
        self._begins = asyncio.get_running_loop().call_soon(self._begin_storage_leg)

    def _begin_storage_leg(self) -> None:
        assert self._client.plan
        self._task = asyncio.create_task(self._storage.run(self._client.plan))
        self._task.add_done_callback(self._end_client_leg)

    def _end_client_leg(self, task: "asyncio.Task[None]") -> None:
        """Storage has decided: what of the form still comes changes nothing."""
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it
        if not self._client.progress.deadline.done():
            self._end_time()

    def _end_time(self) -> None:
        if self._is_running and not self._time.expired():
            self._time.reschedule(0)

    async def _stop(self) -> None:
        """Leave nothing running, and note what the form has told of its caller."""
        self.record.subject = self._limits.subject
        if self._begins:
            self._begins.cancel()
        try:
            if self._task and not self._task.done():
                self._task.cancel()
                await asyncio.wait([self._task])
        finally:
            if self._client.scan:
                self._client.scan.close()
            if self._client.body:
                self._client.body.close()

    def _judge(self, failure: UploadError | None) -> None:
        """Raise what ended the upload, if it failed. A storage leg that was stopped has no say."""
        if self._task and not self._task.cancelled():
            self._task.result()
        elif failure:
            raise failure

    def _timeout(self) -> UploadError:
        if self.record.scan and self.record.scan.is_awaited:
            return UploadError("scanner_unavailable")
        last = self.record.outcome
        return UploadError("storage_timeout", storage=last.answer if last else None)
