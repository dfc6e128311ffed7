"""The story of one upload: the client's leg fills a body, storage's leg PUTs it, and one verdict ends both.

Knows: the order of things. The PUT begins as soon as everything that it needs is known; until then the file
waits in the spool.
Rules: nothing is shown to storage as whole before the form has ended cleanly and the counts agree; when
both legs fail, storage's answer outranks the sender's fault.
Must not know: `aiohttp.web`, multipart framing, JSON.
"""

import asyncio
import time

from upload_service.body import Body, Pipe, WrongLength
from upload_service.config import Settings
from upload_service.errors import UploadError
from upload_service.fields import Fields
from upload_service.form import MAX_BESIDE_FILE_BYTES, FormReader
from upload_service.outcome import Outcome
from upload_service.parts import Event, Field, FileEnd, FileStart
from upload_service.record import Record
from upload_service.retry import is_worth_retrying, waits
from upload_service.spool import Budget, Spool
from upload_service.storage import Storage

# The plain endpoint keeps files up to this size, so that for them a wrong prediction costs a second PUT only.
SMALL_FILE_BYTES = 1024 * 1024
# A form may end without the last line break that the prediction counts on.
OPTIONAL_END_BYTES = 2


class Upload:
    """One upload, from its form to its verdict. With `retrying`, failed PUTs may be tried again."""

    def __init__(
        self, form: FormReader, storage: Storage, budget: Budget, settings: Settings, *, retrying: bool
    ) -> None:
        self.record = Record()
        self._form = form
        self._storage = storage
        self._budget = budget
        self._settings = settings
        self._retrying = retrying
        self._started = time.monotonic()
        self._fields = Fields(settings)
        self._body: Body | None = None
        self._length: int | None = None
        self._ready = asyncio.Event()
        self._retries_known = asyncio.Event()
        self._form_ended = asyncio.Event()
        self._deadline: float | None = None
        self._abandoned: UploadError | None = None
        self._legs: tuple[asyncio.Task[None], ...] = ()

    async def run(self) -> Record:
        """Do it: the record of a stored object, or an UploadError."""
        self._legs = (asyncio.create_task(self._take_in()), asyncio.create_task(self._deliver()))
        try:
            await asyncio.wait(self._legs, return_when=asyncio.FIRST_COMPLETED)
            if self._form_ended.is_set():
                await asyncio.wait(self._legs[1:], timeout=self._settings.timeout_seconds)
            self._judge(*self._legs)
            return self.record
        except UploadError as error:
            error.attempts = self.record.attempts
            raise
        finally:
            for leg in self._legs:
                leg.cancel()
            await asyncio.gather(*self._legs, return_exceptions=True)
            if self._body:
                self._body.close()

    def abandon(self, error: UploadError) -> None:
        """End the upload from outside with this error."""
        self._abandoned = error
        for leg in self._legs:
            leg.cancel()

    def _judge(self, client_leg: asyncio.Task[None], storage_leg: asyncio.Task[None]) -> None:
        if storage_leg.done() and not storage_leg.cancelled():
            storage_leg.result()
        elif self._abandoned:
            raise self._abandoned
        elif self._form_ended.is_set():
            last = self.record.outcome
            raise UploadError("storage_timeout", storage=last.answer if last else None)
        else:
            client_leg.result()

    # The client's leg.

    async def _take_in(self) -> None:
        async for event in self._form.events():
            if isinstance(event, bytes):
                await self._feed(event)
            else:
                self._note(event)
        self._end_form()

    def _note(self, event: Event) -> None:
        match event:
            case Field(name, value):
                self._fields.note(name, value, time.time())
                if name == "max_retries":
                    self._retries_known.set()
            case FileStart():
                self._open_body(event)
            case FileEnd():
                self._length = self.record.file_size
        if self._fields.destination:
            self.record.host = self._fields.destination.host
            if self._body and self._length is not None:
                self._ready.set()

    def _open_body(self, start: FileStart) -> None:
        predicted, size = start.predicted_bytes, self._fields.size
        self.record.filename, self.record.content_type = start.filename, start.content_type
        if predicted is not None:
            if predicted - MAX_BESIDE_FILE_BYTES > self._settings.max_file_bytes:
                raise UploadError("file_too_large")
            if size is not None and size > predicted + OPTIONAL_END_BYTES:
                raise UploadError("size_mismatch")
        self._length = predicted if size is None else size
        keep = self._must_keep(self._length)
        self._body = Body(Spool(self._budget) if keep else Pipe(), replayable=keep)

    def _must_keep(self, length: int | None) -> bool:
        if self._retrying or self._fields.destination is None or length is None:
            return True
        return length <= min(SMALL_FILE_BYTES, self._budget.free_bytes)

    async def _feed(self, piece: bytes) -> None:
        assert self._body
        count = self.record.file_size = self.record.file_size + len(piece)
        if count > self._settings.max_file_bytes:
            raise UploadError("file_too_large")
        if self._fields.size is not None and count > self._fields.size:
            raise UploadError("size_mismatch")
        await self._body.feed(piece)

    def _end_form(self) -> None:
        if self._body is None:
            raise UploadError("missing_file")
        if self._fields.destination is None:
            raise UploadError("missing_upload_url")
        if self._fields.size not in (None, self.record.file_size):
            raise UploadError("size_mismatch")
        self.record.client_seconds = time.monotonic() - self._started
        self._deadline = time.monotonic() + self._settings.timeout_seconds
        self._retries_known.set()
        self._form_ended.set()
        self._body.finish()

    # Storage's leg.

    async def _deliver(self) -> None:
        await self._ready.wait()
        pauses, retries = waits(), 0
        while True:
            outcome = self.record.outcome = await self._put()
            if outcome.error is None:
                return
            pause = next(pauses)
            if not await self._may_retry(outcome, retries) or self._is_too_late(pause):
                raise outcome.as_error()
            await asyncio.sleep(pause)
            retries += 1

    async def _put(self) -> Outcome:
        """One PUT, and a second one when the length of the first turned out to be predicted wrongly."""
        assert self._body
        try:
            return await self._put_once(self._body)
        except WrongLength:
            if not self._body.replayable:
                raise UploadError("length_unpredictable") from None
        await self._form_ended.wait()
        return await self._put_once(self._body)

    async def _put_once(self, body: Body) -> Outcome:
        destination, length = self._fields.destination, self._length
        assert destination
        assert length is not None
        self.record.attempts += 1
        started = time.monotonic()
        try:
            return await self._storage.put(destination, body.reader(length), self.record.content_type)
        finally:
            self.record.storage_seconds += time.monotonic() - started

    async def _may_retry(self, outcome: Outcome, retries: int) -> bool:
        if not (self._retrying and is_worth_retrying(outcome)):
            return False
        await self._retries_known.wait()
        return retries < self._fields.max_retries

    def _is_too_late(self, pause: float) -> bool:
        return self._deadline is not None and time.monotonic() + pause >= self._deadline
