"""Storage's leg of an upload: PUTs, one after another, until the object is stored or it is no use.

Knows: how many tries there are, what each came to, and the time that is left.
Rules: each attempt reads the body from its start and announces its exact length; before each the
URL's expiry is looked at; waits end with the upload.
Must not know: forms, HTTP libraries.
"""

import asyncio
import dataclasses
import time
from collections.abc import Iterator

from upload_service.body.file_body import Body, BodyReader, WrongLength
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import Destination
from upload_service.settings.settings import Settings
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage
from upload_service.upload.client_leg import Intake
from upload_service.upload.record import Attempt, Observer, Record
from upload_service.upload.retry import is_untouched, is_worth_retrying, waits

# An attempt that would have less than this is not worth the wait for it.
LEAST_TRY_SECONDS = 0.1


class Delivery:
    """All attempts of one upload. With `retrying`, as many as the caller wants; else one more at most."""

    def __init__(
        self,
        intake: Intake,
        storage: Storage,
        settings: Settings,
        record: Record,
        *,
        retrying: bool,
        observer: Observer | None = None,
    ) -> None:
        self._intake = intake
        self._storage = storage
        self._settings = settings
        self._record = record
        self._retrying = retrying
        self._observer = observer
        self._retries = 0
        self._may_be_stored = False

    async def run(self) -> None:
        """Return when the object is stored; raises UploadError. All that a PUT needs must be known."""
        body, destination = self._intake.body, self._intake.fields.destination
        assert body
        assert destination
        pauses = waits()
        while True:
            self._check_expiry(destination)
            outcome = self._record.outcome = await self._put(body, destination)
            if outcome.error is None:
                return
            pause = await self._pause(outcome, body, pauses, creates_only=destination.creates_only)
            if pause is None:
                raise self._failure(outcome, destination)
            self._may_be_stored |= outcome.may_have_stored
            self._retries += 1
            if self._observer:
                assert outcome.error
                self._observer.waits(pause, outcome.error)
            await asyncio.sleep(pause)

    def _check_expiry(self, destination: Destination) -> None:
        if destination.expires_at is not None and time.time() >= destination.expires_at:
            last = self._record.outcome
            raise UploadError("url_expired", storage=last.answer if last else None)

    async def _put(self, body: Body, destination: Destination) -> Outcome:
        """One PUT, and a second one when the length of the first turned out to be predicted wrongly."""
        try:
            return await self._put_once(body, destination)
        except WrongLength:
            if not body.replayable:
                body.close()  # the rest is read for the verdict only: the form may be cut off, too
                await self._intake.ended.wait()
                raise UploadError("length_unpredictable") from None
        await self._intake.ended.wait()
        return await self._put_once(body, destination)

    async def _put_once(self, body: Body, destination: Destination) -> Outcome:
        assert self._intake.length is not None
        reader = body.reader(self._intake.length, last=self._is_last())
        if self._observer:
            self._observer.attempt_begins(len(self._record.attempts) + 1, reader)
        started = time.monotonic()
        try:
            outcome = await self._storage.put(destination, reader, self._intake.headers)
        except WrongLength:
            self._note("length_unpredictable", None, started, reader)
            raise
        except asyncio.CancelledError:
            self._note("given_up", None, started, reader)
            raise
        if outcome.error is None and self._differs(outcome, destination):
            outcome = dataclasses.replace(
                outcome, error="stored_bytes_differ", etag=None, sent_bytes=reader.read_bytes
            )
        status = outcome.answer.status if outcome.answer else None
        self._note(outcome.error or "ok", status, started, reader)
        return outcome

    def _differs(self, outcome: Outcome, destination: Destination) -> bool:
        """Whether storage says that it has stored other bytes than came."""
        said = outcome.claims
        if self._settings.verify == "md5" and outcome.etag_md5 and destination.etag_is_md5:
            said += (outcome.etag_md5,)
        return any(self._intake.sums.agrees_with(claim) is False for claim in said)

    def _note(self, code: str, status: int | None, started: float, reader: BodyReader) -> None:
        seconds = time.monotonic() - started
        self._record.storage_seconds += seconds
        self._record.attempts.append(Attempt(code, status, round(seconds * 1000), reader.read_bytes))

    def _is_last(self) -> bool:
        """Whether no other attempt can follow, so that the copy can be freed as it is read."""
        if not self._intake.length_is_certain:
            return False
        if not self._retrying:
            return True
        return self._intake.retries_known.is_set() and self._retries >= self._intake.fields.max_retries

    async def _pause(
        self, outcome: Outcome, body: Body, pauses: Iterator[float], *, creates_only: bool
    ) -> float | None:
        """Seconds to wait before another attempt; None when there shall be none."""
        if not self._retrying:
            return 0 if is_untouched(outcome) and not self._retries else None
        if not is_worth_retrying(outcome, creates_only=creates_only):
            return None
        if not body.replayable and outcome.sent_bytes:
            self._record.replayable = False
            return None
        await self._intake.retries_known.wait()
        pause = max(next(pauses), outcome.retry_after_seconds or 0)
        late = (
            pause + LEAST_TRY_SECONDS >= self._seconds_left()
            or self._retries >= self._intake.fields.max_retries
        )
        return None if late else pause

    def _seconds_left(self) -> float:
        deadline = self._intake.deadline
        return self._settings.timeout_seconds if deadline is None else deadline - time.monotonic()

    def _failure(self, outcome: Outcome, destination: Destination) -> UploadError:
        if outcome.error == "precondition_failed" and self._may_be_stored and destination.creates_only:
            return UploadError("already_stored", storage=outcome.answer)
        return outcome.as_error()
