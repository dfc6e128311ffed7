"""The storage leg of an upload: PUTs, one after another, until the object is stored or no more make sense.

Knows: how many attempts there may be, what each came to, and the time that is left.
Rules: each attempt reads the body from its start and announces its exact length; the URL's expiry is checked
before each attempt; waits end with the upload. Trying other headers, because the URL leaves open what was
signed, is no retry.
Must not know: forms, HTTP libraries.
"""

import asyncio
import time
from collections.abc import Iterator

from upload_service.body.file_body import BodyReader, WrongLength
from upload_service.errors.upload_error import UploadError
from upload_service.settings.settings import Settings
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage
from upload_service.storage.signed_names import signed_names
from upload_service.upload.put_plan import PutPlan
from upload_service.upload.record import Attempt, Observer, UploadRecord
from upload_service.upload.retry import backoff_delays, failed_before_first_byte, is_worth_retrying

# An attempt that would have less time than this is not worth the wait for it.
LEAST_ATTEMPT_SECONDS = 0.1


class StorageLeg:
    """All attempts of one upload. With `retrying`, as many as the client wants; else one more at most."""

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        record: UploadRecord,
        *,
        retrying: bool,
        observer: Observer | None = None,
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._record = record
        self._retrying = retrying
        self._observer = observer
        self._retries = 0
        self._stopped = False
        self._reader: BodyReader | None = None
        self._refused_headers = 0

    def stop_trying(self) -> bool:
        """Begin no attempt from now on. Returns whether one is sending its body, which may go on."""
        self._stopped = True
        return self._reader is not None and self._reader.begun

    async def run(self, plan: PutPlan) -> None:
        """Return when the object is stored; raises UploadError."""
        delays = backoff_delays()
        while True:
            self._require_unexpired(plan)
            outcome = self._record.outcome = await self._put(plan)
            if outcome.error is None:
                return
            if self._has_other_headers(plan, outcome):
                self._refused_headers += 1
                continue
            delay = await self._delay(plan, outcome, delays)
            if delay is None:
                raise self._failure(plan, outcome)
            self._retries += 1
            if self._observer:
                self._observer.waits(delay, outcome.error)
            await asyncio.sleep(delay)

    def _require_unexpired(self, plan: PutPlan) -> None:
        expires_at = plan.destination.expires_at
        if expires_at is not None and time.time() >= expires_at:
            last = self._record.outcome
            raise UploadError("url_expired", storage=last.answer if last else None)

    async def _put(self, plan: PutPlan) -> Outcome:
        """One PUT, and a second one when the length of the first turned out to be predicted wrongly.

        Or when storage did not wait for the verdict of a malware scanner on the file's last bytes.
        """
        try:
            outcome = await self._put_once(plan)
            if not (plan.awaits_verdict and plan.body.replayable and is_worth_retrying(outcome)):
                return outcome
        except WrongLength:
            if not plan.body.replayable:
                plan.body.close()  # the rest is read for the verdict only: the form may be cut off, too
                await plan.form.deadline
                raise plan.wrong_length() from None
        await plan.form.deadline
        self._require_unexpired(plan)
        return await self._put_once(plan)

    async def _put_once(self, plan: PutPlan) -> Outcome:
        if self._stopped:
            raise UploadError("client_gone")
        length, is_certain = plan.file_length()
        reader = self._reader = plan.body.reader(length, last=is_certain and self._is_last(plan))
        if self._observer:
            self._observer.attempt_begins(len(self._record.attempts) + 1, reader)
        started = time.monotonic()
        try:
            headers = (plan.headers, *plan.other_headers)[self._refused_headers]
            outcome = await self._storage.put(plan.destination, reader, headers, plan.frame)
        except BaseException as error:
            # An attempt around which the upload ended: nobody hears what storage makes of its last byte.
            self._record.may_be_stored |= reader.handed_over
            code = "length_unpredictable" if isinstance(error, WrongLength) else "given_up"
            self._note(code, None, started, reader)
            raise
        finally:
            self._reader = None
        if outcome.error is None and self._differs(plan, outcome):
            outcome = outcome._replace(error="stored_bytes_differ", etag=None, sent_bytes=reader.read_bytes)
        self._record.may_be_stored |= outcome.may_have_stored
        status = outcome.answer.status if outcome.answer else None
        self._note(outcome.error or "ok", status, started, reader)
        return outcome

    def _differs(self, plan: PutPlan, outcome: Outcome) -> bool:
        """Whether storage says that it has stored other bytes than came."""
        claims = outcome.claims
        if self._settings.verify == "md5" and outcome.etag_md5 and plan.destination.etag_is_md5:
            claims += (outcome.etag_md5,)
        return any(plan.checksums.agrees_with(claim) is False for claim in claims)

    def _note(self, code: str, status: int | None, started: float, reader: BodyReader) -> None:
        seconds = time.monotonic() - started
        self._record.storage_seconds += seconds
        self._record.attempts.append(Attempt(code, status, round(seconds * 1000), reader.read_bytes))

    def _has_other_headers(self, plan: PutPlan, outcome: Outcome) -> bool:
        """Whether the signature did not match these headers, and others can be tried."""
        if outcome.error != "signature_mismatch" or self._refused_headers == len(plan.other_headers):
            return False
        return plan.body.replayable or not outcome.sent_bytes

    def _is_last(self, plan: PutPlan) -> bool:
        """Whether no other attempt can follow, so that the copy can be freed while it is read."""
        if plan.form.scans or self._refused_headers < len(plan.other_headers):
            return False
        if not self._retrying:
            return True
        most = plan.form.max_retries
        return most.done() and self._retries >= most.result()

    async def _delay(self, plan: PutPlan, outcome: Outcome, delays: Iterator[float]) -> float | None:
        """Seconds to wait before another attempt; None when there shall be none."""
        if not self._retrying:
            return 0 if failed_before_first_byte(outcome) and not self._retries else None
        if not is_worth_retrying(outcome, creates_only=plan.destination.creates_only):
            return None
        if self._stopped:
            raise UploadError("client_gone")  # whether he left during this attempt or a moment after it
        if not plan.body.replayable and outcome.sent_bytes:
            self._record.replayable = False
            return None
        max_retries = await plan.form.max_retries
        delay = max(next(delays), outcome.retry_after_seconds or 0)
        is_late = delay + LEAST_ATTEMPT_SECONDS >= self._seconds_left(plan)
        return None if is_late or self._retries >= max_retries else delay

    def _seconds_left(self, plan: PutPlan) -> float:
        deadline = plan.form.deadline
        return deadline.result() - time.monotonic() if deadline.done() else self._settings.timeout_seconds

    def _failure(self, plan: PutPlan, outcome: Outcome) -> UploadError:
        creates_only = plan.destination.creates_only
        if outcome.error == "precondition_failed" and self._record.may_be_stored and creates_only:
            return UploadError("already_stored", storage=outcome.answer)
        return outcome.as_error(signed_names(outcome.error or "", plan.destination))
